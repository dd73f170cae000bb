"""The capture thread: what becomes of a source, said once, and no source left open."""

import threading

import cv2
import numpy as np
import pytest

from osfi_gui.core.desk import Phase, SourceState, Tone
from osfi_gui.core.errors import SourceError
from osfi_gui.core.values import Frame, SourceInfo
from osfi_gui.vision.pictures import read_picture
from osfi_gui.vision.sources import Camera, CameraSource, Watched, open_source
from osfi_gui.vision.sources.base import Source
from osfi_gui.workers import capture
from osfi_gui.workers.capture import CaptureThread
from osfi_gui.workers.feed import LiveFeed


class Scripted(Source):
    """A source that does what a list says: frames, an error, the end; an empty list repeats its last frame for ever."""

    def __init__(self, script, *, live=False, name="Desk", opens=None):
        self.script, self.live, self.name, self.opens = script, live, name, opens
        self.opened = self.closed = 0

    @property
    def info(self):
        return SourceInfo(self.name, 8, 8, 25.0, None, live=self.live, video=True)

    def open(self):
        if isinstance(self.opens, Exception):
            raise self.opens
        self.opened += 1
        self.rest = iter(self.script)

    def read(self):
        step = next(self.rest)
        if isinstance(step, Exception):
            raise step
        return step

    def close(self):
        self.closed += 1


class Flaky(Scripted):
    """A live source that does something else at every opening: a script, or an error."""

    def __init__(self, *openings):
        super().__init__([], live=True)
        self.openings = iter(openings)

    def open(self):
        self.opens = self.script = next(self.openings)
        super().open()


def frame(index=0, time_s=0.0, shade=100):
    # Half dark, half light, so that nothing takes it for a closed shutter.
    pixels = np.full((8, 8, 3), shade, np.uint8)
    pixels[:4] = 200
    return Frame(pixels, index, time_s)


def endless(shade=100):
    """Give frames for ever, each a little different, without using up a core."""
    pause = threading.Event()
    index = 0
    while True:
        pause.wait(0.002)
        yield frame(index, index / 25, shade + index % 2)
        index += 1


@pytest.fixture
def feed():
    return LiveFeed()


@pytest.fixture
def play(feed, joined, hear, monkeypatch):
    """Play addresses; each is looked up in a table of sources, or opened for real."""
    monkeypatch.setattr(capture, "RETRY_S", 0.01)
    monkeypatch.setattr(capture, "PICTURE_S", 0.01)

    def begin(address, sources=None):
        def make(wanted):
            made = (sources or {}).get(wanted)
            return Watched(open_source(wanted)) if made is None else made() if callable(made) else made

        thread = CaptureThread(feed, make_source=make)
        heard = hear(thread, "source_changed", "noticed")
        joined(thread, thread.end)
        thread.play(address)
        return thread, heard

    return begin


def phases(heard):
    return [state.phase for state in heard.of("source_changed")]


def ends(heard, phase):
    return lambda: heard.last("source_changed") is not None and heard.last("source_changed").phase is phase


def test_pictures_are_shown_and_then_they_are_over(play, feed, demo_dir, qtbot):
    folder = demo_dir / "strangers"
    _, heard = play(str(folder))
    qtbot.waitUntil(ends(heard, Phase.ENDED))
    assert phases(heard) == [Phase.NONE, Phase.WAITING, Phase.READY, Phase.ENDED] or phases(heard) == [
        Phase.WAITING,
        Phase.READY,
        Phase.ENDED,
    ]
    info = SourceInfo("strangers", 0, 0, 0.0, 2, live=False, video=False)
    assert heard.last("source_changed") == SourceState(
        Phase.ENDED, str(folder), info, "strangers is over.", "Play it again."
    )
    assert np.array_equal(feed.frame().pixels, read_picture(folder / "sunak.jpg"))


def test_what_is_over_plays_again(play, demo_dir, qtbot):
    thread, heard = play(str(demo_dir / "strangers"))
    qtbot.waitUntil(ends(heard, Phase.ENDED))
    heard.clear()
    thread.again()
    qtbot.waitUntil(ends(heard, Phase.ENDED))
    assert phases(heard) == [Phase.WAITING, Phase.READY, Phase.ENDED]


def test_what_does_not_exist_is_said_and_another_source_can_be_chosen(play, feed, demo_dir, qtbot):
    thread, heard = play("/nowhere/clip.mp4")
    qtbot.waitUntil(ends(heard, Phase.FAILED))
    failed = heard.last("source_changed")
    assert failed.what == "/nowhere/clip.mp4 does not exist."
    assert failed.remedy
    assert not failed.retrying
    assert feed.frame() is None
    thread.play(str(demo_dir / "strangers" / "obama.jpg"))
    qtbot.waitUntil(ends(heard, Phase.ENDED))
    assert feed.frame().pixels.shape == (785, 682, 3)


def test_a_damaged_picture_is_said_once_and_the_next_one_is_shown(play, feed, demo_dir, tmp_path, qtbot):
    (tmp_path / "a.jpg").write_bytes(b"this is no picture")
    (tmp_path / "b.jpg").write_bytes((demo_dir / "strangers" / "obama.jpg").read_bytes())
    _, heard = play(str(tmp_path))
    qtbot.waitUntil(ends(heard, Phase.ENDED))
    (said,) = heard.of("noticed")
    assert said.tone is Tone.BAD
    assert "a.jpg" in said.what
    assert feed.frame().index == 1


def test_a_camera_that_is_lost_is_looked_for_until_it_is_back(play, feed, qtbot):
    gone = SourceError("The camera Desk has stopped giving pictures.", "Check that it is plugged in.")
    missing = SourceError("No camera was found.", "Plug one in.")
    source = Flaky([frame(), gone], missing, missing, endless())
    _, heard = play("camera:Desk", {"camera:Desk": source})
    qtbot.waitUntil(lambda: phases(heard)[-1:] == [Phase.READY] and phases(heard).count(Phase.READY) == 2)
    states = [state for state in heard.of("source_changed") if state.phase is not Phase.NONE]
    assert [(state.phase, state.what, state.retrying) for state in states] == [
        (Phase.WAITING, "", False),
        (Phase.READY, "", False),
        (Phase.FAILED, gone.what, True),
        (Phase.FAILED, missing.what, True),
        (Phase.FAILED, missing.what, True),
        (Phase.READY, "", False),
    ]
    assert (source.opened, source.closed) == (2, 3)
    qtbot.waitUntil(lambda: feed.captured.peek() is not None)
    # Tracks never cross a gap: every opening that gave pictures has a number of its own.
    assert feed.captured.peek().opening == 2


def test_a_lost_camera_is_not_replaced_by_another_one(play, qtbot):
    """Whoever takes the first camera there is keeps that one, also when it is unplugged and a second one is there."""
    front, door = Camera("Front", "/dev/video0", 0, 0), Camera("Door", "/dev/video2", 0, 2)
    plugged, opened = [front, door], []

    class Unplugged:
        """Gives one picture, and takes the camera out of the list."""

        def read(self):
            if front in plugged:
                plugged.remove(front)
                return True, np.full((8, 8, 3), 200, np.uint8)
            return False, None

        def release(self):
            pass

    def capture_camera(camera):
        opened.append(camera)
        return Unplugged()

    made = CameraSource(cameras=lambda: list(plugged), capture=capture_camera)
    made._patience_s = 0.0
    _, heard = play("camera", {"camera": lambda: made})
    qtbot.waitUntil(lambda: phases(heard).count(Phase.FAILED) >= 3)
    assert heard.last("source_changed").what == "The camera Front is not there."
    assert opened == [front]


def test_an_error_that_nobody_foresaw_does_not_lose_a_live_source(play, qtbot):
    _, heard = play("camera:Desk", {"camera:Desk": Flaky([frame(), ZeroDivisionError()], endless())})
    qtbot.waitUntil(lambda: phases(heard).count(Phase.READY) == 2)
    (failed,) = (state for state in heard.of("source_changed") if state.phase is Phase.FAILED)
    assert failed.what == "The source stopped for an unknown reason."
    assert failed.retrying


def test_a_size_that_changes_in_the_middle_is_said_and_no_track_crosses_it(play, feed, qtbot):
    class Growing(Scripted):
        @property
        def info(self):
            return SourceInfo(self.name, *self.size, 25.0, None, live=True, video=True)

        size = (8, 8)

        def read(self):
            given = super().read()
            if given is not None:
                self.size = given.pixels.shape[1], given.pixels.shape[0]
            return given

    grown = [Frame(np.full((12, 16, 3), 10 + i, np.uint8), 3 + i, 1.0) for i in range(3)]
    source = Growing([frame(0), frame(1), *grown, None], live=True)
    _, heard = play("camera:Desk", {"camera:Desk": source})
    qtbot.waitUntil(ends(heard, Phase.ENDED))
    ready = [state.info for state in heard.of("source_changed") if state.phase is Phase.READY]
    assert [(info.width, info.height) for info in ready] == [(8, 8), (16, 12)]
    assert feed.captured.peek().opening == 2
    assert source.opened == 1


def test_no_camera_is_said_and_looked_for(play, qtbot):
    _, heard = play("camera", {"camera": lambda: CameraSource(cameras=list)})
    qtbot.waitUntil(ends(heard, Phase.FAILED))
    failed = heard.last("source_changed")
    assert failed.what == "No camera was found."
    assert failed.remedy == "Plug one in, or choose a video or a folder of pictures."
    assert failed.retrying


def test_a_camera_that_another_program_uses_is_said(play, qtbot):
    cameras = [Camera("Desk", "", 0, 0)]
    _, heard = play("camera:Desk", {"camera:Desk": lambda: CameraSource("Desk", cameras=lambda: cameras, capture=_no)})
    qtbot.waitUntil(ends(heard, Phase.FAILED))
    failed = heard.last("source_changed")
    assert failed.what == "The camera Desk cannot be opened; another program may be using it."
    assert failed.remedy == "Close the other program, or plug the camera in again."
    assert failed.retrying


def _no(camera):
    return None


@pytest.mark.parametrize("ending", ["ts", "mpg"])
def test_a_video_with_a_broken_tail_plays_to_where_it_breaks_and_says_so(play, feed, qtbot, tmp_path, ending):
    path, codec = tmp_path / f"tail.{ending}", {"ts": "mp4v", "mpg": "mpg1"}[ending]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), 25.0, (64, 48))
    random = np.random.default_rng(1)
    for _ in range(25):
        writer.write(random.integers(0, 256, (48, 64, 3), dtype=np.uint8))
    writer.release()
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 + 1])
    thread, heard = play(str(path))
    qtbot.waitUntil(ends(heard, Phase.FAILED))
    assert phases(heard) == [Phase.WAITING, Phase.READY, Phase.FAILED]
    state = heard.last("source_changed")
    assert state.what.startswith(f"The video tail.{ending} is broken after 0.")
    assert state.remedy == "What came before was used; copy the file again for the rest."
    assert not state.retrying
    assert feed.frame() is None
    thread.end()
    assert thread.wait(10_000)


def test_a_file_is_not_tried_again_by_itself(play, qtbot):
    broken = Scripted([frame(), SourceError("The video is broken after 0.1 s.", "Copy it again.")])
    _, heard = play("clip.mp4", {"clip.mp4": broken})
    qtbot.waitUntil(ends(heard, Phase.FAILED))
    assert not heard.last("source_changed").retrying
    assert broken.opened == 1


def test_a_frozen_picture_is_said_once_and_goes_on_by_itself_without_a_new_opening(play, feed, qtbot):
    still = [frame(i, i * 0.5) for i in range(10)]
    moved = [frame(10, 5.0, shade=50), None]
    source = Scripted(still + moved, live=True)
    _, heard = play("camera:Desk", {"camera:Desk": lambda: Watched(source)})
    qtbot.waitUntil(ends(heard, Phase.ENDED))
    states = [state for state in heard.of("source_changed") if state.phase is not Phase.NONE]
    assert [(state.phase, state.what, state.retrying) for state in states] == [
        (Phase.WAITING, "", False),
        (Phase.READY, "", False),
        (Phase.FAILED, "The picture from Desk has not changed for 2 s.", True),
        (Phase.READY, "", False),
        (Phase.ENDED, "Desk is over.", False),
    ]
    assert source.opened == 1
    # Whoever was in the frozen picture may be somebody else now: tracks do not cross it.
    assert (feed.captured.peek().opening, feed.frame().index) == (2, 10)


def test_nobody_is_seen_in_a_frozen_picture(play, feed, qtbot):
    def freezing():
        yield from (frame(i, i * 0.5) for i in range(10))
        frozen.wait(60.0)
        yield None

    frozen = threading.Event()
    thread, heard = play("camera:Desk", {"camera:Desk": lambda: Watched(Scripted(freezing(), live=True))})
    qtbot.waitUntil(ends(heard, Phase.FAILED))
    assert feed.frame() is None
    thread.play("")
    frozen.set()


def test_a_picture_that_stays_frozen_is_opened_anew_and_never_called_well(play, qtbot):
    """The camera does not wake up at the second opening, but at the third; in between nothing is READY."""
    still = [frame(i, i * 0.5) for i in range(40)]
    source = Flaky(still, still, [frame(0, shade=50), None])
    _, heard = play("camera:Desk", {"camera:Desk": Watched(source)})
    qtbot.waitUntil(ends(heard, Phase.ENDED))
    wanted = [phase for phase in phases(heard) if phase is not Phase.NONE]
    assert wanted[:2] == [Phase.WAITING, Phase.READY]
    assert set(wanted[2:-2]) == {Phase.FAILED}
    assert wanted[-2:] == [Phase.READY, Phase.ENDED]
    assert source.opened == 3


def test_another_source_while_one_is_read(play, feed, qtbot):
    first, second = Scripted(endless(10), name="first"), Scripted(endless(50), name="second")
    thread, heard = play("first", {"first": first, "second": second})
    qtbot.waitUntil(lambda: feed.frame() is not None)
    thread.play("second")
    qtbot.waitUntil(lambda: feed.frame() is not None and feed.frame().pixels[7, 0, 0] >= 50)
    assert first.closed == 1
    # A source that was left is not said to be over.
    said = [(state.phase, state.address) for state in heard.of("source_changed") if state.address]
    assert said == [
        (Phase.WAITING, "first"),
        (Phase.READY, "first"),
        (Phase.WAITING, "second"),
        (Phase.READY, "second"),
    ]


def test_playing_nothing_closes_the_source(play, feed, qtbot):
    source = Scripted(endless())
    thread, heard = play("first", {"first": source})
    qtbot.waitUntil(lambda: feed.frame() is not None)
    thread.play("")
    qtbot.waitUntil(ends(heard, Phase.NONE))
    assert source.closed == 1
    assert feed.frame() is None


def test_an_error_that_nobody_foresaw_does_not_end_the_thread(play, feed, demo_dir, qtbot):
    thread, heard = play("first", {"first": Scripted([frame(), ZeroDivisionError()])})
    qtbot.waitUntil(ends(heard, Phase.FAILED))
    assert heard.last("source_changed").what == "The source stopped for an unknown reason."
    thread.play(str(demo_dir / "strangers" / "obama.jpg"))
    qtbot.waitUntil(ends(heard, Phase.ENDED))


@pytest.mark.parametrize("doing", ["waiting", "reading", "looking again"])
def test_it_ends_whatever_it_is_doing(play, feed, doing, monkeypatch, qtbot):
    monkeypatch.setattr(capture, "RETRY_S", 3600.0)
    source = Scripted(endless(), live=True)
    lost = Scripted([], live=True, opens=SourceError("No camera was found.", "Plug one in."))
    monkeypatch.setattr(capture, "PICTURE_S", 3600.0)
    address = {"waiting": "", "reading": "reading", "looking again": "lost"}[doing]
    thread, heard = play(address, {"reading": source, "lost": lost})
    if doing == "reading":
        qtbot.waitUntil(lambda: feed.frame() is not None)
    elif doing == "looking again":
        qtbot.waitUntil(ends(heard, Phase.FAILED))
    thread.end()
    assert thread.wait(5000)
    assert source.opened == source.closed


def test_it_ends_when_it_is_asked_to_just_as_it_begins(feed):
    thread = CaptureThread(feed, make_source=lambda _: Scripted(endless()))

    class AskedWhileCleared(threading.Event):
        def clear(self):
            thread.end()
            super().clear()

    thread._changed = AskedWhileCleared()
    thread._wanted = "first"
    thread.start()
    ended = thread.wait(5000)
    if not ended:
        thread.end()
        thread.wait()
    assert ended

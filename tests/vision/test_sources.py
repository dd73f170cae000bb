"""What pictures, the demo, cameras, and the wrappers promise; and what an address means."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from osfi_gui.core.errors import PictureError, SourceError, StaleError
from osfi_gui.core.values import Frame, SourceInfo
from osfi_gui.vision.sources import (
    Camera,
    CameraSource,
    DemoSource,
    FolderSource,
    Paced,
    Source,
    StreamSource,
    VideoSource,
    Watched,
    list_cameras,
    open_source,
)
from osfi_gui.vision.sources.watch import is_black

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no paths of devices")
DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"


def _picture(path: Path, colour: str = "red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 6), colour).save(path)
    return path


class Script(Source):
    """A source that gives the frames it was made with."""

    def __init__(self, frames: list[Frame], *, live: bool, video: bool = True) -> None:
        self.frames = frames
        self.live = live
        self.video = video
        self.at = 0
        self.closed = 0

    @property
    def info(self) -> SourceInfo:
        return SourceInfo("Script", 8, 6, 10.0, None, live=self.live, video=self.video)

    def open(self) -> None:
        self.at = 0

    def read(self) -> Frame | None:
        if self.at == len(self.frames):
            return None
        self.at += 1
        return self.frames[self.at - 1]

    def close(self) -> None:
        self.closed += 1


class FakeClock:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def _noise(seed: int, low: int = 0, high: int = 256) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, (48, 64, 3), dtype=np.uint8)


# --- folders


def test_a_folder_gives_its_own_pictures_then_those_one_level_down(tmp_path: Path) -> None:
    for name in ("b.png", "a.png", "Zoe/1.png", "adam/2.png", "adam/1.png", "adam/deeper/no.png", ".trash/no.png"):
        _picture(tmp_path / name)
    with FolderSource(tmp_path) as source:
        assert source.info.frames == 5
        assert (source.info.live, source.info.video, source.info.fps) == (False, False, 0.0)
        frames = list(iter(source.read, None))
    files = [Path(frame.file or "").relative_to(tmp_path).as_posix() for frame in frames]
    assert files == ["a.png", "b.png", "adam/1.png", "adam/2.png", "Zoe/1.png"]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]


def test_one_picture_is_a_source_too(tmp_path: Path) -> None:
    path = _picture(tmp_path / "one.png", "blue")
    with FolderSource(path) as source:
        frame = source.read()
        assert frame is not None
        assert frame.pixels[0, 0].tolist() == [0, 0, 255]
        assert frame.file == str(path)
        assert source.read() is None
        assert source.read() is None


def test_an_unreadable_picture_is_reported_and_the_rest_still_comes(tmp_path: Path) -> None:
    _picture(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"broken")
    _picture(tmp_path / "c.png")
    with FolderSource(tmp_path) as source:
        assert source.read() is not None
        with pytest.raises(PictureError, match=r"b\.png"):
            source.read()
        last = source.read()
        assert last is not None
        assert (last.index, Path(last.file or "").name) == (2, "c.png")
        assert source.read() is None


def test_an_empty_folder_and_a_missing_one_do_not_open(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no pictures"):
        FolderSource(tmp_path).open()
    with pytest.raises(SourceError, match="does not exist"):
        FolderSource(tmp_path / "gone").open()


def test_a_folder_can_be_opened_again_and_sees_new_pictures(tmp_path: Path) -> None:
    _picture(tmp_path / "a.png")
    source = FolderSource(tmp_path)
    with source:
        assert len(list(iter(source.read, None))) == 1
    _picture(tmp_path / "b.png")
    with source:
        assert len(list(iter(source.read, None))) == 2
    with pytest.raises(SourceError, match="not open"):
        source.read()


# --- demo


def test_the_demo_shows_four_people_with_black_between_them_for_ever() -> None:
    with DemoSource() as source:
        assert (source.info.live, source.info.video, source.info.frames) == (False, True, None)
        frames = [source.read() for _ in range(625)]
    assert {frame.pixels.shape for frame in frames} == {(480, 640, 3)}
    assert frames[50].time_s == pytest.approx(2.0)
    assert [frames[turn * 125 + 60].pixels.mean() > 40 for turn in range(4)] == [True] * 4
    for turn in range(4):
        dark = [not frame.pixels.any() for frame in frames[turn * 125 + 101 : turn * 125 + 125]]
        assert all(dark)
    assert np.array_equal(frames[560].pixels, frames[60].pixels)
    assert not np.array_equal(frames[61].pixels, frames[60].pixels)


def test_the_demo_is_the_same_every_time() -> None:
    def some() -> list[np.ndarray]:
        with DemoSource() as source:
            return [source.read().pixels for _ in range(40)][::13]

    assert all(np.array_equal(one, other) for one, other in zip(some(), some(), strict=True))


@pytest.mark.parametrize("shape", [(900, 700), (500, 900), (60, 40)])
@pytest.mark.parametrize("size", [(640, 480), (320, 240), (480, 640)])
def test_the_demo_never_cuts_the_middle_of_a_portrait(
    tmp_path: Path, shape: tuple[int, int], size: tuple[int, int]
) -> None:
    """A face lies within the middle 80 % of a portrait; mark its corners and look for them in every frame."""
    height, width = shape
    pixels = np.full((height, width, 3), 255, np.uint8)
    colours = {(0.1, 0.1): (255, 0, 0), (0.9, 0.1): (0, 255, 0), (0.1, 0.9): (0, 0, 255), (0.9, 0.9): (255, 255, 0)}
    for (x, y), colour in colours.items():
        row, column = int(y * height), int(x * width)
        pixels[row - height // 20 : row + height // 20, column - width // 20 : column + width // 20] = colour
    path = tmp_path / "marks.png"
    Image.fromarray(pixels).save(path)
    with DemoSource([path], size=size) as source:
        frames = [source.read().pixels for _ in range(95)]
    for frame in [*frames[8::9], frames[92]]:
        for colour in colours.values():
            assert cv2.inRange(frame, np.subtract(colour, 40.0), np.add(colour, 40.0)).any()


def test_a_demo_without_its_pictures_does_not_open(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="demo cannot be shown"):
        DemoSource([tmp_path / "gone.jpg"]).open()
    with pytest.raises(SourceError):
        DemoSource([]).open()


# --- cameras


class FakeCapture:
    """A camera's capture that gives a number of frames and then no more."""

    def __init__(self, frames: int) -> None:
        self.left = frames
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802
        return not self.released

    def read(self) -> tuple[bool, np.ndarray | None]:
        if not self.left:
            return False, None
        self.left -= 1
        return True, np.full((6, 8, 3), (255, 0, 10), np.uint8)  # blue in BGR

    def get(self, prop: int, /) -> float:
        return 0.0

    def set(self, prop: int, value: float, /) -> bool:
        return False

    def release(self) -> None:
        self.released = True


class Desk:
    """A desk with cameras that are plugged and unplugged."""

    def __init__(self, *cameras: Camera) -> None:
        self.cameras = list(cameras)
        self.opened: list[Camera] = []
        self.frames = 5
        self.taken = False
        self.captures: list[FakeCapture] = []

    def capture(self, camera: Camera) -> FakeCapture | None:
        self.opened.append(camera)
        if self.taken:
            return None
        self.captures.append(FakeCapture(self.frames))
        return self.captures[-1]

    def source(self, wanted: str = "") -> CameraSource:
        return CameraSource(wanted, cameras=lambda: list(self.cameras), capture=self.capture)


FRONT = Camera("Front", "/dev/video0", 200, 0)
DOOR = Camera("Door", "/dev/video2", 200, 2)


def test_listing_cameras_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(list_cameras(), list)

    def broken(_: int) -> list[object]:
        raise OSError("driver")

    monkeypatch.setattr("osfi_gui.vision.sources.cameras.enumerate_cameras", broken)
    assert list_cameras() == []


def test_a_camera_gives_rgb_frames_counted_from_zero() -> None:
    desk = Desk(FRONT)
    with desk.source() as source:
        frames = [source.read() for _ in range(5)]
        assert source.info.name == "Front"
        assert (source.info.width, source.info.height, source.info.live, source.info.frames) == (8, 6, True, None)
        assert source.info.fps > 0
    assert frames[0].pixels[0, 0].tolist() == [10, 0, 255]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert frames[0].time_s == 0.0
    assert desk.captures[0].released


@pytest.mark.parametrize("wanted", ["Door", "door", "/dev/video2"])
def test_a_camera_is_found_by_name_or_path(wanted: str) -> None:
    desk = Desk(FRONT, DOOR)
    with desk.source(wanted):
        assert desk.opened == [DOOR]


def test_a_camera_that_came_back_under_another_number_is_found_again() -> None:
    desk = Desk(FRONT, DOOR)
    source = desk.source("/dev/video2")
    source.open()
    moved = Camera("Door", "/dev/video4", 200, 4)
    desk.cameras = [FRONT, Camera("Printer", "/dev/video2", 200, 2), moved]
    source.open()
    assert desk.opened[-1] == moved
    desk.cameras = [FRONT, Camera("Printer", "/dev/video2", 200, 2)]
    with pytest.raises(SourceError, match="Door is not there") as caught:
        source.open()
    assert "Front, Printer" in caught.value.remedy


def test_two_cameras_of_one_name_are_told_apart_by_path() -> None:
    twins = [Camera("Webcam", "/dev/video0", 200, 0), Camera("Webcam", "/dev/video2", 200, 2)]
    desk = Desk(*twins)
    source = desk.source("/dev/video2")
    source.open()
    source.open()
    assert desk.opened == [twins[1], twins[1]]


def test_a_desk_without_cameras_says_so() -> None:
    with pytest.raises(SourceError, match="No camera was found"):
        Desk().source().open()


def test_a_camera_that_is_taken_or_dark_or_unplugged_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CameraSource, "_first_patience_s", 0.1)
    monkeypatch.setattr(CameraSource, "_patience_s", 0.1)
    desk = Desk(FRONT)
    desk.taken = True
    with pytest.raises(SourceError, match="another program"):
        desk.source().open()
    desk.taken, desk.frames = False, 0
    with pytest.raises(SourceError, match="gives no picture"):
        desk.source().open()
    assert desk.captures[-1].released
    desk.frames = 2
    source = desk.source()
    with source:
        source.read()
        source.read()
        with pytest.raises(SourceError, match="has stopped"):
            source.read()
        source.open()
        assert source.read().index == 0


def test_one_damaged_frame_does_not_stop_a_camera() -> None:
    class Hiccup(FakeCapture):
        def read(self) -> tuple[bool, np.ndarray | None]:
            came = super().read()
            return (False, None) if self.left % 2 else came

    source = CameraSource(cameras=lambda: [FRONT], capture=lambda _: Hiccup(20))
    with source:
        assert [source.read().index for _ in range(8)] == list(range(8))


# --- playing in real time


def _timed(*times: float) -> list[Frame]:
    return [Frame(_noise(index), index=index, time_s=time) for index, time in enumerate(times)]


def test_paced_frames_come_at_their_time_and_none_is_lost() -> None:
    clock = FakeClock()
    script = Script(_timed(0.0, 0.1, 0.5), live=False)
    with Paced(script, clock=clock, sleep=clock.sleep) as source:
        seen = []
        while (frame := source.read()) is not None:
            seen.append((frame.index, round(clock.now - 100.0, 6)))
    assert seen == [(0, 0.0), (1, 0.1), (2, 0.5)]
    assert max(clock.slept) <= 0.05
    assert script.closed == 1


def test_paced_playback_does_not_hurry_after_a_pause() -> None:
    clock = FakeClock()
    with Paced(Script(_timed(0.0, 0.1, 0.2), live=False), clock=clock, sleep=clock.sleep) as source:
        source.read()
        clock.now += 10.0
        source.read()
        source.read()
    assert clock.now == pytest.approx(110.1)


def test_no_wait_is_longer_than_a_read_may_take() -> None:
    clock = FakeClock()
    with Paced(Script(_timed(0.0, 60.0), live=False), clock=clock, sleep=clock.sleep) as source:
        source.read()
        assert source.read() is not None
    assert clock.now - 100.0 <= 2.0


def test_closing_ends_the_wait() -> None:
    clock = FakeClock()

    def close_soon(seconds: float) -> None:
        clock.sleep(seconds)
        if clock.now > 100.1:
            source.close()

    source = Paced(Script(_timed(0.0, 1.0), live=False), clock=clock, sleep=close_soon)
    source.open()
    assert source.read() is not None
    assert source.read() is None
    assert clock.now < 100.2


def test_live_sources_and_pictures_are_not_paced() -> None:
    clock = FakeClock()
    for script in (Script(_timed(0, 1, 2), live=True), Script(_timed(0, 1, 2), live=False, video=False)):
        with Paced(script, clock=clock, sleep=clock.sleep) as source:
            assert len(list(iter(source.read, None))) == 3
    assert clock.slept == []


# --- watching


def _read_all(source: Source) -> int:
    count = 0
    with source:
        while source.read() is not None:
            count += 1
    return count


def test_a_frozen_picture_is_noticed_after_two_seconds() -> None:
    frames = _timed(0.0, 0.5) + [Frame(_noise(9), index=i, time_s=1.0 + i / 10) for i in range(40)]
    script = Script(frames, live=True)
    with pytest.raises(SourceError, match=r"Script has not changed for 2 s\."):
        _read_all(Watched(script))
    assert script.at == 2 + 22  # the first frozen one at 1.0 s, the first later than 3.0 s is the 22nd


def _what_is_read(source: Source, reads: int) -> list[int | str]:
    """Give the number of each frame, or what was wrong instead."""
    said: list[int | str] = []
    for _ in range(reads):
        try:
            frame = source.read()
        except StaleError:
            said.append("stale")
        except SourceError:
            said.append("given up")
            break
        else:
            said.append(-1 if frame is None else frame.index)
    return said


def test_a_frozen_source_is_read_on_and_gives_frames_as_soon_as_they_change() -> None:
    still = [Frame(_noise(9), index=i, time_s=i) for i in range(5)]
    moving = [Frame(_noise(i), index=i, time_s=i) for i in range(5, 8)]
    script = Script([*still, *moving], live=True)
    with Watched(script) as source:
        assert _what_is_read(source, 8) == [0, 1, 2, "stale", "stale", 5, 6, 7]
        assert script.closed == 0


def test_what_stays_frozen_is_given_up_and_is_still_frozen_when_opened_again() -> None:
    """Stale from 3 s on, so given up after 13 s: the first frame later than that is the one at 14 s."""
    script = Script([Frame(_noise(9), index=i, time_s=i) for i in range(20)], live=True)
    source = Watched(script)
    source.open()
    assert _what_is_read(source, 20) == [0, 1, 2, *["stale"] * 11, "given up"]
    source.close()
    source.open()
    assert _what_is_read(source, 2) == ["stale", "stale"]
    script.frames = [Frame(_noise(1), index=0, time_s=0.0)]
    source.close()
    source.open()
    assert _what_is_read(source, 1) == [0]


def test_what_was_closed_while_it_froze_is_not_frozen_when_it_is_opened_again() -> None:
    script = Script([Frame(_noise(9), index=i, time_s=i) for i in range(20)], live=True)
    source = Watched(script)
    for _ in range(2):
        with source:
            assert _what_is_read(source, 5) == [0, 1, 2, "stale", "stale"]


@pytest.mark.parametrize(
    ("value", "spread", "black"),
    [(0, 0, True), (16, 4, True), (20, 0, True), (21, 0, False), (10, 40, False), (0, 256, False)],
)
def test_black_is_what_has_no_value_above_twenty(value: int, spread: int, black: bool) -> None:
    pixels = np.clip(value + (_noise(3, 0, spread) if spread else np.zeros((48, 64, 3))), 0, 255).astype(np.uint8)
    assert is_black(pixels) is black


def test_a_hot_pixel_does_not_light_a_black_picture_but_a_lamp_does() -> None:
    pixels = np.zeros((480, 640, 3), np.uint8)
    pixels[8, 8] = 255
    assert is_black(pixels)
    pixels[100:180, 100:180] = 255
    assert not is_black(pixels)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.full((6, 8), 40, np.uint8), (40, 40, 40)),
        (np.full((6, 8, 1), 40, np.uint8), (40, 40, 40)),
        (np.full((6, 8), 257 * 40, np.uint16), (40, 40, 40)),
        (np.full((6, 8, 1), 65535, np.uint16), (255, 255, 255)),
        (np.full((6, 8, 3), (1, 2, 3), np.uint8), (3, 2, 1)),
        (np.full((6, 8, 4), (1, 2, 3, 0), np.uint8), (3, 2, 1)),
    ],
)
def test_grey_sixteen_bits_and_alpha_all_become_rgb(given: np.ndarray, expected: tuple[int, int, int]) -> None:
    class Odd(FakeCapture):
        def read(self) -> tuple[bool, np.ndarray | None]:
            return True, given

    with CameraSource(cameras=lambda: [FRONT], capture=lambda _: Odd(1)) as source:
        pixels = source.read().pixels
    assert (pixels.shape, pixels.dtype) == ((6, 8, 3), np.uint8)
    assert pixels[0, 0].tolist() == list(expected)


def test_a_camera_that_changes_its_size_says_its_new_one() -> None:
    class Growing(FakeCapture):
        def read(self) -> tuple[bool, np.ndarray | None]:
            self.left -= 1
            return True, np.zeros((6, 8, 3) if self.left > 7 else (12, 16, 3), np.uint8)

    with CameraSource(cameras=lambda: [FRONT], capture=lambda _: Growing(10)) as source:
        seen = [(source.read().pixels.shape[:2], (source.info.height, source.info.width)) for _ in range(4)]
    assert seen == [((6, 8),) * 2] * 2 + [((12, 16),) * 2] * 2


def test_a_black_picture_is_noticed_although_its_noise_changes() -> None:
    frames = [Frame(_noise(i, 0, 12), index=i, time_s=i / 10) for i in range(40)]
    with pytest.raises(SourceError, match=r"Script has been black for 2 s\."):
        _read_all(Watched(Script(frames, live=True)))


def test_a_dim_but_moving_picture_and_a_short_blackout_are_fine() -> None:
    dim = [Frame(_noise(i, 0, 60), index=i, time_s=i / 10) for i in range(60)]
    assert _read_all(Watched(Script(dim, live=True))) == 60
    blink = [Frame(_noise(i, 0, 5 if 10 < i < 25 else 256), index=i, time_s=i / 10) for i in range(60)]
    assert _read_all(Watched(Script(blink, live=True))) == 60


def test_recorded_sources_may_stand_still() -> None:
    frames = [Frame(np.zeros((6, 8, 3), np.uint8), index=i, time_s=float(i)) for i in range(20)]
    assert _read_all(Watched(Script(frames, live=False))) == 20


def test_a_watched_source_starts_anew_when_opened_again() -> None:
    frames = [Frame(_noise(1), index=i, time_s=i / 10) for i in range(19)]
    source = Watched(Script(frames, live=True))
    assert _read_all(source) == 19
    assert _read_all(source) == 19


# --- addresses


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("demo", DemoSource),
        (" Demo ", DemoSource),
        ("camera", CameraSource),
        ("camera:HD Webcam: front", CameraSource),
        pytest.param("/dev/video977", CameraSource, marks=POSIX),
        pytest.param("/dev/v4l/by-id/usb-Desk-index0", CameraSource, marks=POSIX),
        ("http://host/video", StreamSource),
        ("HTTPS://host:8080/v?x=1", StreamSource),
        ("rtsp://user:pass@host/1", StreamSource),
    ],
)
def test_an_address_names_its_source(address: str, kind: type[Source]) -> None:
    assert type(open_source(address)) is kind


def test_paths_name_pictures_folders_and_videos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _picture(tmp_path / "demo" / "Some One.PNG")
    (tmp_path / "clip.MP4").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert type(open_source("./demo")) is FolderSource
    assert type(open_source("demo/Some One.PNG")) is FolderSource
    assert type(open_source("~/clip.MP4", loop=True)) is VideoSource
    assert type(open_source(str(tmp_path / "clip.MP4"))) is VideoSource
    with open_source("~/demo/Some One.PNG") as source:
        assert source.read() is not None


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("", "No source"),
        ("gone.mp4", "does not exist"),
        (r"C:\Users\me\gone.mp4", "does not exist"),
        ("C://gone.mp4", "does not exist"),
        ("ftp://host/a.mp4", "not supported"),
        ("~nobody-at-all/x.jpg", "does not exist"),
        ("nul\0byte.jpg", "does not exist"),
        ("x" * 5000, "does not exist"),
    ],
)
def test_an_address_that_means_nothing_is_refused(address: str, what: str) -> None:
    with pytest.raises(SourceError, match=what) as caught:
        open_source(address)
    assert caught.value.remedy


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(SourceError, match="neither a picture nor a video"):
        open_source(str(tmp_path / "notes.txt"))

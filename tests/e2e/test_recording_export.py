"""A recording is exported in the window: a video that shows the recorded frames, or nothing at all."""

import threading

import cv2
import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from osfi_gui.core.recording import SUFFIX, Heading, Seen, Take
from osfi_gui.core.values import Frame, Verdict
from osfi_gui.store.recording import RecordingWriter
from osfi_gui.vision.sources import VideoSource

PASSPHRASE = "correct horse"
NAME = "one" + SUFFIX
BOX = (180.0, 120.0, 150.0, 190.0)


@pytest.fixture(scope="module")
def frames(shared_data):
    """Give real frames of one person, RGB, far enough apart to be told from each other."""
    with VideoSource(shared_data / "videos" / "liveportrait_d0.mp4") as video:
        return [frame.pixels for frame in iter(video.read, None) if frame.index % 6 == 0][:12]


@pytest.fixture
def desk(begin, frames, tmp_path, monkeypatch):
    """Open a gallery and go to Settings, where a recording is listed: 12 frames, 8 a second, one of them missing."""
    # The system's own dialog is not Qt's to answer.
    monkeypatch.setattr(QFileDialog, "open", lambda self: (self.show(), None)[1])
    folder = tmp_path / "osfi-data" / "recordings"
    folder.mkdir(parents=True)
    writer = RecordingWriter(folder / NAME, PASSPHRASE, Heading("1", "now", "desk.osfi"))
    writer.begin_take(Take(1, "Door", True, "sface", 1, 1, None))
    seen = Seen(1, BOX, Verdict.ACCEPT, 1, "Ada", "cosine", 0.64, 0.64, 7, 9, "ACCEPT Ada")
    for index, pixels in enumerate(frames):
        if index != 5:
            writer.add(Frame(pixels, index, index / 8), (seen,), take=1, missing=int(index == 6), clock_s=index / 8)
    writer.finish(missing=1)
    desk = begin(gallery=str(tmp_path / "desk.osfi"))
    desk.unlock(PASSPHRASE, new=True)
    desk.until(desk.is_open)
    desk.page(7)
    desk.section = desk.window.settings.recordings
    desk.until(lambda: desk.section.table.rowCount() == 1)
    return desk


def export(desk, out, *, drawn=True):
    """Press the button, read the warning, and choose a place."""
    row = desk.section.exporting
    desk.press(desk.section.export)
    assert row.question.isVisible()
    assert row.question.text() == (
        f"The video of {NAME} will NOT be encrypted, and shows faces: whoever has the file can watch it."
    )
    row.drawn.setChecked(drawn)
    desk.press(row.choose)
    dialog = desk.window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(out))
    dialog.reject()
    desk.come_back()


def shown(path):
    video, frames = cv2.VideoCapture(str(path)), []
    while (came := video.read())[0]:
        frames.append(came[1][:, :, ::-1].astype(int))
    video.release()
    return frames


def is_green(line):
    return (line[..., 1] - np.maximum(line[..., 0], line[..., 2])).max() > 40


def test_an_exported_recording_is_the_recorded_frames_at_their_times_and_what_was_decided(desk, frames, tmp_path):
    drawn, bare = tmp_path / "drawn.mp4", tmp_path / "bare.mp4"
    export(desk, drawn)
    desk.until(lambda: f"{NAME} was exported to {drawn}." in desk.notices())
    export(desk, bare, drawn=False)
    desk.until(lambda: f"{NAME} was exported to {bare}." in desk.notices())
    assert not desk.section.exporting.isVisible()
    with_boxes, without = shown(drawn), shown(bare)
    # 25 a second: what was recognised at n / 8 s begins at frame 25 n / 8, and what is missing does not shift the rest.
    assert len(with_boxes) == len(without) == round(25 * 11 / 8) + 1
    for index in (0, 1, 4, 6, 11):
        at = round(25 * index / 8)
        assert np.abs(without[at] - frames[index]).mean() < 6.0
        nearest = min(range(12), key=lambda other: np.abs(without[at] - frames[other]).mean())
        assert nearest == index
        x, y, _, height = (int(value) for value in BOX)
        assert is_green(with_boxes[at][y + height // 2 - 10 : y + height // 2 + 10, x - 3 : x + 4])
        assert not is_green(without[at][y + height // 2 - 10 : y + height // 2 + 10, x - 3 : x + 4])
        # The name, white on its green ground above the box.
        label = with_boxes[at][y - 30 : y - 6, x : x + 60]
        assert (label.min(axis=2) > 200).any()
    # The fifth is missing: the fourth is shown until the sixth comes.
    assert np.abs(without[round(25 * 5.5 / 8)] - frames[4]).mean() < 6.0


@pytest.mark.parametrize("how", ["cancel", "lock", "close"])
def test_an_export_that_is_stopped_leaves_no_file(desk, tmp_path, how):
    out = tmp_path / "films" / "stopped.mp4"
    out.parent.mkdir()
    held, go = threading.Event(), threading.Event()
    beside = []

    def draw(pixels, _):
        """Hold the export in its third frame until it was stopped, however fast the machine is."""
        beside.append([file.name for file in out.parent.iterdir()])
        if len(beside) == 3:
            held.set()
            assert go.wait(60)
        return pixels

    desk.app.recordings.use_drawing(draw)
    export(desk, out)
    desk.until(held.is_set)
    desk.until(desk.section.exporting.cancel.isVisible)
    if how == "close":
        threading.Timer(0.5, go.set).start()  # the thread is joined by what follows
        desk.end()
    else:
        desk.press(desk.section.exporting.cancel if how == "cancel" else desk.window.topbar.lock_button)
        go.set()
        desk.until(lambda: "The export was stopped." in desk.notices())
        assert not desk.section.exporting.isVisible()
    assert beside[0]  # there was something to leave
    assert list(out.parent.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_said_and_one_may_decide_not_to(desk, tmp_path):
    out = tmp_path / "gone" / "film.mp4"
    export(desk, out)
    desk.until(lambda: any(said.startswith("film.mp4 cannot be written") for said in desk.notices()))
    row = desk.section.exporting
    desk.press(desk.section.export)
    desk.press(row.leave)
    assert not row.isVisible()

"""A recording as a source: its frames as they were, and only with the key."""

import numpy as np
import pytest

from osfi_gui.core.errors import RecordingError
from osfi_gui.core.recording import Heading, RecordedFrame, Take
from osfi_gui.core.values import Frame
from osfi_gui.store.recording import RecordingWriter
from osfi_gui.vision.sources import RecordingSource, open_source

PASSPHRASE = "correct horse"


@pytest.fixture
def path(tmp_path):
    """Record four frames of a video in 1.5 seconds, then a picture of another size."""
    made = tmp_path / "one.osfirec"
    writer = RecordingWriter(made, PASSPHRASE, Heading("1", "now", "desk.osfi"))
    writer.begin_take(Take(1, "Door", True, "sface", 1, 1, None))
    for index in range(4):
        pixels = np.full((48, 64, 3), index, np.uint8)
        writer.add(Frame(pixels, 10 * index, 0.5 * index), (), take=1, missing=0, clock_s=0.5 * index)
    writer.begin_take(Take(2, "holiday", False, "sface", 1, 1, None))
    writer.add(Frame(np.zeros((30, 20, 3), np.uint8), 0, 0.0, "a.jpg"), (), take=2, missing=0, clock_s=2.0)
    writer.finish(missing=0)
    return made


def test_its_frames_have_their_places_times_and_takes(path):
    with open_source(str(path), key=lambda: PASSPHRASE) as source:
        assert isinstance(source, RecordingSource)
        info = source.info
        assert (info.name, info.width, info.height, info.fps, info.frames) == ("one.osfirec", 64, 48, 2.0, 5)
        assert (info.live, info.video, info.every) == (False, True, True)
        frames = list(iter(source.read, None))
        assert source.read() is None
        assert (source.info.width, source.info.height, source.info.video) == (20, 30, False)
    assert all(isinstance(frame, RecordedFrame) for frame in frames)
    assert [(frame.index, frame.time_s, frame.begins) for frame in frames] == [
        (0, 0.0, True), (10, 0.5, False), (20, 1.0, False), (30, 1.5, False), (0, 0.0, True),
    ]  # fmt: skip
    assert [int(frame.pixels.max()) for frame in frames] == [0, 1, 2, 3, 0]


def test_it_begins_anew_when_it_is_opened_again(path):
    source = RecordingSource(path, key=lambda: PASSPHRASE)
    for _ in range(2):
        with source:
            assert [source.read().index for _ in range(3)] == [0, 10, 20]
    with pytest.raises(RecordingError, match="is not open"):
        source.read()


def test_without_the_gallerys_key_it_does_not_open(path):
    keys = [None, "wrong", PASSPHRASE]
    source = RecordingSource(path, key=lambda: keys.pop(0))
    with pytest.raises(RecordingError, match="is played only while the gallery it was recorded with is open"):
        source.open()
    with pytest.raises(RecordingError, match="The passphrase does not open"):
        source.open()
    with source:
        assert source.read().index == 0


def test_a_recording_without_a_frame_is_said(tmp_path):
    path = tmp_path / "none.osfirec"
    RecordingWriter(path, PASSPHRASE, Heading("1", "now", "desk.osfi")).finish(missing=0)
    with pytest.raises(RecordingError, match="holds no frame"):
        RecordingSource(path, key=lambda: PASSPHRASE).open()

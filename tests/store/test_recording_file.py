"""The file of a recording: exact, sealed, and readable up to the last whole record."""

import os
import signal
import subprocess
import sys
import unicodedata

import numpy as np
import pytest
from PIL import Image

from osfi_gui.core.errors import RecordingError
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.recording import Heading, Seen, Take
from osfi_gui.core.values import Frame, Verdict
from osfi_gui.store import cipher
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.store.recording import RecordingFile, RecordingWriter, remove_recording, size_of
from osfi_gui.store.recording_codec import pixels_of, png_of

PASSPHRASE = "correct horse"
HEADING = Heading("9.9", "2026-11-24T20:00:00.000+00:00", "desk.osfi")
POINT = OperatingPoint("nac", 16, 0.1 + 0.2, 1 / 3, "sface@2", 7, "Measured.", 0.01, None, (3, 5), ((4, 0.7),))
TAKES = (Take(1, "Door", True, "sface@2", 7, 12, POINT), Take(2, "pictures", False, "sface@2", 8, 12, None, half=True))
ADA = Seen(1, (1.5, 2.25, 30.0, 40.0), Verdict.ACCEPT, 4, "Ada", "nac", 0.1 + 0.7, 2 / 3, 5, 9, "ACCEPT Ada: …")
NOBODY = Seen(2, (9.0, 9.0, 20.0, 20.0), Verdict.REJECT, None, None, None, None, None, 1, 1, "REJECT: nobody.")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "one.osfirec"


@pytest.fixture
def noise():
    """Give pictures that no lossy codec would keep: every value drawn by itself."""
    draw = np.random.default_rng(3)
    return [draw.integers(0, 256, (48, 64, 3), dtype=np.uint8) for _ in range(4)]


def write(path, pictures, *, finish=True):
    writer = RecordingWriter(path, PASSPHRASE, HEADING)
    writer.begin_take(TAKES[0])
    writer.add(Frame(pictures[0], 10, 1 / 3), (ADA, NOBODY), take=1, missing=0, clock_s=0.5)
    writer.add(Frame(pictures[1], 12, 0.7), (), take=1, missing=3, clock_s=0.9)
    writer.begin_take(TAKES[1])
    writer.add(Frame(pictures[2], 0, 0.0, "a.jpg"), (ADA,), take=2, missing=0, clock_s=2.0)
    if finish:
        writer.finish(missing=3)
    else:
        writer.close()


def test_pictures_decisions_and_times_come_back_exactly(path, noise):
    write(path, noise)
    with RecordingFile(path, PASSPHRASE) as recording:
        frames = list(recording.frames())
        assert recording.takes() == TAKES
        assert len(recording) == 3
        assert recording.heading.missing == 3
        assert recording.heading.ended_at > HEADING.began_at
    for frame, pixels in zip(frames, noise, strict=False):
        np.testing.assert_array_equal(frame.pixels, pixels)
        assert frame.pixels.dtype == np.uint8
    assert [frame.seen for frame in frames] == [(ADA, NOBODY), (), (ADA,)]
    assert [(frame.index, frame.time_s, frame.file) for frame in frames] == [
        (10, 1 / 3, None), (12, 0.7, None), (0, 0.0, "a.jpg"),
    ]  # fmt: skip
    assert [(frame.number, frame.begins, frame.missing, frame.last) for frame in frames] == [
        (0, True, 0, False), (1, False, 3, False), (2, True, 0, True),
    ]  # fmt: skip
    assert [frame.take.number for frame in frames] == [1, 1, 2]


def test_a_picture_is_stored_as_png_that_others_read_too(noise):
    import io

    png = png_of(noise[0])
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png))), noise[0])
    np.testing.assert_array_equal(pixels_of(png), noise[0])
    with pytest.raises(ValueError, match="no PNG"):
        pixels_of(b"no picture")


def test_what_it_holds_is_counted(path, noise):
    write(path, noise)
    with RecordingFile(path, PASSPHRASE) as recording:
        summary = recording.summary()
        assert recording.shows(4)
        assert not recording.shows(5)
    assert (summary.frames, summary.faces, summary.width, summary.height) == (3, 3, 64, 48)
    assert summary.seconds == 1.5
    assert summary.people == {"Ada": 2}
    assert summary.size_bytes == path.stat().st_size


def test_a_stopped_recording_is_one_file_that_only_its_owner_reads(path, noise):
    write(path, noise)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_can_be_read_without_the_passphrase(path, noise):
    write(path, noise)
    raw = path.read_bytes()
    assert not raw.startswith(b"SQLite")
    for secret in (b"Ada", b"desk.osfi", b"PNG", b"Door", b"sface", b"CREATE TABLE"):
        assert secret not in raw
    with pytest.raises(RecordingError, match=r"passphrase does not open one\.osfirec") as wrong:
        RecordingFile(path, "correct horses")
    assert wrong.value.remedy == "Open the gallery it was made with, and check the file."


def test_the_same_passphrase_typed_on_another_system_opens_it(path):
    RecordingWriter(path, unicodedata.normalize("NFD", "Größe"), HEADING).finish(missing=0)
    with RecordingFile(path, unicodedata.normalize("NFC", "Größe")) as recording:
        assert recording.heading.gallery == "desk.osfi"


def test_a_changed_byte_is_noticed_and_what_came_before_is_played(path, noise):
    big = [np.random.default_rng(i).integers(0, 256, (120, 160, 3), dtype=np.uint8) for i in range(4)]
    write(path, big)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1  # in the second of three pictures that are as large
    path.write_bytes(raw)
    with RecordingFile(path, PASSPHRASE) as recording:
        frames = recording.frames()
        np.testing.assert_array_equal(next(frames).pixels, big[0])
        with pytest.raises(RecordingError) as damaged:
            next(frames)
    assert damaged.value.what == "one.osfirec is damaged after 1 frame."


def test_a_truncated_file_is_one_clear_sentence(path, noise):
    write(path, noise)
    raw = path.read_bytes()
    for length in (0, 10, 4096, len(raw) // 2, len(raw) - 1):
        path.write_bytes(raw[:length])
        with pytest.raises(RecordingError) as broken, RecordingFile(path, PASSPHRASE) as recording:
            list(recording.frames())
        assert broken.value.what.startswith(
            ("one.osfirec is damaged", "one.osfirec is empty", "The passphrase does not open one.osfirec")
        ), length
        assert broken.value.remedy


def test_what_is_no_recording_is_refused_and_left_alone(path, tmp_path):
    gallery = tmp_path / "desk.osfi"
    GalleryFile.open(gallery, PASSPHRASE, create=True).close()
    before = gallery.read_bytes()
    with pytest.raises(RecordingError, match=r"desk\.osfi is not a recording"):
        RecordingFile(gallery, PASSPHRASE)
    assert gallery.read_bytes() == before
    path.write_bytes(b"\0\0\0\x18ftypmp42" * 1000)
    with pytest.raises(RecordingError, match="or the file is not a recording"):
        RecordingFile(path, PASSPHRASE)
    with pytest.raises(RecordingError, match="There is no recording"):
        RecordingFile(tmp_path / "nowhere.osfirec", PASSPHRASE)


def test_a_newer_layout_is_refused(path, noise):
    write(path, noise)
    db = cipher.connect(path, PASSPHRASE)
    db.execute("PRAGMA user_version = 2")
    db.close()
    with pytest.raises(RecordingError, match="newer version"):
        RecordingFile(path, PASSPHRASE)


def test_a_file_that_is_there_is_never_written_over(path, noise):
    write(path, noise)
    before = path.read_bytes()
    with pytest.raises(RecordingError, match="cannot be made"):
        RecordingWriter(path, PASSPHRASE, HEADING)
    assert path.read_bytes() == before


def test_it_is_read_while_it_is_made(path, noise):
    writer = RecordingWriter(path, PASSPHRASE, HEADING)
    writer.begin_take(TAKES[0])
    for index, pixels in enumerate(noise):
        writer.add(Frame(pixels, index, float(index)), (ADA,), take=1, missing=0, clock_s=float(index))
        with RecordingFile(path, PASSPHRASE) as recording:
            assert [frame.index for frame in recording.frames()] == list(range(index + 1))
    writer.finish(missing=0)


def limited(pages):
    """Double the disk's edge: a file that has no room beyond so many pages of 4096 bytes."""

    def connect(path, passphrase):
        db = cipher.connect(path, passphrase)
        db.execute(f"PRAGMA max_page_count = {pages}")
        return db

    return connect


def test_a_full_disk_is_said_and_what_was_written_stays(path, noise):
    writer = RecordingWriter(path, PASSPHRASE, HEADING, connect=limited(16))
    writer.begin_take(TAKES[0])

    def add(index):
        writer.add(Frame(noise[index % 4], index, float(index)), (ADA,), take=1, missing=0, clock_s=float(index))

    with pytest.raises(RecordingError) as full:  # noqa: PT012 - which of them finds no room is not the test's business
        for index in range(100):
            add(index)
    assert full.value.what == "There is no room left to write one.osfirec."
    assert full.value.remedy == "Free some disk space and record again."
    writer.close()
    # 16 pages, of which a frame of 9216 bytes of noise takes three, leave room for a handful.
    with RecordingFile(path, PASSPHRASE) as recording:
        kept = list(recording.frames())
    assert 1 <= len(kept) == index <= 5
    for number, frame in enumerate(kept):
        np.testing.assert_array_equal(frame.pixels, noise[number % 4])


PROGRAM = """
import sys, itertools
from pathlib import Path
import numpy as np
from osfi_gui.core.recording import Heading, Take
from osfi_gui.core.values import Frame
from osfi_gui.store.recording import RecordingWriter
writer = RecordingWriter(Path(sys.argv[1]), "correct horse", Heading("1", "now", "desk.osfi"))
writer.begin_take(Take(1, "Door", True, "sface", 1, 1, None))
for index in itertools.count():
    pixels = np.random.default_rng(index).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    writer.add(Frame(pixels, index, index / 10), (), take=1, missing=0, clock_s=index / 10)
    print(index, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill that cannot be heard")
def test_a_killed_program_leaves_every_whole_record(path):
    child = subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = 0
    for line in child.stdout:
        said = int(line) + 1
        if said == 25:
            os.kill(child.pid, signal.SIGKILL)
            break
    said = max([said, *(int(line) + 1 for line in child.stdout)])
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL
    with RecordingFile(path, PASSPHRASE) as recording:
        assert recording.heading.ended_at == ""
        frames = list(recording.frames())
    # What was said to be written is there; the one that was being written may be.
    assert said <= len(frames) <= said + 1
    for index, frame in enumerate(frames):
        drawn = np.random.default_rng(index).integers(0, 256, (120, 160, 3), dtype=np.uint8)
        np.testing.assert_array_equal(frame.pixels, drawn)
    assert frames[-1].last


def test_it_is_deleted_with_what_lies_beside_it(path, noise):
    writer = RecordingWriter(path, PASSPHRASE, HEADING)
    writer.begin_take(TAKES[0])
    assert size_of(path) > path.stat().st_size
    remove_recording(path)
    writer.close()
    assert list(path.parent.iterdir()) == []

"""The recorder: what was recognised is written, in order, by its own thread; what has no room is counted and said."""

import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from osfi_gui.core.desk import Notice, OpenGallery, Phase, SourceState, Tone
from osfi_gui.core.enrolled import Prototypes
from osfi_gui.core.enrolment import Draft
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.recording import RecordedFrame, Take, seen_of
from osfi_gui.core.values import (
    Decision,
    Face,
    Frame,
    Match,
    Neighbour,
    Quality,
    Recognition,
    Sighting,
    SourceInfo,
    Verdict,
)
from osfi_gui.services.session import Session
from osfi_gui.store import cipher
from osfi_gui.store.recording import RecordingFile, RecordingWriter
from osfi_gui.workers.feed import Captured
from osfi_gui.workers.recorder import LEAST_FREE_BYTES, Recorder

PASSPHRASE = "correct horse"
PICTURE = 60 * 80 * 3
"""Bytes of one of these tests' frames."""
POINT = OperatingPoint("cosine", 1, 0.4, 0.4, "sface", 5)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "recordings"


@pytest.fixture
def begin(folder, joined, hear):
    """Start a recorder whose gallery is open."""

    def start(**settings):
        recorder = Recorder(**{"free_bytes": lambda _: 10**12, **settings})
        heard = hear(recorder, "changed", "noticed")
        recorder.use_folder(str(folder))
        recorder.use_key(OpenGallery("/somewhere/desk.osfi", PASSPHRASE))
        recorder.show_source(SourceState(Phase.READY, "x", SourceInfo("Door", 80, 60, 25.0, None, True, True)))
        joined(recorder, recorder.end)
        return recorder, heard

    return start


@pytest.fixture
def recording(begin, qtbot):
    """Start a recorder, and a recording."""

    def start(**settings):
        recorder, heard = begin(**settings)
        recorder.record()
        qtbot.waitUntil(lambda: recorder._rolling is not None)
        return recorder, heard

    return start


def a_session(revision=5):
    gallery = Prototypes("sface", revision, (1, 2), ("Ada", "Bob"), np.eye(2, dtype=np.float32))
    return Session(SimpleNamespace(name="sface"), gallery, POINT, "none")


SESSION = a_session()


def a_face(track=1, name="Ada", score=0.75):
    match = Match("cosine", 1, score, score, (Neighbour(1, "Ada", score, None),))
    verdict = Verdict.ACCEPT if name else Verdict.REJECT
    decision = Decision(verdict, 1 if name else None, name, match, POINT, 2, 3, "because")
    chip, vector = np.zeros((4, 4, 3), np.uint8), np.ones(2, np.float32)
    face = Face((1.0, 2.0, 30.0, 40.0), np.zeros((5, 2), np.float32), 0.99)
    return Sighting(track, face, chip, vector, Quality(30.0, 9.0, 90.0, 9.0, 0.0, 0.0, 0.0), decision)


def captured(index, *, opening=1):
    pixels = np.random.default_rng(index).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    return Captured(Frame(pixels, index, index / 10), opening, video=True)


def see(recorder, index, *, opening=1, session=SESSION, told=False, made=None):
    """Recognise one frame as the recognition thread does; give whether it was to begin without tracks."""
    frame = captured(index, opening=opening)
    fresh = recorder.begins(frame, session, told=told)
    recorder.saw(frame, Recognition(frame.frame, (a_face(),)) if made is None else made)
    return fresh


def kept(folder):
    (path,) = folder.iterdir()
    with RecordingFile(path, PASSPHRASE) as file:
        return list(file.frames())


def is_over(heard):
    """Say whether the last recording has ended."""
    return heard.last("changed") is not None and heard.last("changed").phase is Phase.NONE


def test_everything_that_was_recognised_is_written_in_its_order(recording, folder, qtbot):
    recorder, heard = recording()
    for index in (3, 4, 7):
        see(recorder, index)
    recorder.stop()
    qtbot.waitUntil(lambda: is_over(heard))
    frames = kept(folder)
    assert [frame.index for frame in frames] == [3, 4, 7]
    for frame in frames:
        np.testing.assert_array_equal(frame.pixels, captured(frame.index).frame.pixels)
        assert frame.seen == seen_of(Recognition(captured(0).frame, (a_face(),)))
        assert frame.take == Take(1, "Door", True, "sface", 5, 2, POINT)
    first, last = heard.of("noticed")
    name = next(folder.iterdir()).name
    assert first.what == f"Faces are being recorded, to {name}."
    assert first.remedy == "Say so to whoever is in front of the camera. Stop ends it."
    size = next(folder.iterdir()).stat().st_size
    assert last == Notice(f"Recorded 0:00 to {name}: 3 frames, {size / 1e6:.1f} MB.", "", Tone.GOOD)


def test_it_begins_without_tracks_and_again_whenever_something_changes_that_decides(recording, folder, qtbot):
    recorder, heard = recording()
    assert see(recorder, 0)
    assert not see(recorder, 1)
    assert see(recorder, 2, session=a_session(6), told=True)
    assert not see(recorder, 3, session=a_session(6))
    assert see(recorder, 0, opening=2)
    recorder.stop()
    qtbot.waitUntil(lambda: is_over(heard))
    assert [(frame.take.number, frame.take.revision, frame.begins) for frame in kept(folder)] == [
        (1, 5, True), (1, 5, False), (2, 6, True), (2, 6, False), (3, 5, True),
    ]  # fmt: skip


def test_while_nothing_is_recorded_recognition_is_left_alone(begin, folder):
    recorder, heard = begin()
    assert not see(recorder, 0, told=True)
    assert not see(recorder, 1, opening=2)
    assert not folder.exists()
    assert heard == []


def test_what_is_no_recognition_is_not_recorded(recording, folder, qtbot):
    recorder, heard = recording()
    see(recorder, 0)
    see(recorder, 1, made=Draft(), told=True)
    see(recorder, 2, told=True)
    recorder.stop()
    qtbot.waitUntil(lambda: is_over(heard))
    frames = kept(folder)
    assert [frame.index for frame in frames] == [0, 2]
    assert [frame.missing for frame in frames] == [0, 0]


def test_without_a_key_nothing_is_recorded(begin, folder, qtbot):
    recorder, heard = begin()
    recorder.use_key(None)
    recorder.record()
    assert heard.last("noticed") == Notice(
        "Nothing is recorded while the gallery is locked.", "Open it first.", Tone.BAD
    )
    see(recorder, 0)
    assert not folder.exists()


def test_locking_the_gallery_ends_the_recording(recording, folder, qtbot):
    recorder, heard = recording()
    see(recorder, 0)
    recorder.use_key(None)
    see(recorder, 1)
    see(recorder, 2, session=None)
    qtbot.waitUntil(lambda: is_over(heard))
    assert [frame.index for frame in kept(folder)] == [0]


def test_a_recording_without_a_frame_leaves_no_file(recording, folder, qtbot):
    recorder, heard = recording()
    recorder.stop()
    qtbot.waitUntil(lambda: is_over(heard))
    assert list(folder.iterdir()) == []
    assert heard.last("noticed").what == "Nothing was recognised, so nothing was recorded."


def test_the_end_of_the_program_waits_for_what_was_recognised(recording, folder):
    recorder, _ = recording()
    for index in range(20):
        see(recorder, index)
    recorder.end()
    assert recorder.wait(20_000)
    assert [frame.index for frame in kept(folder)] == list(range(20))
    assert [file.suffix for file in folder.iterdir()] == [".osfirec"]


def test_two_recordings_are_two_files(recording, folder, qtbot):
    recorder, heard = recording()
    see(recorder, 0)
    recorder.stop()
    recorder.record()
    qtbot.waitUntil(lambda: recorder._rolling is not None)
    see(recorder, 5)
    recorder.stop()
    qtbot.waitUntil(lambda: len([n for n in heard.of("noticed") if n.what.startswith("Recorded")]) == 2)
    assert len(list(folder.iterdir())) == 2
    if sys.platform != "win32":
        assert folder.stat().st_mode & 0o777 == 0o700


# A disk that is slow, full, or gone


class SlowDisk(RecordingWriter):
    """A file whose disk takes the next frame only when it is let."""

    def __init__(self, *args):
        super().__init__(*args)
        self.waits, self.let = threading.Event(), threading.Semaphore(0)

    def add(self, *args, **named):
        self.waits.set()
        self.let.acquire()
        super().add(*args, **named)


def test_a_slow_disk_costs_frames_of_the_recording_and_never_waits(begin, folder, qtbot):
    disks = []
    recorder, heard = begin(room_bytes=2 * PICTURE, make=lambda *args: disks.append(SlowDisk(*args)) or disks[-1])
    recorder.record()
    qtbot.waitUntil(lambda: recorder._rolling is not None)
    see(recorder, 0)
    assert disks[0].waits.wait(20)  # the disk has the first frame now
    for index in range(1, 8):  # none of these calls returns late: nobody lets the disk go on meanwhile
        see(recorder, index)
        assert recorder._tape.held <= 2 * PICTURE
    for _ in range(3):
        disks[0].let.release()
    qtbot.waitUntil(lambda: recorder._tape.held == 0)
    see(recorder, 8)
    disks[0].let.release()
    recorder.stop()
    qtbot.waitUntil(lambda: is_over(heard))
    frames = kept(folder)
    # The disk held one, two waited, five found no room.
    assert [(frame.index, frame.missing) for frame in frames] == [(0, 0), (1, 0), (2, 0), (8, 5)]
    said = heard.last("noticed")
    assert "4 frames" in said.what
    assert said.remedy == "5 frames are missing, because the disk was too slow."
    with RecordingFile(next(folder.iterdir()), PASSPHRASE) as file:
        assert file.heading.missing == 5


def limited(pages):
    """Double the disk's edge: a file that has no room beyond so many pages of 4096 bytes."""

    def connect(path, passphrase):
        db = cipher.connect(path, passphrase)
        db.execute(f"PRAGMA max_page_count = {pages}")
        return db

    return lambda *args: RecordingWriter(*args, connect=connect)


def test_a_full_disk_ends_the_recording_and_what_was_written_stays(recording, folder, qtbot):
    recorder, heard = recording(make=limited(24))
    for index in range(40):
        see(recorder, index)
    qtbot.waitUntil(lambda: is_over(heard))
    said = heard.last("noticed")
    name = next(folder.iterdir()).name
    assert said.what == f"There is no room left to write {name}. The recording ended after 0:00 and is kept."
    assert (said.remedy, said.tone) == ("Free some disk space and record again.", Tone.BAD)
    frames = kept(folder)
    assert 1 <= len(frames) < 40
    assert [frame.index for frame in frames] == list(range(len(frames)))
    # Recognition goes on, and so does the recorder.
    assert not see(recorder, 41)
    recorder._make = RecordingWriter
    recorder.record()
    qtbot.waitUntil(lambda: recorder._rolling is not None)
    see(recorder, 42)
    recorder.stop()
    qtbot.waitUntil(lambda: heard.last("noticed").what.startswith("Recorded"))
    assert len(list(folder.iterdir())) == 2


def test_a_disk_that_is_nearly_full_is_left_to_the_gallery(begin, folder, qtbot):
    recorder, heard = begin(free_bytes=lambda _: LEAST_FREE_BYTES - 1)
    recorder.record()
    qtbot.waitUntil(lambda: bool(heard.of("noticed")))
    assert heard.last("noticed").what == "Only 300 MB are left on the disk, too few to record."
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(begin, tmp_path, qtbot):
    recorder, heard = begin()
    (tmp_path / "file").write_text("here")
    recorder.use_folder(str(tmp_path / "file" / "recordings"))
    recorder.record()
    qtbot.waitUntil(lambda: bool(heard.of("noticed")))
    said = heard.last("noticed")
    assert said.what.startswith(f"The folder {tmp_path / 'file' / 'recordings'} cannot be made")
    assert said.remedy == "Choose another folder for recordings."


def test_a_frame_that_failed_counts_as_missing(recording, folder, qtbot):
    recorder, heard = recording()
    see(recorder, 0)
    recorder.begins(captured(1), SESSION, told=False)  # and then recognition raises: the frame is never seen
    see(recorder, 2)
    recorder.stop()
    qtbot.waitUntil(lambda: is_over(heard))
    assert [(frame.index, frame.missing) for frame in kept(folder)] == [(0, 0), (2, 1)]


# A recording that plays again


def played(number, *, seen=None, last=False):
    pixels = np.zeros((60, 80, 3), np.uint8)
    take = Take(1, "Door", True, "sface", 5, 2, POINT)
    seen = seen_of(Recognition(Frame(pixels), (a_face(),))) if seen is None else seen
    frame = RecordedFrame(pixels, number, number / 10, number=number, take=take, seen=seen, clock_s=number, last=last)
    return Captured(frame, 1, video=True)


def replay(recorder, frame, *faces, told=False):
    recorder.begins(frame, SESSION, told=told)
    recorder.saw(frame, Recognition(frame.frame, faces))


def test_a_replay_says_at_its_end_that_everything_was_decided_alike(begin):
    recorder, heard = begin()
    replay(recorder, played(0), a_face(), told=True)
    replay(recorder, played(1), a_face())
    assert heard == []
    replay(recorder, played(2, last=True), a_face())
    assert heard == [
        ("noticed", Notice("Every decision is the recorded one: 3 frames, 3 faces.", "", Tone.GOOD)),
    ]


def test_a_replay_says_what_was_decided_otherwise(begin):
    recorder, heard = begin()
    replay(recorder, played(0), a_face())
    replay(recorder, played(1), a_face(name=None, score=0.25))
    replay(recorder, played(2, last=True), a_face())
    said = heard.last("noticed")
    assert said.what == "1 frame of 3 frames decided otherwise now."
    assert said.remedy == (
        "The first at 0:01: recorded ACCEPT Ada (cosine 0.750) on track 1, now REJECT (cosine 0.250) on track 1."
    )
    assert said.tone is Tone.BAD


@pytest.mark.parametrize("spoilt", ["told", "skipped", "failed"])
def test_a_replay_that_was_disturbed_claims_nothing(begin, spoilt):
    recorder, heard = begin()
    replay(recorder, played(0), a_face())
    if spoilt == "failed":
        recorder.begins(played(1), SESSION, told=False)
    elif spoilt == "told":
        replay(recorder, played(1), a_face(), told=True)
    replay(recorder, played(2, last=True), a_face())
    assert heard == []


def test_the_folder_of_a_recording_is_named_after_its_time(recording, folder, qtbot):
    recorder, heard = recording()
    see(recorder, 0)
    recorder.stop()
    qtbot.waitUntil(lambda: is_over(heard))
    import re

    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.osfirec", Path(next(folder.iterdir())).name)

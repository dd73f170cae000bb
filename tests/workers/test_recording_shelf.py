"""The list of recordings: what lies in the folder, deleting, and who is in them when somebody is erased."""

import numpy as np
import pytest

from osfi_gui.core.desk import OpenGallery, Tone
from osfi_gui.core.recording import Heading, RecordingListing, Seen, Take
from osfi_gui.core.values import Frame, Verdict
from osfi_gui.store.recording import RecordingWriter
from osfi_gui.workers.recordings import RecordingShelf

PASSPHRASE = "correct horse"


def seen(identity_id, verdict=Verdict.ACCEPT):
    return Seen(1, (0.0, 0.0, 9.0, 9.0), verdict, identity_id, "Somebody", "cosine", 0.8, 0.8, 3, 3, "because")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "recordings"
    made.mkdir()
    return made


@pytest.fixture
def record(folder):
    def make(name, *faces, passphrase=PASSPHRASE):
        writer = RecordingWriter(folder / name, passphrase, Heading("1", "now", "desk.osfi"))
        writer.begin_take(Take(1, "Door", True, "sface", 1, 12, None))
        for face in faces:
            writer.add(Frame(np.zeros((8, 8, 3), np.uint8)), (face,), take=1, missing=0, clock_s=0.0)
        writer.finish(missing=0)
        return folder / name

    return make


@pytest.fixture
def shelf(folder):
    made = RecordingShelf()
    made.use_folder(str(folder))
    made.use_key(OpenGallery("/desk.osfi", PASSPHRASE))
    return made


@pytest.fixture
def heard(shelf, hear):
    return hear(shelf, "listed", "noticed")


def test_what_lies_in_the_folder_is_listed_and_deleted(shelf, heard, record, folder):
    path = record("a.osfirec", seen(1))
    (folder / "notes.txt").write_text("no recording")
    shelf.use_key(None)  # neither takes the key
    shelf.show()
    (listed,) = heard.last("listed").recordings
    assert (listed.path, listed.size_bytes) == (str(path), path.stat().st_size)
    shelf.remove(str(path))
    assert not path.exists()
    assert heard.last("noticed").what == "The recording a.osfirec was deleted."
    assert heard.last("listed") == RecordingListing(str(folder))


def test_a_folder_that_is_not_there_holds_nothing(shelf, heard, folder):
    folder.rmdir()
    shelf.show()
    assert heard == [("listed", RecordingListing(str(folder)))]


def test_recordings_that_know_an_erased_person_are_named(shelf, heard, record):
    record("a.osfirec", seen(1), seen(12))
    record("b.osfirec", seen(2))  # the 12 of its take is a number of people
    record("c.osfirec", seen(3), seen(12))
    record("d.osfirec", seen(12), passphrase="another gallery's")
    shelf.look_for(12)
    shows, closed = heard.of("noticed")
    assert shows.what == "Whoever is erased was recognised in 2 recordings and stays there: c.osfirec, a.osfirec."
    assert shows.remedy == "Delete what has to go under Settings, Recordings."
    assert closed.what == "1 recording could not be looked into for whoever is erased."
    assert shows.tone is Tone.BAD
    assert closed.tone is Tone.BAD


def test_nothing_is_said_where_no_recording_knows_the_person(shelf, heard, record):
    record("a.osfirec", seen(1), seen(112))
    shelf.look_for(12)
    assert heard == []

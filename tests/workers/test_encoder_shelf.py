"""What the shelf of encoders does when it is asked, and how it says that it could not."""

import pytest
import torch

from osfi_gui.core.desk import Phase
from osfi_gui.core.encoders import ImportEncoder
from osfi_gui.vision.manifest import read_manifest
from osfi_gui.vision.nets.mobilefacenet import MobileFaceNet
from osfi_gui.workers.encoders import EncoderShelf


@pytest.fixture
def shelf():
    return EncoderShelf()


@pytest.fixture
def heard(shelf, hear):
    return hear(shelf, "changed", "listed", "chosen", "engine_loaded", "engine_changed")


@pytest.fixture
def small(tmp_path):
    """Save a MobileFaceNet with random weights."""
    torch.manual_seed(1)
    file = tmp_path / "small.pt"
    torch.save(MobileFaceNet(width=96).state_dict(), file)
    return file


def ended(heard):
    """Give how the last request ended; there is exactly one end a request."""
    states = heard.of("changed")
    waits = [state for state in states if state.phase is Phase.WAITING]
    assert len(states) == 2 * len(waits)
    assert all(wait.title for wait in waits)
    return states[-1]


def test_nothing_is_listed_before_somebody_looks(shelf, heard, engine):
    shelf.use_engine(engine)
    assert heard == []
    shelf.show()
    listing = heard.last("listed")
    assert listing.in_use == "sface"
    assert [row.name for row in listing.rows] == list(read_manifest())
    sface = next(row for row in listing.rows if row.name == "sface")
    assert (sface.here, sface.measured, sface.dim) == (True, True, 128)


def test_a_file_is_looked_at_imported_and_used(shelf, heard, engine, small):
    shelf.use_engine(engine)
    shelf.examine(str(small))
    found = ended(heard).found
    assert (found.name, found.architecture, found.dim, found.chip) == (
        "small",
        "MobileFaceNet 112x96",
        128,
        "five-point",
    )
    assert "small" not in read_manifest()
    shelf.take(ImportEncoder(found.file, "first", "box"))
    assert ended(heard).phase is Phase.ENDED
    assert read_manifest()["first"].preprocessing.kind == "box"
    shelf.use("first")
    assert heard.last("engine_loaded").encoder.base == "first"
    assert heard.last("engine_loaded").new_detector is engine.new_detector
    assert heard.last("engine_changed").encoder == "MobileFaceNet 112x96 (first)"
    assert heard.of("chosen") == ["first"]
    assert ended(heard).remedy.startswith("Nobody has measured a default threshold")
    assert heard.last("listed").in_use == "first"


def test_a_name_that_is_free_is_proposed(shelf, heard, small):
    for wanted in ("small", "small-2"):
        shelf.examine(str(small))
        assert ended(heard).found.name == wanted
        shelf.take(ImportEncoder(str(small), wanted, "five-point"))


def test_the_one_in_use_is_not_removed_and_others_are(shelf, heard, engine, small):
    shelf.use_engine(engine)
    shelf.take(ImportEncoder(str(small), "mine", "five-point"))
    shelf.use("mine")
    shelf.remove("mine")
    assert ended(heard).what == "“mine” is in use and was not removed."
    assert "mine" in read_manifest()
    shelf.use("sface")
    shelf.remove("mine")
    assert ended(heard).phase is Phase.ENDED
    assert "mine" not in read_manifest()
    shelf.remove("facenet-vggface2")
    assert ended(heard).what == "“facenet-vggface2” belongs to the program and cannot be removed."


def test_where_none_could_be_loaded_another_one_is_used_from_the_next_start(shelf, heard, small):
    shelf.take(ImportEncoder(str(small), "mine", "five-point"))
    shelf.use("mine")
    assert ended(heard).what == "MobileFaceNet 112x96 (mine) is used from the next start on."
    assert heard.of("chosen") == ["mine"]
    assert heard.of("engine_loaded") == []
    assert (heard.last("listed").in_use, heard.last("listed").next_start) == ("", "mine")


def test_one_whose_weights_are_not_here_is_not_chosen(shelf, heard, engine):
    shelf.use_engine(engine)
    shelf.use("facenet-vggface2")
    state = ended(heard)
    assert state.phase is Phase.FAILED
    assert state.what == "The weights of FaceNet (VGGFace2) are not on this computer."
    assert heard.of("chosen") == heard.of("engine_loaded") == []


def test_weights_that_were_changed_on_disk_are_not_used(shelf, heard, engine, small, tmp_path):
    shelf.use_engine(engine)
    shelf.take(ImportEncoder(str(small), "mine", "five-point"))
    (file,) = (tmp_path / "osfi-data").rglob("mine.safetensors")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    shelf.use("mine")
    assert ended(heard).what.startswith("The file mine.safetensors is damaged")
    assert heard.of("chosen") == []

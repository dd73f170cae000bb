"""Encoders through the window: imported from a file, used, remembered, removed; what is no encoder is refused."""

import json
import os
import pickle
import shutil

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from safetensors.torch import save_file
from torch import nn

from osfi_gui.core.desk import Phase
from osfi_gui.core.encoders import ShelfState
from osfi_gui.core.events import Token
from osfi_gui.paths import config_dir
from osfi_gui.services.enrol import enrol_folder
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.vision.manifest import encoders_dir, read_manifest
from osfi_gui.vision.nets.mobilefacenet import MobileFaceNet

PASSPHRASE = "correct horse"


@pytest.fixture(scope="module")
def weights():
    """Give the weights of a MobileFaceNet as its public checkpoints name them; random, with statistics as trained."""
    torch.manual_seed(5)
    net = MobileFaceNet(width=96)
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.running_mean, -0.5, 0.5)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
    return net.state_dict()


@pytest.fixture
def peopled(tmp_path, demo_dir, sface, mtcnn):
    """Make a gallery of the demo's people."""
    path = tmp_path / "desk.osfi"
    with GalleryFile.open(path, PASSPHRASE, create=True) as store:
        list(enrol_folder(demo_dir / "enrol", store=store, detector=mtcnn, encoder=sface, token=Token()))
        assert len(store.identities()) == 4
    return path


@pytest.fixture
def settings(begin, peopled, monkeypatch):
    """Open the gallery and go to Settings by key."""
    # The system's own dialog is not Qt's to answer.
    monkeypatch.setattr(QFileDialog, "open", lambda self: (self.show(), None)[1])
    desk = begin(gallery=str(peopled))
    desk.unlock(PASSPHRASE)
    desk.until(lambda: desk.is_open() and desk.galleries[-1].encoder)
    desk.page(7)
    desk.section = desk.window.settings.encoders
    desk.until(lambda: desk.section.model.rowCount() >= 3)
    return desk


def choose_file(desk, file):
    """Press the button and choose a file in the dialog."""
    desk.press(desk.section.card.choose)
    dialog = desk.window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(file))
    dialog.reject()
    desk.come_back()


def outcome(desk, file):
    """Choose a file; give what the page says of it."""
    section = desk.section
    section.show_shelf(ShelfState())  # what was said of the last one
    choose_file(desk, file)
    desk.until(lambda: section._state.phase in {Phase.FAILED, Phase.READY})
    return section.outcome.text() if section.outcome.isVisible() else ""


def rows(desk):
    return {row.name: row for row in desk.section.model.listing.rows}


def test_an_encoder_is_imported_used_and_remembered(settings, weights, tmp_path, begin, peopled):
    save_file(weights, tmp_path / "Small Net.safetensors")
    assert outcome(settings, tmp_path / "Small Net.safetensors") == ""
    section, card = settings.section, settings.section.card
    assert card.holds.text() == "Small Net.safetensors holds MobileFaceNet 112x96, 128 numbers a face."
    assert card.name.text() == "small-net"
    settings.until(card.name.hasFocus)
    settings.key(Qt.Key.Key_Return)  # the name is right as it is
    settings.until(lambda: "small-net" in rows(settings))
    settings.until(lambda: section._state.phase is Phase.ENDED)
    assert section.outcome.text() == "MobileFaceNet 112x96 (small-net) is here and can be used."
    row = rows(settings)["small-net"]
    assert (row.here, row.imported, row.dim) == (True, True, 128)
    assert row.size_bytes == (encoders_dir() / "small-net.safetensors").stat().st_size

    section.table.setCurrentIndex(section.model.index(section.model.number_of("small-net"), 0))
    settings.press(section.use)
    badge = settings.window.topbar.encoder_badge
    settings.until(lambda: badge.text() == "MobileFaceNet 112x96 (small-net)")
    settings.until(lambda: section.model.listing.in_use == "small-net")
    settings.until(lambda: section.now.text() == "The open gallery works with MobileFaceNet 112x96 (small-net).")
    # Nobody measured a threshold for it, and there are no strangers: nothing may be decided.
    settings.until(lambda: settings.galleries[-1].operating_point is None)
    assert not section.remove.isEnabled()
    assert json.loads((config_dir() / "settings.json").read_text("utf-8"))["encoder"] == "small-net"
    settings.end()

    with GalleryFile.open(peopled, PASSPHRASE) as store:
        assert len(store.embeddings("small-net").shot_ids) == len(store.shots()) > 0
        assert store.embeddings("small-net").matrix.shape[1] == 128
    again = begin(gallery=str(peopled))
    again.unlock(PASSPHRASE)
    again.until(lambda: again.window.topbar.encoder_badge.text() == "MobileFaceNet 112x96 (small-net)")


class _Bomb:
    def __reduce__(self):
        return (os.system, ("touch exploded",))


def test_a_file_with_code_is_refused_and_not_run(settings, weights, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"net_state_dict": dict(weights), "extra": _Bomb()}, tmp_path / "bomb.pt")
    said = outcome(settings, tmp_path / "bomb.pt")
    assert said.startswith("The file bomb.pt holds code (")
    assert "it was not run" in said
    assert not (tmp_path / "exploded").exists()
    pickle.loads(pickle.dumps(_Bomb()))  # it would have been seen: it works where it is run
    assert (tmp_path / "exploded").exists()
    assert settings.section.card.choose.isEnabled()
    assert not encoders_dir().exists()


def test_what_is_no_encoder_is_refused(settings, demo_dir, tmp_path):
    shutil.copy(demo_dir / "strangers" / "obama.jpg", tmp_path / "face.pt")
    assert outcome(settings, tmp_path / "face.pt") == (
        "The file face.pt is damaged, or holds no weights in a known format. Get it again."
    )
    torch.save(nn.Linear(3, 4).state_dict(), tmp_path / "linear.pt")
    assert outcome(settings, tmp_path / "linear.pt").startswith(
        "The file linear.pt is of an architecture that this program does not know."
    )


def test_a_name_that_is_taken_leaves_the_form_as_it_is(settings, weights, tmp_path):
    torch.save({"net_state_dict": dict(weights)}, tmp_path / "a.pt")
    outcome(settings, tmp_path / "a.pt")
    card = settings.section.card
    card.name.setText("sface")
    settings.press(card.begin)
    settings.until(lambda: settings.section._state.phase is Phase.FAILED)
    assert settings.section.outcome.text().startswith("There is an encoder named “sface” already.")
    assert (card.name.text(), card.name.isVisible()) == ("sface", True)
    card.name.setText("second")
    settings.press(card.begin)
    settings.until(lambda: "second" in rows(settings))


def test_an_imported_encoder_is_removed(settings, weights, tmp_path):
    save_file(weights, tmp_path / "gone.safetensors")
    outcome(settings, tmp_path / "gone.safetensors")
    settings.press(settings.section.card.begin)
    settings.until(lambda: "gone" in rows(settings))
    section = settings.section
    settings.until(lambda: section._state.phase is Phase.ENDED)
    section.table.setCurrentIndex(section.model.index(section.model.number_of("gone"), 0))
    settings.press(section.remove)
    assert settings.window.focusWidget() is section.keep
    settings.press(section.remove_now)
    settings.until(lambda: "gone" not in rows(settings))
    assert "gone" not in read_manifest()

"""Prototypes in half precision, chosen in Settings: at once, remembered, said, and replayed alike."""

import json

import numpy as np
import pytest
from PySide6.QtCore import Qt

from osfi_gui.core.events import Token
from osfi_gui.paths import config_dir
from osfi_gui.services.enrol import enrol_folder
from osfi_gui.store.gallery import GalleryFile

PASSPHRASE = "correct horse"
FULL, HALF = (f"The open gallery's prototypes are kept in {word} precision." for word in ("full", "half"))


@pytest.fixture
def peopled(tmp_path, demo_dir, sface, mtcnn):
    """Make a gallery of the demo's people."""
    path = tmp_path / "desk.osfi"
    with GalleryFile.open(path, PASSPHRASE, create=True) as store:
        list(enrol_folder(demo_dir / "enrol", store=store, detector=mtcnn, encoder=sface, token=Token()))
        assert len(store.identities()) == 4
    return path


def at_settings(begin, peopled, **options):
    """Open the gallery and go to Settings by key; give the program and its section."""
    desk = begin(gallery=str(peopled), **options)
    desk.unlock(PASSPHRASE)
    desk.until(lambda: desk.is_open() and desk.galleries[-1].encoder)
    desk.page(7)
    section = desk.window.settings.matching
    desk.until(section.now.isVisible)
    return desk, section


def choose(desk, section):
    """Press Space on the choice, as somebody without a mouse does."""
    section.half.setFocus()
    desk.key(Qt.Key.Key_Space)


def kept(desk):
    """Give the type of the prototypes that recognition works with."""
    return desk.app.desk.session.gallery.matrix.dtype


def test_what_is_chosen_holds_at_once_is_said_and_comes_back_at_the_next_start(begin, peopled):
    desk, section = at_settings(begin, peopled)
    assert (section.half.isChecked(), section.now.text(), kept(desk)) == (False, FULL, np.float32)
    choose(desk, section)
    desk.until(lambda: section.now.text() == HALF)
    assert kept(desk) == np.float16
    assert json.loads((config_dir() / "settings.json").read_text("utf-8"))["precision"] == "half"
    desk.end()
    desk, section = at_settings(begin, peopled)
    assert (section.half.isChecked(), section.now.text(), kept(desk)) == (True, HALF, np.float16)
    choose(desk, section)
    desk.until(lambda: section.now.text() == FULL)
    assert kept(desk) == np.float32
    assert json.loads((config_dir() / "settings.json").read_text("utf-8"))["precision"] == ""


def test_people_are_recognised_and_a_recording_is_decided_alike_in_half_precision(begin, peopled, tmp_path):
    desk, section = at_settings(begin, peopled, source="demo")
    choose(desk, section)
    desk.until(lambda: section.now.text() == HALF)
    desk.page(1)
    bar = desk.window.identify.record
    desk.press(bar.button)
    desk.until(lambda: bar.running)
    already = len(desk.decided)
    desk.until(lambda: any(decision.identity for decision in desk.decided[already:]))
    match = next(decision for decision in desk.decided[already:] if decision.identity).match
    assert match.neighbours[0].cosine == match.cosine
    desk.press(bar.button)
    desk.until(lambda: any(said.startswith("Recorded ") for said in desk.notices()))
    (path,) = (tmp_path / "osfi-data" / "recordings").iterdir()
    desk.window.source_requested.emit(str(path))
    desk.until(lambda: any(said.startswith("Every decision is the recorded one") for said in desk.notices()))

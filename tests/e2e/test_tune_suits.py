"""The default recipe is that of the gallery's own camera, through the window: looked at, said, followed, kept."""

import shutil

import numpy as np
import pytest
from PIL import Image

from osfi_gui.core.desk import Phase
from osfi_gui.core.events import Token
from osfi_gui.core.tune import PAPER_RECIPE
from osfi_gui.services.enrol import enrol_folder
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.tuning.recipes import POOR_CAMERA_RECIPE
from osfi_gui.vision.camera import degrade_named

PASSPHRASE = "correct horse"
KNOWN, SHOTS = 3, 2


def gallery_of(place, shared_data, encoder, *, poor):
    """Make a gallery of three real people as a camera sees them."""
    several = [p for p in sorted((shared_data / "lfw112").iterdir()) if len(list(p.glob("*.jpg"))) >= SHOTS][:KNOWN]
    for folder in several:
        (place / "known" / folder.name).mkdir(parents=True)
        for file in sorted(folder.glob("*.jpg"))[:SHOTS]:
            if poor:
                chip = degrade_named(np.asarray(Image.open(file).convert("RGB")), file.name)
                Image.fromarray(chip).save(place / "known" / folder.name / f"{file.stem}.png")
            else:
                shutil.copy(file, place / "known" / folder.name)
    path = place / "desk.osfi"
    with GalleryFile.open(path, PASSPHRASE, create=True) as store:
        list(enrol_folder(place / "known", store=store, detector=None, encoder=encoder, token=Token(), aligned=True))
        assert len(store.shots()) == KNOWN * SHOTS
    return path


@pytest.fixture
def opened(begin, tmp_path, shared_data, sface):
    def open_one(*, poor):
        desk = begin(gallery=str(gallery_of(tmp_path, shared_data, sface, poor=poor)))
        desk.unlock(PASSPHRASE)
        desk.until(desk.is_open)
        desk.page(4)
        desk.form = desk.window.tune._body.form
        desk.until(desk.form.begin.isEnabled)
        return desk

    return open_one


def test_a_gallery_of_a_poor_camera_is_tuned_for_one_and_its_version_says_so(opened):
    desk = opened(poor=True)
    form, told = desk.form, []
    desk.app.tuning.changed.connect(told.append)
    desk.app.tune_desk.state_changed.connect(told.append)
    assert form.recipe_choice.combo.currentText() == "Suits the shots: for a poor camera"
    assert "pixels across a face, so the recipe for poor cameras is used." in form.recipe_choice.help.text()
    desk.press(form.begin)
    desk.until(lambda: told and told[-1].phase is Phase.READY)
    assert told[-1].version.recipe == POOR_CAMERA_RECIPE


def test_a_gallery_of_a_good_camera_gets_the_papers_and_a_choice_stays(opened):
    desk = opened(poor=False)
    form = desk.form
    assert form.recipe_choice.combo.currentText() == "Suits the shots: the paper's"
    assert form.recipe() == PAPER_RECIPE
    form.recipe_choice.choose("poor-camera")
    looks = []
    desk.app.tune_desk.shots_seen.connect(looks.append)
    desk.page(1)
    desk.page(4)
    desk.until(lambda: looks)
    assert looks[0].seen.recipe == "paper"
    assert form.recipe() == POOR_CAMERA_RECIPE

    desk.press(desk.window.topbar.lock_button)
    desk.until(lambda: desk.galleries[-1].phase is Phase.NONE)
    desk.until(lambda: form.recipe_choice.combo.itemText(0) == "Suits the shots")

"""A tuned version is put into use through the window: the threshold is measured again for it, and only offered."""

import shutil

import numpy as np
import pytest

from osfi_gui.core.desk import Phase
from osfi_gui.core.events import Token
from osfi_gui.services.enrol import enrol_folder
from osfi_gui.services.strangers import import_strangers
from osfi_gui.store.gallery import GalleryFile

PASSPHRASE = "correct horse"
KNOWN, SHOTS, STRANGERS = 6, 3, 30
TARGET = 0.1


@pytest.fixture
def path(tmp_path, shared_data, sface):
    """Make a gallery of six people with three shots each, and the faces of thirty strangers."""
    people = [folder for folder in sorted((shared_data / "lfw112").iterdir()) if folder.is_dir()]
    several = [p for p in people if len(list(p.glob("*.jpg"))) >= SHOTS][:KNOWN]
    alone = [p for p in people if len(list(p.glob("*.jpg"))) == 1][:STRANGERS]
    for name, folders in (("known", several), ("strangers", alone)):
        for folder in folders:
            (tmp_path / name / folder.name).mkdir(parents=True)
            for file in sorted(folder.glob("*.jpg"))[:SHOTS]:
                shutil.copy(file, tmp_path / name / folder.name)
    tools = {"detector": None, "encoder": sface, "token": Token(), "aligned": True}
    with GalleryFile.open(tmp_path / "gallery.osfi", PASSPHRASE, create=True) as store:
        list(enrol_folder(tmp_path / "known", store=store, **tools))
        list(import_strangers(tmp_path / "strangers", store=store, **tools))
    return tmp_path / "gallery.osfi"


def threshold_by_hand(path, encoder):
    """Give the score of the last stranger who may be accepted: the third of thirty, by the nearest mean of shots."""
    with GalleryFile.open(path, PASSPHRASE) as store:
        found, others = store.embeddings(encoder), store.stranger_embeddings(encoder)
    owners = np.array(found.identity_ids)
    sums = np.stack([found.matrix[owners == person].sum(axis=0) for person in sorted(set(owners))])
    best = (others.matrix @ (sums / np.linalg.norm(sums, axis=1, keepdims=True)).T).max(axis=1)
    return float(np.sort(best)[::-1][round(TARGET * len(best)) - 1])


@pytest.fixture
def promoted(begin, path):
    """Calibrate by the cosine, fine-tune for two epochs, and put the result into use; all of it by the buttons."""
    desk = begin(gallery=str(path))
    desk.unlock(PASSPHRASE)
    desk.until(desk.is_open)
    desk.page(5)
    desk.body = desk.window.calibrate.body
    desk.until(desk.body.sources.isVisible)
    desk.body.sources.far.setText("10 %")
    desk.press(desk.body.sources.measure)
    desk.until(lambda: desk.body.point.isVisible() and desk.body.point.read is not None)
    desk.press(desk.body.matchers.rows["cosine"])
    desk.press(desk.body.point.use)
    desk.until(lambda: desk.galleries[-1].calibration == "valid")

    told = []
    desk.app.tuning.changed.connect(told.append)
    desk.app.tune_desk.state_changed.connect(told.append)
    desk.page(4)
    tune = desk.window.tune._body
    desk.until(tune.form.begin.isEnabled)
    tune.form.epochs.setValue(2)
    desk.press(tune.form.begin)
    desk.until(lambda: told and told[-1].phase is Phase.READY)
    choice = tune.run.choice
    if not choice.promote.isEnabled():
        desk.press(choice.anyway)
    desk.press(choice.promote)
    desk.until(lambda: desk.galleries[-1].encoder == "SFace, version 1")
    desk.page(1)
    desk.until(desk.window.identify.isVisible)
    return desk


def test_a_promoted_version_is_measured_again_and_its_threshold_is_used_only_when_asked(promoted, path):
    before = promoted.galleries[-1]
    assert before.calibration != "valid", "what was measured with the pretrained encoder does not hold for this one"
    offer = promoted.window.identify.offer
    promoted.until(offer.isVisible)
    expected = threshold_by_hand(path, "sface@1")
    assert expected != pytest.approx(threshold_by_hand(path, "sface"), abs=1e-5), "or the run changed nothing"
    assert f"cosine from {expected:.4f} on" in offer.text() or f"people: {expected:.4f}" in offer.text()
    assert promoted.galleries[-1].operating_point == before.operating_point, "it is only offered"

    promoted.press(offer.look)
    promoted.until(lambda: promoted.window.page == "calibrate")
    point = promoted.body.point
    promoted.until(lambda: point.calibration is not None and point.calibration.encoder == "sface@1")
    assert (point.choices.now.matcher, point.choices.now.threshold) == ("cosine", pytest.approx(expected, abs=1e-6))
    # Two of three shots of each person trained it; the third may judge, and strangers never trained.
    where = point.calibration.provenance
    assert (where.mated, where.probes, where.strangers) == ("held-out shots", KNOWN, STRANGERS)
    promoted.press(promoted.body.offer.use)
    promoted.until(lambda: promoted.galleries[-1].calibration == "valid")
    kept = promoted.galleries[-1].operating_point
    assert (kept.encoder, kept.matcher, kept.threshold) == ("sface@1", "cosine", pytest.approx(expected, abs=1e-6))
    promoted.until(promoted.body.offer.isHidden)

    # Back with the pretrained encoder its own calibration holds again, and nothing is offered.
    promoted.window.tune.roll_back_requested.emit()
    promoted.until(lambda: promoted.galleries[-1].encoder == "SFace")
    assert promoted.galleries[-1].calibration == "valid"
    assert promoted.galleries[-1].operating_point.threshold == pytest.approx(threshold_by_hand(path, "sface"), abs=1e-6)
    assert promoted.body.offer.isHidden()


def test_an_offer_after_a_promotion_is_declined_and_nothing_changes(promoted, path):
    offer = promoted.window.identify.offer
    promoted.until(offer.isVisible)
    before = promoted.galleries[-1].operating_point
    promoted.press(offer.leave)
    promoted.until(offer.isHidden)
    promoted.page(5)
    promoted.until(promoted.body.isVisible)
    assert promoted.body.offer.isHidden()
    assert promoted.galleries[-1].operating_point == before
    with GalleryFile.open(path, PASSPHRASE) as store:
        assert store.operating_point("sface@1") is None or store.operating_point("sface@1").measured is None

"""Calibrating through the window: scores of real faces, a threshold that was chosen, and what decides afterwards."""

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


@pytest.fixture
def peopled(tmp_path, shared_data, sface):
    """Make a gallery of six people with three shots each, and the faces of thirty strangers."""
    people = [folder for folder in sorted((shared_data / "lfw112").iterdir()) if folder.is_dir()]
    several = [p for p in people if len(list(p.glob("*.jpg"))) >= SHOTS][:KNOWN]
    alone = [p for p in people if len(list(p.glob("*.jpg"))) == 1][:STRANGERS]
    for name, folders in (("known", several), ("strangers", alone)):
        for folder in folders:
            (tmp_path / name / folder.name).mkdir(parents=True)
            for file in sorted(folder.glob("*.jpg"))[:SHOTS]:
                shutil.copy(file, tmp_path / name / folder.name)
    path = tmp_path / "peopled.osfi"
    tools = {"detector": None, "encoder": sface, "token": Token(), "aligned": True}
    with GalleryFile.open(path, PASSPHRASE, create=True) as store:
        list(enrol_folder(tmp_path / "known", store=store, **tools))
        list(import_strangers(tmp_path / "strangers", store=store, **tools))
    return path


@pytest.fixture
def page(begin, peopled):
    """Open the gallery and go to the Calibrate page by key."""
    desk = begin(gallery=str(peopled))
    desk.unlock(PASSPHRASE)
    desk.until(desk.is_open)
    desk.page(5)
    desk.body = desk.window.calibrate.body
    desk.until(desk.body.sources.isVisible)
    return desk


def measure(desk):
    desk.press(desk.body.sources.measure)
    desk.until(lambda: desk.body.point.isVisible() and desk.body.point.read is not None)
    return desk.body.point


def test_a_threshold_is_measured_chosen_used_and_expires(page, peopled, tmp_path):
    page.body.sources.far.setText("10 %")
    point = measure(page)
    where = point.calibration.provenance
    assert (where.probes, where.probe_people) == (KNOWN * SHOTS, KNOWN)
    assert where.strangers + where.cohort == STRANGERS

    # The scores again, by hand: every shot against the mean of the others of its person, strangers against everybody.
    with GalleryFile.open(peopled, PASSPHRASE) as store:
        found, others = store.embeddings("sface"), store.stranger_embeddings("sface")
    owners = np.array(found.identity_ids)
    everybody = sorted(set(owners))
    sums = np.stack([found.matrix[owners == person].sum(axis=0) for person in everybody])
    prototypes = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    mated = []
    for shot, owner in zip(found.matrix, owners, strict=True):
        without = sums.copy()
        without[everybody.index(owner)] -= shot
        mated.append(float(((without / np.linalg.norm(without, axis=1, keepdims=True)) @ shot).max()))
    cosine = point.calibration.of("cosine").scores
    assert np.sort(cosine.mated) == pytest.approx(np.sort(mated), abs=1e-5)
    cohort = [number in point.calibration.cohort_ids for number in others.stranger_ids]
    best = (others.matrix @ prototypes.T).max(axis=1)[~np.array(cohort)]
    assert np.sort(cosine.non_mated) == pytest.approx(np.sort(best), abs=1e-5)

    page.press(page.body.matchers.rows["cosine"])
    point.numbers.threshold.setValue(0.42)
    page.until(lambda: point.numbers.numbers["far"].text() != "–")
    assert point.numbers.counts["far"].text() == f"{int((best >= 0.42).sum())} of {len(best)}"
    page.press(point.use)
    page.until(lambda: page.galleries[-1].calibration == "valid")
    kept = page.galleries[-1].operating_point
    assert (kept.matcher, kept.threshold, kept.encoder) == ("cosine", 0.42, "sface")
    page.until(lambda: page.window.topbar.calibration_badge.text() == "Calibrated")
    page.until(lambda: not point.use.isEnabled())

    report = tmp_path / "report.html"
    page.body.report.chosen.emit(str(report))
    page.until(report.exists)
    assert "0.42" in report.read_text(encoding="utf-8")
    printed = tmp_path / "report.pdf"
    page.body.report.chosen.emit(str(printed))
    page.until(printed.exists)
    assert printed.read_bytes().startswith(b"%PDF")

    with GalleryFile.open(peopled, PASSPHRASE) as store:
        somebody = store.identities()[0].identity_id
    page.window.gallery.erase_requested.emit(somebody)
    page.until(lambda: page.galleries[-1].calibration == "expired")
    badge = page.window.topbar.calibration_badge
    page.until(lambda: badge.accessibleName() == "Calibration expired: gallery changed")
    page.until(point.outdated.isVisible)
    assert not point.use.isEnabled()


def test_measuring_is_cancelled_and_changes_nothing(page):
    told = []
    page.app.calibrate_desk.job_changed.connect(told.append)
    page.press(page.body.sources.measure)
    page.press(page.body.sources.cancel)
    page.until(lambda: told and told[-1].phase is not Phase.WAITING)
    assert told[-1].phase is Phase.ENDED
    page.until(page.body.sources.measure.isVisible)
    assert page.body.sources.problem.text().startswith("Stopped.")
    assert page.body.unmeasured.isVisible(), "half of a calibration is none"
    assert page.galleries[-1].calibration == "none"


def test_strangers_are_added_on_the_page(page, tmp_path, shared_data):
    folder = tmp_path / "more"
    alone = [p for p in sorted((shared_data / "lfw250").iterdir()) if len(list(p.glob("*.jpg"))) == 1][-2:]
    for person in alone:
        shutil.copytree(person, folder / person.name)
    before = measure(page).calibration.provenance
    page.body.sources.imports.import_strangers(str(folder))
    page.until(lambda: any("kept as strangers" in said for said in page.notices()))
    page.press(page.body.sources.measure)
    page.until(lambda: page.body.point.calibration.provenance is not before)
    after = page.body.point.calibration.provenance
    assert after.strangers + after.cohort == before.strangers + before.cohort + 2

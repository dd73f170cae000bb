"""Calibrating through the window: scores of real faces, a threshold that was chosen, and what decides afterwards."""

import shutil

import numpy as np
import pytest

from osfi_gui.core.desk import Phase, Rename
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


@pytest.fixture
def shown(page):
    """Calibrate with the cosine at FAR 10 % and go back to the Identify page."""
    page.body.sources.far.setText("10 %")
    point = measure(page)
    page.press(page.body.matchers.rows["cosine"])
    page.press(point.use)
    page.until(lambda: page.galleries[-1].calibration == "valid")
    page.page(1)
    page.until(page.window.identify.isVisible)
    return page


def best_of_strangers(path):
    """Give each stranger's highest cosine to the people of a gallery, descending, and whose it is."""
    with GalleryFile.open(path, PASSPHRASE) as store:
        found, others = store.embeddings("sface"), store.stranger_embeddings("sface")
    owners = np.array(found.identity_ids)
    people = sorted(set(owners))
    sums = np.stack([found.matrix[owners == person].sum(axis=0) for person in people])
    cosines = others.matrix @ (sums / np.linalg.norm(sums, axis=1, keepdims=True)).T
    down = np.argsort(-cosines.max(axis=1))
    return cosines.max(axis=1)[down], [people[column] for column in cosines.argmax(axis=1)[down]]


def erase_whoever_sets_the_threshold(desk, path):
    desk.window.gallery.erase_requested.emit(best_of_strangers(path)[1][2])
    desk.until(lambda: desk.galleries[-1].calibration == "expired")


def test_a_small_change_is_measured_again_in_the_background_and_only_offered(shown, peopled):
    before = shown.galleries[-1].operating_point
    erase_whoever_sets_the_threshold(shown, peopled)
    offer = shown.window.identify.offer
    shown.until(offer.isVisible)
    # Nothing was applied: the old threshold goes on deciding, and says that it expired.
    assert shown.galleries[-1].calibration == "expired"
    assert shown.galleries[-1].operating_point.threshold == before.threshold
    with GalleryFile.open(peopled, PASSPHRASE) as store:
        assert store.operating_point("sface").threshold == before.threshold
    # By hand: three of thirty strangers may be accepted by the five who are left.
    expected = float(best_of_strangers(peopled)[0][2])
    assert expected != pytest.approx(before.threshold, abs=1e-5), "or erasing somebody changed nothing"
    words = (
        f"Threshold measured again for 5 people: {expected:.4f} instead of {before.threshold:.4f}, FAR 10.0\u00a0% ("
    )
    assert offer.text().startswith(words)

    shown.press(offer.look)
    shown.until(lambda: shown.window.page == "calibrate")
    point = shown.body.point
    shown.until(lambda: point.calibration is not None and point.calibration.people == 5)
    assert (point.choices.now.matcher, point.choices.now.threshold) == ("cosine", pytest.approx(expected, abs=1e-6))
    assert shown.galleries[-1].calibration == "expired", "looking at it changes nothing"
    shown.press(shown.body.offer.use)
    shown.until(lambda: shown.galleries[-1].calibration == "valid")
    assert shown.galleries[-1].operating_point.threshold == pytest.approx(expected, abs=1e-6)
    shown.until(lambda: not shown.body.offer.isVisible())
    assert offer.isHidden()
    shown.until(lambda: not point.use.isEnabled())


def test_an_offer_is_left_and_not_made_again_before_the_gallery_changes(shown, peopled):
    before = shown.galleries[-1].operating_point
    erase_whoever_sets_the_threshold(shown, peopled)
    offer, again = shown.window.identify.offer, shown.app.calibrate_desk.again
    shown.until(offer.isVisible)
    shown.press(offer.leave)
    shown.until(offer.isHidden)
    made = []
    again.offered.connect(made.append)
    revision = shown.galleries[-1].revision
    person = shown.window.gallery
    with GalleryFile.open(peopled, PASSPHRASE) as store:
        second = store.identities()[0]
    person.rename_requested.emit(Rename(second.identity_id, "Somebody Else", "", ""))
    shown.until(lambda: len(shown.galleries) and shown.galleries[-1].revision >= revision)
    erase_whoever_sets_the_threshold(shown, peopled)
    shown.until(offer.isVisible)
    assert offer.text().startswith("Threshold measured again for 4 people")
    assert [one.people for one in made if one is not None] == [4]
    assert shown.galleries[-1].operating_point.threshold == before.threshold
    shown.window.lock_requested.emit()
    shown.until(offer.isHidden)


def test_a_report_is_written_beside_everything_else(page, tmp_path):
    point = measure(page)
    told, order = [], []
    page.app.calibrate_desk.report_changed.connect(told.append)
    page.app.desk.names_changed.connect(lambda _: order.append("desk"))
    page.app.calibrate_desk.noticed.connect(lambda _: order.append("report"))
    path = tmp_path / "a.pdf"
    page.body.report.chosen.emit(str(path))
    page.until(page.body.writing.isVisible)
    assert not point.report.isEnabled()
    assert "not written yet" in page.window.unsaved()[0]
    with_somebody = page.app.desk.opened().identities()[0]
    page.window.gallery.rename_requested.emit(Rename(with_somebody.identity_id, "Somebody Else", "", ""))
    page.until(lambda: any("report was written" in said for said in page.notices()))
    assert order[0] == "desk", "the desk waited until the report was there"
    assert path.read_bytes().startswith(b"%PDF")
    assert {state.unit for state in told if state.phase is Phase.WAITING} > {"parts"}
    assert told[-1].phase is Phase.READY
    page.until(point.report.isEnabled)
    assert page.body.writing.isHidden()

    other = tmp_path / "b.pdf"
    page.body.report.chosen.emit(str(other))
    page.press(page.body.writing.cancel)
    page.until(lambda: told[-1].phase is Phase.ENDED)
    assert not other.exists()
    page.until(point.report.isEnabled)

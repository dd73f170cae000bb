"""Fine-tuning through the window: a run, its judgement, a version in use, and back."""

import shutil

import pytest

from osfi_gui.core.desk import Phase
from osfi_gui.core.events import Token
from osfi_gui.services.enrol import enrol_folder
from osfi_gui.services.strangers import import_strangers
from osfi_gui.store.gallery import GalleryFile

PASSPHRASE = "correct horse"
KNOWN, SHOTS, STRANGERS = 6, 2, 12


@pytest.fixture
def peopled(tmp_path, shared_data, sface):
    """Make a gallery of six people with two shots each, and the faces of twelve strangers."""
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
        assert (len(store.shots()), store.stranger_count()) == (KNOWN * SHOTS, STRANGERS)
    return path


@pytest.fixture
def page(begin, peopled):
    """Open the gallery and go to the Fine-tune page by key."""
    desk = begin(gallery=str(peopled))
    desk.unlock(PASSPHRASE)
    desk.until(desk.is_open)
    desk.page(4)
    desk.body = desk.window.tune._body
    desk.until(desk.body.form.begin.isEnabled)
    return desk


def states(desk):
    """Collect what the page is told of the run."""
    told = []
    desk.app.tuning.changed.connect(told.append)
    desk.app.tune_desk.state_changed.connect(told.append)
    return told


def test_a_run_is_judged_kept_used_and_taken_back(page):
    told, form = states(page), page.body.form
    form.epochs.setValue(2)
    page.press(form.begin)
    page.until(lambda: told and told[-1].phase is Phase.READY)
    version = told[-1].version
    counts = version.comparison.counts
    assert (counts.people, counts.shots, counts.held_out, counts.strangers) == (KNOWN, KNOWN, KNOWN, STRANGERS)
    assert [step.step for step in told[-1].steps] == [1, 2]
    assert {row.far for row in version.comparison.rows} == {0.1}
    assert page.window.topbar.encoder_badge.text() == "SFace"

    choice = page.body.run.choice
    if not choice.promote.isEnabled():
        page.press(choice.anyway)
    page.press(choice.promote)
    page.until(lambda: page.window.topbar.encoder_badge.text() == "SFace, version 1")
    # One state carries both; the window may hear of it before this test does.
    page.until(lambda: page.galleries[-1].operating_point.encoder == "sface@1")
    assert page.galleries[-1].operating_point.source.startswith(f"Measured on {STRANGERS} faces of strangers")

    page.app.window.tune.roll_back_requested.emit()
    page.until(lambda: page.window.topbar.encoder_badge.text() == "SFace")
    page.until(lambda: page.galleries[-1].operating_point.encoder == "sface")


def test_a_cancelled_run_leaves_nothing(page, peopled):
    told, form = states(page), page.body.form
    form.epochs.setValue(200)
    page.press(form.begin)
    page.until(lambda: told and told[-1].steps)
    page.press(page.body.run.progress.cancel)
    page.until(lambda: told[-1].phase is Phase.ENDED)
    assert told[-1].remedy == "Nothing was changed."
    page.until(lambda: not page.app.tuning.isRunning())
    page.end()
    with GalleryFile.open(peopled, PASSPHRASE) as store:
        assert store.versions("sface") == []


def test_closing_in_the_middle_of_a_run_ends_it(page, peopled):
    told, form = states(page), page.body.form
    form.epochs.setValue(200)
    page.press(form.begin)
    page.until(lambda: told and told[-1].steps)
    page.end()
    with GalleryFile.open(peopled, PASSPHRASE) as store:
        assert store.versions("sface") == []


def test_a_run_learns_from_the_people_of_a_folder_as_well(page, tmp_path, shared_data):
    kept = {folder.name for name in ("known", "strangers") for folder in (tmp_path / name).iterdir()}
    everybody = sorted(folder for folder in (shared_data / "lfw250").iterdir() if folder.is_dir())
    for folder in [folder for folder in everybody if folder.name not in kept][:3]:
        shutil.copytree(folder, tmp_path / "others" / folder.name)
    known = next(folder for folder in everybody if folder.name in kept)
    shutil.copytree(known, tmp_path / "others" / known.name)
    told, form = states(page), page.body.form
    form.background.set_folder(str(tmp_path / "others"))
    form.epochs.setValue(1)
    page.press(form.begin)
    page.until(lambda: told and told[-1].phase is Phase.READY)
    assert "Looking at 4 people in others" in {state.title for state in told}
    assert "Tuning SFace on 6 shots of 6 people and 3 others" in {state.title for state in told}
    counts = told[-1].version.comparison.counts
    assert (counts.people, counts.shots, counts.background) == (KNOWN, KNOWN, 3)
    page.until(lambda: "Also told apart: 3 other people of a folder." in page.body.run.comparison.counts.text())


def test_a_folder_of_nobody_ends_the_run_before_it_begins(page, peopled, tmp_path):
    told, form = states(page), page.body.form
    form.background.set_folder(str(tmp_path / "nowhere"))
    page.press(form.begin)
    page.until(lambda: told and told[-1].phase is Phase.FAILED)
    assert told[-1].what.startswith("There is no folder")
    page.until(form.begin.isEnabled)
    assert form.background.folder() == str(tmp_path / "nowhere")
    page.end()
    with GalleryFile.open(peopled, PASSPHRASE) as store:
        assert store.versions("sface") == []

"""Measuring on the Calibrate page: asked for, followed, cancelled; and what is needed before."""

from dataclasses import replace

import pytest
from threshold_lines import READY

from osfi_gui.core.calibration import CalibrateRequest
from osfi_gui.core.desk import EngineState, GalleryState, ImportStrangers, JobState, Phase

# Measuring


def test_measuring_aims_at_the_far_that_was_typed(page, qtbot):
    sources = page.body.sources
    sources.far.setText("2,5")
    with qtbot.waitSignal(page.measure_requested) as asked:
        sources.measure.click()
    assert asked.args == [CalibrateRequest(pytest.approx(0.025))]
    assert not any(button.isChecked() for button in sources.targets), "no button says another share than what was typed"
    assert not sources.measure.isVisible()


def test_what_is_no_share_cannot_be_measured_and_stays(page):
    sources = page.body.sources
    for typed in ("", "often", "0", "80"):
        sources.far.setText(typed)
        assert not sources.measure.isEnabled()
        assert sources.far.text() == typed
    sources.targets[2].click()
    assert sources.far.share() == pytest.approx(0.05)
    assert sources.measure.isEnabled()


def test_measuring_shows_how_far_it_is_and_can_be_cancelled(page, qtbot):
    sources = page.body.sources
    sources.measure.click()
    page.show_job(JobState(Phase.WAITING, "Calibrating", 3, 9, "faces", "Comparing with the gallery"))
    assert (sources.bar.value(), sources.bar.maximum()) == (3, 9)
    assert sources.doing.text() == "Comparing with the gallery"
    with qtbot.waitSignal(page.measure_cancel_requested):
        sources.cancel.click()
    page.show_job(JobState(Phase.ENDED, what="Stopped.", remedy="Nothing was changed."))
    assert sources.problem.text() == "Stopped. Nothing was changed."
    assert sources.measure.isVisible()
    assert sources.cancel.isEnabled()


def test_a_failure_is_said_in_words_and_what_was_measured_stays(page, point, calibration):
    page.body.sources.measure.click()
    page.show_job(JobState(Phase.FAILED, what="There are no strangers.", remedy="Add strangers."))
    assert page.body.sources.problem.text() == "There are no strangers. Add strangers."
    assert point.calibration is calibration


def test_where_scores_come_from_is_counted(page):
    sources = page.body.sources
    assert [label.text() for label in sources.counts.values()] == ["120", "400", "0"]
    # 1 - 0.05^(1/400) = 0.00746
    assert sources.words["non-mated"].text() == "non-mated faces of 400 strangers: show FAR from 0.75 % on"
    assert sources.notes.text() == "With more strangers, lower rates could be shown."


def test_strangers_are_added_as_on_the_fine_tune_page(page, qtbot):
    imports = page.body.sources.imports
    with qtbot.waitSignal(page.strangers_requested) as asked:
        imports.import_strangers("/strangers")
    assert asked.args == [ImportStrangers("/strangers")]
    page.show_strangers_job(JobState(Phase.WAITING, "Looking", 4, 9, "pictures", "Eve"))
    assert imports.current.text() == "4 of 9 · Eve"
    with qtbot.waitSignal(page.strangers_cancel_requested):
        imports.cancel.click()


# Before there is anything


def test_a_locked_gallery_leaves_nothing_and_asks_to_be_unlocked(window, page, qtbot):
    window.show_gallery(GalleryState())
    body = page.body
    assert body.empty.isVisible()
    assert body.point.calibration is None
    assert [label.text() for label in body.sources.counts.values()] == ["–", "–", "–"]
    with qtbot.waitSignal(page.unlock_requested):
        body.empty.action.click()


def test_nobody_enrolled_leads_to_enrolling(window, page):
    window.show_gallery(replace(READY, people=0))
    assert page.body.empty.title.text() == "Nobody is enrolled yet"
    page.body.empty.action.click()
    assert window.page == "enrol"


def test_models_that_are_loaded_are_waited_for(window, page):
    window.show_engine(EngineState())
    assert page.body.empty.title.text() == "Loading the face models…"


def test_before_the_first_measurement_the_page_says_what_decides(window, qtbot):
    body = window.calibrate.body
    assert "The cosine decides, from 0.3600 on." in body.unmeasured.text.text()
    assert body.unmeasured.text.height() >= body.unmeasured.text.heightForWidth(body.unmeasured.text.width())
    with qtbot.waitSignal(window.calibrate.measure_requested) as asked:
        body.sources.measure.click()
    assert asked.args == [CalibrateRequest(0.01)]

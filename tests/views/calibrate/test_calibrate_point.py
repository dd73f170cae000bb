"""Which matcher and threshold decide: compared, used, expired, and what they would do among more people."""

from dataclasses import replace

import numpy as np
from calibrations import PEOPLE, TARGET, at, make, of_three_strangers, view_of
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from threshold_lines import READY, drag, shown
from yardsticks import COSINE

from osfi_gui.core.calibration import ChoosePoint
from osfi_gui.core.desk import JobState, Phase
from osfi_gui.core.operating_point import OperatingPoint

# Matchers


def test_matchers_stand_side_by_side_with_their_dir_and_why_one_cannot_be_used(page, calibration):
    matchers = page.body.matchers
    for scored in calibration.scored:
        others, scores = scored.scores.non_mated, scored.scores
        threshold = min(t for t in np.unique(others) if np.isfinite(t) and np.mean(others >= t) <= TARGET)
        found = np.mean(scores.correct & (scores.mated >= threshold))
        assert matchers.shares[scored.matcher].text() == f"{100 * found:.1f} %"
    assert matchers.rows["nac"].isChecked()
    assert "proposed" in matchers.rows["nac"].accessibleName()
    assert calibration.why in matchers.why.text().replace("\u00a0", " ")
    said = [label.text() for label in matchers.findChildren(type(matchers.shares["nac"]))]
    assert "There are too few strangers to spare." in said


def test_another_matcher_begins_at_the_target_far(page, point, calibration):
    page.body.matchers.rows["cosine"].click()
    others = calibration.of("cosine").scores.non_mated
    assert point.choices.now.matcher == "cosine"
    assert point.choices.now.threshold == min(t for t in others if np.mean(others >= t) <= TARGET)
    point.undo.click()
    assert page.body.matchers.rows["nac"].isChecked()


# The operating point


def test_using_it_asks_for_what_was_chosen(page, point, qtbot):
    drag(point.plots.dir_far, np.log10(0.1))
    now = point.choices.now
    with qtbot.waitSignal(page.point_requested) as asked:
        point.use.click()
    assert asked.args == [ChoosePoint("nac", now.threshold)]


def test_what_is_in_use_is_said_and_cannot_be_used_twice(window, page, point, calibration):
    now = point.choices.now
    used = OperatingPoint("nac", 16, now.threshold, 0.36, "sface", revision=7)
    page.show_calibration(replace(view_of(calibration), current=used, state="valid"))
    window.show_gallery(replace(READY, operating_point=used, calibration="valid"))
    assert not point.use.isEnabled()
    assert point.now.text().startswith("NAC decides, from")
    assert point.now.text().endswith("Calibrated for this gallery.")
    assert point.plots.histogram.now.value() == now.threshold
    drag(point.plots.histogram, float(point.plots.histogram.box.viewRange()[0][1]) - 0.01)
    assert point.use.isEnabled()


def test_a_threshold_of_few_strangers_that_is_laxer_than_the_default_is_discouraged(page, point, calibration):
    """SFace's default for five people is a cosine of 0.373; three strangers below 0.2 are no reason for less."""
    few = of_three_strangers(calibration)
    page.show_calibration(view_of(few))
    assert "3 people cannot show a FAR of 1 %" in point.caution.text()
    assert point.caution.isVisibleTo(page)
    assert (point.use.text(), point.use.property("role")) == ("Use it anyway", "")
    point.numbers.threshold_typed.emit(0.4)
    assert not point.caution.isVisibleTo(page)
    assert (point.use.text(), point.use.property("role")) == ("Use this operating point", "primary")


def test_the_keyboard_stays_where_it_was_while_it_measures_and_when_a_point_is_taken(window, page, point, calibration):
    sources = page.body.sources
    sources.measure.setFocus()
    QTest.keyClick(sources.measure, Qt.Key.Key_Space)
    assert sources.cancel.hasFocus()
    page.show_job(JobState(Phase.READY))
    assert sources.measure.hasFocus()
    point.use.setFocus()
    used = OperatingPoint("nac", 16, point.choices.now.threshold, 0.36, "sface", revision=7)
    page.show_calibration(replace(view_of(calibration), current=used, state="valid"))
    window.show_gallery(replace(READY, operating_point=used, calibration="valid"))
    assert point.report.hasFocus()


def test_a_gallery_that_changed_has_to_be_measured_again(window, page, point):
    assert point.use.isEnabled()
    window.show_gallery(replace(READY, revision=8, calibration="expired"))
    assert not point.use.isEnabled()
    assert point.outdated.text().startswith("The gallery has changed since this was measured.")
    assert "The calibration expired" in point.now.text()


def test_the_same_calibration_again_leaves_the_choice_alone(page, point, calibration):
    drag(point.plots.dir_far, np.log10(0.1))
    now = point.choices.now
    page.show_calibration(view_of(calibration, COSINE))
    assert point.choices.now == now
    page.show_calibration(view_of(make()))
    assert not point.choices.changed, "new scores begin with what is proposed"


def test_leaving_with_a_choice_that_is_not_in_use_is_asked_about(page, point):
    assert page.unsaved() == ""
    drag(point.plots.dir_far, np.log10(0.1))
    assert "is not in use" in page.unsaved()


def test_what_the_strangers_cannot_show_is_said(window, calibration):
    few = make(strangers=100)
    window.calibrate.show_calibration(view_of(few))
    claim = window.calibrate.body.point.numbers.claim.text()
    # 1 - 0.05^(1/100) = 0.0295
    assert claim == "FAR 1.0 % is not measurable with 100 strangers; 2.96 % is the lowest that is."


def test_scores_of_one_kind_only_are_shown_all_the_same(window):
    window.calibrate.show_calibration(view_of(make(probes=0), bands=False))
    point = window.calibrate.body.point
    assert shown(point)[0] == "–"
    assert window.calibrate.body.sources.words["mated"].text() == "mated faces none: nobody has a second shot"
    assert point.plots.dir_far.shown == ()


# What if


def test_more_people_accept_more_strangers(point, calibration):
    point.what_if.people.setValue(4000)
    point.choose_matcher("cosine")
    far, _ = at(calibration, "cosine", point.choices.now.threshold)
    expected = 1 - (1 - far) ** (4000 / PEOPLE)
    assert point.what_if.predicted.text().startswith(f"FAR {100 * expected:.1f} % (")
    point.what_if.people.setValue(PEOPLE)
    assert f"{100 * far:.1f} % with the 40 people of today" in point.what_if.predicted.text()


def test_of_nac_only_a_bound_is_said(point, calibration):
    far, _ = at(calibration, "nac", point.choices.now.threshold)
    point.what_if.people.setValue(3 * PEOPLE)
    assert point.what_if.predicted.text().startswith(f"FAR at most {100 * 3 * far:.1f} % (")
    point.what_if.people.setValue(PEOPLE // 2)
    assert point.what_if.predicted.text().startswith("This matcher's scores are others then")


def test_the_slider_goes_from_one_to_a_hundred_thousand(point):
    for place, people in ((0, 1), (500, 100_000), (200, 100)):
        point.what_if.slider.setValue(place)
        assert point.what_if.people.value() == people

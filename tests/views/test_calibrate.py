"""The Calibrate page: a threshold is dragged, typed and taken, and the numbers beside it are those of the scores."""

from dataclasses import replace

import numpy as np
import pytest
from calibrations import EACH, PEOPLE, STRANGERS, TARGET, at, make, of_three_strangers, view_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from yardsticks import CONTROL, COSINE, contrast

from osfi_gui.core.calibration import CalibrateRequest, ChoosePoint, WriteReport
from osfi_gui.core.desk import EngineState, GalleryState, ImportStrangers, JobState, Phase
from osfi_gui.core.operating_point import Measurement, OperatingPoint
from osfi_gui.core.remeasure import Offer
from osfi_gui.core.values import Frame, Quality, Recognition
from osfi_gui.views.calibrate_export import export_plot
from osfi_gui.views.calibrate_lines import pen_of
from osfi_gui.views.calibrate_offer import offer_text
from osfi_gui.views.theme import apply_theme, palette
from osfi_gui.views.window import MainWindow

READY = GalleryState(Phase.READY, "g.osfi", "/g.osfi", PEOPLE, 7, COSINE, "none", encoder="SFace")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def calibration():
    return make(unusable=(("NAC with a cohort", "There are too few strangers to spare."),))


@pytest.fixture
def window(qtbot, feed, loaded):
    made = MainWindow(feed)
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.show()
    made.show_engine(loaded)
    made.show_gallery(READY)
    made.show_page("calibrate")
    return made


@pytest.fixture
def page(window, calibration):
    window.calibrate.show_calibration(view_of(calibration))
    QTest.qWait(20)  # the view boxes take their size at the next turn of the loop
    return window.calibrate


@pytest.fixture
def point(page):
    return page.body.point


def shown(point):
    """Give DIR, FAR and FNIR as they are read out."""
    return [point.numbers.numbers[name].text() for name in ("dir", "far", "fnir")]


def as_shown(calibration, chosen):
    far, found = at(calibration, chosen.matcher, chosen.threshold)

    def text(share):
        return f"{100 * share:.2f} %" if 0 < share < 0.01 else f"{100 * share:.1f} %"

    return [text(found), text(far), text(1 - found)]


def drag(plot, to, *, drop=True):
    """Take the line with the mouse, over three places, to a place on the axis."""
    begin, end = plot.place_of(plot.line.value()), plot.place_of(to)
    QTest.mousePress(plot.viewport(), LEFT, pos=begin)
    for part in (0.3, 0.7, 1.0):
        QTest.mouseMove(plot.viewport(), begin + (end - begin) * part)
    if drop:
        QTest.mouseRelease(plot.viewport(), LEFT, pos=end)
    return end


# The threshold


def test_the_proposed_point_stands_there_first(point, calibration):
    now = point.choices.now
    assert now.matcher == "nac"
    others = calibration.of("nac").scores.non_mated
    kept = [t for t in np.unique(others[np.isfinite(others)]) if np.mean(others >= t) <= TARGET]
    assert now.threshold == min(kept), "the smallest observed threshold that keeps the target"
    assert shown(point) == as_shown(calibration, now)


def test_dragging_over_the_histogram_reads_out_and_letting_go_takes_it(point, calibration, qtbot):
    point.choose_matcher("cosine")
    plot, before = point.plots.histogram, point.choices.now
    end = drag(plot, 0.5, drop=False)
    qtbot.waitUntil(lambda: abs(point.read.threshold - 0.5) < 0.01)
    assert shown(point) == as_shown(calibration, replace(before, threshold=point.read.threshold))
    assert point.choices.now == before, "nothing is taken before the line is let go"
    QTest.mouseRelease(plot.viewport(), LEFT, pos=end)
    taken = point.choices.now
    a_pixel = (plot.box.viewRange()[0][1] - plot.box.viewRange()[0][0]) / plot.box.width()
    assert abs(taken.threshold - 0.5) <= 1.5 * a_pixel
    assert shown(point) == as_shown(calibration, taken)
    assert taken.threshold != before.threshold


def test_the_intervals_and_counts_stand_below_the_numbers(point, calibration):
    scores, threshold = calibration.of("nac").scores, point.choices.now.threshold
    accepted = int((scores.non_mated >= threshold).sum())
    found = int((scores.correct & (scores.mated >= threshold)).sum())
    counts = {name: label.text() for name, label in point.numbers.counts.items()}
    assert counts == {
        "dir": f"{found} of {PEOPLE * EACH}",
        "far": f"{accepted} of {STRANGERS}",
        "fnir": f"{PEOPLE * EACH - found} of {PEOPLE * EACH}",
    }
    low, high = (float(part) for part in point.numbers.intervals["dir"].text().removesuffix(" %").split(" to "))
    assert low < 100 * found / (PEOPLE * EACH) < high
    fnir = [float(part) for part in point.numbers.intervals["fnir"].text().removesuffix(" %").split(" to ")]
    assert fnir == pytest.approx([100 - high, 100 - low], abs=0.051)


def test_dragging_over_the_curve_keeps_the_far_below_the_line(point, calibration, qtbot):
    point.choose_matcher("cosine")
    plot = point.plots.dir_far
    end = drag(plot, np.log10(0.05))
    line = 10 ** plot.value_at(end.toPointF())
    taken = point.choices.now
    others = calibration.of("cosine").scores.non_mated
    assert taken.threshold == min(t for t in others if np.mean(others >= t) <= line)
    assert shown(point) == as_shown(calibration, taken)
    far, found = at(calibration, "cosine", taken.threshold)
    x, y = plot.point.getData()
    assert (x[0], y[0]) == pytest.approx((np.log10(far), 100 * found))
    assert point.plots.histogram.line.value() == taken.threshold, "one line follows the other"


def test_a_click_beside_the_line_takes_nothing(point):
    plot, before = point.plots.histogram, point.choices.now
    beside = plot.place_of(plot.line.value()) + QPoint(40, 0)
    QTest.mouseClick(plot.viewport(), LEFT, pos=beside)
    assert point.choices.now == before


def test_the_line_stays_on_the_axis_wherever_the_mouse_goes(point):
    plot = point.plots.histogram
    begin = plot.place_of(plot.line.value())
    QTest.mousePress(plot.viewport(), LEFT, pos=begin)
    QTest.mouseMove(plot.viewport(), QPoint(-500, begin.y()))
    QTest.mouseRelease(plot.viewport(), LEFT, pos=QPoint(-500, begin.y()))
    assert point.choices.now.threshold == pytest.approx(plot.box.viewRange()[0][0])


def test_a_threshold_is_typed(point, calibration, qtbot):
    point.choose_matcher("cosine")
    field = point.numbers.threshold
    field.selectAll()
    qtbot.keyClicks(field, "0.45")
    assert point.choices.now.threshold != 0.45, "not before it was typed to its end"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert point.choices.now.threshold == pytest.approx(0.45)
    assert shown(point) == as_shown(calibration, point.choices.now)


def test_a_far_is_typed_and_never_exceeded(point, calibration, qtbot):
    field = point.numbers.far
    field.selectAll()
    qtbot.keyClicks(field, "4")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    others = calibration.of("nac").scores.non_mated
    allowed = [t for t in np.unique(others[np.isfinite(others)]) if np.mean(others >= t) <= 0.04]
    assert point.choices.now.threshold == min(allowed)
    assert shown(point) == as_shown(calibration, point.choices.now)


def test_arrow_keys_move_the_threshold(point, qtbot):
    plot = point.plots.histogram
    left, right = plot.box.viewRange()[0]
    before = point.choices.now.threshold
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert point.choices.now.threshold == pytest.approx(before + (right - left) / 400)
    qtbot.keyClick(plot, Qt.Key.Key_PageDown)
    assert point.choices.now.threshold == pytest.approx(before - 9 * (right - left) / 400)


def test_choices_are_taken_back_one_by_one(window, point, qtbot):
    proposed = point.choices.now
    point.choose_matcher("cosine")
    at_target = point.choices.now
    drag(point.plots.histogram, 0.5)
    assert point.choices.now != at_target
    point.plots.histogram.setFocus()
    qtbot.keyClick(point.plots.histogram, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert point.choices.now == at_target
    point.numbers.threshold.setFocus()
    qtbot.keyClick(point.numbers.threshold, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert point.choices.now == proposed
    assert not point.undo.isEnabled()


def test_back_to_proposed_can_be_undone(point, qtbot):
    proposed = point.choices.now
    drag(point.plots.dir_far, -1.0)
    dragged = point.choices.now
    assert dragged != proposed
    point.back.click()
    assert point.choices.now == proposed
    assert not point.back.isEnabled()
    point.undo.click()
    assert point.choices.now == dragged


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


# Recording strangers


def test_every_new_face_that_is_good_enough_is_kept_once(page, feed, scene, qtbot):
    kept, watched = [], []
    page.stranger_seen.connect(kept.append)
    page.watch_requested.connect(watched.append)
    good = scene.sighting(scene.rejected(), track=3)
    poor = replace(good, track=4, quality=Quality(20, 5, 120, 40, 0, 0, 0, ("Move closer to the camera.",)))

    def look(*sightings):
        feed.newest_recognition = Recognition(Frame(scene.picture, 1), sightings)
        page.pull()

    look(good)
    assert not kept, "not before the switch is on"
    page.body.sources.record.click()
    look(good, poor)
    look(good, poor)
    assert [seen.sighting.track for seen in kept] == [3]
    look(replace(poor, quality=good.quality), good)
    assert [seen.sighting.track for seen in kept] == [3, 4], "a poor face is kept as soon as it is good"
    page.show_recorded(2)
    assert page.body.sources.recorded.text().endswith("2 faces kept so far.")
    page.body.sources.record.click()
    look(replace(good, track=5))
    assert len(kept) == 2
    assert watched == ["identify", "calibrate"]


def test_recording_ends_when_the_page_is_left(window, page):
    page.body.sources.record.click()
    window.show_page("identify")
    assert not page.body.sources.record.isChecked()


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


# Files


def test_pictures_and_numbers_of_every_plot_are_written(point, calibration, tmp_path):
    point.choose_matcher("cosine")
    plots = point.plots
    for name, plot in (("scores", plots.histogram), ("curve", plots.dir_far), ("ranks", plots.ranks)):
        for kind, begins in (("png", b"\x89PNG"), ("svg", b"<?xml")):
            file = tmp_path / f"{name}.{kind}"
            export_plot(plot, str(file), kind, title=name)
            assert file.read_bytes().startswith(begins)
            assert file.stat().st_size > 2000
        export_plot(plot, str(tmp_path / f"{name}.csv"), "csv", title=name)
    rows = [line.split(",") for line in (tmp_path / "scores.csv").read_text().splitlines()]
    assert rows[0] == ["from", "to", "mated", "non_mated"]
    assert sum(int(row[2]) for row in rows[1:]) == PEOPLE * EACH
    assert sum(int(row[3]) for row in rows[1:]) == STRANGERS
    ranks = [line.split(",") for line in (tmp_path / "ranks.csv").read_text().splitlines()]
    assert float(ranks[1][1]) == np.mean(calibration.of("cosine").ranks == 1)
    curve = [line.split(",") for line in (tmp_path / "curve.csv").read_text().splitlines()]
    others, scores = calibration.of("cosine").scores.non_mated, calibration.of("cosine").scores
    for _, kind, far, found, *_ in curve[1:]:
        if kind == "curve" and 0 < float(far) < 1:
            threshold = min(t for t in others if np.mean(others >= t) <= float(far) + 1e-9)
            assert float(found) == pytest.approx(np.mean(scores.correct & (scores.mated >= threshold)))


def test_a_file_that_cannot_be_written_is_said(window, point, tmp_path):
    point.plots.exports[0].export(str(tmp_path / "missing" / "a.png"), "png")
    assert "could not be written" in window.notices.notices[-1].what


def test_a_report_is_asked_for_with_what_is_chosen(page, point, qtbot):
    drag(point.plots.dir_far, np.log10(0.1))
    with qtbot.waitSignal(page.report_requested) as asked:
        page.body.report.chosen.emit("/reports/a.pdf")
    assert asked.args == [WriteReport("/reports/a.pdf", "nac", point.choices.now.threshold)]


# Room and colours


def test_everything_has_room_at_1280_by_720(window, page):
    assert window.size().width() == 1280
    assert window.minimumSizeHint().width() <= 1280
    inside = page.body._area.widget()
    assert inside.minimumSizeHint().width() <= page.body._area.viewport().width()
    foot = page.body.point.use
    assert foot.mapTo(window, foot.rect().bottomRight()).y() <= 720
    right = page.body._right.currentWidget()
    assert not right.verticalScrollBar().isVisible(), "the usual size of letters needs no scrolling"
    assert page.body.point.minimumSizeHint().width() <= right.viewport().width()


def test_lines_are_seen_in_both_themes(theme):
    for name in ("mated", "non-mated", "chosen", "cosine", "now"):
        assert contrast(pen_of(name).color(), palette().panel) >= CONTROL


def test_the_plots_say_what_they_show(point):
    QApplication.processEvents()
    threshold = f"{point.choices.now.threshold:.5f}"
    assert point.plots.histogram.accessibleName() == f"Score histogram, threshold {threshold}"
    assert point.plots.dir_far.accessibleName() == "DIR over FAR, FAR 1.0 %"
    assert point.numbers.accessibleDescription() == point.read.sentence


# Large letters


@pytest.fixture
def large_letters(qapp):
    """Let the system's letters be a quarter larger than usual."""
    usual = QApplication.font()
    larger = QApplication.font()
    larger.setPointSizeF(1.25 * usual.pointSizeF())
    QApplication.setFont(larger)
    apply_theme(qapp, "light")  # the program's own sizes follow the font when the theme is taken
    yield
    QApplication.setFont(usual)
    apply_theme(qapp, "light")


@pytest.mark.usefixtures("large_letters")
def test_with_letters_a_quarter_larger_the_page_fits_a_small_screen(window, page, point):
    """1280 x 720: nothing is cut off at the sides, and up and down it scrolls."""
    assert window.minimumSizeHint().width() <= 1280
    assert (window.width(), window.height()) == (1280, 720)
    for inside in (point.plots, point.numbers, point.what_if, point.use, point.undo, *point.numbers.numbers.values()):
        begin = inside.mapTo(window, QPoint(0, 0)).x()
        assert begin >= 0
        assert begin + inside.width() <= 1280
    # The numbers stand below the fields, not over them.
    fields = point.numbers.far.mapTo(window, QPoint(0, point.numbers.far.height())).y()
    assert point.numbers.numbers["dir"].mapTo(window, QPoint(0, 0)).y() >= fields


def test_with_usual_letters_numbers_stand_beside_the_fields(window, point):
    top = point.numbers.threshold.mapTo(window, QPoint(0, 0)).y()
    bottom = point.numbers.far.mapTo(window, QPoint(0, point.numbers.far.height())).y()
    assert top <= point.numbers.numbers["dir"].mapTo(window, QPoint(0, 0)).y() < bottom


# What is offered


@pytest.fixture
def offer():
    measured = Measurement((0.009, 0.002, 0.024), (0.98, 0.9, 1.0), 69, 23, 400, 400, True, people=23)
    before = replace(COSINE, threshold=0.405)
    return Offer(replace(COSINE, threshold=0.412, measured=measured), before, "cosine", "cosine", 23, False)


def test_what_was_measured_again_is_offered_in_one_line_on_both_pages(window, page, offer, qtbot):
    words = "Threshold measured again for 23 people: 0.4120 instead of 0.4050, FAR 0.90\u00a0% (0.20 to 2.4)."
    for place, row in ((window.identify, window.identify.offer), (page, page.body.offer)):
        assert row.isHidden()
        place.show_offer(offer)
        assert (row.text(), row.accessibleName()) == (words, words)
        for button, asked in (
            (row.use, place.offer_used),
            (row.look, place.offer_looked_at),
            (row.leave, place.offer_left),
        ):
            with qtbot.waitSignal(asked):
                button.click()
        assert not row.isHidden(), "it stays until the desk says that it is gone"
        place.show_offer(None)
        assert row.isHidden()


def test_looking_at_an_offer_leads_to_the_page_with_its_threshold(window, page, point, offer, calibration):
    window.show_page("identify")
    window.identify.show_offer(offer)
    window.identify.offer.look.click()
    assert window.page == "calibrate"
    fresh = make(revision=8)
    window.calibrate.show_calibration(replace(view_of(fresh), offered=replace(offer.point, threshold=0.43)))
    assert (point.choices.now.matcher, point.choices.now.threshold) == ("cosine", 0.43)
    point.numbers.threshold.setValue(0.5)
    window.show_gallery(replace(READY, revision=8, people=41))
    assert point.choices.now.threshold == 0.5, "what was chosen since stays when the gallery is told again"
    point.undo.click()
    point.undo.click()
    assert point.choices.now.matcher == "nac"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"before": None}, "Measured again for 23 people: cosine from 0.4120 on; nothing is decided yet, FAR"),
        (
            {"stays": True, "before": replace(COSINE, threshold=0.412)},
            "Threshold 0.4120 measured again for 23 people, FAR",
        ),
        (
            {"before": replace(COSINE, matcher="nac", threshold=0.08), "title_before": "NAC"},
            "Measured again for 23 people: cosine from 0.4120 on instead of NAC from 0.08000, FAR",
        ),
        ({"people": 1}, "Threshold measured again for 1 person: 0.4120 instead"),
    ],
)
def test_an_offer_says_instead_of_what(offer, change, words):
    assert offer_text(replace(offer, **change)).startswith(words)


def test_a_discouraged_offer_says_so_and_does_not_look_like_the_next_thing_to_do(page, offer):
    page.show_offer(replace(offer, caution="3 people cannot show a FAR of 1 %."))
    row = page.body.offer
    assert row.text().endswith("3 people cannot show a FAR of 1\u00a0%.")
    assert row.use.text() == "Use it anyway"
    assert row.use.property("role") != "primary"


# The report


def test_a_report_that_is_written_shows_how_far_it_is_and_is_cancelled(window, page, point, qtbot):
    assert page.body.writing.isHidden()
    page.show_report(JobState(Phase.WAITING, "", 3, 17, "parts", "Comparing the matchers"))
    row = page.body.writing
    assert (row.label.text(), row.bar.value(), row.bar.maximum()) == (
        "Writing the report: Comparing the matchers…",
        3,
        17,
    )
    assert not point.report.isEnabled()
    assert page.unsaved() == "The report is not written yet."
    with qtbot.waitSignal(page.report_cancel_requested):
        row.cancel.click()
    page.show_report(JobState(Phase.ENDED, what="Stopped."))
    assert row.isHidden()
    assert point.report.isEnabled()
    assert page.unsaved() == ""

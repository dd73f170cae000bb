"""A threshold is dragged and typed, and the numbers beside it are those of the scores."""

from dataclasses import replace

import numpy as np
import pytest
from calibrations import EACH, PEOPLE, STRANGERS, TARGET, at
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from threshold_lines import LEFT, as_shown, drag, shown


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

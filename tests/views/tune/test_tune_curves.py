"""The curves of a run: what came in, drawn no oftener and no longer than is seen."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from tunings import done, running, steps

from osfi_gui.core.tune import (
    Measured,
)
from osfi_gui.views import tune_curves
from osfi_gui.views.theme import DARK, LIGHT
from osfi_gui.views.tune_series import MOST_POINTS, Series


def curve(item):
    x, y = item.getData()
    return list(x), list(y)


def test_the_curves_show_what_came_in(page, qtbot):
    looks = (Measured(0.0, 0.7, 0.01), Measured(1.0, 0.75, 0.01))
    page.show_run(running(4, 4, looks))
    plots = page.run.curves.plots
    assert curve(plots.loss) == ([5.0, 10.0, 15.0, 20.0], [3.0, 2.0, 1.0, 0.0])
    assert curve(plots.accuracy) == ([5.0, 10.0, 15.0, 20.0], [25.0, 50.0, 75.0, 100.0])
    assert curve(plots.dir) == ([0.0, 1.0], [70.0, 75.0])
    legend = page.run.curves.legend
    assert legend["loss"].text() == "Loss 0.000"
    assert legend["accuracy"].text() == "Train accuracy 100.0 %"
    assert legend["dir"].text() == "DIR 75.0 % at FAR 1 %, on held-out shots and strangers"
    assert "DIR 75.0 % at FAR 1 %" in page.run.curves.accessibleName()


def test_both_plots_share_one_axis_of_epochs(page):
    page.show_run(running(4, 4))
    plots = page.run.curves.plots
    assert plots.upper.viewRange()[0] == plots.lower.viewRange()[0]
    low, high = plots.lower.viewRange()[0]
    assert low < 0
    assert high > 20
    assert plots.upper.sceneBoundingRect().left() == plots.lower.sceneBoundingRect().left()


def test_the_lines_are_told_apart_without_colour(page, theme):
    page.show_run(running(4, 4, (Measured(0.0, 0.7, 0.01),)))
    plots, colours = page.run.curves.plots, {"light": LIGHT, "dark": DARK}[theme]
    assert plots.accuracy.opts["pen"].style() == Qt.PenStyle.SolidLine
    assert plots.dir.opts["pen"].style() == Qt.PenStyle.CustomDashLine
    assert plots.dir.opts["symbol"] == "o"
    assert plots.accuracy.opts["pen"].color() == colours.accent
    assert plots.backgroundBrush().color() == colours.panel


def test_a_thousand_states_a_second_are_drawn_ten_times(page, monkeypatch, qtbot):
    """With time standing still between them, any number of states are one drawing, and one more for the last."""
    curves = page.run.curves
    page.show_run(running(1))
    before = curves.drawn
    curves._timer.setInterval(3600_000)
    curves._timer.start()
    all_steps = steps(400)
    for count in range(2, 401):
        page.show_run(replace(running(1), steps=all_steps[:count]))
    assert curves.drawn == before
    curves._timer.setInterval(1)
    curves._timer.start()
    qtbot.waitUntil(lambda: curves.drawn == before + 1)
    assert len(curve(curves.plots.loss)[0]) == 400
    assert tune_curves.EVERY_MS == 100


def test_only_new_steps_are_taken(page, monkeypatch):
    curves = page.run.curves
    taken = []
    monkeypatch.setattr(curves.loss, "add", lambda x, y: taken.append(y))
    all_steps = steps(400)
    for count in (100, 250, 400):
        curves.show_run(replace(running(1), steps=all_steps[:count]))
        curves._draw()
    assert taken == [step.loss for step in all_steps]


def test_nothing_is_drawn_while_nobody_looks_and_everything_is_there_afterwards(window, page):
    page.show_run(running(10))
    drawn = page.run.curves.drawn
    window.show_page("identify")
    page.show_run(running(300))
    assert page.run.curves.drawn == drawn
    window.show_page("tune")
    assert len(curve(page.run.curves.plots.loss)[0]) == 300


def test_a_second_run_begins_with_empty_curves(page):
    page.show_run(running(300))
    page.show_run(done())
    again = tuple(replace(step, loss=1000.0) for step in steps(400))
    page.show_run(replace(running(1), steps=again))
    page.run.curves.finish()
    assert set(curve(page.run.curves.plots.loss)[1]) == {1000.0}


@pytest.mark.parametrize("count", [1, MOST_POINTS, MOST_POINTS + 1, 10 * MOST_POINTS + 3, 16 * MOST_POINTS])
def test_a_long_run_stays_a_short_curve_with_the_same_mean_and_ends(count):
    series = Series()
    for number in range(count):
        series.add(float(number), 2.0 * number)
    x, y = series.points()
    each = 1
    while each * MOST_POINTS < count:
        each *= 2
    assert len(x) == -(-count // each) <= MOST_POINTS
    assert x[0] == pytest.approx((min(each, count) - 1) / 2)
    rest = count % each or each
    assert x[-1] == pytest.approx(count - 1 - (rest - 1) / 2)
    assert list(y) == pytest.approx([2 * value for value in x])

"""The bars of what was considered: lengths and lines stand where the numbers say, worked out by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontMetricsF
from yardsticks import COSINE, NAC

from osfi_gui.views.bars import NeighbourBars, scales
from osfi_gui.views.theme import palette

WIDTH, HEIGHT, GAP, NAME = 400, 300, 12.0, 0.35
HEADER, ROW = 2.25, 1.6
"""Of the widget; the last two in heights of a line of text."""


@pytest.fixture
def bars(qtbot, theme):
    widget = NeighbourBars()
    qtbot.addWidget(widget)
    widget.resize(WIDTH, HEIGHT)
    widget.show()
    return widget


class Drawn:
    """A picture of the bars, and where things have to be in it."""

    def __init__(self, bars):
        self.pixels = bars.grab().toImage()
        metrics = QFontMetricsF(bars.font())
        self.line = metrics.height()
        column = (WIDTH - NAME * WIDTH - 2 * GAP) / 2
        self.lefts = NAME * WIDTH + GAP, NAME * WIDTH + 2 * GAP + column
        self.bar = column - (metrics.horizontalAdvance("-0.000") + 8.0)

    def middle(self, row):
        return round((HEADER + ROW * (row + 0.5)) * self.line)

    def at(self, x, y):
        return QColor(self.pixels.pixel(round(x), round(y)))

    def covered(self, x, y):
        """Give how much of a pixel is covered with the ink of lines, 0..1."""
        ink = palette().text.lightness()
        ground = self.at(self.lefts[0] - GAP / 2, y).lightness()
        return min(1.0, max(0.0, (self.at(x, y).lightness() - ground) / (ink - ground)))

    def line_in(self, column):
        """Give where a line crosses a column of bars, between its first two rows; None where none does."""
        y = round((HEADER + ROW) * self.line)
        left = round(self.lefts[column])
        places = np.arange(left - 2, round(left + self.bar) + 3)
        cover = np.array([self.covered(x, y) for x in places])
        if cover.max() < 0.5:
            return None
        return float((cover * (places + 0.5)).sum() / cover.sum() - self.lefts[column])

    def pieces(self, column, x):
        """Count the pieces of the line at a place of a column, from the top of the bars to the second row's end."""
        near = int(self.lefts[column] + x)
        rows = range(round((HEADER + 0.3) * self.line), round((HEADER + 2 * ROW) * self.line) - 4)
        seen = np.array([max(self.covered(near + d, y) for d in (-1, 0, 1)) > 0.5 for y in rows])
        return int(np.count_nonzero(seen[1:] & ~seen[:-1]) + seen[0])


def test_the_threshold_crosses_the_nac_bars_where_its_share_of_the_scale_is(bars, scene):
    # 16 people, the best with cosine 0.6 and the others with 0.1: NAC = e^0.6 / (e^0.6 + 15 e^0.1).
    best = math.exp(0.6) / (math.exp(0.6) + 15 * math.exp(0.1))
    assert best == pytest.approx(0.09903, abs=5e-6)
    match = scene.match(["Ada", *"BCDEFGHIJKLMNOP"], [0.6, *[0.1] * 15], matcher="nac")
    bars.show_decision(scene.decision(match, NAC))
    drawn = Drawn(bars)
    # The scale ends 15 % above the largest share, so the threshold 0.083 stands at 0.083 / (1.15 * 0.09903) = 0.7288.
    assert drawn.line_in(0) == pytest.approx(0.7288 * drawn.bar, abs=0.5)
    # The best bar ends at 1 / 1.15 = 0.8696 of the column and the next, e^-0.5 as long, at 0.5274.
    y = drawn.middle(0)
    assert drawn.at(drawn.lefts[0] + 0.83 * drawn.bar, y) == palette().accent
    assert drawn.at(drawn.lefts[0] + 0.91 * drawn.bar, y) == palette().line
    y = drawn.middle(1)
    assert drawn.at(drawn.lefts[0] + 0.50 * drawn.bar, y) not in (palette().line, palette().accent)
    assert drawn.at(drawn.lefts[0] + 0.56 * drawn.bar, y) == palette().line


def test_the_cosines_floor_is_a_dashed_line_at_its_value(bars, scene):
    match = scene.match(["Ada", *"BCDEFGHIJKLMNOP"], [0.6, *[0.1] * 15], matcher="nac")
    bars.show_decision(scene.decision(match, NAC))
    drawn = Drawn(bars)
    # The cosine's column ends at 1, so the floor 0.335 stands at 0.335 of it.
    assert drawn.pieces(1, 0.335 * drawn.bar) > 3
    assert drawn.pieces(0, 0.7288 * drawn.bar) == 1
    y = drawn.middle(0)
    assert drawn.at(drawn.lefts[1] + 0.57 * drawn.bar, y) == palette().accent
    assert drawn.at(drawn.lefts[1] + 0.63 * drawn.bar, y) == palette().line


def test_where_the_cosine_decides_its_line_is_whole_and_nac_has_none(bars, scene):
    bars.show_decision(scene.decision(scene.match(["Ada", "Bob"], [0.6, 0.2]), COSINE))
    drawn = Drawn(bars)
    assert drawn.pieces(1, 0.36 * drawn.bar) == 1
    assert drawn.line_in(0) is None
    assert drawn.line_in(1) == pytest.approx(0.36 * drawn.bar, abs=0.5)


def test_a_threshold_above_every_share_is_still_in_sight(scene):
    # All equally far: each of 16 has 1/16 = 0.0625, less than the threshold of 0.083.
    match = scene.match([*"ABCDEFGHIJKLMNOP"], [0.1] * 16, matcher="nac")
    nac, _ = scales(match, NAC)
    assert nac.top == pytest.approx(1.15 * 0.083)
    assert nac.line < nac.top


def test_one_person_has_no_nac_and_gets_no_nac_bar(bars, scene):
    bars.show_decision(scene.decision(scene.match(["Ada"], [0.6])))
    drawn = Drawn(bars)
    y = drawn.middle(0)
    row = {drawn.at(drawn.lefts[0] + share * drawn.bar, y).rgb() for share in (0.2, 0.4, 0.6, 0.8)}
    assert row == {palette().line.rgb()}
    assert bars.accessibleDescription() == "Ada, cosine 0.600"


def test_cosines_below_zero_are_written_and_have_no_bar(bars, scene):
    bars.show_decision(scene.decision(scene.match(["Ada", "Bob"], [0.6, -0.25])))
    drawn = Drawn(bars)
    assert drawn.at(drawn.lefts[1] + 0.05 * drawn.bar, drawn.middle(1)) == palette().line
    assert bars.accessibleDescription().endswith("cosine -0.250")


def test_without_a_threshold_there_is_no_line(bars, scene):
    match = scene.match(["Ada", "Bob"], [0.6, 0.2])
    bars.show_decision(replace(scene.decision(match), operating_point=None))
    drawn = Drawn(bars)
    assert drawn.line_in(0) is None
    assert drawn.line_in(1) is None

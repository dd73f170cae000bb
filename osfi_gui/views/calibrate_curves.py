"""DIR over FAR on a logarithmic axis, and how far down the list the right identity is; needs pyqtgraph."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from osfi_gui.views.calibrate_lines import pen_of, tint_of
from osfi_gui.views.calibrate_plot import LinePlot
from osfi_gui.views.theme import palette

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    Floats = NDArray[np.float64]

LEAST_SPAN = 2.0
"""Percent from the lowest to the highest end of an axis at least: less than that is no difference to look at."""

Table = tuple[tuple[str, ...], list[tuple[object, ...]]]


@dataclass(frozen=True, eq=False)
class Curve:
    """One matcher's DIR over FAR.

    Attributes
    ----------
    name : str
        ``chosen`` or ``cosine``, as the lines are called.
    matcher : str
    far, dir : ndarray, shape (p,)
        0..1, FAR ascending.
    band : (ndarray, ndarray, ndarray) or None
        FAR, and both ends of the 95 % interval of DIR there.
    """

    name: str
    matcher: str
    far: Floats
    dir: Floats
    band: tuple[Floats, Floats, Floats] | None = None


class DirFarPlot(LinePlot):
    """DIR over FAR, with the operating point as a line that can be dragged along FAR.

    A FAR of 0 has no place on the axis; it is drawn at its left end.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line.label.setPosition(0.07)  # below the curves, which run along the top
        self.shown: tuple[Curve, ...] = ()
        self.lowest = 1e-3
        self.lines = {name: pg.PlotDataItem(antialias=True) for name in ("cosine", "chosen")}
        self._edges = [pg.PlotCurveItem(pen=None) for _ in range(2)]
        self.band = pg.FillBetweenItem(*self._edges)
        self.point = pg.ScatterPlotItem(size=11)
        self.too_few = pg.LinearRegionItem(movable=False, values=(-9.0, -9.0))
        for item in (self.too_few, self.band, *self._edges, *self.lines.values(), self.point):
            self.box.addItem(item, ignoreBounds=True)
        self.point.setZValue(11)
        self.dress()

    def dress(self) -> None:
        """Put on the colours shown now."""
        self.name_axes(self.tr("FAR (log axis)"), self.tr("DIR"))
        super().dress()
        colours = palette()
        for name, item in self.lines.items():
            item.setPen(pen_of(name, times=self.times))
        self.band.setBrush(tint_of("band"))
        self.point.setBrush(colours.panel)
        ring = QPen(colours.accent, 2.5)
        ring.setCosmetic(True)
        self.point.setPen(ring)
        ground = QColor(colours.line)
        ground.setAlpha(150)
        self.too_few.setBrush(ground)
        for line in self.too_few.lines:
            line.setPen(QPen(Qt.PenStyle.NoPen))

    def show_curves(self, curves: Sequence[Curve], *, least_far: float, probes: int) -> None:
        """Show curves.

        Parameters
        ----------
        curves : sequence of Curve
        least_far : float
            FAR below which so many strangers can show nothing; the ground is grey there.
        probes : int
            Strangers' probes: the axis begins where one of them is the power of ten above.
        """
        self.shown = tuple(curves)
        self.lowest = 10.0 ** math.floor(math.log10(1.0 / max(probes, 10)))
        left, low = math.log10(self.lowest), 1.0
        for name, item in self.lines.items():
            curve = next((c for c in curves if c.name == name), None)
            item.setVisible(curve is not None)
            if curve is not None:
                x = np.log10(np.maximum(curve.far, self.lowest))
                # Steps: DIR stays until one stranger more is accepted.
                item.setData(np.repeat(x, 2)[1:], np.repeat(100.0 * curve.dir, 2)[:-1])
                low = min(low, float(curve.dir.min(initial=1.0)))
        banded = next((c for c in curves if c.band is not None), None)
        self.band.setVisible(banded is not None)
        if banded is not None and banded.band is not None:
            far, under, over = banded.band
            x = np.log10(np.maximum(far, self.lowest))
            for edge, values in zip(self._edges, (under, over), strict=True):
                edge.setData(x, 100.0 * values)
            low = min(low, float(under.min(initial=1.0)))
        self.too_few.setRegion((left - 1.0, max(left, math.log10(max(least_far, self.lowest)))))
        # Room at both ends, for the ring and for the numbers below: what reaches beyond the axis is left out.
        self.box.setXRange(left, 0.0, padding=0.09)
        bottom = min(100.0 * low - 0.08 * (100.0 - 100.0 * low) - 0.5, 100.0 - LEAST_SPAN)
        self.box.setYRange(max(bottom, -1.0), 100.0 + 0.04 * (100.0 - max(bottom, 0.0)), padding=0.0)
        self.below.setTicks([[(power, _percent(10.0**power)) for power in range(round(left), 1)]])
        self.left.setTicks([[(value, f"{value:g} %") for value in _round_numbers(max(bottom, 0.0), 100.0)]])

    def put_point(self, far: float, dir_: float, words: str) -> None:
        """Stand the line at a false accept rate, and the ring at the DIR there."""
        at = self.place(far)
        self.put_line(at, words)
        self.point.setData([at], [100.0 * dir_])

    def place(self, far: float) -> float:
        """Give where a false accept rate stands on the axis."""
        return math.log10(max(far, self.lowest))

    def table(self) -> Table:
        """Give what is shown as columns and rows."""
        rows: list[tuple[object, ...]] = []
        for curve in self.shown:
            points = zip(curve.far.tolist(), curve.dir.tolist(), strict=True)
            rows += [(curve.matcher, "curve", far, dir_, "", "") for far, dir_ in points]
            if curve.band is not None:
                ends = zip(*(values.tolist() for values in curve.band), strict=True)
                rows += [(curve.matcher, "band", far, "", low, high) for far, low, high in ends]
        return ("matcher", "line", "far", "dir", "low", "high"), rows


class RankPlot(LinePlot):
    """CMC: the share of mated probes whose identity is among the first so many, whatever the threshold.

    Parameters
    ----------
    parent : QWidget, optional
    """

    MOST = 20

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Floats = np.zeros(0)
        self.curve = pg.PlotDataItem(antialias=True, symbol="o", symbolSize=7)
        self.box.addItem(self.curve)
        self.dress()

    def dress(self) -> None:
        """Put on the colours shown now."""
        self.name_axes(self.tr("Rank"), self.tr("Found"))
        super().dress()
        self.curve.setPen(pen_of("chosen", times=self.times))
        self.curve.setSymbolBrush(palette().panel)
        ring = QPen(palette().accent, 2)
        ring.setCosmetic(True)
        self.curve.setSymbolPen(ring)

    def show_shares(self, shares: Floats) -> None:
        """Show the share found within each rank, from rank 1."""
        self.shown = shares[: self.MOST]
        ranks = np.arange(1, len(self.shown) + 1)
        self.curve.setData(ranks, 100.0 * self.shown)
        low = 100.0 * float(self.shown.min(initial=1.0))
        bottom = max(min(low - 0.25 * (100.0 - low) - 0.5, 100.0 - LEAST_SPAN), 0.0)
        self.box.setXRange(0.5, max(len(ranks), 2) + 0.5, padding=0.0)
        self.box.setYRange(bottom, 100.0 + 0.06 * (100.0 - bottom), padding=0.0)
        step = max(1, len(ranks) // 5)
        self.below.setTicks([[(rank, str(rank)) for rank in [1, *range(step, len(ranks) + 1, step)]]])
        self.left.setTicks([[(value, f"{value:g} %") for value in _round_numbers(bottom, 100.0)]])

    def table(self) -> Table:
        """Give what is shown as columns and rows."""
        return ("rank", "found_within"), list(enumerate(self.shown.tolist(), start=1))


def _percent(share: float) -> str:
    return f"{100.0 * share:g} %"


def _round_numbers(low: float, high: float) -> list[float]:
    """Give four to eight round numbers between two."""
    span = high - low
    steps = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 25.0)
    step = next((step for step in steps if span / step <= 6.0), 25.0)
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 6) for number in range(first, math.floor(high / step + 1e-9) + 1)]

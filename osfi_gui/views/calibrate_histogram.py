"""The scores of mated and non-mated probes, counted, with the threshold as a line that can be dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg

from osfi_gui.views.calibrate_lines import pen_of, tint_of
from osfi_gui.views.calibrate_plot import LinePlot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from osfi_gui.core.histogram import Histogram

GROUND = -0.35
"""Where an empty bin stands on the axis of log10 of the count: below a bin of one."""


class HistogramPlot(LinePlot):
    """Counts over scores; the axis of counts is logarithmic, so that the few that matter are seen beside the many.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Histogram | None = None
        self.non_mated = pg.PlotDataItem(stepMode="center", fillLevel=GROUND, antialias=False)
        self.mated = pg.PlotDataItem(stepMode="center", fillLevel=GROUND, antialias=False)
        self.now = pg.InfiniteLine(angle=90, movable=False)
        self.now.hide()
        for item in (self.non_mated, self.mated):
            self.box.addItem(item)
        self.box.addItem(self.now, ignoreBounds=True)
        self.dress()

    def dress(self) -> None:
        """Put on the colours shown now."""
        self.name_axes(self.tr("Score"), self.tr("Probes"))
        super().dress()
        for name, item in (("mated", self.mated), ("non-mated", self.non_mated)):
            item.setPen(pen_of(name, times=self.times))
            item.setBrush(tint_of(name))
        self.now.setPen(pen_of("now", times=self.times))

    def show_histogram(self, counted: Histogram, *, title: str) -> None:
        """Show other scores; ``title`` says of what matcher."""
        self.shown = counted
        self.name_axes(title, self.tr("Probes"))
        self.dress()
        for item, counts in ((self.mated, counted.mated), (self.non_mated, counted.non_mated)):
            item.setData(counted.edges, np.where(counts > 0, np.log10(np.maximum(counts, 1)), GROUND))
        most = float(max(counted.mated.max(initial=1), counted.non_mated.max(initial=1)))
        top = np.log10(most)
        numbers = [10**power for power in range(int(top) + 1)]
        if top < 1.5:
            numbers += [step * number for number in numbers for step in (2, 5) if step * number <= most]
        self.left.setTicks([[(np.log10(number), f"{number:,}") for number in numbers]])
        self.box.setYRange(GROUND, top + 0.3, padding=0.0)
        self.box.setXRange(float(counted.edges[0]), float(counted.edges[-1]), padding=0.03)

    def show_now(self, threshold: float | None) -> None:
        """Mark the threshold that decides now; None where another matcher does."""
        self.now.setVisible(threshold is not None)
        if threshold is not None:
            self.now.setValue(threshold)

    def table(self) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Give what is shown as columns and rows."""
        columns = ("from", "to", "mated", "non_mated")
        counted = self.shown
        if counted is None:
            return columns, []
        rows: list[tuple[object, ...]] = []
        if counted.mated_below or counted.non_mated_below:
            rows.append(("below the cosine floor", "", counted.mated_below, counted.non_mated_below))
        edges = counted.edges.tolist()
        counts = zip(edges, edges[1:], counted.mated.tolist(), counted.non_mated.tolist(), strict=False)
        return columns, [*rows, *counts]

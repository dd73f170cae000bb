"""The plots of a run; the only file of the window that needs pyqtgraph, imported when curves are first shown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPen

from osfi_gui.views.theme import palette
from osfi_gui.views.tune_lines import pen_of, ring_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from osfi_gui.views.tune_series import Series

MOST_NUMBERS = 12
"""Along the axis of epochs."""
GRID = 50
"""How strong its lines are, of 255."""


class TunePlots(pg.GraphicsLayoutWidget):  # type: ignore[misc] # pyqtgraph has no types
    """Loss above, shares below, on one axis of epochs; nothing to press, drag or turn.

    Made of view boxes and axes: pyqtgraph's plots bring menus that nobody opens, and that outlive the window.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._epochs = 0.0
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # The wheel scrolls the page, not the plot.
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.ci.setContentsMargins(0, 4, 0, 0)
        self.ci.setSpacing(0)
        self.upper, self.lower = (pg.ViewBox(enableMenu=False, enableMouse=False) for _ in range(2))
        self.upper.setXLink(self.lower)
        self.left = tuple(pg.AxisItem("left") for _ in range(2))
        self.below = tuple(pg.AxisItem("bottom") for _ in range(2))
        for number, box in enumerate((self.upper, self.lower)):
            self.addItem(self.left[number], row=2 * number, col=0)
            self.addItem(box, row=2 * number, col=1)
            self.addItem(self.below[number], row=2 * number + 1, col=1)
            for axis in (self.left[number], self.below[number]):
                axis.linkToView(box)
                axis.setGrid(GRID)
                axis.setStyle(maxTickLevel=0)
                # Its grid must not be drawn over the curves.
                axis.setZValue(-1)
        for row, stretch in ((0, 4), (2, 5)):
            self.ci.layout.setRowStretchFactor(row, stretch)
        self.below[0].setStyle(showValues=False)
        self.below[0].setHeight(8)
        self.upper.setLimits(yMin=0.0)
        self.upper.enableAutoRange(axis="y")
        self.lower.setYRange(0.0, 100.0, padding=0.07)  # room for the numbers at both ends
        self.left[1].setTicks([[(value, f"{value} %") for value in (0, 25, 50, 75, 100)]])
        self.loss, self.accuracy = pg.PlotDataItem(antialias=True), pg.PlotDataItem(antialias=True)
        self.dir = pg.PlotDataItem(antialias=True, symbol="o", symbolSize=7)
        self.upper.addItem(self.loss)
        self.lower.addItem(self.accuracy)
        self.lower.addItem(self.dir)
        self.dress()

    def dress(self) -> None:
        """Put on the colours and the type shown now."""
        colours = palette()
        self.setBackground(QColor(colours.panel))
        font = QFont(self.font())
        line = self.fontMetrics().height()
        size = f"{font.pointSizeF():.1f}pt" if font.pointSizeF() > 0 else f"{font.pixelSize()}px"
        for axis in (*self.left, *self.below):
            axis.setPen(QPen(colours.edge, 1))
            axis.setTextPen(QPen(colours.muted))
            axis.setStyle(tickFont=font, tickTextOffset=6)
        for axis, words in (
            (self.left[0], self.tr("Loss")),
            (self.left[1], self.tr("Share")),
            (self.below[1], self.tr("Epochs")),
        ):
            axis.setLabel(words, **{"color": colours.muted.name(), "font-size": size})
        for axis in self.left:
            # The same width, so that the two plots stand exactly above each other.
            axis.setWidth(round(5.0 * line))
        self.below[1].setHeight(round(2.9 * line))
        for name, item in (("loss", self.loss), ("accuracy", self.accuracy), ("dir", self.dir)):
            item.setPen(pen_of(name))
        self.dir.setSymbolBrush(colours.panel)
        self.dir.setSymbolPen(ring_of("dir"))

    def set_epochs(self, epochs: float) -> None:
        """Show so many epochs from left to right."""
        if epochs == self._epochs:
            return
        self._epochs = epochs
        last = max(1.0, epochs)
        step = next(s * 10**k for k in range(9) for s in (1, 2, 5) if last / (s * 10**k) <= MOST_NUMBERS)
        for axis in self.below:
            axis.setTicks([[(value, str(value)) for value in range(0, math.floor(last) + 1, step)]])
        self.lower.setXRange(0.0, last, padding=0.02)

    def draw(self, *, loss: Series, accuracy: Series, measured: Series) -> None:
        """Show curves; shares are 0..1."""
        for item, series, factor in (
            (self.loss, loss, 1.0),
            (self.accuracy, accuracy, 100.0),
            (self.dir, measured, 100.0),
        ):
            x, y = series.points()
            item.setData(np.array(x), factor * np.array(y))

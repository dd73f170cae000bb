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


class TunePlots(pg.GraphicsLayoutWidget):  # type: ignore[misc] # pyqtgraph has no types
    """Loss above, shares below, on one axis of epochs; nothing to press, drag or turn.

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
        self.ci.setSpacing(6)
        self.upper = self.addPlot(row=0, col=0)
        self.lower = self.addPlot(row=1, col=0)
        self.upper.setXLink(self.lower)
        self.upper.getAxis("bottom").setStyle(showValues=False)
        for plot in (self.upper, self.lower):
            plot.setMenuEnabled(False)
            plot.hideButtons()
            plot.setMouseEnabled(x=False, y=False)
            plot.showGrid(x=True, y=True, alpha=0.2)
            for side in ("left", "bottom"):
                plot.getAxis(side).setStyle(maxTickLevel=0)
        self.ci.layout.setRowStretchFactor(0, 4)
        self.ci.layout.setRowStretchFactor(1, 5)
        self.upper.setLimits(yMin=0.0)
        self.upper.enableAutoRange(axis="y")
        self.lower.setYRange(0.0, 100.0, padding=0.07)  # room for the numbers at both ends
        self.lower.getAxis("left").setTicks([[(value, f"{value} %") for value in (0, 25, 50, 75, 100)]])
        self.loss = self.upper.plot(antialias=True)
        self.accuracy = self.lower.plot(antialias=True)
        self.dir = self.lower.plot(antialias=True, symbol="o", symbolSize=7)
        self.dress()

    def dress(self) -> None:
        """Put on the colours and the type shown now."""
        colours = palette()
        self.setBackground(QColor(colours.panel))
        font = QFont(self.font())
        line = self.fontMetrics().height()
        for plot in (self.upper, self.lower):
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(QPen(colours.edge, 1))
                axis.setTextPen(QPen(colours.muted))
                axis.setStyle(tickFont=font, tickTextOffset=6)
            # The same width, so that the two plots stand exactly above each other.
            plot.getAxis("left").setWidth(round(5.0 * line))
        self.lower.getAxis("bottom").setHeight(round(2.9 * line))
        size = f"{font.pointSizeF():.1f}pt" if font.pointSizeF() > 0 else f"{font.pixelSize()}px"
        style = {"color": colours.muted.name(), "font-size": size}
        for axis, words in (
            (self.lower.getAxis("bottom"), self.tr("Epochs")),
            (self.lower.getAxis("left"), self.tr("Share")),
            (self.upper.getAxis("left"), self.tr("Loss")),
        ):
            axis.setLabel(words, **style)
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
        ticks = [[(value, str(value)) for value in range(0, math.floor(last) + 1, step)]]
        for plot in (self.upper, self.lower):
            plot.getAxis("bottom").setTicks(ticks)
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

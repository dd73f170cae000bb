"""How the lines of a run look, in the plots and in their legend: told apart by colour, and by dashes and points."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from osfi_gui.views.theme import palette

WIDTH = 2.0
DASHES = (5.0, 3.0)
"""Of the DIR curve, in widths of the pen."""


def pen_of(name: str) -> QPen:
    """Give the pen of a line: ``loss``, ``accuracy`` or ``dir``."""
    colours = palette()
    pen = QPen({"loss": colours.text, "accuracy": colours.accent, "dir": colours.warning}[name], WIDTH)
    pen.setCosmetic(True)
    if name == "dir":
        pen.setDashPattern(DASHES)
    return pen


def ring_of(name: str) -> QPen:
    """Give the pen of a line's points."""
    pen = pen_of(name)
    pen.setStyle(Qt.PenStyle.SolidLine)
    return pen


class LineSample(QWidget):
    """A piece of a curve, as the legend shows it.

    Parameters
    ----------
    name : str
        ``loss``, ``accuracy`` or ``dir``.
    parent : QWidget, optional
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Be as high as a line of text."""
        height = self.fontMetrics().height()
        return QSize(2 * height, height)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the line, with its point where the curve has points."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(pen_of(self._name))
        painter.drawLine(QPointF(1, middle), QPointF(self.width() - 1, middle))
        if self._name == "dir":
            painter.setPen(ring_of(self._name))
            painter.setBrush(palette().panel)
            painter.drawEllipse(QPointF(self.width() / 2, middle), 3.5, 3.5)

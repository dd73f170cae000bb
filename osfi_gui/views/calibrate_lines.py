"""How the lines of a calibration look, in the plots and in their legends: told apart by colour and by dashes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from osfi_gui.views.theme import palette

WIDTH = 2.0


def pen_of(name: str, *, times: float = 1.0) -> QPen:
    """Give the pen of a line: ``mated``, ``non-mated``, ``chosen``, ``cosine``, ``band`` or ``now``.

    ``times`` is for pictures that have so many pixels for each of the screen: how wide it is does not follow by itself.
    """
    colours = palette()
    colour = {
        "mated": colours.accent,
        "non-mated": colours.warning,
        "chosen": colours.accent,
        "band": colours.accent,
        "cosine": colours.warning,
        "now": colours.muted,
    }[name]
    pen = QPen(colour, WIDTH * times)
    pen.setCosmetic(True)
    if name == "cosine":
        pen.setDashPattern((4.0, 2.0))
    if name == "now":
        pen.setStyle(Qt.PenStyle.DotLine)
    return pen


def tint_of(name: str) -> QBrush:
    """Give what fills the area that belongs to a line; hatched for non-mated scores."""
    colour = QColor(pen_of(name).color())
    if name == "non-mated":
        colour.setAlpha(150)
        return QBrush(colour, Qt.BrushStyle.BDiagPattern)
    colour.setAlpha(55)
    return QBrush(colour)


class LineSample(QWidget):
    """A piece of a line as the legend shows it.

    Parameters
    ----------
    name : str
        As in :func:`pen_of`.
    parent : QWidget, optional
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Be as high as a line of text."""
        height = self.fontMetrics().height()
        return QSize(round(1.5 * height), height)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the line, and the tint below it where it has one."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        if self._name in {"mated", "non-mated", "chosen"}:
            painter.fillRect(QRectF(1, middle - 4, self.width() - 2, 8), tint_of(self._name))
        painter.setPen(pen_of(self._name))
        painter.drawLine(QPointF(1, middle), QPointF(self.width() - 1, middle))

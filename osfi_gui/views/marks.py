"""Small drawn marks that say the same as a colour does, for those who cannot tell the colours apart."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from osfi_gui.views.theme import Palette, palette


class Mark(StrEnum):
    """What a mark means; each has a shape and a colour of its own."""

    GOOD = "good"
    SAME = "same"
    WARNING = "warning"
    BAD = "bad"
    INFO = "info"


def colour_of(mark: Mark, colours: Palette) -> QColor:
    """Give the colour that a mark and the words beside it are written in."""
    return {
        Mark.GOOD: colours.accept,
        Mark.SAME: colours.muted,
        Mark.WARNING: colours.warning,
        Mark.BAD: colours.reject,
        Mark.INFO: colours.accent,
    }[mark]


def ground_of(mark: Mark, colours: Palette) -> QColor:
    """Give the tint behind a row of this meaning."""
    return {
        Mark.GOOD: colours.accept_soft,
        Mark.SAME: colours.window,
        Mark.WARNING: colours.warning_soft,
        Mark.BAD: colours.reject_soft,
        Mark.INFO: colours.accent_soft,
    }[mark]


def paint_mark(painter: QPainter, mark: Mark, rect: QRectF, colour: QColor) -> None:
    """Draw a mark: a tick, an equals sign, a triangle, a cross or a filled disc with an i.

    Parameters
    ----------
    painter : QPainter
    mark : Mark
    rect : QRectF
        A square.
    colour : QColor
    """
    side, centre = rect.width(), rect.center()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, max(1.4, side * 0.13), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)

    def at(x: float, y: float) -> QPointF:
        return QPointF(rect.left() + x * side, rect.top() + y * side)

    if mark is Mark.GOOD:
        painter.drawPolyline(QPolygonF([at(0.14, 0.54), at(0.40, 0.80), at(0.87, 0.24)]))
    elif mark is Mark.SAME:
        painter.drawLine(at(0.16, 0.36), at(0.84, 0.36))
        painter.drawLine(at(0.16, 0.66), at(0.84, 0.66))
    elif mark is Mark.WARNING:
        painter.drawPolygon(QPolygonF([at(0.5, 0.10), at(0.95, 0.90), at(0.05, 0.90)]))
        painter.drawLine(at(0.5, 0.42), at(0.5, 0.60))
        painter.drawPoint(at(0.5, 0.76))
    elif mark is Mark.BAD:
        painter.drawLine(at(0.2, 0.2), at(0.8, 0.8))
        painter.drawLine(at(0.8, 0.2), at(0.2, 0.8))
    else:
        painter.drawEllipse(centre, side * 0.44, side * 0.44)
        painter.drawPoint(at(0.5, 0.29))
        painter.drawLine(at(0.5, 0.48), at(0.5, 0.73))
    painter.restore()


class MarkLabel(QWidget):
    """A mark as high as a line of text; decoration, the words beside it say the same.

    Parameters
    ----------
    mark : Mark
    parent : QWidget, optional
    """

    def __init__(self, mark: Mark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = mark
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_mark(self, mark: Mark) -> None:
        """Show another mark."""
        if mark is not self._mark:
            self._mark = mark
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Be as high as a line of text."""
        side = self.fontMetrics().height()
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the mark."""
        del event
        side = min(self.width(), self.height()) - 3.0
        rect = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        paint_mark(painter, self._mark, rect, colour_of(self._mark, palette()))

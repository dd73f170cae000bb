"""A plot with one upright line that can be dragged, or moved with the arrow keys; needs pyqtgraph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from osfi_gui.views.theme import palette

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
    from PySide6.QtWidgets import QWidget

GRID = 50
"""How strong its lines are, of 255."""
REACH_PX = 12
"""How near to the line the mouse has to be to take it."""
STEPS, STRIDE = 400, 10
"""Steps of the arrow keys from the left end to the right one, and how many of them a page key makes."""

_KEYS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_PageDown: -STRIDE,
    Qt.Key.Key_PageUp: STRIDE,
}


class LinePlot(pg.GraphicsLayoutWidget):  # type: ignore[misc] # pyqtgraph has no types
    """One view box, two axes, and a line at which something stands.

    Made of a view box and axes: pyqtgraph's plots bring menus that nobody opens, and that outlive the window. The line
    is dragged here and not by pyqtgraph, which drops moves that come quickly one after the other.

    Parameters
    ----------
    parent : QWidget, optional
    """

    dragged = Signal(float)
    dropped = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.times = 1.0
        self._drags = False
        self._words = ("", "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.ci.setContentsMargins(6, 6, 10, 6)  # the ring of the keyboard stands around what is written
        self.ci.setSpacing(0)
        self.box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self.left, self.below = pg.AxisItem("left"), pg.AxisItem("bottom")
        self.addItem(self.left, row=0, col=0)
        self.addItem(self.box, row=0, col=1)
        self.addItem(self.below, row=1, col=1)
        for axis in (self.left, self.below):
            axis.linkToView(self.box)
            axis.setGrid(GRID)
            axis.setStyle(maxTickLevel=0)
            axis.enableAutoSIPrefix(False)
            # Its grid must not be drawn over the curves.
            axis.setZValue(-1)
        self.line = pg.InfiniteLine(angle=90, movable=False, label="", labelOpts={"position": 0.93, "fill": None})
        # Beside the line, so that its ground does not cover half of it.
        self.line.label.anchors = [(-0.06, 0.5), (1.06, 0.5)]
        self.line.setZValue(10)
        self.line.hide()
        self.box.addItem(self.line, ignoreBounds=True)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Be content with little."""
        return QSize(240, 180)

    def name_axes(self, below: str, left: str) -> None:
        """Write on the axes."""
        self._words = (below, left)

    def dress(self) -> None:
        """Put on the colours and the type shown now."""
        colours = palette()
        self.setBackground(QColor(colours.panel))
        font = QFont(self.font())
        line = self.fontMetrics().height()
        size = f"{font.pointSizeF():.1f}pt" if font.pointSizeF() > 0 else f"{font.pixelSize()}px"
        for axis, words in zip((self.below, self.left), self._words, strict=True):
            axis.setPen(QPen(colours.edge, 1))
            axis.setTextPen(QPen(colours.muted))
            axis.setStyle(tickFont=font, tickTextOffset=5)
            axis.setLabel(words, **{"color": colours.muted.name(), "font-size": size})
        self.below.setHeight(round(2.8 * line))
        self.left.setWidth(round(4.2 * line))
        pen = QPen(colours.text, (3 if self.hasFocus() else 2) * self.times)
        pen.setCosmetic(True)
        self.line.setPen(pen)
        ground = QColor(colours.panel)
        ground.setAlpha(225)
        self.line.label.fill = pg.mkBrush(ground)
        self.line.label.setColor(colours.text)
        self.line.label.setFont(font)

    def put_line(self, at: float | None, words: str = "") -> None:
        """Stand the line somewhere, in the units of the axis; None takes it away."""
        self.line.setVisible(at is not None)
        if at is not None:
            left, right = self.box.viewRange()[0]
            self.line.setValue(min(max(at, left), right))
            if self.line.label.format != words:
                self.line.label.setFormat(words)

    def place_of(self, at: float) -> QPoint:
        """Give the place of a value on the axis, halfway up, in pixels of the viewport."""
        low, high = self.box.viewRange()[1]
        place: QPoint = self.mapFromScene(self.box.mapViewToScene(QPointF(at, (low + high) / 2)))
        return place

    def value_at(self, place: QPointF) -> float:
        """Give the value below a place of the viewport, within the ends of the axis."""
        at = float(self.box.mapSceneToView(self.mapToScene(place.toPoint())).x())
        left, right = self.box.viewRange()[0]
        return float(min(max(at, left), right))

    # Mouse, keys, focus

    def _near(self, place: QPointF) -> bool:
        if not self.line.isVisible():
            return False
        return abs(self.place_of(self.line.value()).x() - place.x()) <= REACH_PX

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the line."""
        self._drags = event.button() is Qt.MouseButton.LeftButton and self._near(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the line along."""
        held = self._drags or self._near(event.position())
        self.viewport().setCursor(Qt.CursorShape.SizeHorCursor if held else Qt.CursorShape.ArrowCursor)
        if self._drags:
            self.dragged.emit(self.value_at(event.position()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Let the line go."""
        if self._drags and event.button() is Qt.MouseButton.LeftButton:
            self._drags = False
            self.dropped.emit(self.value_at(event.position()))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Do as with a single click."""
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the page."""
        event.ignore()

    def leaveEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Take no notice, where pyqtgraph would."""
        del event

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move the line."""
        steps = _KEYS.get(Qt.Key(event.key()))
        if steps is None or not self.line.isVisible():
            event.ignore()
            return
        left, right = self.box.viewRange()[0]
        at = float(self.line.value()) + steps * (right - left) / STEPS
        self.dropped.emit(min(max(at, left), right))
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take no notice, where pyqtgraph would."""
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show that the keys move this line."""
        super().focusInEvent(event)
        self._show_focus()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show that they do not."""
        super().focusOutEvent(event)
        self._show_focus()

    def _show_focus(self) -> None:
        pen = QPen(self.line.pen)
        pen.setWidth(3 if self.hasFocus() else 2)
        self.line.setPen(pen)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:  # noqa: N802 - Qt's name
        """Draw the ring around what has the keyboard."""
        super().drawForeground(painter, rect)
        if self.hasFocus():
            painter.save()
            painter.resetTransform()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(palette().focus, 2))
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1), 6, 6)
            painter.restore()

"""Line drawings for buttons, painted in the colours of the theme."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton

from osfi_gui.views.theme import palette

GRID = 24.0
"""Drawings are made on a square of so many units."""


def _lines(*strokes: tuple[tuple[float, float], ...]) -> QPainterPath:
    path = QPainterPath()
    for stroke in strokes:
        path.moveTo(*stroke[0])
        for point in stroke[1:]:
            path.lineTo(*point)
    return path


def _identify() -> QPainterPath:
    path = _lines(
        ((3, 8), (3, 3), (8, 3)),
        ((16, 3), (21, 3), (21, 8)),
        ((21, 16), (21, 21), (16, 21)),
        ((8, 21), (3, 21), (3, 16)),
    )
    path.addEllipse(QPointF(12, 10.2), 3.1, 3.1)
    path.moveTo(6.8, 17.6)
    path.cubicTo(7.6, 14.6, 16.4, 14.6, 17.2, 17.6)
    return path


def _enrol() -> QPainterPath:
    path = _lines(((18.5, 8), (18.5, 15)), ((15, 11.5), (22, 11.5)))
    path.addEllipse(QPointF(9.5, 8), 4, 4)
    path.moveTo(2.5, 20)
    path.cubicTo(3, 14, 16, 14, 16.5, 20)
    return path


def _gallery() -> QPainterPath:
    path = QPainterPath()
    for x in (3.5, 13.5):
        for y in (3.5, 13.5):
            path.addRoundedRect(QRectF(x, y, 7, 7), 1.8, 1.8)
    return path


def _tune() -> QPainterPath:
    path = _lines(
        ((5, 3), (5, 11)), ((5, 17), (5, 21)), ((12, 3), (12, 6)), ((12, 12), (12, 21)), ((19, 3), (19, 13)),
        ((19, 19), (19, 21)),
    )  # fmt: skip
    for x, y in ((5, 14), (12, 9), (19, 16)):
        path.addEllipse(QPointF(x, y), 2.6, 2.6)
    return path


def _calibrate() -> QPainterPath:
    path = _lines(((2.5, 20), (21.5, 20)), ((12, 3), (12, 20)))
    path.moveTo(3, 18.5)
    path.cubicTo(6.5, 18.5, 5.5, 8, 8, 8)
    path.cubicTo(10, 8, 9.5, 15, 12, 17)
    path.moveTo(12, 14)
    path.cubicTo(14, 12, 14, 6, 16, 6)
    path.cubicTo(18.5, 6, 17.5, 18.5, 21, 18.5)
    return path


def _activity() -> QPainterPath:
    path = _lines(((12, 7), (12, 12), (15.6, 14)))
    path.addEllipse(QPointF(12, 12), 9, 9)
    return path


def _settings() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(12, 12), 3.2, 3.2)
    path.addEllipse(QPointF(12, 12), 7.0, 7.0)
    for tooth in range(8):
        angle = math.radians(45 * tooth)
        path.moveTo(12 + 7.0 * math.cos(angle), 12 + 7.0 * math.sin(angle))
        path.lineTo(12 + 9.8 * math.cos(angle), 12 + 9.8 * math.sin(angle))
    return path


def _lock() -> QPainterPath:
    path = _lines(((12, 14.4), (12, 16.6)))
    path.addRoundedRect(QRectF(4.5, 10.5, 15, 10.5), 2.4, 2.4)
    path.moveTo(8, 10.5)
    path.lineTo(8, 7.5)
    path.arcTo(QRectF(8, 3.2, 8, 8), 180, -180)
    path.lineTo(16, 10.5)
    return path


def _unlock() -> QPainterPath:
    path = _lines(((12, 14.4), (12, 16.6)))
    path.addRoundedRect(QRectF(4.5, 10.5, 15, 10.5), 2.4, 2.4)
    path.moveTo(8, 10.5)
    path.lineTo(8, 6.9)
    path.arcTo(QRectF(8, 2.8, 8, 8), 180, -150)
    return path


def _theme() -> QPainterPath:
    path = _lines(((12, 3), (12, 21)), ((15, 4.6), (15, 19.4)), ((18, 6.8), (18, 17.2)))
    path.addEllipse(QPointF(12, 12), 9, 9)
    return path


def _close() -> QPainterPath:
    return _lines(((6, 6), (18, 18)), ((18, 6), (6, 18)))


_DRAWINGS: dict[str, Callable[[], QPainterPath]] = {
    "identify": _identify,
    "enrol": _enrol,
    "gallery": _gallery,
    "tune": _tune,
    "calibrate": _calibrate,
    "activity": _activity,
    "settings": _settings,
    "lock": _lock,
    "unlock": _unlock,
    "theme": _theme,
    "close": _close,
}


def icon(name: str, side: int) -> QIcon:
    """Paint a drawing in the colours shown now: muted, the accent where it is checked, faint where it is off.

    Parameters
    ----------
    name : str
    side : int
        Logical pixels.
    """
    colours = palette()
    result = QIcon()
    mode, state = QIcon.Mode, QIcon.State
    for drawn, at, colour in (
        (mode.Normal, state.Off, colours.muted),
        (mode.Active, state.Off, colours.text),
        (mode.Normal, state.On, colours.accent),
        (mode.Active, state.On, colours.accent),
        (mode.Disabled, state.Off, colours.disabled),
    ):
        result.addPixmap(_painted(name, side, colour), drawn, at)
    return result


def _painted(name: str, side: int, colour: QColor) -> QPixmap:
    ratio = QGuiApplication.primaryScreen().devicePixelRatio() if QGuiApplication.primaryScreen() else 1.0
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / GRID, side / GRID)
    pen = QPen(colour, 1.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.drawPath(_DRAWINGS[name]())
    painter.end()
    return pixmap


class Drawn:
    """Mixed into a button before Qt's class: its drawing follows the theme and the size of the text."""

    _drawing = ""

    def set_drawing(self, name: str) -> None:
        """Put a drawing on the button."""
        self._drawing = name
        assert isinstance(self, QAbstractButton)
        side = round(1.25 * self.fontMetrics().height())
        self.setIconSize(QSize(side, side))
        self.setIcon(icon(name, side))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Paint it anew when the colours changed."""
        super().changeEvent(event)  # type: ignore[misc]
        if self._drawing and event.type() in {QEvent.Type.StyleChange, QEvent.Type.PaletteChange}:
            self.set_drawing(self._drawing)

"""A face in a square with round corners, or the initial of a name where there is no picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from osfi_gui.views.pixels import to_pixmap
from osfi_gui.views.theme import palette

if TYPE_CHECKING:
    from osfi_gui.core.values import Pixels

STORED = 128
"""Side of the pictures that are kept, device pixels: sharp enough for every place they are shown in."""


def paint_face(painter: QPainter, rect: QRectF, pixmap: QPixmap | None, name: str) -> None:
    """Draw a face, or the initial of a name.

    Parameters
    ----------
    painter : QPainter
    rect : QRectF
        A square.
    pixmap : QPixmap or None
    name : str
    """
    colours = palette()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    path = QPainterPath()
    radius = max(4.0, rect.width() * 0.12)
    path.addRoundedRect(rect, radius, radius)
    if pixmap is None or pixmap.isNull():
        painter.fillPath(path, colours.accent_soft)
        font = painter.font()
        font.setPixelSize(max(8, int(rect.height() * 0.42)))  # fills its square, whose side follows the system's font
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(colours.accent)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, (name.strip() or "?")[0].upper())
    else:
        painter.setClipPath(path)
        painter.drawPixmap(rect, pixmap, QRectF(pixmap.rect()))
    painter.restore()


class FaceTile(QWidget):
    """One face.

    Parameters
    ----------
    lines : float
        Side of the square, in heights of a line of text.
    parent : QWidget, optional
    """

    def __init__(self, lines: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self._pixmap: QPixmap | None = None
        self._name = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_face(self, pixels: Pixels | None, name: str) -> None:
        """Show a face, or the initial of its name while there is no picture."""
        self.show_pixmap(None if pixels is None else to_pixmap(pixels, STORED), name)

    def show_pixmap(self, pixmap: QPixmap | None, name: str) -> None:
        """Show a face that was converted already."""
        self._pixmap, self._name = pixmap, name
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Follow the size of the text."""
        side = round(self._lines * self.fontMetrics().height())
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the face."""
        del event
        side = float(min(self.width(), self.height()))
        paint_face(QPainter(self), QRectF(0, 0, side, side), self._pixmap, self._name)

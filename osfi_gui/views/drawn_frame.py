"""A recorded frame with its boxes, names and decisions, drawn as the live picture draws them; needs no widget."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QGuiApplication, QImage, QPainter

from osfi_gui.views.face_boxes import caption_of, paint_box, paint_words
from osfi_gui.views.pixels import to_image

if TYPE_CHECKING:
    from osfi_gui.core.recording import Seen
    from osfi_gui.core.values import Pixels

LINES_HIGH = 540
"""A picture of so many lines is drawn on with the sizes of the window; a larger one with larger letters and lines."""
_FONT_PX = 14
_BOX_EDGE, _LABEL_EDGE = 2.0, 6.0


def draw_seen(pixels: Pixels, seen: tuple[Seen, ...]) -> Pixels:
    """Draw what was decided over a copy of a frame; on any thread.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.
    seen : tuple of Seen

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        RGB.
    """
    # Letters need an application; on the command line there is none, and there may be no screen.
    application = QGuiApplication.instance() or _application()
    image = to_image(pixels)
    height, width = pixels.shape[:2]
    scale = max(1.0, height / LINES_HIGH)
    bounds = QRectF(0.0, 0.0, width / scale, height / scale)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.scale(scale, scale)
    font = QFont()
    font.setPixelSize(_FONT_PX)
    font.setBold(True)
    inner = bounds.adjusted(_BOX_EDGE, _BOX_EDGE, -_BOX_EDGE, -_BOX_EDGE)
    boxes = [(face, QRectF(*(value / scale for value in face.box)).intersected(inner)) for face in seen]
    boxes = [(face, rect) for face, rect in boxes if not rect.isEmpty()]
    for face, rect in boxes:
        paint_box(painter, rect, face.verdict, selected=False)
    taken: list[QRectF] = []
    room = bounds.adjusted(_LABEL_EDGE, _LABEL_EDGE, -_LABEL_EDGE, -_LABEL_EDGE)
    for face, rect in boxes:
        text = caption_of(face.verdict, face.identity, face.matcher, face.score)
        taken.append(paint_words(painter, rect, face.verdict, text, font=font, bounds=room, taken=taken))
    painter.end()
    del application
    return _pixels(image)


def _application() -> QGuiApplication:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QGuiApplication(["osfi"])


def _pixels(image: QImage) -> Pixels:
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()

"""From the pixels of a value to what Qt paints; always a copy, so that no picture outlives its array."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPixmap

if TYPE_CHECKING:
    from osfi_gui.core.values import Pixels


def to_image(pixels: Pixels) -> QImage:
    """Copy RGB pixels into an image.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB; need not be contiguous.
    """
    packed = np.ascontiguousarray(pixels)
    height, width = packed.shape[:2]
    # QImage only borrows the buffer; without the copy it would show freed memory once the array is gone.
    return QImage(packed.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def to_pixmap(pixels: Pixels, size: int) -> QPixmap:
    """Scale the middle square of a picture; the aspect is kept, the longer side loses its ends.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
    size : int
        Side in device pixels. Callers on a dense screen multiply by its ratio and set it on the result.
    """
    image = to_image(pixels)
    side = min(image.width(), image.height())
    middle = image.copy(QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side))
    scaled = middle.scaled(size, size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return QPixmap.fromImage(scaled)

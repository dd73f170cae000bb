"""How much a face's chip has changed: whether another look at it would tell anything new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.values import Pixels

SIDE = 16
_NOISE = 4.0
"""Grey levels of contrast below which a chip shows nothing but the camera's noise."""


def thumb(chip: Pixels) -> NDArray[np.float32]:
    """Shrink a chip to what changes when the face does.

    Parameters
    ----------
    chip : ndarray of uint8, shape (height, width, 3)
        Aligned, RGB.

    Returns
    -------
    ndarray of float32, shape (16, 16)
        Luma, 0..255, averaged over areas, so that the camera's noise is gone.
    """
    small = cv2.resize(np.ascontiguousarray(chip), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.float32)


def change(before: NDArray[np.float32], now: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the root mean square difference of thumbs, as a share of the contrast of the first.

    Parameters
    ----------
    before, now : ndarray of float32, shape (..., 16, 16)
        As :func:`thumb` gives them.

    Returns
    -------
    ndarray of float32, shape (...)
        0 where they are equal. About sqrt(2 (1 - r)) for pictures of equal light whose correlation is r.
    """
    flat = before.reshape(*before.shape[:-2], -1)
    difference = now.reshape(flat.shape) - flat
    return np.asarray(np.sqrt(np.mean(difference**2, axis=-1)) / (flat.std(axis=-1) + _NOISE), dtype=np.float32)

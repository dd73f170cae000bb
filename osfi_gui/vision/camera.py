"""The degraded camera: what a poor desk camera makes of a face, as a standard to measure on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from osfi_gui.core.values import Pixels

SIDE = 28
GAMMA = 1.6
NOISE = 6.0
JPEG_QUALITY = 40


def degrade(
    chip: Pixels,
    rng: np.random.Generator,
    *,
    side: int = SIDE,
    gamma: float = GAMMA,
    noise: float = NOISE,
    quality: int = JPEG_QUALITY,
) -> Pixels:
    """Shrink (area), darken by a gamma, add Gaussian noise, compress as JPEG, and enlarge back (cubic).

    Parameters
    ----------
    chip : ndarray of uint8, shape (height, width, 3)
        RGB.
    rng : numpy.random.Generator
        For the noise.
    side : int
        Width and height in between, pixels.
    gamma : float
        Exponent on 0..1.
    noise : float
        Standard deviation, grey levels.
    quality : int
        JPEG's, 1..100.

    Returns
    -------
    ndarray of uint8, of the chip's shape
    """
    small = cv2.resize(chip, (side, side), interpolation=cv2.INTER_AREA).astype(np.float64)
    dark = (
        255.0 * (small / 255.0) ** gamma + rng.normal(0.0, noise, small.shape)
        if noise
        else 255.0 * (small / 255.0) ** gamma
    )
    eight_bit = np.clip(np.rint(dark), 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", eight_bit[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    unpacked = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    assert unpacked is not None  # it was packed a line above
    large = cv2.resize(unpacked, (chip.shape[1], chip.shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(large[:, :, ::-1])


def degrade_named(chip: Pixels, name: str) -> Pixels:
    """Degrade a chip with noise that follows from a name: a picture looks the same whoever else takes part.

    Parameters
    ----------
    chip : ndarray of uint8, shape (height, width, 3)
        RGB.
    name : str
        Of the picture, with the seed of the experiment.
    """
    digest = hashlib.sha256(name.encode()).digest()
    return degrade(chip, np.random.default_rng(int.from_bytes(digest[:8], "little")))

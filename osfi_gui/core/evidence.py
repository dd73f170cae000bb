"""What the chips of one track say together."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.quality import MAX_YAW, MIN_SCORE, MIN_SHARPNESS, MIN_SIZE_PX

if TYPE_CHECKING:
    from osfi_gui.core.values import Quality, Vector

LEAST_WEIGHT = 0.05
"""Even the worst chip says a little: a track of nothing else is still decided."""


def weight_of(quality: Quality, *, score: float) -> float:
    """Give what a chip weighs in its track.

    Parameters
    ----------
    quality : Quality
    score : float
        The detector's confidence, 0..1.

    Returns
    -------
    float
        1 where size, sharpness, turn and confidence pass the quality gate; below it the product of the shares of the
        gate that they reach, at least 0.05. Beyond the gate nothing is gained: on LFW faces within it were equally near
        to the other pictures of their person.
    """
    turned = MAX_YAW / max(abs(quality.yaw), MAX_YAW)
    shares = (quality.size_px / MIN_SIZE_PX, quality.sharpness / MIN_SHARPNESS, score / MIN_SCORE)
    return max(LEAST_WEIGHT, turned * math.prod(min(max(share, 0.0), 1.0) for share in shares))


class TrackEvidence:
    """The last embeddings of a track and their quality-weighted mean.

    The mean is not scaled back to unit length. Its cosine with a prototype is then the weighted mean of the chips'
    cosines, which scatters less than one chip's, for strangers and for the enrolled alike, and centres where one chip's
    does. Scaled back, it would be larger by as much as the chips differ, and thresholds that were calibrated on single
    pictures would let more strangers pass.

    Parameters
    ----------
    window : int
        How many of the last embeddings count.
    """

    def __init__(self, *, window: int = 9) -> None:
        if window < 1:
            msg = "at least one embedding counts"
            raise ValueError(msg)
        self._last: deque[tuple[Vector, float]] = deque(maxlen=window)
        self._count = 0

    def add(self, embedding: Vector, *, weight: float) -> None:
        """Take one chip's.

        Parameters
        ----------
        embedding : ndarray of float32, shape (d,)
            Unit length.
        weight : float
            Over 0.
        """
        if not weight > 0.0:
            msg = "a chip that weighs nothing is no evidence"
            raise ValueError(msg)
        self._last.append((embedding, weight))
        self._count += 1

    @property
    def window(self) -> int:
        """How many of the last embeddings count."""
        return self._last.maxlen or 0

    @property
    def count(self) -> int:
        """How many chips were ever taken."""
        return self._count

    @property
    def mean(self) -> Vector:
        """Quality-weighted mean of the last embeddings, float32, shape (d,), no longer than 1.

        Raises
        ------
        ValueError
            While there are none.
        """
        if not self._last:
            msg = "a track without a chip has no mean"
            raise ValueError(msg)
        weights = np.array([weight for _, weight in self._last])
        rows = np.stack([embedding for embedding, _ in self._last]).astype(np.float64)
        return np.asarray(weights @ rows / weights.sum(), dtype=np.float32)

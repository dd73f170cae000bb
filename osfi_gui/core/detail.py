"""Detail: how many pixels across a face its chip really shows, and which recipe suits such shots.

A chip has as many pixels as the encoder wants, whatever the camera gave. The cosine transform tells the two apart: the
first s waves each way are what a grid of s by s pixels can hold, and what a camera did not see is missing in the finer
ones. It takes no notice of where the camera's pixels lay, nor of how light the picture is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.quality import luma

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.values import Pixels

PAPER, POOR_CAMERA, AUTO = "paper", "poor-camera", "auto"
"""Names of recipes; the last is whichever of the others suits the shots."""
SHARE = 0.003
"""Of the luma's variance, what the finer waves may hold; what was 28 pixels wide reads 24 to 28 then, at the median."""
POOR_UP_TO = 29.0
"""Pixels across a face: the largest median of a small gallery through the degraded camera, on half of the people
(docs/experiments.md). What 40 pixels leave lies above it, mostly."""
MOST_SHOTS = 60
"""Of a gallery, looked at: the median of more tells nothing more."""


@dataclass(frozen=True)
class CameraDetail:
    """What the shots of a gallery say about the camera they were taken with.

    Attributes
    ----------
    pixels : float
        Median detail of the shots, pixels across an aligned face.
    shots : int
        Looked at.
    """

    pixels: float
    shots: int

    @property
    def poor(self) -> bool:
        """Whether the camera is as poor as the one that the recipe for poor cameras was measured with."""
        return self.pixels <= POOR_UP_TO

    @property
    def recipe(self) -> str:
        """Name of the recipe that suits; between what was measured it is the paper's."""
        return POOR_CAMERA if self.poor else PAPER

    @property
    def sentence(self) -> str:
        """What was seen and what follows, for the operator."""
        used = "the recipe for poor cameras" if self.poor else "the paper's recipe"
        return f"The shots carry detail of about {self.pixels:.0f} pixels across a face, so {used} is used."

    @property
    def advice(self) -> str:
        """What would help a run with such shots, for the operator; empty where nothing was measured to."""
        return "Through a camera like this a run learns far more with other people to learn from." if self.poor else ""


@dataclass(frozen=True)
class ShotsLook:
    """What looking at the shots of a gallery gave.

    Attributes
    ----------
    seen : CameraDetail or None
    why_not : str
        Why nothing was seen, as a sentence; empty where something was.
    """

    seen: CameraDetail | None = None
    why_not: str = ""


def detail(chip: Pixels) -> int:
    """Measure the detail of a chip.

    Parameters
    ----------
    chip : ndarray of uint8, shape (size, size, 3)
        RGB.

    Returns
    -------
    int
        The smallest s for which the first s by s coefficients of the luma's cosine transform (Ahmed, Natarajan and Rao,
        IEEE Transactions on Computers 1974) hold all but ``SHARE`` of its variance, 1..size; 1 for a blank chip.
    """
    grey = luma(chip).astype(np.float64)
    # Without its mean, or rounding of a large constant would pass for detail of a chip that is nearly blank.
    power = np.square(_waves(_waves(grey - grey.mean()).T))
    row = np.arange(len(grey))
    by_ring = np.bincount(np.maximum(row[:, None], row[None]).ravel(), weights=power.ravel())
    beyond = by_ring.sum() - np.cumsum(by_ring)
    # The orthonormal transform keeps sums of squares, so shares of them are shares of the variance.
    return int(np.argmax(beyond <= SHARE * by_ring.sum())) + 1


def camera_detail(chips: Sequence[Pixels]) -> CameraDetail | None:
    """Measure the shots of a gallery: the median over their chips; None where there are none."""
    if not chips:
        return None
    return CameraDetail(float(np.median([detail(chip) for chip in chips])), len(chips))


def spread(count: int, most: int = MOST_SHOTS) -> list[int]:
    """Choose which of ``count`` shots are looked at: all of a few, and of many evenly spread ones."""
    looked_at = min(count, most)
    return [index * count // looked_at for index in range(looked_at)]


def _waves(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the orthonormal cosine transform (II) of each row.

    By numpy's FFT of the row and its mirror image, which takes one thread: a product with a matrix of waves would start
    those of BLAS, beside the picture's (docs/adr/0015).
    """
    n = rows.shape[1]
    spectrum = np.fft.rfft(np.concatenate([rows, rows[:, ::-1]], axis=1))[:, :n]
    waves = (spectrum * np.exp(-0.5j * np.pi * np.arange(n) / n)).real * np.sqrt(0.5 / n)
    waves[:, 0] /= np.sqrt(2.0)
    return np.asarray(waves, dtype=np.float64)

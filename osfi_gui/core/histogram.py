"""Scores counted in bins, mated and non-mated in the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 60


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many scores lie where.

    Attributes
    ----------
    edges : ndarray of float64, shape (bins + 1,)
        Ascending; the last bin holds its right edge as well.
    mated, non_mated : ndarray of int64, shape (bins,)
        Scores in each bin.
    mated_below, non_mated_below : int
        Probes without a finite score: their cosine does not reach the floor, so no threshold accepts them.
    """

    edges: NDArray[np.float64]
    mated: NDArray[np.int64]
    non_mated: NDArray[np.int64]
    mated_below: int
    non_mated_below: int


def histogram(mated: NDArray[np.floating], non_mated: NDArray[np.floating], *, bins: int = BINS) -> Histogram:
    """Count scores in bins of one width, from the lowest to the highest of both kinds.

    Parameters
    ----------
    mated, non_mated : ndarray, shape (a,) and (b,)
        ``-inf`` for probes below the floor.
    bins : int
    """
    kinds = [np.asarray(scores, dtype=np.float64) for scores in (mated, non_mated)]
    finite = [scores[np.isfinite(scores)] for scores in kinds]
    every = np.concatenate(finite)
    low, high = (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    counts = [np.histogram(scores, edges)[0].astype(np.int64) for scores in finite]
    below = [len(all_of) - len(some) for all_of, some in zip(kinds, finite, strict=True)]
    return Histogram(edges, counts[0], counts[1], below[0], below[1])

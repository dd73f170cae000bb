"""Open-set identification metrics, exact from the order statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def threshold_at_far(non_mated: NDArray[np.floating], far: float) -> float:
    """Give the smallest threshold whose false accept rate does not exceed the target.

    Parameters
    ----------
    non_mated : ndarray, shape (m,)
        Best scores of the non-mated probes.
    far : float
        Target, 0..1.

    Returns
    -------
    float
        The smallest observed non-mated score t with share(non_mated >= t) <= far, or the next float above the
        largest where no observed one qualifies.

    Raises
    ------
    ValueError
        Without non-mated scores, or with a target outside 0..1.
    """
    if non_mated.size == 0:
        msg = "a threshold at a false accept rate needs at least one non-mated score"
        raise ValueError(msg)
    if not 0.0 <= far <= 1.0:
        msg = f"a false accept rate lies between 0 and 1, not {far}"
        raise ValueError(msg)
    ascending = np.sort(non_mated.astype(np.float64))
    m = len(ascending)
    allowed = int(np.floor(far * m + 1e-9))
    unique, first = np.unique(ascending, return_index=True)
    above = m - first  # how many scores are >= each unique value
    good = np.nonzero(above <= allowed)[0]
    return float(unique[good[0]]) if len(good) else float(np.nextafter(ascending[-1], np.inf))


def detection_identification_rate(scores: NDArray[np.floating], correct: NDArray[np.bool_], threshold: float) -> float:
    """Give DIR: the share of mated probes whose best identity is right and whose score reaches the threshold.

    Parameters
    ----------
    scores : ndarray, shape (m,)
        Best scores of the mated probes.
    correct : ndarray of bool, shape (m,)
        Whether the best identity is the right one.
    threshold : float
        ``-inf`` gives rank-1.
    """
    return float(np.mean(correct & (scores.astype(np.float64) >= threshold)))


def dir_at_far(
    mated: NDArray[np.floating], correct: NDArray[np.bool_], non_mated: NDArray[np.floating], *, far: float
) -> float:
    """Give DIR at the smallest threshold that keeps the false accept rate at or below the target.

    Parameters
    ----------
    mated, non_mated : ndarray, shape (a,) and (b,)
        Best scores of the probes.
    correct : ndarray of bool, shape (a,)
        Whether each mated probe's best identity is the right one.
    far : float
        0..1.
    """
    return detection_identification_rate(mated, correct, threshold_at_far(non_mated, far))

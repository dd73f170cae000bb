"""Rates as functions of scores: they change in steps, one an observed score, and all sums over them are exact."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Axis = Literal["linear", "log"]

ROUNDING = 1e-9
"""0.29 * 100 is 28.999999999999996 in floats, yet 29 of 100 is 29 %: what a count may miss by rounding."""


def as_scores(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give scores in double precision.

    Raises
    ------
    ValueError
        When one is NaN or ``+inf``.
    """
    found = np.asarray(values, dtype=np.float64)
    if not (found < np.inf).all():
        msg = "scores are finite or -inf, and one is NaN or +inf"
        raise ValueError(msg)
    return found


def check_far(far: float) -> None:
    """Refuse a false accept rate outside 0..1.

    Raises
    ------
    ValueError
        With NaN too.
    """
    if not 0.0 <= far <= 1.0:
        msg = f"a false accept rate lies between 0 and 1, not {far}"
        raise ValueError(msg)


def share(hits: NDArray[np.bool_]) -> float:
    """Give the share that is true; NaN of nothing."""
    return float(np.count_nonzero(hits) / hits.size) if hits.size else math.nan


def count_from(scores: NDArray[np.float64], thresholds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count the scores that reach each threshold.

    Parameters
    ----------
    scores : ndarray of float64, shape (m,)
    thresholds : ndarray of float64, shape (p,)

    Returns
    -------
    ndarray of int64, shape (p,)
    """
    return np.asarray(len(scores) - np.searchsorted(np.sort(scores), thresholds, side="left"), dtype=np.int64)


def levels(far: NDArray[np.float64], value: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the distinct false accept rates and what belongs to the threshold that each of them sets.

    A rate is set by the largest threshold that shows it, which is a non-mated score: the smallest *observed* threshold
    that keeps a target. Rate 0 is set by the next float above the largest of them, which the last point with rate 0
    reaches; where there is none, nobody lies above.

    Parameters
    ----------
    far, value : ndarray of float64, shape (p,)
        By descending threshold, so both ascending; the last of ``far`` is the largest.

    Returns
    -------
    far, value : ndarray of float64, shape (q + 1,)
        From far = 0 on, strictly ascending.
    """
    first = np.flatnonzero(np.diff(far, prepend=0.0) > 0.0)
    at_zero = value[first[0] - 1] if first[0] > 0 else 0.0
    return np.concatenate([[0.0], far[first]]), np.concatenate([[at_zero], value[first]])


def mean_of_steps(
    far: NDArray[np.float64], value: NDArray[np.float64], axis: Axis, *, low: float | None, least: float
) -> float:
    """Give the mean of a step function of FAR over low..1, exact.

    Parameters
    ----------
    far, value : ndarray of float64, shape (p,)
        By descending threshold, as for :func:`levels`.
    axis : str
        ``linear`` or ``log``.
    low : float or None
        Where the range begins; None for 0 on the linear axis and ``least`` on the logarithmic one.
    least : float
        One of all non-mated probes.

    Raises
    ------
    ValueError
        Where the range is empty, or begins at 0 on the logarithmic axis, or the axis is another word.
    """
    if axis not in ("linear", "log"):
        msg = f"an axis is linear or log, not {axis}"
        raise ValueError(msg)
    log = axis == "log"
    begin = low if low is not None else (least if log else 0.0)
    far, value = levels(far, value)
    if log and low is None and begin >= 1.0:
        return float(value[-1])  # one stranger shows no rate between 0 and 1: the range is the point 1
    if not 0.0 <= begin < 1.0 or (log and begin == 0.0):
        msg = f"an area {'on the log axis ' if log else ''}begins between 0 and 1, not at {begin}"
        raise ValueError(msg)
    edges = np.clip(np.append(far, 1.0), begin, 1.0)
    width = np.diff(np.log(edges)) / -math.log(begin) if log else np.diff(edges) / (1.0 - begin)
    return float(np.sum(width * value))

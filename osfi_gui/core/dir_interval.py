"""What DIR other pictures will show: a share that was measured on several pictures of each of some persons.

Pictures of one person are found or missed together, so that they say less than as many pictures of as many persons.
How much less is the design effect; with it the pictures count as fewer independent ones, and for those there are exact
limits of what as many others will show.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from osfi_gui.core.intervals import LEVEL, beta_quantile, share_to_expect

LEAST_PEOPLE = 5
"""A design effect is estimated where so many persons are missed at least once, and so many found; with fewer it would
be chance which of them it is, and mostly too small."""


def effective_sizes(theirs: NDArray[np.floating], sizes: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give how many independent pictures as many of some persons are worth, at several levels of a threshold.

    With p the share found, the variance of p over K persons as clusters is K/(K-1) sum(found_i - p size_i)^2 / n^2, and
    p (1 - p) divided by it is the effective size. It is corrected for the K - 1 degrees of freedom of that variance.
    Where too few persons are missed or found to estimate it, the design effect of the nearest level is taken where they
    are enough. It is never more than the pictures, nor less than if all pictures of a person were always found or
    missed together, n^2 / sum(size_i^2).

    Parameters
    ----------
    theirs : ndarray, shape (K, l)
        Of each person, how many pictures are found at each level.
    sizes : ndarray, shape (K,)
        How many pictures each person has, one at least.

    Returns
    -------
    ndarray of float64, shape (l,)

    References
    ----------
    Kish, *Survey Sampling*, 1965; Korn & Graubard, *Confidence intervals for proportions with small expected number of
    positive counts estimated from survey data*, Survey Methodology 24, 1998.
    """
    theirs, sizes = np.asarray(theirs, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    people, n = len(sizes), float(sizes.sum())
    least = n * n / float((sizes * sizes).sum())
    trusted = np.minimum((theirs > 0).sum(axis=0), (theirs < sizes[:, None]).sum(axis=0)) >= LEAST_PEOPLE
    if not trusted.any():
        return np.full(theirs.shape[1], least)
    share = theirs.sum(axis=0) / n
    rest = theirs - share * sizes[:, None]
    variance = people / (people - 1.0) * (rest * rest).sum(axis=0) / (n * n)
    enough = np.flatnonzero(trusted)
    worth = share[enough] * (1.0 - share[enough]) / np.maximum(variance[enough], 1e-12)
    every = np.arange(theirs.shape[1])
    right = np.minimum(np.searchsorted(enough, every), len(enough) - 1)
    left = np.maximum(right - 1, 0)
    nearest = np.where(np.abs(enough[left] - every) < np.abs(enough[right] - every), left, right)
    # t of n - 1 and of K - 1 degrees of freedom: what the variance of a few persons does not know.
    few = (_t_quantile(n - 1.0) / _t_quantile(people - 1.0)) ** 2
    return np.asarray(np.clip(worth[nearest] * few, least, n))


def intervals_at(
    theirs: NDArray[np.floating], sizes: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give where DIR on as many other pictures of such persons will lie, 95 %, at several levels of a threshold.

    Parameters
    ----------
    theirs : ndarray, shape (K, l)
        As for :func:`effective_sizes`; the levels ascending by how many are found.
    sizes : ndarray, shape (K,)

    Returns
    -------
    low, high : ndarray of float64, shape (l,)
        0..1, neither of them falling from one level to the next.
    """
    n = float(np.asarray(sizes, dtype=np.float64).sum())
    found = np.asarray(theirs, dtype=np.float64).sum(axis=0)
    worth = effective_sizes(theirs, sizes)
    ends = [share_to_expect(min(size, count * size / n), size) for count, size in zip(found, worth, strict=True)]
    low, high = np.array([end.low for end in ends]), np.array([end.high for end in ends])
    # Finding more must not promise less, nor finding fewer more.
    return np.minimum.accumulate(low[::-1])[::-1], np.maximum.accumulate(high)


def _t_quantile(freedom: float) -> float:
    """Give where Student's distribution leaves 2.5 % above; P(|T| > t) is I_x(f/2, 1/2) at x = f / (f + t^2)."""
    x = beta_quantile(1.0 - LEVEL, freedom / 2.0, 0.5)
    return float(np.sqrt(freedom * (1.0 - x) / x))

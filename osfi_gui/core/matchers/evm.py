"""EVM: the extreme value machine, one Weibull a shot on half of its distances to its nearest negatives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.matchers.port import NOBODY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.matchers.port import Evidence, Reference

TAIL = 256
COVER = 0.5
LEAST_NEGATIVES = 3
"""A Weibull has two parameters; from fewer distances than this it is made up."""
SMALLEST = 1e-6
"""Half-distances are held above this, so that a negative equal to a shot has a logarithm."""
STEEPEST = 1e3
"""Shapes are held below this: equal distances have none."""


@dataclass(frozen=True, eq=False)
class Weibulls:
    """What EVM learned of each of s shots.

    Attributes
    ----------
    shape, scale : ndarray of float64, shape (s,)
        Of the Weibull of its half-distances to negatives; the location is 0.
    extreme : ndarray of bool, shape (s,)
        Whether it is an extreme vector: those that are kept to stand for their identity.
    """

    shape: NDArray[np.float64]
    scale: NDArray[np.float64]
    extreme: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Evm:
    """The probability that a probe is nearer to a shot of the nearest identity than half-way to a negative.

    Negatives of a shot are the shots of everybody else and the cohort. To the k smallest half-distances a Weibull is
    fitted by maximum likelihood with location 0; the probability of inclusion of a probe at distance d is its survival
    function, exp(-(d / scale) ** shape). Distances are 1 - cosine, as in face recognition with EVM; with Euclidean ones
    and short tails the Weibulls are so steep that most probes of the right person get a probability that is not above 0
    in double precision. An identity is represented by its extreme vectors, the fewest shots (greedily) that include all
    its shots with probability ``cover`` or more; a probe's score is the largest probability among those of the identity
    with the largest cosine. Where all of them are to be ignored, as in leave-one-shot-out, its other shots stand in.

    Attributes
    ----------
    k : int
        Tail size: nearest negatives that a Weibull is fitted to; clamped to their number.
    cover : float
        0..1; above 1 every shot stays.
    weibulls : Weibulls or None
        None before fitting.

    References
    ----------
    Rudd, Jain, Scheirer & Boult, *The Extreme Value Machine*, TPAMI 2018: theorem 2 and algorithms 1 and 3; for the
    distance, Günther, Cruz, Rudd & Boult, *Toward Open-Set Face Recognition*, CVPR Workshops 2017.
    """

    k: int = TAIL
    cover: float = COVER
    weibulls: Weibulls | None = None
    name: str = "evm"
    title: str = "EVM"

    def neighbourhood(self, n: int, *, cohort: int = 0) -> int:
        """Give k where anybody is enrolled."""
        return self.k if n else 0

    def unusable(self, n: int, *, cohort: int = 0, shots: int = 0) -> str | None:
        """Refuse a gallery without shots, and one whose identities have too few negatives."""
        if n == 0:
            return NOBODY
        if shots == 0:
            return "EVM compares with the enrolled shots, and there are none."
        if n - 1 + cohort < LEAST_NEGATIVES:
            return (
                f"EVM learns from at least {LEAST_NEGATIVES} other people or strangers for each person, and there "
                f"{'is' if n - 1 + cohort == 1 else 'are'} {n - 1 + cohort or 'none'}."
            )
        return None

    def fit(self, gallery: Reference) -> Evm:
        """Fit the Weibull of every shot, and choose the extreme vectors.

        Raises
        ------
        ValueError
            When a shot has fewer than three negatives.
        """
        shots, owners = gallery.shots.astype(np.float64), np.asarray(gallery.owners)
        between = distances(shots @ shots.T)
        to_cohort = distances(shots @ gallery.cohort.reshape(-1, shots.shape[1]).T)
        shape, scale = np.empty(len(shots)), np.empty(len(shots))
        for row, owner in enumerate(owners):
            margins = np.sort(np.concatenate([between[row, owners != owner], to_cohort[row]]) / 2.0)[: self.k]
            shape[row], scale[row] = weibull(margins)
        included = np.exp(-((between / scale[:, None]) ** shape[:, None]))
        extreme = np.zeros(len(shots), dtype=bool)
        for owner in np.unique(owners):
            own = np.flatnonzero(owners == owner)
            extreme[own[covering(included[np.ix_(own, own)] >= self.cover)]] = True
        return replace(self, weibulls=Weibulls(shape, scale, extreme))

    def score(self, evidence: Evidence) -> NDArray[np.float64]:
        """Give the probability of inclusion in the identity with the largest cosine, 0..1, shape (m,).

        Raises
        ------
        ValueError
            Before fitting, and without cosines to the shots it was fitted to.
        """
        learned = self.weibulls
        if learned is None or evidence.shots is None or evidence.owners is None:
            msg = "EVM is fitted to shots, and scores from cosines to the same shots with their owners"
            raise ValueError(msg)
        own = (evidence.owners == evidence.cosines.argmax(axis=1)[:, None]) & np.isfinite(evidence.shots)
        kept = own & learned.extreme
        use = np.where(kept.any(axis=1)[:, None], kept, own)
        away = distances(np.where(use, evidence.shots, -1.0).astype(np.float64))
        with np.errstate(over="ignore"):
            included = np.exp(-((away / learned.scale) ** learned.shape))
        return np.asarray(np.where(use, included, 0.0).max(axis=1), dtype=np.float64)


def distances(cosines: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give 1 - cosine, 0..2."""
    return np.asarray(np.maximum(1.0 - cosines, 0.0), dtype=np.float64)


def weibull(margins: NDArray[np.float64]) -> tuple[float, float]:
    """Fit a Weibull with location 0 by maximum likelihood; give its shape and its scale.

    Parameters
    ----------
    margins : ndarray of float64, shape (t,)
        Half-distances, 0 or more.

    Raises
    ------
    ValueError
        When there are fewer than three.
    """
    if len(margins) < LEAST_NEGATIVES:
        msg = f"a Weibull is fitted to {LEAST_NEGATIVES} distances or more, not to {len(margins)}"
        raise ValueError(msg)
    from scipy.stats import weibull_min

    margins = np.maximum(margins, SMALLEST)
    logs = np.log(margins)
    # The logarithm of a Weibull variable has the standard deviation pi / (sqrt(6) shape).
    if np.pi / np.sqrt(6.0) >= STEEPEST * logs.std():
        return STEEPEST, float(np.exp(logs.mean()))
    shape, _, scale = weibull_min.fit(margins, floc=0.0)
    return min(float(shape), STEEPEST), float(scale)


def covering(includes: NDArray[np.bool_]) -> list[int]:
    """Choose rows that include every column, greedily: the row that includes most of what is left, the first of equals.

    A shot always includes itself, whatever the probabilities say.

    Parameters
    ----------
    includes : ndarray of bool, shape (t, t)
    """
    includes = includes | np.eye(len(includes), dtype=bool)
    left = np.ones(len(includes), dtype=bool)
    chosen: list[int] = []
    while left.any():
        best = int((includes & left).sum(axis=1).argmax())
        chosen.append(best)
        left &= ~includes[best]
    return chosen

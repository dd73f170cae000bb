"""The bootstrap over persons: how much DIR and FAR would differ had other people come.

Persons are drawn with replacement, not scores, because scores of one person are alike (Poh & Bengio, *Estimating the
confidence interval of expected performance curve in biometric authentication using joint bootstrap*, ICASSP 2007).
Mated and non-mated persons are drawn separately. No probe is ever copied: a block of draws says how often each person
was drawn, and from that how many drawn scores reach each score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.metrics import dir_far_curve
from osfi_gui.core.steps import ROUNDING, as_scores, check_far
from osfi_gui.core.tune import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.scores import Persons, Scores

DRAWS = 2000
LEVEL = 0.95
BLOCK = 256
"""Draws computed at once; bounds the memory."""


@dataclass(frozen=True, eq=False)
class Band:
    """The DIR-FAR curve at given rates with an interval at each.

    Attributes
    ----------
    far : ndarray of float64, shape (f,)
    dir, low, high : ndarray of float64, shape (f,)
        0..1; 95 % at each rate by itself, not for the whole curve at once.
    """

    far: NDArray[np.float64]
    dir: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def dir_draws(
    scores: Scores, persons: Persons, *, far: float, draws: int = DRAWS, seed: int = 0
) -> NDArray[np.float64]:
    """Draw persons with replacement, mated and non-mated separately, and give DIR at FAR of each draw.

    The threshold is found anew in each draw. The same persons and seed draw the same persons, whatever the scores.

    Parameters
    ----------
    scores : Scores
    persons : Persons
    far : float
        Target, 0..1.
    draws, seed : int

    Returns
    -------
    ndarray of float64, shape (draws,)
        0..1.

    Raises
    ------
    ValueError
        As for :func:`curve_draws`.
    """
    return curve_draws(scores, persons, fars=[far], draws=draws, seed=seed)[:, 0]


def curve_draws(
    scores: Scores, persons: Persons, *, fars: Sequence[float], draws: int = DRAWS, seed: int = 0
) -> NDArray[np.float64]:
    """Give DIR at several FARs of each draw, all of the same persons.

    Parameters
    ----------
    scores : Scores
    persons : Persons
    fars : sequence of float
        Targets, 0..1.
    draws, seed : int

    Returns
    -------
    ndarray of float64, shape (draws, len(fars))
        0..1.

    Raises
    ------
    ValueError
        Without mated or non-mated probes, with probes that belong to nobody, with a target outside 0..1.
    """
    for far in fars:
        check_far(far)
    targets = np.asarray(fars, dtype=np.float64)
    mated, others = as_scores(scores.mated), as_scores(scores.non_mated)
    mated_of, mated_people = _numbered(persons.mated, mated)
    others_of, others_people = _numbered(persons.non_mated, others)
    # Both by descending score. A mated probe with a wrong identity is never found, only counted.
    down = np.argsort(-others, kind="stable")
    others, others_of = others[down], others_of[down]
    right = np.flatnonzero(scores.correct)
    right = right[np.argsort(-mated[right], kind="stable")]
    hits, hits_of = mated[right], mated_of[right]
    # Equal scores are accepted together: only the last of its kind counts.
    last = np.flatnonzero(np.append(others[1:] != others[:-1], True))
    values = others[last]
    # How many hits reach each score, and how many lie above it: the next float above it is then the threshold.
    reach = np.searchsorted(-hits, -values, side="right")
    above = np.searchsorted(-hits, -np.nextafter(values, np.inf), side="right")
    probes_of = np.bincount(mated_of, minlength=mated_people)
    out = np.empty((draws, len(targets)))
    for begin, times, other_times in _blocks(mated_people, others_people, draws=draws, seed=seed):
        accepted = np.cumsum(np.take(other_times, others_of, axis=1), axis=1)[:, last]
        place, reached = _threshold_places(accepted, targets)
        counts = np.where(reached, reach[place], above[place])
        found = np.zeros((len(times), len(hits) + 1), dtype=np.int64)
        np.cumsum(np.take(times, hits_of, axis=1), axis=1, out=found[:, 1:])
        # Columns of targets may repeat; rows are draws.
        share = np.take_along_axis(found, counts, axis=1) / (times @ probes_of)[:, None]
        out[begin : begin + len(times)] = share
    return out


def draws_at(
    scores: Scores, persons: Persons, *, threshold: float, draws: int = DRAWS, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw persons and give DIR and FAR of each draw at a threshold that stays.

    Parameters
    ----------
    scores : Scores
    persons : Persons
    threshold : float
    draws, seed : int

    Returns
    -------
    dir, far : ndarray of float64, shape (draws,)
        0..1.

    Raises
    ------
    ValueError
        Without mated or non-mated probes, or with probes that belong to nobody.
    """
    mated, others = as_scores(scores.mated), as_scores(scores.non_mated)
    mated_of, mated_people = _numbered(persons.mated, mated)
    others_of, others_people = _numbered(persons.non_mated, others)
    found = np.bincount(mated_of[scores.correct & (mated >= threshold)], minlength=mated_people)
    accepted = np.bincount(others_of[others >= threshold], minlength=others_people)
    probes, other_probes = np.bincount(mated_of), np.bincount(others_of)
    dirs, fars = np.empty(draws), np.empty(draws)
    for begin, times, other_times in _blocks(mated_people, others_people, draws=draws, seed=seed):
        block = slice(begin, begin + len(times))
        dirs[block] = (times @ found) / (times @ probes)
        fars[block] = (other_times @ accepted) / (other_times @ other_probes)
    return dirs, fars


def interval(draws: NDArray[np.float64], value: float) -> Estimate:
    """Give a value with the percentile interval of its draws."""
    low, high = np.quantile(draws, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0])
    return Estimate(value, float(low), float(high))


def dir_far_band(scores: Scores, persons: Persons, *, fars: Sequence[float], draws: int = DRAWS, seed: int = 0) -> Band:
    """Give DIR at several FARs, each with its interval, from one set of draws.

    Parameters
    ----------
    scores : Scores
    persons : Persons
    fars : sequence of float
        Targets, 0..1.
    draws, seed : int

    Raises
    ------
    ValueError
        As for :func:`curve_draws`.
    """
    drawn = curve_draws(scores, persons, fars=fars, draws=draws, seed=seed)
    low, high = np.quantile(drawn, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0], axis=0)
    curve = dir_far_curve(scores)
    return Band(np.asarray(fars, dtype=np.float64), np.array([curve.dir_at(far) for far in fars]), low, high)


def _threshold_places(
    accepted: NDArray[np.int64], targets: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Find in each draw the smallest drawn score that keeps each target.

    Parameters
    ----------
    accepted : ndarray of int64, shape (draws, p)
        How many drawn strangers reach each distinct score, by descending score.
    targets : ndarray of float64, shape (f,)

    Returns
    -------
    place : ndarray of int64, shape (draws, f)
        Which distinct score: the threshold, or where even the largest drawn one is one too many, that one.
    reached : ndarray of bool, shape (draws, f)
        Whether the threshold is that score, and not the next float above it.
    """
    total = accepted[:, -1:]
    allowed = np.floor(targets * total + ROUNDING).astype(np.int64)
    # One ascending row: each draw's counts are shifted beyond all of the draw before, and one search finds all places.
    shift = np.concatenate([[0], np.cumsum(total[:-1, 0] + 1)])[:, None]
    line = (accepted + shift).ravel()
    start = np.arange(len(accepted))[:, None] * accepted.shape[1]
    kept = np.searchsorted(line, allowed + shift, side="right") - start
    most = np.take_along_axis(accepted, np.maximum(kept - 1, 0), axis=1)
    reached = (kept > 0) & (most > 0)
    # Scores that were not drawn add nothing: the first that shows a count is the one that was.
    place = np.searchsorted(line, np.where(reached, most, 1) + shift, side="left") - start
    return place, reached


def _blocks(
    mated_people: int, others_people: int, *, draws: int, seed: int
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """Give of each block its first draw, and how often each mated and non-mated person was drawn: (count, people)."""
    rng = np.random.default_rng(seed)
    for begin in range(0, draws, BLOCK):
        count = min(BLOCK, draws - begin)
        yield begin, _drawn(rng, mated_people, count), _drawn(rng, others_people, count)


def _numbered(persons: NDArray[np.integer], scores: NDArray[np.float64]) -> tuple[NDArray[np.int64], int]:
    """Give each person a number, from 0, and how many there are."""
    if len(persons) != len(scores) or not len(scores):
        msg = f"a bootstrap needs probes and whose they are, not {len(scores)} of {len(persons)}"
        raise ValueError(msg)
    unique, inverse = np.unique(persons, return_inverse=True)
    return inverse.astype(np.int64), len(unique)


def _drawn(rng: np.random.Generator, people: int, count: int) -> NDArray[np.int64]:
    """Give how often each person was drawn, shape (count, people)."""
    return rng.multinomial(people, np.full(people, 1.0 / people), size=count)

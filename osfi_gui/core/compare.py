"""Before against after: DIR at FAR with intervals, by a bootstrap over persons that draws the same ones for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.metrics import dir_at_far
from osfi_gui.core.tune import Compared, Comparison, Estimate, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.tune import TuneCounts

DRAWS = 2000
LEVEL = 0.95
FARS = (0.001, 0.01, 0.1)
"""False accept rates at which encoders are compared, where there are strangers enough to measure them."""
LEAST_PEOPLE = 5
"""Persons, of those enrolled and of strangers, below which an interval would say nothing."""
BLOCK = 256
"""Draws computed at once; bounds the memory."""


@dataclass(frozen=True, eq=False)
class Scores:
    """What one encoder and one matcher gave for the same probes.

    Attributes
    ----------
    mated : ndarray of float, shape (a,)
        Best score of each mated probe.
    correct : ndarray of bool, shape (a,)
        Whether its best identity was the right one.
    non_mated : ndarray of float, shape (b,)
        Best score of each stranger's probe.
    """

    mated: NDArray[np.floating]
    correct: NDArray[np.bool_]
    non_mated: NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Persons:
    """Whose the probes are.

    Attributes
    ----------
    mated : ndarray of int, shape (a,)
    non_mated : ndarray of int, shape (b,)
        Any numbers; probes of one person share one.
    """

    mated: NDArray[np.integer]
    non_mated: NDArray[np.integer]


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

    References
    ----------
    Poh & Bengio, *Estimating the confidence interval of expected performance curve in biometric authentication using
    joint bootstrap*, ICASSP 2007: persons, not scores, are drawn.
    """
    rng = np.random.default_rng(seed)
    mated_of, mated_people = _numbered(persons.mated)
    other_of, other_people = _numbered(persons.non_mated)
    ascending = np.argsort(scores.non_mated, kind="stable")
    values, other_of = scores.non_mated[ascending].astype(np.float64), other_of[ascending]
    # Equal scores are accepted together: each stands for the first of its kind.
    first = np.searchsorted(values, values, side="left")
    hits = np.where(scores.correct, scores.mated.astype(np.float64), -np.inf)
    out = np.empty(draws)
    for begin in range(0, draws, BLOCK):
        count = min(BLOCK, draws - begin)
        weight = _drawn(rng, mated_people, count)[:, mated_of]
        other_weight = _drawn(rng, other_people, count)[:, other_of]
        total = other_weight.sum(axis=1, keepdims=True)
        # accepted[i, j]: how many strangers score values[j] or more in draw i.
        tail = np.cumsum(other_weight[:, ::-1], axis=1)[:, ::-1][:, first]
        allowed = np.floor(far * total + 1e-9)
        good = (tail <= allowed) & (other_weight > 0)
        # Where even the largest score is one too many, the next float above it is the threshold.
        place = np.where(good.any(axis=1), good.argmax(axis=1), -1)
        top = np.where(other_weight > 0, values, -np.inf).max(axis=1)
        threshold = np.where(place >= 0, values[place], np.nextafter(top, np.inf))
        found = (weight * (hits >= threshold[:, None])).sum(axis=1)
        out[begin : begin + count] = found / weight.sum(axis=1)
    return out


def interval(draws: NDArray[np.float64], value: float) -> Estimate:
    """Give a value with the percentile interval of its draws."""
    low, high = np.quantile(draws, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0])
    return Estimate(value, float(low), float(high))


def compare(
    before: Scores, after: Scores, persons: Persons, *, matcher: str, far: float, draws: int = DRAWS, seed: int = 0
) -> Compared:
    """Compare two encoders on the same probes.

    Parameters
    ----------
    before, after : Scores
    persons : Persons
    matcher : str
        Name of what scored.
    far : float
        Target, 0..1.
    draws, seed : int
    """
    first = dir_draws(before, persons, far=far, draws=draws, seed=seed)
    second = dir_draws(after, persons, far=far, draws=draws, seed=seed)
    value = [dir_at_far(s.mated, s.correct, s.non_mated, far=far) for s in (before, after)]
    return Compared(
        matcher=matcher,
        far=far,
        before=interval(first, value[0]),
        after=interval(second, value[1]),
        difference=interval(second - first, value[1] - value[0]),
        rank1_before=float(before.correct.mean()),
        rank1_after=float(after.correct.mean()),
    )


def judge(rows: Sequence[Compared], counts: TuneCounts, *, names: dict[str, str]) -> Comparison:
    """Put a comparison into a standing and a sentence; the first row decides.

    Parameters
    ----------
    rows : sequence of Compared
        Empty where nothing could be measured.
    counts : TuneCounts
    names : dict of str to str
        What the operator reads for a matcher's name.
    """
    if not rows:
        return Comparison(Standing.UNJUDGED, _why_unjudged(counts), (), counts)
    row = rows[0]
    change = row.difference
    where = f"DIR at FAR {100 * row.far:g} % ({names.get(row.matcher, row.matcher)})"
    numbers = (
        f"{where} went from {100 * row.before.value:.1f} to {100 * row.after.value:.1f} %, a change of "
        f"{100 * change.value:+.1f} points (95 % interval {100 * change.low:+.1f} to {100 * change.high:+.1f})"
    )
    who = (
        f"on {counts.held_out} held-out shots of {counts.held_out_people} people and {counts.strangers} faces of "
        f"{counts.stranger_people} strangers"
    )
    if change.low > 0.0:
        return Comparison(Standing.BETTER, f"Better: {numbers}, {who}.", tuple(rows), counts)
    if change.high < 0.0:
        return Comparison(Standing.WORSE, f"Worse: {numbers}, {who}.", tuple(rows), counts)
    text = f"No difference is shown: {numbers}, {who}. More shots or strangers would tell."
    return Comparison(Standing.OPEN, text, tuple(rows), counts)


def _why_unjudged(counts: TuneCounts) -> str:
    if counts.held_out_people < LEAST_PEOPLE:
        return (
            f"Not judged: {counts.held_out_people} people have a shot that could be held out, {LEAST_PEOPLE} are "
            "needed. Enrol a second shot of each."
        )
    if counts.stranger_people < LEAST_PEOPLE:
        there = f"faces of {counts.stranger_people} strangers, and {LEAST_PEOPLE}"
    else:
        there = f"{counts.strangers} faces of strangers, and {round(1 / FARS[-1])}"
    return f"Not judged: there are {there} are needed to measure false accepts. Add strangers first."


def _numbered(persons: NDArray[np.integer]) -> tuple[NDArray[np.int64], int]:
    """Give each person a number, from 0."""
    unique, inverse = np.unique(persons, return_inverse=True)
    return inverse.astype(np.int64), len(unique)


def _drawn(rng: np.random.Generator, people: int, count: int) -> NDArray[np.int64]:
    """Give how often each person was drawn, shape (count, people)."""
    return rng.multinomial(people, np.full(people, 1.0 / people), size=count)

"""A threshold on a calibration: what it does, which one a false accept rate takes, and which matcher to take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.bootstrap import DRAWS, LEVEL, dir_draws, interval
from osfi_gui.core.calibration import ReadOut
from osfi_gui.core.compare import LEAST_PEOPLE
from osfi_gui.core.dir_interval import intervals_at
from osfi_gui.core.intervals import far_to_expect
from osfi_gui.core.tune import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.calibration import Calibration, Scored
    from osfi_gui.core.scores import Persons, Scores

STEPS = 256
"""Levels of DIR whose intervals are computed beforehand; between two of them the interval is interpolated."""
KEPT = 16
"""Curves that are remembered; a calibration has one a matcher."""


@dataclass(frozen=True, eq=False)
class Curve:
    """The scores of one matcher, sorted once, so that a read-out takes microseconds.

    Attributes
    ----------
    others : ndarray of float64, shape (b,)
        Non-mated scores, ascending.
    hits : ndarray of float64, shape (h,)
        Scores of mated probes whose best identity is right and whose cosine reaches its floor, ascending.
    probes : int
        Mated probes, found or not.
    levels : ndarray of int64, shape (l,)
        Numbers of probes found, ascending from 0 to h.
    low, high : ndarray of float64, shape (l,)
        Where DIR on as many other pictures lies at each level, 95 %, 0..1.
    """

    others: NDArray[np.float64]
    hits: NDArray[np.float64]
    probes: int
    levels: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def lowest(self) -> float:
        """The lowest score that any probe above the floor has; 0 where none has one."""
        above = self.others[np.searchsorted(self.others, -np.inf, side="right") :]
        found = [float(scores[0]) for scores in (above, self.hits) if len(scores)]
        return min(found, default=0.0)


@lru_cache(maxsize=KEPT)
def curve_of(scores: Scores, persons: Persons) -> Curve:
    """Sort scores, and work out the interval of DIR at up to 256 levels.

    For a fixed threshold, and for as many other pictures of such people, which are not found exactly as often as these
    (:mod:`osfi_gui.core.dir_interval`); what the choice of the threshold adds is in :attr:`Scored.dir_at_target`. A
    bootstrap over persons would know nothing of other pictures, and of no doubt at all where everybody is found.

    Parameters
    ----------
    scores : Scores
    persons : Persons
        The same two objects give the same curve without computing it again.
    """
    mated = scores.mated.astype(np.float64)
    hit = scores.correct & np.isfinite(mated)
    order = np.argsort(-mated[hit], kind="stable")
    people, owner = np.unique(persons.mated, return_inverse=True)
    of_hit = owner[hit][order]
    found, probes = len(of_hit), len(mated)
    levels = np.unique(np.linspace(0, found, min(found, STEPS) + 1).astype(np.int64))
    if not probes:
        nothing = np.array([0.0])
        return Curve(np.sort(scores.non_mated.astype(np.float64)), mated, 0, levels, nothing, nothing + 1.0)
    # Of each person, how many of the best c hits are theirs, for every level c.
    theirs = np.zeros((len(people), len(levels)), dtype=np.float64)
    np.add.at(theirs, (of_hit, np.searchsorted(levels, np.arange(1, found + 1))), 1.0)
    theirs = np.cumsum(theirs, axis=1)
    sizes = np.bincount(owner, minlength=len(people)).astype(np.float64)
    low, high = intervals_at(theirs, sizes)
    return Curve(np.sort(scores.non_mated.astype(np.float64)), mated[hit][order][::-1], probes, levels, low, high)


def read_out(calibration: Calibration, matcher: str, threshold: float) -> ReadOut:
    """Say what a threshold does to the probes of a calibration.

    Parameters
    ----------
    calibration : Calibration
    matcher : str
        One that it scored.
    threshold : float
        In the matcher's scores.

    Raises
    ------
    KeyError
        When the matcher was not scored.
    """
    curve = curve_of(calibration.of(matcher).scores, calibration.persons)
    where = calibration.provenance
    accepted = len(curve.others) - int(np.searchsorted(curve.others, threshold, side="left"))
    found = _found(curve, threshold)
    far = _expected(accepted, len(curve.others), where.stranger_people)
    dir_ = _dir_at(curve, threshold)
    measurable = where.least_far <= calibration.target_far
    return ReadOut(
        matcher=matcher,
        threshold=threshold,
        far=far,
        dir=dir_,
        accepted=accepted,
        strangers=len(curve.others),
        found=found,
        probes=curve.probes,
        measurable=measurable,
        sentence=_sentence(far, dir_, (accepted, len(curve.others)), (found, curve.probes)),
    )


def for_far(calibration: Calibration, matcher: str, far: float) -> float:
    """Give the smallest threshold with a false accept rate of at most ``far`` on the strangers of a calibration.

    Exact, from the order statistics, as :func:`osfi_gui.core.metrics.threshold_at_far`; where the floor alone keeps the
    rate, the lowest score above the floor.

    Parameters
    ----------
    calibration : Calibration
    matcher : str
    far : float
        0..1.

    Raises
    ------
    KeyError
        When the matcher was not scored.
    ValueError
        Without strangers, or with a rate outside 0..1.
    """
    curve = curve_of(calibration.of(matcher).scores, calibration.persons)
    return threshold_on(curve, far)


def threshold_on(curve: Curve, far: float) -> float:
    """Do what :func:`for_far` says, on a curve."""
    others = curve.others
    if not len(others) or not 0.0 <= far <= 1.0:
        msg = f"no threshold keeps a rate of {far} on {len(others)} strangers"
        raise ValueError(msg)
    m = len(others)
    place = m - int(np.floor(far * m + 1e-9))
    # Equal scores are accepted together: if one of them is too many, all of them are.
    if 0 < place < m and others[place - 1] == others[place]:
        place = int(np.searchsorted(others, others[place], side="right"))
    threshold = float(others[place]) if place < m else float(np.nextafter(others[-1], np.inf))
    return max(threshold, curve.lowest)


def dir_at_target(scores: Scores, persons: Persons, *, far: float, draws: int = DRAWS) -> Estimate:
    """Give DIR at a false accept rate; for its interval the threshold is found anew in each draw of persons.

    The interval is nowhere smaller than that of the threshold itself: where everybody is found, all draws agree.

    Parameters
    ----------
    scores : Scores
    persons : Persons
    far : float
        0..1.
    draws : int

    Returns
    -------
    Estimate
        0..1; without mated probes nothing is known: 0, from 0 to 1.
    """
    curve = curve_of(scores, persons)
    if not curve.probes:
        return Estimate(0.0, 0.0, 1.0)
    at = _dir_at(curve, threshold_on(curve, far))
    drawn = interval(dir_draws(scores, persons, far=far, draws=draws), at.value)
    return Estimate(at.value, min(at.low, drawn.low), max(at.high, drawn.high))


def propose(
    scored: Sequence[Scored], persons: Persons, *, default: str, target_far: float, draws: int = DRAWS
) -> tuple[str, str]:
    """Choose the matcher with the best DIR at the target, but not for a difference that chance could make.

    The default matcher stays unless another one is ahead by more than the paired interval over persons. The interval
    is widened for the number of matchers that could have been ahead by luck (Bonferroni).

    Parameters
    ----------
    scored : sequence of Scored
    persons : Persons
    default : str
        Name of the matcher that is taken unless another one is better.
    target_far : float
        0..1.
    draws : int

    Returns
    -------
    matcher, why : str
        Why is a sentence.
    """
    by_name = {one.matcher: one for one in scored}
    first = by_name.get(default, scored[0])
    others = [one for one in scored if one is not first]
    if not others:
        return first.matcher, f"{first.title}: nothing else can be used here."
    people, stranger_people = len(np.unique(persons.mated)), len(np.unique(persons.non_mated))
    if min(people, stranger_people) < LEAST_PEOPLE:
        return first.matcher, (
            f"{first.title}: the rule for a gallery of this size. With {people} people who give probes and "
            f"{stranger_people} strangers nobody can tell whether another matcher is better."
        )
    base = dir_draws(first.scores, persons, far=target_far, draws=draws)
    tail = (1.0 - LEVEL) / 2.0 / len(others)
    best, lead, least = first, 0.0, 0.0
    for one in others:
        ahead = one.dir_at_target.value - first.dir_at_target.value
        if ahead <= lead:
            continue
        low = float(np.quantile(dir_draws(one.scores, persons, far=target_far, draws=draws) - base, tail))
        if low > 0.0:
            best, lead, least = one, ahead, low
    where = f"DIR {100 * best.dir_at_target.value:.1f} % at FAR {100 * target_far:g} %"
    if best is first:
        return first.matcher, f"{first.title}: {where}; no other matcher is ahead of it by more than chance would make."
    return best.matcher, (
        f"{best.title}: {where}, {100 * lead:.1f} points ahead of {first.title}, and at least {100 * least:.1f} "
        "allowing for chance."
    )


def _found(curve: Curve, threshold: float) -> int:
    return len(curve.hits) - int(np.searchsorted(curve.hits, threshold, side="left"))


def _dir_at(curve: Curve, threshold: float) -> Estimate:
    found = _found(curve, threshold)
    return Estimate(
        found / curve.probes if curve.probes else 0.0,
        float(np.interp(found, curve.levels, curve.low)),
        float(np.interp(found, curve.levels, curve.high)),
    )


@lru_cache(maxsize=4096)
def _expected(accepted: int, strangers: int, people: int) -> Estimate:
    if not strangers:
        return Estimate(0.0, 0.0, 1.0)
    # Pictures of one person are accepted together: the interval counts persons, the value faces.
    of_people = min(people, max(round(accepted * people / strangers), 1 if accepted else 0))
    expected = far_to_expect(of_people, people, people)
    return Estimate(accepted / strangers, expected.low, expected.high)


def _sentence(far: Estimate, dir_: Estimate, strangers: tuple[int, int], probes: tuple[int, int]) -> str:
    said = "No strangers: nothing is known of false accepts."
    if strangers[1]:
        said = (
            f"{strangers[0]} of {strangers[1]} faces of strangers would be accepted: FAR {100 * far.value:.1f} %, "
            f"{100 * far.low:.1f} to {100 * far.high:.1f} % on as many others."
        )
    if not probes[1]:
        return f"{said} Nothing is known of how many enrolled people would be found."
    return (
        f"{said} {probes[0]} of {probes[1]} faces of enrolled people would be found: DIR {100 * dir_.value:.1f} %, "
        f"{100 * dir_.low:.1f} to {100 * dir_.high:.1f} %."
    )

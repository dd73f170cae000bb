"""Open-set identification metrics, exact from the order statistics.

Scores are finite, or ``-inf`` for a probe that no finite threshold accepts, one under the cosine floor. NaN and
``+inf`` are refused, because no threshold could be right about them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.steps import ROUNDING, as_scores, check_far, count_from, levels, mean_of_steps, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.scores import Scores
    from osfi_gui.core.steps import Axis


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
        largest where no observed one qualifies. It is ``-inf`` only where the target is 1 and a score is ``-inf``.

    Raises
    ------
    ValueError
        Without non-mated scores, with a target outside 0..1, or with a score that is NaN or ``+inf``.
    """
    if non_mated.size == 0:
        msg = "a threshold at a false accept rate needs at least one non-mated score"
        raise ValueError(msg)
    check_far(far)
    ascending = np.sort(as_scores(non_mated))
    m = len(ascending)
    allowed = int(np.floor(far * m + ROUNDING))
    unique, first = np.unique(ascending, return_index=True)
    above = m - first  # how many scores are >= each unique value
    good = np.nonzero(above <= allowed)[0]
    return float(unique[good[0]]) if len(good) else float(np.nextafter(ascending[-1], np.inf))


def false_accept_rate(non_mated: NDArray[np.floating], threshold: float) -> float:
    """Give FAR (= FPIR): the share of non-mated probes whose best score reaches the threshold.

    Parameters
    ----------
    non_mated : ndarray, shape (m,)
        Best scores of the non-mated probes.
    threshold : float

    Returns
    -------
    float
        0..1; NaN without non-mated probes.
    """
    return share(as_scores(non_mated) >= threshold)


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

    Returns
    -------
    float
        0..1; NaN without mated probes.
    """
    return share(correct & (as_scores(scores) >= threshold))


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


def rank1(correct: NDArray[np.bool_]) -> float:
    """Give rank-1: the share of mated probes whose best identity is right, whatever its score; NaN without any.

    Parameters
    ----------
    correct : ndarray of bool, shape (m,)
    """
    return share(correct)


def cmc(ranks: NDArray[np.integer], n: int) -> NDArray[np.float64]:
    """Give the cumulative match characteristic: the share of mated probes whose right identity is among the best r.

    Parameters
    ----------
    ranks : ndarray of int, shape (m,)
        Rank of the right identity of each mated probe, from 1.
    n : int
        Up to which rank; the size of the gallery makes the last value 1.

    Returns
    -------
    ndarray of float64, shape (n,)
        For r = 1..n, 0..1, ascending; NaN without mated probes.

    Raises
    ------
    ValueError
        With a rank below 1.
    """
    if len(ranks) == 0:
        return np.full(n, np.nan)
    if ranks.min() < 1:
        msg = f"ranks count from 1, and one is {ranks.min()}"
        raise ValueError(msg)
    return np.searchsorted(np.sort(ranks), np.arange(1, n + 1), side="right") / len(ranks)


def least_measurable_far(people: int) -> float:
    """Give the lowest false accept rate that can be claimed at 95 % from so many strangers, none of them accepted.

    At a true rate f all n strangers are rejected with probability (1 - f)^n, so that f is excluded at 95 % from
    (1 - f)^n = 0.05 on: f = 1 - 0.05^(1/n), about 3/n.

    Parameters
    ----------
    people : int
        Strangers: persons, not pictures, because pictures of one person are accepted together.

    Returns
    -------
    float
        0..1; 1 without strangers.
    """
    return -math.expm1(math.log(0.05) / people) if people > 0 else 1.0


@dataclass(frozen=True, eq=False)
class DirFarCurve:
    """DIR against FAR at every distinct score, exact.

    Attributes
    ----------
    thresholds : ndarray of float64, shape (p,)
        Distinct scores of mated and non-mated probes, descending. Where a probe has ``-inf``, that is the last,
        and DIR there is rank-1.
    far, dir : ndarray of float64, shape (p,)
        0..1, ascending.
    probes, strangers : int
        How many mated and non-mated probes there are; each rate is a whole number of them.
    """

    thresholds: NDArray[np.float64]
    far: NDArray[np.float64]
    dir: NDArray[np.float64]
    probes: int
    strangers: int

    def dir_at(self, far: float) -> float:
        """Give DIR at the smallest threshold that keeps the target; the value of :func:`dir_at_far`.

        Parameters
        ----------
        far : float
            Target, 0..1.
        """
        check_far(far)
        accepted, value = levels(np.rint(self.far * self.strangers), self.dir)
        allowed = np.floor(far * self.strangers + ROUNDING)
        return float(value[np.searchsorted(accepted, allowed, side="right") - 1])


def dir_far_curve(scores: Scores) -> DirFarCurve:
    """Give DIR and FAR at every distinct score.

    Parameters
    ----------
    scores : Scores

    Raises
    ------
    ValueError
        Without mated or without non-mated probes.
    """
    mated, non_mated = as_scores(scores.mated), as_scores(scores.non_mated)
    if not (mated.size and non_mated.size):
        msg = f"a curve needs mated and non-mated probes, not {mated.size} and {non_mated.size}"
        raise ValueError(msg)
    thresholds = np.unique(np.concatenate([mated, non_mated]))[::-1]
    return DirFarCurve(
        thresholds,
        count_from(non_mated, thresholds) / len(non_mated),
        count_from(mated[scores.correct], thresholds) / len(mated),
        len(mated),
        len(non_mated),
    )


def area_under(curve: DirFarCurve, axis: Axis = "linear", *, low: float | None = None) -> float:
    """Give the mean of DIR@FAR over a range of FAR, the exact integral of its steps.

    DIR@FAR = f is constant between two rates that the strangers can show, so that the integral is a sum: nothing is
    drawn, sampled or joined by straight lines.

    Parameters
    ----------
    curve : DirFarCurve
    axis : str
        ``linear``: the mean over f. ``log``: over log f, so that each decade counts the same.
    low : float, optional
        The range is low..1; state it where numbers are to be compared. By default 0 on the linear axis and one stranger
        of all on the logarithmic one, the lowest FAR above 0 that these strangers can show.

    Returns
    -------
    float
        0..1; 1 for DIR = 1 throughout.

    Raises
    ------
    ValueError
        Where low is not in 0..1, or 0 on the logarithmic axis, or the range is empty.
    """
    return mean_of_steps(curve.far, curve.dir, axis, low=low, least=1.0 / curve.strangers)


@dataclass(frozen=True, eq=False)
class Oscr:
    """Correct classification rate against false positive rate, over all thresholds.

    Attributes
    ----------
    fpr, ccr : ndarray of float64, shape (p + 1,)
        Ascending; from (0, 0), where nobody is accepted, to (1, rank-1), where everybody is.
    area : float
        Under straight lines between the points: the chance that a mated probe is classified rightly and outscores a
        non-mated one, ties counted half. At most rank-1.
    """

    fpr: NDArray[np.float64]
    ccr: NDArray[np.float64]
    area: float


def oscr(scores: Scores) -> Oscr:
    """Give the open-set classification rate curve and its area.

    Parameters
    ----------
    scores : Scores

    Raises
    ------
    ValueError
        Without mated or without non-mated probes.

    References
    ----------
    Dhamija, Guenther & Boult, *Reducing Network Agnostophobia*, NeurIPS 2018. A score at the threshold reaches it
    on both axes, as everywhere here.
    """
    curve = dir_far_curve(scores)
    fpr, ccr = np.concatenate([[0.0], curve.far]), np.concatenate([[0.0], curve.dir])
    return Oscr(fpr, ccr, float(np.trapezoid(ccr, fpr)))

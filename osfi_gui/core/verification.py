"""One against one: how well scores tell pairs of one person from pairs of two, exact at every distinct score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.steps import as_scores, count_from, mean_of_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.steps import Axis


@dataclass(frozen=True, eq=False)
class VerificationCurve:
    """Both error rates at every distinct score; ROC is TMR, and DET is FNMR, against FMR.

    Attributes
    ----------
    thresholds : ndarray of float64, shape (p,)
        Distinct scores, descending.
    fmr : ndarray of float64, shape (p,)
        False match rate: share of pairs of two persons whose score reaches the threshold; 0..1, ascending to 1.
    fnmr : ndarray of float64, shape (p,)
        False non-match rate: share of pairs of one person whose score does not; 0..1, descending to 0.
    genuine, impostor : int
        How many pairs of one and of two persons there are.
    """

    thresholds: NDArray[np.float64]
    fmr: NDArray[np.float64]
    fnmr: NDArray[np.float64]
    genuine: int
    impostor: int

    @property
    def tmr(self) -> NDArray[np.float64]:
        """True match rate, 1 - FNMR, as the whole number of pairs that it is."""
        return np.asarray(np.rint(self.genuine - self.fnmr * self.genuine) / self.genuine, dtype=np.float64)


def verification_curve(genuine: NDArray[np.floating], impostor: NDArray[np.floating]) -> VerificationCurve:
    """Give FMR and FNMR at every distinct score.

    Parameters
    ----------
    genuine : ndarray, shape (a,)
        Scores of pairs of one person.
    impostor : ndarray, shape (b,)
        Scores of pairs of two persons.

    Raises
    ------
    ValueError
        Without pairs of either kind, or with a score that is NaN or ``+inf``.
    """
    same, other = as_scores(genuine), as_scores(impostor)
    if not (same.size and other.size):
        msg = f"verification needs pairs of one person and of two, not {same.size} and {other.size}"
        raise ValueError(msg)
    thresholds = np.unique(np.concatenate([same, other]))[::-1]
    return VerificationCurve(
        thresholds,
        count_from(other, thresholds) / len(other),
        (len(same) - count_from(same, thresholds)) / len(same),
        len(same),
        len(other),
    )


def equal_error_rate(curve: VerificationCurve) -> float:
    """Give the rate at which FMR and FNMR are equal.

    Where they pass each other between two thresholds, it is where the straight line between these two points of the
    DET meets the diagonal: the rate of a decision that takes either threshold by chance. Nobody being accepted
    (FMR 0, FNMR 1) is the first point.

    Parameters
    ----------
    curve : VerificationCurve

    Returns
    -------
    float
        0..1; 0.5 where all scores are equal, above it where pairs of two persons score higher.
    """
    fmr, fnmr = np.concatenate([[0.0], curve.fmr]), np.concatenate([[1.0], curve.fnmr])
    # From -1 to 1, and strictly ascending: each distinct score moves one of the two rates.
    gap = fmr - fnmr
    after = int(np.argmax(gap >= 0.0))
    before = after - 1
    way = gap[before] / (gap[before] - gap[after])
    return float(fmr[before] + way * (fmr[after] - fmr[before]))


def area_under_roc(curve: VerificationCurve, axis: Axis = "linear", *, low: float | None = None) -> float:
    """Give the area under the ROC.

    Parameters
    ----------
    curve : VerificationCurve
    axis : str
        ``linear``: the whole area, which is the chance that a pair of one person outscores a pair of two, ties counted
        half (Mann and Whitney's U over the number of such comparisons). ``log``: the mean of TMR over log FMR from low
        to 1, the exact integral of the steps, TMR being that of the smallest observed threshold that keeps FMR.
    low : float, optional
        Where the logarithmic range begins; by default one pair of all pairs of two persons.

    Returns
    -------
    float
        0..1.

    Raises
    ------
    ValueError
        Where low is not between 0 and 1, or is given for the linear axis.
    """
    if axis == "log":
        return mean_of_steps(curve.fmr, curve.tmr, axis, low=low, least=1.0 / curve.impostor)
    if low is not None:
        msg = "the linear area is the whole one; a lower end belongs to the log axis"
        raise ValueError(msg)
    fmr, tmr = np.concatenate([[0.0], curve.fmr]), np.concatenate([[0.0], curve.tmr])
    return float(np.trapezoid(tmr, fmr))

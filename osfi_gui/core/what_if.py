"""What if more people were enrolled: the false accept rate that a threshold would have then."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.match import Cosine, Nac, NacCohort
from osfi_gui.core.tune import Estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

COSINE = Cosine().name
FALLING = frozenset({Nac().name, NacCohort().name})
"""Matchers whose score of a nearest person falls when others come."""
MOST_KEPT = 64
"""Cosines kept of each probe; whoever matches more people than that is accepted in any gallery worth asking about."""


def fmr_of(fpir: float, *, people: int) -> float:
    """Give the false match rate of one comparison that explains a false accept rate among so many people.

    Inverts FPIR = 1 - (1 - FMR)^n: a non-mated probe is accepted when any of n comparisons, taken as independent,
    reaches the threshold.

    Parameters
    ----------
    fpir : float
        Measured with ``people`` enrolled, 0..1.
    people : int
        n, one at least.

    Returns
    -------
    float
        0..1.

    Raises
    ------
    ValueError
        When nobody is enrolled, or the rate is none.
    """
    if people < 1:
        msg = f"a false accept rate is measured with one person at least, not with {people}"
        raise ValueError(msg)
    if not 0.0 <= fpir <= 1.0:
        msg = f"a false accept rate lies between 0 and 1, not {fpir}"
        raise ValueError(msg)
    if fpir == 1.0:
        return 1.0
    # By logarithms: for small rates 1 - (1 - x)^(1/n) loses all its digits.
    return -math.expm1(math.log1p(-fpir) / people)


def fpir_of(fmr: float, *, people: int) -> float:
    """Give the false accept rate among so many people: 1 - (1 - FMR)^N.

    Parameters
    ----------
    fmr : float
        Of one comparison, 0..1.
    people : int
        N, zero at least; among nobody nobody is accepted.

    Returns
    -------
    float
        0..1.

    References
    ----------
    ISO/IEC 19795-1; Grother & Ngan, *Face Recognition Vendor Test*: independent comparisons, so a rule of thumb.
    """
    if people < 1:
        return 0.0
    if fmr >= 1.0:
        return 1.0
    return -math.expm1(people * math.log1p(-fmr))


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Single comparisons of strangers with enrolled people, by the cosine.

    Attributes
    ----------
    nearest : ndarray of float32, shape (b, c)
        Of each non-mated probe, its largest cosines to single people, descending: all, or :data:`MOST_KEPT`.
    against : int
        With how many people each was compared, c at least.
    """

    nearest: NDArray[np.float32]
    against: int

    @classmethod
    def of(cls, cosines: NDArray[np.floating]) -> Comparisons:
        """Keep what is needed of cosines, shape (b, n)."""
        n = cosines.shape[1]
        kept = cosines if n <= MOST_KEPT else -np.partition(-cosines, MOST_KEPT - 1, axis=1)[:, :MOST_KEPT]
        return cls(-np.sort(-kept, axis=1).astype(np.float32), n)

    def matches(self, threshold: float) -> NDArray[np.int64]:
        """Give how many people each probe matches, shape (b,); where more are than were kept, at least so many."""
        return np.asarray((self.nearest >= np.float64(threshold)).sum(axis=1), dtype=np.int64)


class Growth(StrEnum):
    """What can be said of a false accept rate with another number of people."""

    EXPECTED = "expected"
    AT_MOST = "at most"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Predicted:
    """The false accept rate of a threshold with another number of people enrolled.

    Attributes
    ----------
    growth : Growth
        EXPECTED: that is the rate to expect. AT_MOST: it is no higher. UNKNOWN: nothing can be said.
    far : Estimate
        0..1; from 0 to 1 where nothing is known.
    fmr : float or None
        Of single comparisons, where they were measured, 0..1.
    """

    growth: Growth
    far: Estimate
    fmr: float | None = None


def predict(
    far: Estimate,
    *,
    matcher: str,
    threshold: float,
    people: int,
    measured_with: int,
    comparisons: Comparisons | None = None,
) -> Predicted:
    """Predict the false accept rate of the same threshold with another number of people enrolled.

    *Cosine.* With fewer people, the mean over all choices of so many of those of today, exact (:func:`with_fewer`).
    With more of them, what those of today accept is measured, and each further person adds a comparison at the measured
    FMR: 1 - (1 - FPIR) (1 - FMR)^(N - n). Comparisons are taken as independent, so that it is rather too high than too
    low.

    *NAC.* A further person can only lower the share of a nearest one that stays the nearest. So whoever is accepted
    among N is accepted among any n of them that include the nearest, which a share n/N of all choices do: FPIR(N) is at
    most N/n FPIR(n). It is mostly far less: with more neighbours all shares fall, those of enrolled people too. With
    fewer people nothing is known but that it may rise.

    *Others.* Their scores change with the people in ways that nobody can bound.

    Parameters
    ----------
    far : Estimate
        Measured, with its interval, 0..1.
    matcher : str
        Its name.
    threshold : float
    people : int
        Enrolled then.
    measured_with : int
        People enrolled when it was measured, one at least.
    comparisons : Comparisons or None
        Of the strangers; without them the FMR is the one that explains the FPIR (:func:`fmr_of`).
    """
    if people == measured_with:
        fmr = None if comparisons is None or matcher != COSINE else _fmr(comparisons, threshold)
        return Predicted(Growth.EXPECTED, far, fmr)
    if matcher in FALLING and people > measured_with:
        bounds = (min(1.0, people / measured_with * rate) for rate in (far.value, far.low, far.high))
        return Predicted(Growth.AT_MOST, Estimate(*bounds))
    if matcher != COSINE:
        return Predicted(Growth.UNKNOWN, Estimate(far.value, 0.0, 1.0))
    implied = [fmr_of(rate, people=measured_with) for rate in (far.value, far.low, far.high)]
    if comparisons is None:
        return Predicted(Growth.EXPECTED, Estimate(*(fpir_of(one, people=people) for one in implied)))
    fmr = _fmr(comparisons, threshold)
    if people < measured_with:
        value = with_fewer(comparisons, threshold, people=people)
        ends = [fpir_of(one, people=people) for one in implied[1:]]
        return Predicted(Growth.EXPECTED, Estimate(value, min(value, ends[0]), max(value, ends[1])), fmr)
    # The interval of the FMR is that of the FPIR: it is the same strangers who are accepted, or others.
    scale = fmr / implied[0] if implied[0] > 0.0 else 1.0
    more = people - measured_with
    rates = [
        1.0 - (1.0 - rate) * (1.0 - fpir_of(min(1.0, one * scale), people=more))
        for rate, one in zip((far.value, far.low, far.high), implied, strict=True)
    ]
    return Predicted(Growth.EXPECTED, Estimate(*rates), fmr)


def with_fewer(comparisons: Comparisons, threshold: float, *, people: int) -> float:
    """Give the false accept rate with fewer people: the mean over all ways to choose them from those of today.

    A probe that k of n people match is accepted by N of them unless all N are among the n - k others, which
    C(n - k, N) / C(n, N) of the choices are.

    Parameters
    ----------
    comparisons : Comparisons
    threshold : float
    people : int
        N, at most as many as were compared with.

    Returns
    -------
    float
        0..1; 0 without probes.
    """
    n = comparisons.against
    if not len(comparisons.nearest):
        return 0.0
    chosen = min(people, n)
    unmatched = n - np.arange(n + 1)
    # C(n - k, N) / C(n, N) as a product of N factors, by logarithms; none is left where n - k < N.
    rest = np.array(
        [
            math.exp(
                math.lgamma(u + 1) - math.lgamma(u - chosen + 1) - math.lgamma(n + 1) + math.lgamma(n - chosen + 1)
            )
            if u >= chosen
            else 0.0
            for u in unmatched
        ]
    )
    return float(1.0 - rest[comparisons.matches(threshold)].mean())


def _fmr(comparisons: Comparisons, threshold: float) -> float:
    matches = comparisons.matches(threshold)
    return float(matches.mean()) / comparisons.against if len(matches) else 0.0

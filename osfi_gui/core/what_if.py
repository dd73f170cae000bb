"""What if more people were enrolled: the false accept rate that a threshold would have then."""

from __future__ import annotations

import math

from osfi_gui.core.tune import Estimate


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


def far_with(far: Estimate, *, measured_with: int, people: int) -> Estimate:
    """Predict the false accept rate of the same threshold with another number of people enrolled.

    A calibration keeps the best score of each stranger, not single comparisons, so their rate is taken from the
    measured FPIR at the present number of people (:func:`fmr_of`). The prediction only rises with the measured rate, so
    the ends of its interval are the predictions of the interval's ends. It holds for the cosine; scores that compare
    neighbours, as NAC does, depend on the number of people in other ways too, and grow less.

    Parameters
    ----------
    far : Estimate
        Measured, with its interval, 0..1.
    measured_with : int
        People enrolled when it was measured, one at least.
    people : int
        People enrolled then.
    """
    value, low, high = (
        fpir_of(fmr_of(rate, people=measured_with), people=people) for rate in (far.value, far.low, far.high)
    )
    return Estimate(value, low, high)

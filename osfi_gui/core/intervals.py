"""What a count can claim: exact intervals of shares, what cannot be measured, and what other strangers will show."""

from __future__ import annotations

import math

import numpy as np

from osfi_gui.core.metrics import least_measurable_far
from osfi_gui.core.steps import check_far
from osfi_gui.core.tune import Estimate

LEVEL = 0.95
"""Of every interval here, where nothing else is said."""


def clopper_pearson(count: int, n: int, *, level: float = LEVEL) -> Estimate:
    """Give a share with its exact interval.

    The ends are the shares p at which a count at least, or at most, as large has a probability of (1 - level) / 2.
    Trials must be independent: count persons, or pairs that share nobody, not pictures.

    Parameters
    ----------
    count, n : int
        0 <= count <= n, n at least 1.
    level : float
        Coverage, between 0 and 1; the true one is never lower.

    Raises
    ------
    ValueError
        When the numbers are none of a share.

    References
    ----------
    Clopper & Pearson, *The use of confidence or fiducial limits illustrated in the case of the binomial*, 1934. The
    tail P(X >= k) of n trials is the regularised incomplete beta function I_p(k, n - k + 1).
    """
    _check(count, n, level)
    tail = (1.0 - level) / 2.0
    low = 0.0 if count == 0 else beta_quantile(tail, count, n - count + 1)
    high = 1.0 if count == n else beta_quantile(1.0 - tail, count + 1, n - count)
    return Estimate(count / n, low, high)


def strangers_needed(far: float) -> int:
    """Give how many strangers can claim a false accept rate at 95 % when none of them is accepted.

    The smallest n with (1 - far)^n <= 0.05, that is n >= ln(0.05) / ln(1 - far): 299 for 1 %, 2995 for 0.1 %.

    Parameters
    ----------
    far : float
        0..1, above 0.

    Raises
    ------
    ValueError
        For 0, which no number of strangers can claim, and outside 0..1.
    """
    check_far(far)
    if far == 0.0:
        msg = "no number of strangers can claim a false accept rate of 0"
        raise ValueError(msg)
    return 1 if far == 1.0 else max(1, math.ceil(math.log(0.05) / math.log1p(-far)))


def is_measurable(far: float, n: int) -> bool:
    """Say whether n strangers are enough to claim a false accept rate at 95 %.

    Parameters
    ----------
    far : float
        0..1; 0 never is.
    n : int
        Persons.
    """
    check_far(far)
    return far > 0.0 and n >= strangers_needed(far)


def why_not_measurable(far: float, n: int, *, who: str = "strangers") -> str:
    """Say in a sentence that n strangers cannot claim a rate, and how many could; empty where they can.

    Parameters
    ----------
    far : float
        0..1.
    n : int
        Persons.
    who : str
        What these are called.
    """
    if is_measurable(far, n):
        return ""
    begin = f"FAR {100 * far:g} % is not measurable with n = {n:,} {who}"
    if far == 0.0:
        return f"{begin}: no number of them shows that nobody is ever accepted."
    need = f"{begin}: it takes {strangers_needed(far):,}"
    if n == 0:
        return f"{need}."
    # Rounded up: a lower rate than the bound is not measurable.
    least = math.ceil(1e4 * least_measurable_far(n)) / 1e2
    return f"{need}, and with so few the lowest is {least:g} %."


def far_to_expect(accepted: int, n: int, m: int, *, level: float = LEVEL) -> Estimate:
    """Give the share of other strangers that a threshold will accept which was chosen from the n that it is known on.

    Let the threshold be the a-th largest of n independent, continuous scores: it accepts exactly a of them, its own
    among them, as :func:`~osfi_gui.core.metrics.threshold_at_far` chooses it. The chance that another stranger reaches
    one of these scores is a number between 0 and 1 that is uniformly distributed, whatever the distribution of scores,
    and the higher the score, the smaller it is. So the true FAR at the threshold, the a-th *largest* score, is the a-th
    *smallest* of n uniform numbers: distributed as Beta(a, n - a + 1), with mean a / (n + 1). Beta(a + 1, n - a) would
    be that of a threshold at the next score below, which accepts a + 1. With a = 0 the threshold is the next float
    above the largest score; continuous scores reach it with the same chance as the largest itself, so Beta(1, n). Of m
    other strangers a number is accepted that is binomial given the FAR, hence beta-binomial.

    This is a prediction interval for a share of m, not a confidence interval for the FAR; the larger m, the closer it
    comes to the central part of the beta distribution. Not in the model are ties between strangers, several pictures of
    one person among the n, and a threshold dragged to between two scores.

    Parameters
    ----------
    accepted, n : int
        Of the n strangers that the threshold was chosen from, how many it accepts; persons.
    m : int
        Other strangers, at least 1.
    level : float
        At least this share of calibrations sees a share of the m strangers within the ends.

    Returns
    -------
    Estimate
        ``value`` is accepted / n; ``low`` and ``high`` whole numbers of m. With accepted 0 or n, and many others, the
        value may lie outside: a threshold above the highest of n is expected to accept 1 of n + 1, not nobody.

    Raises
    ------
    ValueError
        When the numbers are none of a share, or m is below 1.

    References
    ----------
    David & Nagaraja, *Order Statistics*, 3rd edition, 2003, section 2.1: of uniform numbers they are beta distributed.
    """
    _check(accepted, n, level)
    if m < 1:
        msg = f"at least one other stranger is needed, not {m}"
        raise ValueError(msg)
    a = max(accepted, 1)
    low, high = _ends(a, n - a + 1, m, tail=(1.0 - level) / 2.0)
    return Estimate(accepted / n, low / m, high / m)


def share_to_expect(count: float, n: float, *, level: float = LEVEL) -> Estimate:
    """Give what share as many other trials will show, from a share that n independent ones have shown.

    The lower end is that of a beta-binomial count whose share is distributed as Beta(count, n - count + 1), the upper
    end of one with Beta(count + 1, n - count): the two limits between which Clopper and Pearson's interval lies, and so
    never too narrow. Where all n trials succeeded, chances of misses fall by half from one to the next, which is the
    rule of three for a new sample instead of for the true share: at 95 % at most 5 of many others.

    Parameters
    ----------
    count, n : float
        0 <= count <= n, n at least 1; effective numbers need not be whole.
    level : float
        At least this share of new samples of n trials, rounded, lies within the ends.

    Raises
    ------
    ValueError
        When the numbers are none of a share.

    References
    ----------
    Thatcher, *Relationships between Bayesian and confidence limits for predictions*, JRSS B 26, 1964.
    """
    _check(count, n, level)
    m, tail = round(n), (1.0 - level) / 2.0
    low = 0 if count <= 0.0 else _ends(count, n - count + 1.0, m, tail=tail)[0]
    high = m if count >= n else _ends(count + 1.0, n - count, m, tail=tail)[1]
    return Estimate(count / n, low / m, high / m)


def _ends(a: float, b: float, m: int, *, tail: float) -> tuple[int, int]:
    """Give the closest counts of m beyond which a beta-binomial number lies with at most ``tail`` on either side."""
    n = a + b - 1.0
    # Only where there is any chance to speak of: beyond 40 standard deviations it is far below a float's last digit.
    mean = m * a / (n + 1.0)
    spread = math.sqrt(m * a * b * (n + 1.0 + m) / (n + 2.0)) / (n + 1.0)
    first, last = max(0, int(mean - 40.0 * spread) - 50), min(m, int(mean + 40.0 * spread) + 50)
    # P(x + 1) / P(x) of the beta-binomial distribution; the largest is put to 1 before exp, and the sum afterwards.
    x = np.arange(first, last, dtype=np.float64)
    logs = np.concatenate([[0.0], np.cumsum(np.log((m - x) / (x + 1.0)) + np.log((x + a) / (m - 1.0 - x + b)))])
    chance = np.exp(logs - logs.max())
    chance /= chance.sum()
    # The shortest ends that leave at most half of the rest on either side.
    low = first + int(np.searchsorted(np.cumsum(chance), tail, side="right"))
    high = last - int(np.searchsorted(np.cumsum(chance[::-1]), tail, side="right"))
    return low, high


def _check(count: float, n: float, level: float) -> None:
    if not (n >= 1 and 0 <= count <= n):
        msg = f"{count} of {n} is no share"
        raise ValueError(msg)
    if not 0.0 < level < 1.0:
        msg = f"the level of an interval lies between 0 and 1, not {level}"
        raise ValueError(msg)


def beta_quantile(share: float, a: float, b: float) -> float:
    """Find by bisection where the beta distribution reaches a share.

    Parameters
    ----------
    share : float
        Of the distribution below, between 0 and 1.
    a, b : float
        Above 0.
    """
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2.0) < high:
        if _beta_below(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return middle


def _beta_below(x: float, a: float, b: float) -> float:
    """Give the regularised incomplete beta function I_x(a, b).

    By Lentz's method for its continued fraction (Press et al., *Numerical Recipes*, section 6.4), which converges fast
    for x below the mean; beyond, the symmetry I_x(a, b) = 1 - I_{1-x}(b, a).
    """
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _beta_below(1.0 - x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if log_front < -745.0:  # less than the smallest float
        return 0.0
    tiny = 1e-300
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0) or tiny)
    fraction, i, factor = d, 1, 0.0
    while abs(factor - 1.0) > 1e-15 and i < 100_000:
        even = i * (b - i) * x / ((a + 2.0 * i - 1.0) * (a + 2.0 * i))
        d = 1.0 / (1.0 + even * d or tiny)
        c = 1.0 + even / c or tiny
        fraction *= c * d
        odd = -(a + i) * (a + b + i) * x / ((a + 2.0 * i) * (a + 2.0 * i + 1.0))
        d = 1.0 / (1.0 + odd * d or tiny)
        c = 1.0 + odd / c or tiny
        factor = c * d
        fraction *= factor
        i += 1
    return math.exp(log_front) * fraction / a

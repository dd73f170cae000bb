"""What a count can claim: exact intervals against scipy, numbers by hand, and what other strangers really show."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, binom, binomtest

from osfi_gui.core.intervals import (
    clopper_pearson,
    far_to_expect,
    is_measurable,
    share_to_expect,
    strangers_needed,
    why_not_measurable,
)
from osfi_gui.core.metrics import least_measurable_far, threshold_at_far

counted = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counted, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_exact_intervals_are_scipys(count, level):
    ours, theirs = clopper_pearson(*count, level=level), binomtest(*count).proportion_ci(level, method="exact")
    assert (ours.low, ours.high) == (pytest.approx(theirs.low, abs=1e-12), pytest.approx(theirs.high, abs=1e-12))
    assert ours.value == count[0] / count[1]


@pytest.mark.parametrize(("k", "n"), [(1, 10**6), (12_345, 10**6), (500_000, 10**6), (10**6, 10**6), (2, 10**7)])
def test_exact_intervals_of_millions_are_scipys(k, n):
    ours, theirs = clopper_pearson(k, n), binomtest(k, n).proportion_ci(method="exact")
    assert ours.low == pytest.approx(theirs.low, rel=1e-9)
    assert ours.high == pytest.approx(theirs.high, rel=1e-9)


def test_nobody_of_n_has_its_interval_in_closed_form():
    """No success in n trials has probability (1 - p)^n, which is 0.025 at the upper end."""
    for n in (1, 10, 299):
        found = clopper_pearson(0, n)
        assert (found.value, found.low) == (0.0, 0.0)
        assert found.high == pytest.approx(1 - 0.025 ** (1 / n), abs=1e-13)
        assert clopper_pearson(n, n).low == pytest.approx(0.025 ** (1 / n), abs=1e-13)
        assert clopper_pearson(n, n).high == 1.0


@given(counted)
def test_exact_intervals_hold_their_value_and_mirror(count):
    k, n = count
    found, mirrored = clopper_pearson(k, n), clopper_pearson(n - k, n)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0
    assert found.low < found.high
    assert (1.0 - mirrored.high, 1.0 - mirrored.low) == (pytest.approx(found.low), pytest.approx(found.high))


@given(counted)
def test_one_success_more_raises_both_ends(count):
    k, n = count
    if k < n:
        less, more = clopper_pearson(k, n), clopper_pearson(k + 1, n)
        assert less.low < more.low
        assert less.high < more.high


@given(counted)
def test_a_higher_level_is_wider(count):
    narrow, wide = clopper_pearson(*count, level=0.8), clopper_pearson(*count, level=0.99)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@pytest.mark.parametrize("p", [0.003, 0.1, 0.37])
def test_the_exact_interval_never_covers_less_than_it_says(p):
    """Over all counts of 60 trials, each with its binomial probability."""
    n = 60
    chance = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    found = [clopper_pearson(k, n) for k in range(n + 1)]
    assert sum(c for c, one in zip(chance, found, strict=True) if one.low <= p <= one.high) >= 0.95


@pytest.mark.parametrize(("k", "n", "level"), [(0, 0, 0.95), (-1, 5, 0.95), (6, 5, 0.95), (1, 5, 1.0), (1, 5, 0.0)])
def test_what_is_no_share_has_no_interval(k, n, level):
    with pytest.raises(ValueError, match=r"no share|level of an interval"):
        clopper_pearson(k, n, level=level)
    with pytest.raises(ValueError, match=r"no share|level of an interval"):
        far_to_expect(k, n, 10, level=level)


def test_how_many_strangers_a_claim_takes():
    assert [strangers_needed(f) for f in (0.001, 0.01, 0.1, 0.5, 1.0)] == [2995, 299, 29, 5, 1]
    assert is_measurable(0.01, 299)
    assert not is_measurable(0.01, 298)
    assert is_measurable(0.001, 2995)
    assert not is_measurable(0.001, 2994)
    assert not is_measurable(0.0, 10**9)
    with pytest.raises(ValueError, match="rate of 0"):
        strangers_needed(0.0)


@given(st.floats(1e-5, 1.0), st.integers(0, 5000))
def test_a_rate_is_measurable_from_the_least_one_on(far, n):
    if abs(far - least_measurable_far(n)) > 1e-12:
        assert is_measurable(far, n) == (n > 0 and far > least_measurable_far(n))


def test_what_is_not_measurable_says_so():
    assert why_not_measurable(0.01, 299) == ""
    # 1 - 0.05^(1/500) = 0.00597
    assert why_not_measurable(0.001, 500) == (
        "FAR 0.1 % is not measurable with n = 500 strangers: it takes 2,995, and with so few the lowest is 0.6 %."
    )
    assert why_not_measurable(0.1, 0) == "FAR 10 % is not measurable with n = 0 strangers: it takes 29."
    assert "nobody is ever accepted" in why_not_measurable(0.0, 10)


@given(counted, st.integers(1, 400), st.sampled_from([0.5, 0.95]))
def test_what_to_expect_is_the_middle_of_scipys_beta_binomial(count, m, level):
    """The shortest whole ends beyond which lies at most half of the rest, on either side."""
    accepted, n = count
    a, tail = max(accepted, 1), (1.0 - level) / 2.0
    law = betabinom(m, a, n - a + 1)
    found = far_to_expect(accepted, n, m, level=level)
    low, high = round(found.low * m), round(found.high * m)
    assert 0 <= low <= high <= m
    assert found.value == accepted / n
    assert law.cdf(low - 1) <= tail + 1e-9
    assert law.sf(high) <= tail + 1e-9
    assert law.cdf(low) >= tail - 1e-9
    assert law.sf(high - 1) >= tail - 1e-9


def test_one_stranger_says_next_to_nothing_of_one_other():
    """Above the only one seen: its rank among two is either, so the other is accepted with probability 1/2."""
    assert (far_to_expect(0, 1, 1).low, far_to_expect(0, 1, 1).high) == (0.0, 1.0)


def test_other_strangers_are_needed_to_expect_anything_of():
    with pytest.raises(ValueError, match="at least one other stranger"):
        far_to_expect(1, 10, 0)


@pytest.mark.parametrize(("n", "far", "m"), [(200, 0.05, 150), (50, 0.01, 100), (300, 0.01, 1000), (40, 0.5, 30)])
def test_other_strangers_show_what_was_to_be_expected(n, far, m):
    """2000 calibrations on n strangers each, and m others for each.

    The share of calibrations whose interval holds is that of the beta-binomial distribution, within 3.5 standard
    errors; the mean FAR is a / (n + 1), within as many. A threshold believed to be one stranger lower would miss that
    mean by nine in the first case.
    """
    rng = np.random.default_rng(11)
    runs = 2000
    seen, others = rng.normal(size=(runs, n)), rng.normal(size=(runs, m))
    thresholds = np.array([threshold_at_far(row, far) for row in seen])
    accepted = (seen >= thresholds[:, None]).sum(axis=1)
    assert set(accepted.tolist()) == {math.floor(far * n)}
    shown = (others >= thresholds[:, None]).sum(axis=1)
    found = far_to_expect(math.floor(far * n), n, m)
    low, high = round(found.low * m), round(found.high * m)
    a = max(math.floor(far * n), 1)
    law = betabinom(m, a, n - a + 1)
    covered = law.cdf(high) - law.cdf(low - 1)
    assert covered >= 0.95
    tolerance = 3.5 * math.sqrt(covered * (1.0 - covered) / runs)
    assert np.mean((low <= shown) & (shown <= high)) == pytest.approx(covered, abs=tolerance)
    assert shown.mean() / m == pytest.approx(a / (n + 1), abs=3.5 * law.std() / m / math.sqrt(runs))


@given(counted)
def test_a_share_to_expect_lies_between_the_tails_of_scipys_beta_binomials(count):
    found, n = count
    told = share_to_expect(found, n)
    low, high = round(told.low * n), round(told.high * n)
    assert told.low <= told.value <= told.high
    below, above = (
        (betabinom(n, found, n - found + 1) if found else None),
        betabinom(n, found + 1, max(n - found, 1e-9)),
    )
    if below is None:
        assert low == 0
    else:
        assert below.cdf(low - 1) <= 0.025 + 1e-9
        assert below.cdf(low) >= 0.025 - 1e-9
    if found == n:
        assert high == n
    else:
        assert above.sf(high) <= 0.025 + 1e-9
        assert above.sf(high - 1) >= 0.025 - 1e-9


@given(counted)
def test_what_is_to_be_expected_of_others_is_no_narrower_than_what_is_known_of_the_share(count):
    """But for the whole number that other trials must show."""
    found, n = count
    known, told = clopper_pearson(found, n), share_to_expect(found, n)
    assert told.low <= known.low + 1.0 / n
    assert told.high >= known.high - 1.0 / n


@pytest.mark.parametrize("p", [0.5, 0.9, 0.97, 0.995, 1.0])
def test_another_sample_of_a_share_lies_in_what_was_to_be_expected(p):
    """Summed over both binomials, not drawn: never below 95 %."""
    n = 60
    chance = binom(n, p).pmf(np.arange(n + 1))
    ends = [share_to_expect(count, n) for count in range(n + 1)]
    share = np.arange(n + 1) / n
    kept = sum(
        c * chance[(e.low - 1e-9 <= share) & (share <= e.high + 1e-9)].sum() for c, e in zip(chance, ends, strict=True)
    )
    assert kept >= 0.95

"""What more people enrolled do to the false accept rate, by hand."""

import pytest

from osfi_gui.core.tune import Estimate
from osfi_gui.core.what_if import far_with, fmr_of, fpir_of


def test_two_comparisons_of_ten_percent_accept_nineteen():
    assert fpir_of(0.1, people=2) == pytest.approx(1 - 0.9 * 0.9)


def test_the_rate_of_one_comparison_is_found_again():
    # 1 - 0.99^3 = 0.029701
    assert fmr_of(0.029701, people=3) == pytest.approx(0.01)


def test_with_one_person_both_rates_are_the_same():
    assert fmr_of(0.25, people=1) == pytest.approx(0.25)
    assert fpir_of(0.25, people=1) == pytest.approx(0.25)


def test_small_rates_keep_their_digits():
    assert fmr_of(1e-12, people=100_000) == pytest.approx(1e-17, rel=1e-9)
    assert fpir_of(1e-17, people=100_000) == pytest.approx(1e-12, rel=1e-9)


def test_ends():
    assert fpir_of(0.5, people=0) == 0.0
    assert fpir_of(1.0, people=3) == 1.0
    assert fmr_of(1.0, people=3) == 1.0
    assert fmr_of(0.0, people=3) == 0.0


def test_the_interval_is_predicted_end_by_end():
    # Twice the people: 1 - (1 - rate)^2.
    predicted = far_with(Estimate(0.1, 0.05, 0.2), measured_with=50, people=100)
    assert (predicted.value, predicted.low, predicted.high) == pytest.approx((0.19, 0.0975, 0.36))


def test_nobody_accepted_so_far_is_not_never():
    predicted = far_with(Estimate(0.0, 0.0, 0.01), measured_with=10, people=1000)
    assert (predicted.value, predicted.low) == (0.0, 0.0)
    assert predicted.high == pytest.approx(1 - 0.99**100)


@pytest.mark.parametrize(("rate", "people"), [(0.1, 0), (-0.1, 3), (1.1, 3)])
def test_what_is_no_rate_is_refused(rate, people):
    with pytest.raises(ValueError, match="false accept rate"):
        fmr_of(rate, people=people)

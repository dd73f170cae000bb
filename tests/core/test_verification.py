"""One against one: ROC, DET, equal error rate and areas, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import det_curve, roc_auc_score, roc_curve

from osfi_gui.core.verification import area_under_roc, equal_error_rate, verification_curve

some = st.lists(st.integers(-10, 10), min_size=1, max_size=40)
"""Few different values, so that ties abound."""
HAND = verification_curve(np.array([0.9, 0.8, 0.4]), np.array([0.5, 0.4, 0.3, 0.2]))


def floats(values):
    return np.array(values, dtype=np.float64)


def labelled(genuine, impostor):
    return [1] * len(genuine) + [0] * len(impostor), [*genuine, *impostor]


def test_both_rates_by_hand():
    assert HAND.thresholds.tolist() == [0.9, 0.8, 0.5, 0.4, 0.3, 0.2]
    assert HAND.fmr.tolist() == [0.0, 0.0, 1 / 4, 1 / 2, 3 / 4, 1.0]
    assert HAND.fnmr.tolist() == [2 / 3, 1 / 3, 1 / 3, 0.0, 0.0, 0.0]
    assert HAND.tmr.tolist() == [1 / 3, 2 / 3, 2 / 3, 1.0, 1.0, 1.0]
    assert (HAND.genuine, HAND.impostor) == (3, 4)


def test_equal_error_by_hand():
    """FMR and FNMR pass between (1/4, 1/3) and (1/2, 0), a seventh of the way: 1/4 + 1/28 = 1/3 - 1/21 = 2/7."""
    assert equal_error_rate(HAND) == pytest.approx(2 / 7)


def test_equal_error_where_a_threshold_shows_it():
    assert equal_error_rate(verification_curve(floats([3, 2, 0]), floats([2, 1, -1]))) == pytest.approx(1 / 3)


def test_areas_by_hand():
    """Of 12 pairs 0.9 wins 4, 0.8 wins 4, 0.4 wins 2 and ties one; TMR is 2/3 up to FMR 1/2 and 1 from there."""
    assert area_under_roc(HAND) == pytest.approx(10.5 / 12)
    assert area_under_roc(HAND, "log") == area_under_roc(HAND, "log", low=0.25) == pytest.approx((2 / 3 + 1) / 2)
    assert area_under_roc(HAND, "log", low=0.125) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_a_perfect_encoder_and_a_useless_one():
    perfect = verification_curve(floats([0.9, 0.8]), floats([0.1]))
    assert (equal_error_rate(perfect), area_under_roc(perfect), area_under_roc(perfect, "log")) == (0.0, 1.0, 1.0)
    useless = verification_curve(floats([0.5]), floats([0.5, 0.5]))
    assert (equal_error_rate(useless), area_under_roc(useless)) == (0.5, 0.5)
    reverse = verification_curve(floats([0.1]), floats([0.9]))
    assert (equal_error_rate(reverse), area_under_roc(reverse)) == (1.0, 0.0)


def test_pairs_without_a_score_never_match_at_a_finite_threshold():
    curve = verification_curve(floats([0.9, -np.inf]), floats([0.1, -np.inf]))
    assert curve.thresholds.tolist() == [0.9, 0.1, -np.inf]
    assert (curve.fmr.tolist(), curve.fnmr.tolist()) == ([0.0, 0.5, 1.0], [0.5, 0.5, 0.0])


@given(some, some)
def test_the_roc_is_scikit_learns(genuine, impostor):
    curve = verification_curve(floats(genuine), floats(impostor))
    fpr, tpr, thresholds = roc_curve(*labelled(genuine, impostor), drop_intermediate=False)
    assert curve.thresholds.tolist() == thresholds[1:].tolist()  # the first is infinite there
    assert curve.fmr.tolist() == fpr[1:].tolist()
    assert curve.tmr.tolist() == tpr[1:].tolist()


@given(some, some)
def test_the_det_is_scikit_learns(genuine, impostor):
    curve = verification_curve(floats(genuine), floats(impostor))
    ours = {t: (fmr, fnmr) for t, fmr, fnmr in zip(curve.thresholds, curve.fmr, curve.fnmr, strict=True)}
    fpr, fnr, thresholds = det_curve(*labelled(genuine, impostor))
    finite = [row for row in zip(thresholds, fpr, fnr, strict=True) if np.isfinite(row[0])]
    assert finite or len(thresholds) == 1
    for threshold, one, other in finite:
        assert ours[threshold] == (pytest.approx(one, abs=1e-15), pytest.approx(other, abs=1e-15))


@given(some, some)
def test_the_linear_area_is_scikit_learns_and_the_share_of_pairs_won(genuine, impostor):
    area = area_under_roc(verification_curve(floats(genuine), floats(impostor)))
    assert area == pytest.approx(roc_auc_score(*labelled(genuine, impostor)), abs=1e-12)
    won = sum((g > i) + 0.5 * (g == i) for g in genuine for i in impostor)
    assert area == pytest.approx(won / (len(genuine) * len(impostor)), abs=1e-12)


@given(some, some)
def test_equal_error_lies_between_what_thresholds_show(genuine, impostor):
    curve = verification_curve(floats(genuine), floats(impostor))
    rate = equal_error_rate(curve)
    assert np.minimum(curve.fmr, curve.fnmr).max() - 1e-12 <= rate
    assert rate <= min(1.0, np.maximum(curve.fmr, curve.fnmr).min()) + 1e-12


@given(some, some)
def test_equal_error_is_the_same_seen_from_the_other_side(genuine, impostor):
    there = equal_error_rate(verification_curve(floats(genuine), floats(impostor)))
    back = equal_error_rate(verification_curve(-floats(impostor), -floats(genuine)))
    assert there == pytest.approx(back, abs=1e-12)


@given(some, some)
def test_only_the_order_of_scores_counts(genuine, impostor):
    one = verification_curve(floats(genuine), floats(impostor))
    other = verification_curve(np.exp(floats(genuine) / 3), np.exp(floats(impostor) / 3))
    assert (one.fmr.tolist(), one.fnmr.tolist()) == (other.fmr.tolist(), other.fnmr.tolist())
    assert equal_error_rate(one) == equal_error_rate(other)


def test_without_pairs_of_both_kinds_nothing_is_verified():
    for genuine, impostor in (([], [0.1]), ([0.1], [])):
        with pytest.raises(ValueError, match="pairs of one person and of two"):
            verification_curve(floats(genuine), floats(impostor))


def test_a_lower_end_belongs_to_the_log_axis():
    with pytest.raises(ValueError, match="log axis"):
        area_under_roc(HAND, "linear", low=0.1)
    with pytest.raises(ValueError, match="begins between 0 and 1"):
        area_under_roc(HAND, "log", low=0.0)

"""DIR, FAR and the threshold between them, exact: against a brute-force reference that tries every threshold."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osfi_gui.core.metrics import detection_identification_rate, dir_at_far, threshold_at_far

FARS = ("0", "0.001", "0.01", "0.05", "0.07", "0.1", "0.29", "0.3", "0.57", "0.7", "0.9", "0.99", "1")

scores = st.lists(st.integers(-20, 20), min_size=1, max_size=60)
"""Few different values, so that ties abound."""
any_far = st.one_of(st.sampled_from(FARS), st.integers(0, 60).map(lambda i: str(i / 60)))
mated_probes = st.lists(st.tuples(st.integers(-20, 20), st.booleans()), min_size=1, max_size=60)


def far_of(non_mated, threshold) -> Fraction:
    return Fraction(sum(1 for s in non_mated if s >= threshold), len(non_mated))


def reference_threshold(non_mated, far: str):
    """Try every observed score, lowest first; None where not even the largest keeps the target."""
    return next((t for t in sorted(set(non_mated)) if far_of(non_mated, t) <= Fraction(far)), None)


def reference_dir(mated, non_mated, far: str) -> Fraction:
    t = reference_threshold(non_mated, far)
    hits = sum(1 for s, right in mated if right and (s >= t if t is not None else s > max(non_mated)))
    return Fraction(hits, len(mated))


def floats(values):
    return np.array(values, dtype=np.float64)


@given(scores, st.sampled_from(FARS))
def test_threshold_is_the_brute_force_one(non_mated, far):
    expected = reference_threshold(non_mated, far)
    got = threshold_at_far(floats(non_mated), float(far))
    if expected is None:
        assert max(non_mated) < got < max(non_mated) + 1e-9
    else:
        assert got == expected


@given(scores, any_far)
def test_far_never_exceeds_its_target(non_mated, far):
    threshold = threshold_at_far(floats(non_mated), float(far))
    assert far_of(non_mated, threshold) <= Fraction(far) + Fraction(1, 10**9)


@given(scores, any_far)
def test_the_next_smaller_observed_threshold_would_exceed_the_target(non_mated, far):
    threshold = threshold_at_far(floats(non_mated), float(far))
    below = [s for s in set(non_mated) if s < threshold]
    if below:
        assert far_of(non_mated, max(below)) > Fraction(far)


@given(mated_probes, scores, st.sampled_from(FARS))
def test_dir_at_far_is_the_brute_force_one(mated, non_mated, far):
    got = dir_at_far(
        floats([s for s, _ in mated]), np.array([right for _, right in mated]), floats(non_mated), far=float(far)
    )
    assert got == pytest.approx(float(reference_dir(mated, non_mated, far)), abs=1e-12)


@given(mated_probes, st.lists(st.integers(-25, 25), min_size=2, max_size=20))
def test_dir_falls_as_the_threshold_rises(mated, thresholds):
    values, right = floats([s for s, _ in mated]), np.array([r for _, r in mated])
    rates = [detection_identification_rate(values, right, t) for t in sorted(thresholds)]
    assert all(a >= b for a, b in pairwise(rates))
    assert detection_identification_rate(values, right, -np.inf) == pytest.approx(right.mean())
    assert detection_identification_rate(values, right, np.inf) == 0.0


@given(scores, st.lists(st.sampled_from(FARS), min_size=2, max_size=6))
def test_a_laxer_target_never_needs_a_higher_threshold(non_mated, fars):
    ordered = [threshold_at_far(floats(non_mated), float(f)) for f in sorted(fars, key=float)]
    assert all(a >= b for a, b in pairwise(ordered))


@given(mated_probes, scores, st.sampled_from(FARS), st.sampled_from(["cube", "exp", "atan", "affine"]))
def test_a_strictly_increasing_map_of_all_scores_changes_nothing(mated, non_mated, far, name):
    change = {
        "cube": lambda x: x**3,
        "exp": lambda x: np.exp(x / 4),
        "atan": np.arctan,
        "affine": lambda x: 0.001 * x + 5,
    }[name]
    values, right, others = floats([s for s, _ in mated]), np.array([r for _, r in mated]), floats(non_mated)
    assert dir_at_far(change(values), right, change(others), far=float(far)) == dir_at_far(
        values, right, others, far=float(far)
    )


def test_hand_numbers_of_ten_strangers():
    # Sorted: 1 2 3 3 5 6 7 8 9 9. FAR(9) = 2/10, FAR(8) = 3/10, FAR(7) = 4/10, FAR(3) = 8/10, FAR(2) = 9/10.
    strangers = floats([3, 9, 1, 8, 2, 9, 7, 3, 6, 5])
    expected = {0.2: 9, 0.25: 9, 0.3: 8, 0.4: 7, 0.8: 3, 0.85: 3, 0.9: 2, 1.0: 1}
    assert {far: threshold_at_far(strangers, far) for far in expected} == expected
    # At 10 % no observed score will do, since the two nines come together: nobody at 9 may pass.
    assert threshold_at_far(strangers, 0.1) > 9


def test_targets_that_floats_cannot_hold_are_meant_as_written():
    # 0.29 * 100 is 28.999999999999996 in floats, yet 29 of 100 is 29 %; likewise 0.57 and 0.07.
    strangers = floats(range(1, 101))
    assert [threshold_at_far(strangers, f) for f in (0.07, 0.29, 0.57)] == [94, 72, 44]


def test_one_stranger_allows_nothing_below_a_far_of_one():
    assert threshold_at_far(floats([0.5]), 1.0) == 0.5
    assert threshold_at_far(floats([0.5]), 0.99) == np.nextafter(0.5, 1)


def test_equal_scores_are_all_in_or_all_out():
    same = floats([0.3] * 50)
    assert threshold_at_far(same, 0.5) == np.nextafter(0.3, 1)
    assert threshold_at_far(same, 1.0) == 0.3
    assert dir_at_far(same, np.ones(50, dtype=bool), same, far=0.5) == 0.0
    assert dir_at_far(same, np.ones(50, dtype=bool), same, far=1.0) == 1.0


def test_a_wrong_identity_is_no_identification_however_high_it_scores():
    mated, right = floats([0.9, 0.8, 0.7, 0.2]), np.array([False, True, True, True])
    assert detection_identification_rate(mated, right, 0.5) == 0.5
    assert dir_at_far(mated, right, floats([0.1, 0.75]), far=0.5) == 0.25


def test_a_score_exactly_at_the_threshold_counts_on_both_sides():
    assert detection_identification_rate(floats([0.5]), np.array([True]), 0.5) == 1.0
    assert dir_at_far(floats([0.5]), np.array([True]), floats([0.5, 0.1]), far=0.5) == 1.0


def test_one_person_and_one_stranger_are_enough():
    assert dir_at_far(floats([0.9]), np.array([True]), floats([0.1]), far=0.0) == 1.0
    assert dir_at_far(floats([0.1]), np.array([True]), floats([0.9]), far=0.0) == 0.0


def test_single_precision_scores_keep_the_target_too():
    # One stranger and one mated probe with the very same float32 score: at FAR 0 neither may pass.
    score = np.array([0.3], dtype=np.float32)
    assert dir_at_far(score, np.array([True]), score, far=0.0) == 0.0


@pytest.mark.parametrize("far", [-0.1, 1.1, float("nan")])
def test_a_target_that_is_no_share_is_refused(far):
    with pytest.raises(ValueError, match="between 0 and 1"):
        threshold_at_far(floats([0.1]), far)


def test_without_strangers_there_is_no_threshold():
    with pytest.raises(ValueError, match="non-mated"):
        threshold_at_far(np.zeros(0), 0.01)

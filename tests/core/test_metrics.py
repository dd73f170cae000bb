"""DIR, FAR, their curve and its areas, exact: against a brute-force reference that tries every threshold."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osfi_gui.core.metrics import (
    area_under,
    cmc,
    detection_identification_rate,
    dir_at_far,
    dir_far_curve,
    false_accept_rate,
    least_measurable_far,
    oscr,
    rank1,
    threshold_at_far,
)
from osfi_gui.core.scores import Scores

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


def test_nan_and_plus_infinity_are_no_scores():
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="finite or -inf"):
            threshold_at_far(floats([0.1, bad]), 0.5)
        with pytest.raises(ValueError, match="finite or -inf"):
            detection_identification_rate(floats([bad]), np.array([True]), 0.5)


def test_a_share_of_nobody_is_no_number():
    nobody = np.zeros(0)
    assert np.isnan(false_accept_rate(nobody, 0.5))
    assert np.isnan(detection_identification_rate(nobody, nobody.astype(bool), 0.5))
    assert np.isnan(rank1(nobody.astype(bool)))
    assert np.isnan(cmc(nobody.astype(int), 3)).all()


def test_a_probe_under_the_floor_is_never_accepted_at_a_finite_threshold():
    strangers, mated = floats([-np.inf, -np.inf, -np.inf, 0.2]), floats([-np.inf, 0.1])
    right = np.array([True, True])
    assert false_accept_rate(strangers, np.finfo(np.float64).min) == 0.25
    assert detection_identification_rate(mated, right, np.finfo(np.float64).min) == 0.5
    assert rank1(right) == 1.0
    # 50 % would allow a second stranger, but the next score accepts all three under the floor.
    assert threshold_at_far(strangers, 0.5) == 0.2
    assert dir_at_far(mated, right, strangers, far=0.5) == 0.0
    # All under the floor: whoever is above it may pass, at FAR 0.
    assert np.isfinite(threshold_at_far(strangers[:3], 0.0))
    assert dir_at_far(mated, right, strangers[:3], far=0.0) == 0.5


@given(st.lists(st.sampled_from([-np.inf, -1.0, 0.0, 1.0]), min_size=1, max_size=30), any_far)
def test_far_keeps_its_target_with_some_under_the_floor(non_mated, far):
    threshold = threshold_at_far(floats(non_mated), float(far))
    assert false_accept_rate(floats(non_mated), threshold) <= float(far) + 1e-9
    assert np.isfinite(threshold) or float(far) == 1.0


@given(scores, st.integers(-25, 25))
def test_far_is_the_share_that_reaches_the_threshold(non_mated, threshold):
    assert false_accept_rate(floats(non_mated), threshold) == float(far_of(non_mated, threshold))


def test_cumulative_matches_by_hand():
    assert cmc(np.array([5, 1, 2, 1]), 5).tolist() == [0.5, 0.75, 0.75, 0.75, 1.0]
    assert cmc(np.array([5, 1, 2, 1]), 2).tolist() == [0.5, 0.75]
    assert cmc(np.array([3]), 3).tolist() == [0.0, 0.0, 1.0]
    with pytest.raises(ValueError, match="count from 1"):
        cmc(np.array([0, 1]), 2)


def some(mated, non_mated):
    return Scores(floats([s for s, _ in mated]), np.array([right for _, right in mated]), floats(non_mated))


HAND = some([(0.9, True), (0.7, False), (0.5, True), (0.3, True)], [0.8, 0.5, 0.1, 0.1])


def test_the_curve_by_hand():
    curve = dir_far_curve(HAND)
    assert curve.thresholds.tolist() == [0.9, 0.8, 0.7, 0.5, 0.3, 0.1]
    assert curve.far.tolist() == [0.0, 0.25, 0.25, 0.5, 0.5, 1.0]
    assert curve.dir.tolist() == [0.25, 0.25, 0.25, 0.5, 0.75, 0.75]
    assert (curve.probes, curve.strangers) == (4, 4)
    # At FAR 50 % the threshold is the stranger's 0.5, not the probe's 0.3 that nobody who calibrates could know of.
    assert [curve.dir_at(f) for f in (0.0, 0.2, 0.25, 0.5, 0.99, 1.0)] == [0.25, 0.25, 0.25, 0.5, 0.5, 0.75]


def test_the_curve_ends_at_rank_1_where_some_are_under_the_floor():
    curve = dir_far_curve(some([(0.5, True), (-np.inf, True)], [-np.inf, 0.2]))
    assert curve.thresholds.tolist() == [0.5, 0.2, -np.inf]
    assert (curve.far.tolist(), curve.dir.tolist()) == ([0.0, 0.5, 1.0], [0.5, 0.5, 1.0])


@given(mated_probes, scores, any_far)
def test_every_point_of_the_curve_is_exact(mated, non_mated, far):
    found = some(mated, non_mated)
    curve = dir_far_curve(found)
    assert curve.thresholds.tolist() == sorted({s for s, _ in mated} | set(non_mated), reverse=True)
    for threshold, one_far, one_dir in zip(curve.thresholds, curve.far, curve.dir, strict=True):
        assert one_far == float(far_of(non_mated, threshold))
        assert one_dir == float(Fraction(sum(right and s >= threshold for s, right in mated), len(mated)))
    assert curve.dir_at(float(far)) == dir_at_far(found.mated, found.correct, found.non_mated, far=float(far))


@given(mated_probes, scores)
def test_only_the_order_of_scores_counts(mated, non_mated):
    found = some(mated, non_mated)
    curve = dir_far_curve(found)
    mapped = dir_far_curve(Scores(np.exp(found.mated / 4) - 3, found.correct, np.exp(found.non_mated / 4) - 3))
    assert (curve.far.tolist(), curve.dir.tolist()) == (mapped.far.tolist(), mapped.dir.tolist())


def test_areas_by_hand():
    """DIR is 1/4 up to FAR 1/2 and 1/2 from there to 1."""
    curve = dir_far_curve(HAND)
    assert area_under(curve) == pytest.approx(0.25 * 0.5 + 0.5 * 0.5)
    assert area_under(curve, low=0.25) == pytest.approx((0.25 * 0.25 + 0.5 * 0.5) / 0.75)
    # On the logarithmic axis each halving of FAR counts the same.
    assert area_under(curve, "log") == area_under(curve, "log", low=0.25) == pytest.approx((0.25 + 0.5) / 2)
    assert area_under(curve, "log", low=0.125) == pytest.approx((0.25 + 0.25 + 0.5) / 3)


@given(mated_probes, scores, st.sampled_from([0.01, 0.1, 0.3, 0.9]))
def test_areas_are_the_integrals_of_dir_at_far(mated, non_mated, low):
    """Between two multiples of 1/m DIR@FAR is constant: its value in the middle times the width."""
    found = some(mated, non_mated)
    curve, m = dir_far_curve(found), len(non_mated)
    edges = [low, *(k / m for k in range(1, m) if k / m > low), 1.0]
    linear = log = 0.0
    for left, right in pairwise(edges):
        value = dir_at_far(found.mated, found.correct, found.non_mated, far=(left + right) / 2)
        linear += value * (right - left)
        log += value * (np.log(right) - np.log(left))
    assert area_under(curve, low=low) == pytest.approx(linear / (1 - low), abs=1e-9)
    assert area_under(curve, "log", low=low) == pytest.approx(log / -np.log(low), abs=1e-9)


@pytest.mark.parametrize(
    ("axis", "low"), [("log", 0.0), ("log", 1.0), ("linear", 1.0), ("linear", -0.1), ("log", float("nan"))]
)
def test_an_area_over_no_range_is_refused(axis, low):
    with pytest.raises(ValueError, match="begins between 0 and 1"):
        area_under(dir_far_curve(HAND), axis, low=low)


def test_an_axis_that_is_none_is_refused():
    with pytest.raises(ValueError, match="linear or log"):
        area_under(dir_far_curve(HAND), "sqrt")


def test_perfect_scores_have_an_area_of_one_and_one_of_each_is_enough():
    perfect = dir_far_curve(some([(0.9, True)], [0.1]))
    assert area_under(perfect) == area_under(perfect, "log") == area_under(perfect, "log", low=0.001) == 1.0
    hopeless = dir_far_curve(some([(0.1, True)], [0.9]))
    assert area_under(hopeless) == 0.0


def test_all_scores_equal():
    """Nobody or everybody: DIR is 0 below a FAR of 1, and chance orders half of the pairs rightly."""
    same = some([(0.3, True), (0.3, True)], [0.3] * 5)
    curve = dir_far_curve(same)
    assert (curve.thresholds.tolist(), curve.far.tolist(), curve.dir.tolist()) == ([0.3], [1.0], [1.0])
    assert area_under(curve) == area_under(curve, "log", low=0.1) == 0.0
    assert oscr(same).area == 0.5


def test_a_curve_of_nobody_is_refused():
    for found in (some([], [0.1]), some([(0.1, True)], [])):
        with pytest.raises(ValueError, match="needs mated and non-mated probes"):
            dir_far_curve(found)
        with pytest.raises(ValueError, match="needs mated and non-mated probes"):
            oscr(found)


def test_classification_against_false_positives_by_hand():
    """Right ones over strangers: 0.9 beats 4, 0.5 beats 2 and ties 1, 0.3 beats 2, of 16 pairs."""
    curve = oscr(HAND)
    assert (curve.fpr[0], curve.ccr[0], curve.fpr[-1], curve.ccr[-1]) == (0.0, 0.0, 1.0, 0.75)
    assert curve.area == pytest.approx(8.5 / 16)


@given(mated_probes, scores)
def test_the_oscr_area_is_the_share_of_pairs_won_by_right_identities(mated, non_mated):
    won = sum(right * ((s > o) + 0.5 * (s == o)) for s, right in mated for o in non_mated)
    found = some(mated, non_mated)
    assert oscr(found).area == pytest.approx(won / (len(mated) * len(non_mated)), abs=1e-12)
    assert oscr(found).area <= rank1(found.correct) + 1e-12


def test_what_so_many_strangers_can_measure():
    """With 299 strangers 0.99^299 = 0.0495, with 298 0.0500003: 1 % takes 299; likewise 2995 for 0.1 %."""
    assert least_measurable_far(299) < 0.01 < least_measurable_far(298)
    assert least_measurable_far(2995) < 0.001 < least_measurable_far(2994)
    assert least_measurable_far(1) == pytest.approx(0.95)
    assert least_measurable_far(0) == 1.0

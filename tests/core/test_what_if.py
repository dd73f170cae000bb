"""What more people enrolled do to the false accept rate: by hand, by counting all galleries, and by drawing faces."""

import itertools
import math

import numpy as np
import pytest

from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import Evidence, Nac, NacCohort, Reference
from osfi_gui.core.tune import Estimate
from osfi_gui.core.what_if import MOST_KEPT, Comparisons, Growth, fmr_of, fpir_of, predict, with_fewer


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


def cosine(far, *, measured_with, people, **more):
    return predict(far, matcher="cosine", threshold=0.5, measured_with=measured_with, people=people, **more)


def test_without_comparisons_the_interval_is_predicted_end_by_end():
    # Twice the people: 1 - (1 - rate)^2.
    predicted = cosine(Estimate(0.1, 0.05, 0.2), measured_with=50, people=100).far
    assert (predicted.value, predicted.low, predicted.high) == pytest.approx((0.19, 0.0975, 0.36))


def test_nobody_accepted_so_far_is_not_never():
    predicted = cosine(Estimate(0.0, 0.0, 0.01), measured_with=10, people=1000).far
    assert (predicted.value, predicted.low) == (0.0, 0.0)
    assert predicted.high == pytest.approx(1 - 0.99**100)


def test_the_rate_of_single_comparisons_is_counted():
    """Two strangers against four people: three of eight comparisons match, and both strangers are accepted."""
    comparisons = Comparisons.of(np.array([[0.1, 0.6, 0.7, 0.2], [0.9, 0.1, 0.2, 0.3]]))
    both = Estimate(1.0, 0.5, 1.0)
    assert cosine(both, measured_with=4, people=4, comparisons=comparisons).fmr == 3 / 8
    # One person: 3/8. Two of four: the first stranger is missed by one choice of six, the second by three.
    assert with_fewer(comparisons, 0.5, people=1) == pytest.approx(3 / 8)
    assert with_fewer(comparisons, 0.5, people=2) == pytest.approx((5 / 6 + 3 / 6) / 2)
    assert cosine(both, measured_with=4, people=2, comparisons=comparisons).far.value == pytest.approx(8 / 12)


def test_only_the_nearest_are_kept_and_the_count_is_right_above_them():
    rng = np.random.default_rng(0)
    cosines = rng.normal(size=(30, MOST_KEPT + 50))
    comparisons = Comparisons.of(cosines)
    assert comparisons.nearest.shape == (30, MOST_KEPT)
    assert (comparisons.matches(1.0) == (cosines.astype(np.float32) >= 1.0).sum(axis=1)).all()


def test_further_people_add_comparisons_at_the_measured_rate():
    """1 - (1 - 0.02)(1 - 0.003)^70, worked out by hand: 0.2059."""
    matches = np.zeros((100, 10))
    matches[0, :2] = matches[1, :1] = 1.0
    far = cosine(Estimate(0.02, 0.0, 0.07), measured_with=10, people=80, comparisons=Comparisons.of(matches)).far
    assert far.value == pytest.approx(0.2059, abs=1e-4)
    assert far.low == 0.0
    assert far.high > far.value


@pytest.mark.parametrize("alike", [0.0, 0.6])
def test_more_people_really_accept_as_many_strangers(alike):
    """Random faces: 30 people of 300, 4000 strangers; with ``alike`` all share a direction, some more than others.

    What 300 people accept is counted. Where faces share nothing, comparisons are independent, and the prediction is off
    by no more than ten galleries scatter; where they do, it may be too high, and hardly too low.
    """
    rng = np.random.default_rng(4)
    errors = []
    for _ in range(10):
        faces = rng.normal(size=(4300, 24))
        faces[:, 0] += alike * rng.normal(1.0, 1.0, len(faces)) * 4.0
        faces = normalise(faces)
        cosines = faces[300:] @ faces[:300].T
        threshold = float(np.sort(cosines[:, :30].max(axis=1))[-40])  # 1 % of the strangers
        told = cosine_at(threshold, cosines[:, :30], people=300)
        assert told.fmr == pytest.approx((cosines[:, :30] >= np.float32(threshold)).mean(), rel=0.1)
        errors.append(math.log(told.far.value / (cosines.max(axis=1) >= threshold).mean()))
        matched = cosines[:, :30] >= threshold
        fewer = np.mean([matched[:, rng.permutation(30)[:10]].any(axis=1).mean() for _ in range(600)])
        assert cosine_at(threshold, cosines[:, :30], people=10).far.value == pytest.approx(fewer, rel=0.1)
    if alike:
        assert np.mean(errors) > -0.1
    else:
        assert abs(np.mean(errors)) < 0.1


def cosine_at(threshold, cosines, *, people):
    rate = float((cosines.max(axis=1) >= threshold).mean())
    return predict(
        Estimate(rate, rate, rate),
        matcher="cosine",
        threshold=threshold,
        measured_with=cosines.shape[1],
        people=people,
        comparisons=Comparisons.of(cosines),
    )


@pytest.mark.parametrize("with_cohort", [False, True])
def test_nac_accepts_at_most_so_many_times_more_strangers_with_so_many_times_more_people(with_cohort):
    """All 495 galleries of 4 of 12 people: their mean FPIR times three bounds that of the twelve, at any threshold."""
    rng = np.random.default_rng(1)
    people, strangers, cohort = (
        normalise(rng.normal(size=(count, 8))) for count in (12, 300, 20 if with_cohort else 0)
    )
    matcher = (NacCohort if with_cohort else Nac)()

    def scores(rows):
        chosen = people[list(rows)]
        reference = Reference(chosen, chosen, np.arange(len(rows)), cohort)
        evidence = Evidence(strangers @ chosen.T, strangers @ cohort.T, strangers @ chosen.T, np.arange(len(rows)))
        return matcher.fit(reference).score(evidence)

    few = np.stack([scores(rows) for rows in itertools.combinations(range(12), 4)])
    all_of_them = scores(range(12))
    for threshold in np.quantile(all_of_them, [0.05, 0.3, 0.6, 0.9, 0.99]):
        rate = float((few >= threshold).mean())
        told = predict(
            Estimate(rate, rate, rate), matcher=matcher.name, threshold=threshold, measured_with=4, people=12
        )
        assert told.growth is Growth.AT_MOST
        assert (all_of_them >= threshold).mean() <= told.far.value + 1e-9
        assert told.far.value == pytest.approx(min(1.0, 3 * rate))
        fewer = predict(
            Estimate(rate, rate, rate), matcher=matcher.name, threshold=threshold, measured_with=4, people=2
        )
        assert fewer.growth is Growth.UNKNOWN


def test_of_other_matchers_nothing_is_said():
    told = predict(Estimate(0.1, 0.0, 0.2), matcher="evm", threshold=0.5, measured_with=4, people=8)
    assert (told.growth, told.far.low, told.far.high) == (Growth.UNKNOWN, 0.0, 1.0)


@pytest.mark.parametrize(("rate", "people"), [(0.1, 0), (-0.1, 3), (1.1, 3)])
def test_what_is_no_rate_is_refused(rate, people):
    with pytest.raises(ValueError, match="false accept rate"):
        fmr_of(rate, people=people)

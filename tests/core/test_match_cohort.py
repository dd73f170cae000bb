"""NAC with a cohort: numbers by hand, and strangers who compete but never win."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osfi_gui.core.enrolled import Prototypes
from osfi_gui.core.match import Cosine, Evidence, Nac, NacCohort, match


def evidence(cosines, cohort):
    return Evidence(np.atleast_2d(np.asarray(cosines, float)), np.atleast_2d(np.asarray(cohort, float)))


# METHOD's numbers of NAC from 16 people on: 1 / (1 + 15 exp(0.05 - s)) is .118 at s = .75 and .079 at .30.
@pytest.mark.parametrize("n", [1, 2, 5, 15, 16, 10_000])
def test_with_fifteen_strangers_the_score_no_longer_depends_on_the_gallery_s_size(n):
    cosines = np.full((2, n), 0.05)
    cosines[:, n // 2] = [0.75, 0.30]
    score = NacCohort().score(Evidence(cosines, np.full((2, 15), 0.05)))
    np.testing.assert_allclose(score, [0.11836, 0.07885], atol=1e-5)


def test_a_stranger_nearer_than_everybody_competes_but_cannot_win():
    # 1 / (1 + exp(0.5 - 0.3)) = 1 / 2.221403
    score = NacCohort().score(evidence([0.3], [0.5]))
    np.testing.assert_allclose(score, [0.450166], atol=1e-6)


def test_only_the_nearest_others_take_part_whether_enrolled_or_strangers():
    # k = 3: of 0.2, 0.5, 0.4, -0.9 the two largest: 1 / (1 + exp(-0.1) + exp(-0.2)) = 1 / 2.723568.
    shares = NacCohort(k=3).shares(evidence([0.2, 0.6], [0.5, -0.9, 0.4]))
    np.testing.assert_allclose(shares, [[0.367165, 0.0]], atol=1e-6)
    # The enrolled 0.45 takes the place of the stranger's 0.4: exp(-0.15) = 0.860708, sum 2.765545.
    shares = NacCohort(k=3).shares(evidence([0.45, 0.6], [0.5, -0.9, 0.4]))
    np.testing.assert_allclose(shares, [[0.361592, 0.311225]], atol=1e-6)


def test_the_strangers_shares_are_what_is_missing_to_one():
    # exp(0) + exp(-0.1) + exp(-0.3) = 2.645656 of 0.6, 0.5 (enrolled) and 0.3 (a stranger)
    shares = NacCohort().shares(evidence([0.5, 0.6], [0.3]))
    np.testing.assert_allclose(shares, [[0.377978, 0.342009]], atol=1e-6)


def test_a_common_shift_is_seen_as_soon_as_the_cohort_does_not_shift_with_it():
    near, far = np.full((1, 3), 0.35), np.full((1, 3), -0.10)
    near[0, 0], far[0, 0] = 0.70, 0.25
    np.testing.assert_allclose(Nac().score(Evidence.of_gallery(near)), Nac().score(Evidence.of_gallery(far)))
    strangers = np.full((1, 13), 0.05)
    assert NacCohort().score(Evidence(near, strangers)) > NacCohort().score(Evidence(far, strangers))


def test_a_full_gallery_and_no_near_stranger_leave_the_paper_s_nac():
    random = np.random.default_rng(0)
    cosines = random.uniform(0.0, 1.0, (5, 40))
    with_cohort = NacCohort().score(Evidence(cosines, np.full((5, 30), -0.5)))
    np.testing.assert_allclose(with_cohort, Nac().score(Evidence.of_gallery(cosines)), rtol=1e-12)


def test_it_needs_somebody_enrolled_and_a_stranger():
    assert NacCohort().unusable(0, cohort=9) == "Nobody is enrolled."
    assert "there are none" in NacCohort().unusable(50)
    assert NacCohort().unusable(1, cohort=1) is None
    assert [NacCohort().neighbourhood(n, cohort=c) for n, c in ((0, 9), (1, 4), (2, 14), (300, 5))] == [0, 5, 16, 16]


def test_one_person_alone_is_told_from_a_stranger():
    # Alone, NAC is 1 for both; beside one stranger at 0.05 it is 1 / (1 + exp(-0.7)) and 1 / (1 + exp(0.05)).
    score = NacCohort().score(evidence([[0.75], [0.0]], [[0.05], [0.05]]))
    np.testing.assert_allclose(score, [0.668188, 0.487503], atol=1e-6)


@pytest.mark.filterwarnings("error")
def test_extreme_values_neither_overflow_nor_make_nan():
    score = NacCohort().score(evidence([[1000.0], [-1000.0], [1000.0]], [[-1000.0], [1000.0], [1000.0]]))
    np.testing.assert_array_equal(score, [1.0, 0.0, 0.5])
    np.testing.assert_array_equal(NacCohort(k=1).score(evidence([0.1, 0.2], [0.9])), [1.0])


@given(st.integers(1, 30), st.integers(1, 30), st.integers(2, 20), st.integers(0, 2**32 - 1))
def test_the_score_is_the_formula_s_for_any_gallery_and_cohort(n, c, k, seed):
    random = np.random.default_rng(seed)
    cosines, cohort = random.uniform(-1, 1, n), random.uniform(-1, 1, c)
    ranked = sorted(cosines.tolist(), reverse=True)
    rest = sorted(ranked[1:] + cohort.tolist(), reverse=True)[: k - 1]
    expected = math.exp(ranked[0]) / (math.exp(ranked[0]) + math.fsum(map(math.exp, rest)))
    found = NacCohort(k=k).shares(evidence(cosines, cohort))[0]
    assert found[0] == pytest.approx(expected, rel=1e-12)
    # An identity is in the neighbourhood if fewer than k of all (the best first) are before it.
    inside = [True] + [sum(other > s for other in rest) < k - 1 and s >= rest[-1] for s in ranked[1:k]]
    assert (found > 0.0).tolist() == inside


def test_a_live_match_shows_the_shares_of_the_filled_neighbourhood():
    axes = np.eye(4, dtype=np.float32)
    people = Prototypes("e", 1, (7, 8), ("Ada", "Bea"), axes[:2])
    probe = np.array([0.6, 0.5, 0.3, math.sqrt(0.3)], dtype=np.float32)
    found = match(probe, people, matcher=NacCohort(), cohort=axes[2:3])
    assert (found.matcher, found.k, found.neighbours[0].name) == ("nac-cohort", 3, "Ada")
    assert found.cosine == pytest.approx(0.6)
    assert found.score == pytest.approx(0.377978, abs=1e-6)
    assert [n.nac for n in found.neighbours] == pytest.approx([0.377978, 0.342009], abs=1e-6)
    # Without NAC deciding, the shares are those among the enrolled: 1 / (1 + exp(-0.1)).
    plain = match(probe, people, matcher=Cosine(), cohort=axes[2:3])
    assert plain.neighbours[0].nac == pytest.approx(0.524979, abs=1e-6)


def test_whoever_is_crowded_out_by_strangers_has_no_share():
    axes = np.eye(4, dtype=np.float32)
    people = Prototypes("e", 1, (7, 8), ("Ada", "Bea"), axes[:2])
    probe = np.array([0.6, 0.2, 0.5, math.sqrt(0.35)], dtype=np.float32)
    found = match(probe, people, matcher=NacCohort(k=3), cohort=axes[2:])
    assert found.neighbours[0].nac is not None
    assert (found.neighbours[1].name, found.neighbours[1].nac) == ("Bea", None)

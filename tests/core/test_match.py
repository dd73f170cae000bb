"""The matchers: cosine and NAC, against numbers worked out by hand from METHOD.md's formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from osfi_gui.core.enrolled import Prototypes
from osfi_gui.core.match import PAPER_K, Cosine, Evidence, Nac, match, matcher_named


def gallery(rows, names=None, encoder="e"):
    matrix = np.array(rows, dtype=np.float32).reshape(len(rows), -1)
    names = tuple(names or (f"p{i}" for i in range(len(rows))))
    return Prototypes(encoder, 1, tuple(100 + i for i in range(len(rows))), names, matrix)


def alone(cosines):
    """The evidence of these cosines to a gallery's prototypes, without a cohort or shots."""
    return Evidence.of_gallery(cosines)


def with_others(best, n, others=0.05):
    """One cosine of `best` and n - 1 of `others`, the best one in the middle."""
    row = np.full((1, n), others)
    row[0, n // 2] = best
    return row


# 1 / (1 + (min(n, 16) - 1) exp(0.05 - s)): exp(-0.70) = 0.49659, exp(-0.25) = 0.77880. With n = 16 the sums are
# 1 + 15 * 0.49659 = 8.44878 -> 0.11836 and 1 + 15 * 0.77880 = 12.68201 -> 0.07885.
@pytest.mark.parametrize(
    ("n", "genuine", "stranger"),
    [
        (1, 1.0, 1.0),
        (2, 0.66819, 0.56218),
        (5, 0.33485, 0.24300),
        (15, 0.12575, 0.08402),
        (16, 0.11836, 0.07885),
        (17, 0.11836, 0.07885),
        (10_000, 0.11836, 0.07885),
    ],
)
def test_nac_at_every_gallery_size_is_the_formula_s(n, genuine, stranger):
    score = Nac().score(alone(np.concatenate([with_others(0.75, n), with_others(0.30, n)])))
    np.testing.assert_allclose(score, [genuine, stranger], atol=1e-5)


def test_with_one_identity_nac_is_one_for_everybody_and_says_so():
    np.testing.assert_array_equal(Nac().score(alone(np.array([[0.9], [-0.9]]))), [1.0, 1.0])
    assert "only one person" in Nac().unusable(1)
    assert Nac().unusable(2) is None


def test_nobody_enrolled_makes_every_matcher_unusable():
    assert Nac().unusable(0) == "Nobody is enrolled."
    assert Cosine().unusable(0) == "Nobody is enrolled."
    assert Cosine().unusable(1) is None


def test_the_neighbourhood_is_k_or_everybody():
    assert [Nac().neighbourhood(n) for n in (0, 1, 15, 16, 17, 10_000)] == [0, 1, 15, 16, 16, 16]
    assert [Cosine().neighbourhood(n) for n in (0, 1, 17)] == [0, 1, 1]
    assert PAPER_K == 16


def test_nac_counts_the_k_nearest_only():
    # k = 2 of 0.5, 0.4, 0.3: 1 / (1 + exp(-0.1)) = 1 / 1.904837 = 0.524979.
    np.testing.assert_allclose(Nac(k=2).score(alone(np.array([[0.3, 0.5, 0.4]]))), [0.524979], atol=1e-6)


def test_nac_is_blind_to_a_shift_of_all_cosines():
    near = Nac().score(alone(with_others(0.70, 20, others=0.35)))
    far = Nac().score(alone(with_others(0.25, 20, others=-0.10)))
    np.testing.assert_allclose(near, far, rtol=1e-12)
    assert Cosine().score(alone(with_others(0.70, 20, others=0.35))) > Cosine().score(
        alone(with_others(0.25, 20, others=-0.10))
    )


def test_shares_descend_and_sum_to_one():
    random = np.random.default_rng(0)
    cosines = random.uniform(-1, 1, (7, 40))
    shares = Nac().shares(alone(cosines))
    assert shares.shape == (7, 16)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-12)
    assert (np.diff(shares, axis=1) <= 0).all()
    for row, share in zip(cosines, shares, strict=True):
        top = sorted(row.tolist(), reverse=True)[:16]
        total = math.fsum(math.exp(value) for value in top)
        np.testing.assert_allclose(share, [math.exp(value) / total for value in top], rtol=1e-12)


@pytest.mark.filterwarnings("error")
def test_extreme_values_neither_overflow_nor_vanish():
    # exp(1000) is not a float; the share of the best of two that are 2000 apart is 1 to the last bit, of equals 1/2.
    np.testing.assert_array_equal(Nac().score(alone(np.array([[1000.0, -1000.0], [1000.0, 1000.0]]))), [1.0, 0.5])
    # exp(1) / (exp(1) + exp(-1)) = 0.880797
    np.testing.assert_allclose(Nac().score(alone(np.array([[1.0, -1.0]], dtype=np.float32))), [0.880797], atol=1e-6)


def test_ties_share_the_neighbourhood_evenly():
    np.testing.assert_allclose(Nac().score(alone(np.full((1, 5), 0.4))), [0.2], rtol=1e-12)
    np.testing.assert_allclose(Nac().score(alone(np.full((1, 50), 0.4))), [1 / 16], rtol=1e-12)


def test_matchers_are_named_for_operating_points():
    assert matcher_named("cosine") == Cosine()
    assert matcher_named("nac", k=5) == Nac(k=5)
    with pytest.raises(ValueError, match="magface"):
        matcher_named("magface")


def test_a_match_ranks_neighbours_best_first_with_their_names():
    # Cosines of (0.8, 0.6, 0) to the axes are 0.8, 0.6, 0. Shares: 1, exp(-0.2) = 0.818731, exp(-0.8) = 0.449329 of
    # their sum 2.268060: 0.440906, 0.360983, 0.198112.
    people = gallery([[0, 0, 1], [0, 1, 0], [1, 0, 0]], ["Cem", "Bea", "Ada"])
    found = match(np.array([0.8, 0.6, 0.0], dtype=np.float32), people, matcher=Nac())
    assert [n.name for n in found.neighbours] == ["Ada", "Bea", "Cem"]
    assert [n.identity_id for n in found.neighbours] == [102, 101, 100]
    np.testing.assert_allclose([n.cosine for n in found.neighbours], [0.8, 0.6, 0.0], atol=1e-6)
    np.testing.assert_allclose([n.nac for n in found.neighbours], [0.440906, 0.360983, 0.198112], atol=1e-6)
    assert (found.matcher, found.k) == ("nac", 3)
    assert found.score == pytest.approx(0.440906, abs=1e-6)
    assert found.cosine == pytest.approx(0.8, abs=1e-6)


def test_the_cosine_scores_and_still_shows_nac():
    people = gallery([[1, 0], [0, 1]])
    found = match(np.array([0.6, 0.8], dtype=np.float32), people, matcher=Cosine())
    assert (found.matcher, found.k) == ("cosine", 1)
    assert found.score == found.cosine == pytest.approx(0.8)
    assert found.neighbours[0].nac == pytest.approx(1 / (1 + math.exp(-0.2)), abs=1e-6)


def test_one_identity_has_a_cosine_and_no_nac():
    found = match(np.array([1.0, 0.0], dtype=np.float32), gallery([[0.6, 0.8]]), matcher=Cosine())
    assert found.score == pytest.approx(0.6)
    assert [n.nac for n in found.neighbours] == [None]


def test_an_empty_gallery_matches_nobody():
    empty = Prototypes("e", 1, (), (), np.zeros((0, 0), dtype=np.float32))
    assert match(np.array([1.0, 0.0], dtype=np.float32), empty, matcher=Cosine()) is None


def test_equal_neighbours_keep_the_gallery_s_order():
    people = gallery([[0, 1], [1, 0], [1, 0]], ["Cem", "Ada", "Bea"])
    found = match(np.array([1.0, 0.0], dtype=np.float32), people, matcher=Nac())
    assert [n.name for n in found.neighbours] == ["Ada", "Bea", "Cem"]


def test_no_more_neighbours_are_named_than_are_asked_for_and_nac_ends_with_its_neighbourhood():
    random = np.random.default_rng(3)
    rows = random.normal(size=(40, 8))
    people = gallery(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    probe = np.array(people.matrix[7])
    assert match(probe, people, matcher=Nac(), show=3).neighbours[0].name == "p7"
    assert len(match(probe, people, matcher=Nac(), show=3).neighbours) == 3
    shown = match(probe, people, matcher=Nac(), show=20).neighbours
    assert [n.nac is None for n in shown] == [False] * 16 + [True] * 4
    assert math.fsum(n.nac for n in shown[:16]) == pytest.approx(1.0)


def test_rounding_never_gives_a_cosine_above_one():
    row = np.full(128, 1.0, dtype=np.float32)
    row = row / np.linalg.norm(row) * np.float32(1.000001)
    found = match(row, gallery([row]), matcher=Cosine())
    assert found.cosine == 1.0


@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(1, 4), st.integers(1, 40)),
        elements=st.floats(-1, 1, allow_nan=False, width=32),
    )
)
def test_nac_never_changes_who_is_first(cosines):
    shares = Nac().shares(alone(cosines))
    k = min(16, cosines.shape[1])
    assert (shares[:, 0] >= 1 / k - 1e-12).all()
    assert (shares[:, 0] <= 1.0).all()
    # The share of the largest cosine is the one that is given: computed from the argmax directly.
    for row, score in zip(cosines, Nac().score(alone(cosines)), strict=True):
        top = np.sort(row)[::-1][:k]
        assert score == pytest.approx(math.exp(row[row.argmax()]) / np.exp(top).sum(), rel=1e-12)


@given(st.integers(2, 30), st.integers(0, 2**32 - 1))
def test_the_best_identity_is_the_cosine_s_whichever_matcher_scores(n, seed):
    random = np.random.default_rng(seed)
    rows = random.normal(size=(n, 6))
    people = gallery(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    probe = random.normal(size=6)
    probe = (probe / np.linalg.norm(probe)).astype(np.float32)
    best = people.names[int((people.matrix @ probe).argmax())]
    assert match(probe, people, matcher=Nac()).neighbours[0].name == best
    assert match(probe, people, matcher=Cosine()).neighbours[0].name == best

"""What DIR other pictures show: design effects by hand, and new pictures of new persons drawn again and again."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t as student

from osfi_gui.core.dir_interval import LEAST_PEOPLE, _t_quantile, effective_sizes, intervals_at


def test_pictures_that_are_found_together_count_as_one():
    """Forty people with three pictures each, of twenty all are found: p (1 - p) / var = 39."""
    theirs = np.repeat([[0.0], [3.0]], 20, axis=0)
    # The floor, 120^2 / (40 * 9): no three pictures are worth less than one.
    assert effective_sizes(theirs, np.full(40, 3.0)) == pytest.approx([40.0])


def test_pictures_that_know_nothing_of_each_other_count_each():
    """Everybody has exactly two of three found: the persons do not differ at all, and 120 pictures are worth 120."""
    assert effective_sizes(np.full((40, 1), 2.0), np.full(40, 3.0)) == pytest.approx([120.0])


def test_a_design_effect_in_between():
    """Twenty people: ten with 1 of 2 found, five with both, five with none.

    p = 1/2; var = 20/19 * 10 / 40^2 = 0.006579; 0.25 / var = 38; times (t39 / t19)^2 = (2.0227 / 2.0930)^2.
    """
    theirs = np.array([[1.0]] * 10 + [[2.0]] * 5 + [[0.0]] * 5)
    assert effective_sizes(theirs, np.full(20, 2.0)) == pytest.approx([38.0 * (2.0227 / 2.0930) ** 2], rel=1e-3)


def test_where_hardly_anybody_is_missed_the_nearest_level_that_knows_is_asked():
    sizes = np.full(20, 2.0)
    known = np.array([1.0] * 10 + [2.0] * 5 + [0.0] * 5)
    nearly = np.array([2.0] * 19 + [1.0])
    worth = effective_sizes(np.stack([known, nearly, sizes], axis=1), sizes)
    assert worth[1] == worth[2] == worth[0]
    # One person fewer who is missed than it takes, and persons are counted.
    few = np.array([2.0] * (20 - LEAST_PEOPLE + 1) + [1.0] * (LEAST_PEOPLE - 1))
    assert effective_sizes(np.stack([few, sizes], axis=1), sizes) == pytest.approx([20.0, 20.0])


@pytest.mark.parametrize("freedom", [1, 4, 30, 1000])
def test_students_quantile_is_scipys(freedom):
    assert _t_quantile(freedom) == pytest.approx(student.ppf(0.975, freedom), rel=1e-6)


def test_more_found_never_promises_less():
    rng = np.random.default_rng(0)
    theirs = np.zeros((25, 76))
    theirs[np.repeat(np.arange(25), 3)[rng.permutation(75)], np.arange(1, 76)] = 1.0
    low, high = intervals_at(theirs.cumsum(axis=1), np.full(25, 3.0))
    assert (np.diff(low) >= 0.0).all()
    assert (np.diff(high) >= 0.0).all()
    assert ((low >= 0.0) & (low <= high) & (high <= 1.0)).all()


@pytest.mark.parametrize(
    ("people", "mean", "alike"), [(100, 0.8, 5.0), (100, 0.95, 1.0), (100, 0.99, 5.0), (30, 0.9, 2.0), (12, 0.97, 5.0)]
)
def test_new_pictures_of_new_people_are_found_as_often_as_was_said(people, mean, alike):
    """150 galleries: each person is found with a chance of their own, beta distributed; as many others are then seen.

    At least 95 % are to be kept; 150 draws of 95 % show 88 % or less once in 2000 times.
    """
    rng = np.random.default_rng(3)
    sizes = np.full(people, 3.0)
    kept = 0
    for _ in range(150):
        chance, others = rng.beta(mean * alike, (1.0 - mean) * alike, size=(2, people))
        own = np.repeat(np.arange(people), rng.binomial(3, chance))
        own = own[np.argsort(rng.normal(size=len(own)) - chance[own])]
        theirs = np.zeros((people, len(own) + 1))
        theirs[own, np.arange(1, len(own) + 1)] = 1.0
        at = np.unique(np.linspace(0, len(own), 24).astype(int))
        low, high = intervals_at(theirs.cumsum(axis=1)[:, at], sizes)
        shown = rng.binomial(3, others).sum() / sizes.sum()
        kept += low[-1] <= shown <= high[-1]
    assert kept >= 0.88 * 150

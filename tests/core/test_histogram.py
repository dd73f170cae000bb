"""Scores in bins, counted by hand."""

import numpy as np

from osfi_gui.core.histogram import histogram


def test_both_kinds_share_their_bins():
    counted = histogram(np.array([0.2, 0.9, 1.0]), np.array([0.0, 0.1, 0.3, 0.5]), bins=4)
    assert counted.edges.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert counted.mated.tolist() == [1, 0, 0, 2], "the last bin holds its right edge"
    assert counted.non_mated.tolist() == [2, 1, 1, 0], "an inner edge belongs to the bin on its right"


def test_scores_under_the_floor_are_counted_apart():
    counted = histogram(np.array([-np.inf, 0.5]), np.array([-np.inf, -np.inf, 0.1]))
    assert (counted.mated_below, counted.non_mated_below) == (1, 2)
    assert (counted.mated.sum(), counted.non_mated.sum()) == (1, 1)


def test_no_scores_and_equal_scores_have_bins_all_the_same():
    assert histogram(np.array([]), np.array([])).mated.sum() == 0
    same = histogram(np.array([0.4, 0.4]), np.array([0.4]))
    assert same.edges[0] < 0.4 < same.edges[-1]
    assert (same.mated.sum(), same.non_mated.sum()) == (2, 1)

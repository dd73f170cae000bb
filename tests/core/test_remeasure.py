"""Which change is small, and which threshold is offered when one was measured again."""

from dataclasses import replace

import numpy as np
import pytest

from osfi_gui.core.calibration import Calibration, Provenance, Scored
from osfi_gui.core.operating_point import Measurement, OperatingPoint
from osfi_gui.core.remeasure import is_small, threshold_again
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.tune import Estimate


@pytest.fixture
def calibration():
    """A hundred strangers at 0.01 to 1.00 and a few probes above, aiming at FAR 5 %: the threshold is 0.96."""
    persons = Persons(np.arange(3), np.arange(100))
    scores = Scores(np.array([1.2, 1.3, 1.4]), np.ones(3, bool), np.arange(1, 101) / 100)
    scored = Scored("cosine", "cosine", 1, scores, -np.inf, np.ones(3, int), Estimate(1.0, 0.5, 1.0))
    where = Provenance("leave-one-shot-out", "strangers", 3, 3, 100, 100, 0, 0.03)
    return Calibration("sface", "SFace", 2, 3, 0.05, where, persons, (scored,), "cosine", "")


def stored(threshold, far, *, strangers=100, target=0.05):
    measured = Measurement((far, 0.0, 0.2), (1.0, 0.5, 1.0), 3, 3, strangers, strangers, True, people=4)
    return OperatingPoint("cosine", 1, threshold, threshold, "sface", 1, "", target, measured)


@pytest.mark.parametrize(
    ("came", "went", "people", "small"),
    [(3, 0, 1, True), (2, 2, 1, False), (10, 15, 100, True), (10, 16, 100, False), (0, 0, 5, True)],
)
def test_a_quarter_of_the_people_or_three_is_a_small_change(came, went, people, small):
    assert is_small(came, went, people=people) is small


def test_a_threshold_of_its_target_is_found_anew(calibration):
    assert threshold_again(calibration, "cosine", stored(0.9, 0.05)) == (0.96, False)
    # As near to 5 % as 30 strangers come: one of them.
    assert threshold_again(calibration, "cosine", stored(0.9, 1 / 30, strangers=30)) == (0.96, False)
    assert threshold_again(calibration, "cosine", None) == (0.96, False)


@pytest.mark.parametrize(("threshold", "far"), [(0.99, 0.02), (0.5, 0.51), (1.1, 0.0)])
def test_a_threshold_that_was_set_by_hand_stays(calibration, threshold, far):
    assert threshold_again(calibration, "cosine", stored(threshold, far)) == (threshold, True)


def test_where_strangers_were_too_few_the_higher_one_is_offered(calibration):
    """None of ten could be accepted at 5 %: nobody can tell whether 1.5 was set by hand."""
    assert threshold_again(calibration, "cosine", stored(1.5, 0.0, strangers=10)) == (1.5, True)
    assert threshold_again(calibration, "cosine", stored(0.3, 0.0, strangers=10)) == (0.96, False)


def test_a_point_that_nobody_measured_says_nothing(calibration):
    assert threshold_again(calibration, "cosine", replace(stored(0.5, 0.5), measured=None)) == (0.96, False)

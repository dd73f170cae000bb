"""Few strangers with low scores are no reason to let in more than the default does."""

from dataclasses import replace

import numpy as np
import pytest

from osfi_gui.core.calibration import Calibration, Provenance, Scored
from osfi_gui.core.caution import caution
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.threshold import for_far, read_out
from osfi_gui.core.tune import Estimate


def calibration(strangers, *, encoder="sface", people=5, far=0.01, matcher="cosine", least=0.5):
    others = np.array(strangers)
    scores = Scores(np.array([0.7, 0.8]), np.array([True, True]), others)
    where = Provenance("leave-one-shot-out", "strangers", 2, 2, len(others), len(others), 0, least)
    scored = Scored(matcher, matcher, 1, scores, -np.inf, np.array([1, 1]), Estimate(1.0, 0.0, 1.0))
    persons = Persons(np.arange(2), np.arange(len(others)))
    return Calibration(encoder, "", 1, people, far, where, persons, (scored,), matcher, "")


def said(made):
    matcher = made.scored[0].matcher
    return caution(made, read_out(made, matcher, for_far(made, matcher, made.target_far)))


def test_a_threshold_of_few_is_not_to_be_laxer_than_the_default():
    """SFace's default for five people is a cosine of 0.373 (docs/experiments.md)."""
    words = said(calibration([0.05, 0.17, 0.18]))
    assert words.startswith("3 people cannot show a FAR of 1 %")
    assert "cosine 0.1800 instead of 0.3730" in words


@pytest.mark.parametrize(
    "made",
    [
        calibration([0.05, 0.40]),  # stricter than the default
        calibration([0.05, 0.17, 0.18], least=0.01),  # enough of them
        calibration([0.05, 0.17, 0.18], encoder="mobile"),  # no default to compare with
        calibration([0.05, 0.17, 0.18], far=0.1),  # the default is for 1 %
        calibration([0.05, 0.06], matcher="nac"),  # below 16 people NAC has no default
        calibration([0.05, 0.06], matcher="nnguide", people=50),
    ],
)
def test_otherwise_nothing_speaks_against_it(made):
    assert said(made) == ""


def test_nac_is_held_against_its_own_default():
    """0.0776 with fifty people."""
    few = calibration([0.065, 0.07], matcher="nac", people=50)
    assert "instead of 0.0776" in said(few)
    assert said(replace(few, people=10)) == ""

"""Before against after: the same persons are drawn for both, and what is said about it."""

from __future__ import annotations

import numpy as np
import pytest

from osfi_gui.core.compare import compare, judge
from osfi_gui.core.metrics import dir_at_far
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.tune import Compared, Estimate, Standing, TuneCounts

NAMES = {"cosine": "cosine", "nac": "NAC"}


def scores(mated, correct, non_mated):
    return Scores(np.array(mated, dtype=float), np.array(correct, dtype=bool), np.array(non_mated, dtype=float))


def persons(mated, non_mated):
    return Persons(np.array(mated), np.array(non_mated))


def test_the_same_persons_are_drawn_before_and_after():
    rng = np.random.default_rng(0)
    found = scores(rng.random(40), rng.random(40) < 0.8, rng.random(40))
    whose = persons(np.arange(40) // 2, np.arange(40) // 2)
    row = compare(found, found, whose, matcher="nac", far=0.1, draws=200)
    assert row.difference == Estimate(0.0, 0.0, 0.0)
    assert row.before == row.after
    assert row.before.low < row.before.high
    assert row.before.value == dir_at_far(found.mated, found.correct, found.non_mated, far=0.1)
    assert row.rank1_before == row.rank1_after == float(np.mean(found.correct))
    assert (row.matcher, row.far) == ("nac", 0.1)


def test_a_shift_of_all_scores_is_no_change():
    """The threshold moves along: only the order of the scores counts."""
    rng = np.random.default_rng(1)
    before = scores(rng.random(30), rng.random(30) < 0.9, rng.random(30))
    after = Scores(2 * before.mated + 1, before.correct, 2 * before.non_mated + 1)
    row = compare(before, after, persons(np.arange(30), np.arange(30)), matcher="cosine", far=0.1, draws=100)
    assert row.difference == Estimate(0.0, 0.0, 0.0)


def test_a_change_for_everybody_has_an_interval_that_excludes_zero():
    before = scores([0.2] * 20, [True] * 20, [0.3] * 20)
    after = scores([0.9] * 20, [True] * 20, [0.3] * 20)
    row = compare(before, after, persons(range(20), range(20)), matcher="cosine", far=0.1, draws=100)
    assert row.difference == Estimate(1.0, 1.0, 1.0)
    assert (row.before.value, row.after.value) == (0.0, 1.0)


COUNTS = TuneCounts(people=20, shots=40, held_out=21, held_out_people=20, strangers=150, stranger_people=140)


def row(low, value, high, *, matcher="nac", far=0.01):
    return Compared(
        matcher, far, Estimate(0.5, 0.4, 0.6), Estimate(0.5 + value, 0.5, 0.7), Estimate(value, low, high), 0.9, 0.9
    )


@pytest.mark.parametrize(
    ("low", "value", "high", "standing", "begins"),
    [
        (0.01, 0.1, 0.2, Standing.BETTER, "Better: DIR at FAR 1 % (NAC) went from 50.0 to 60.0 %, a change of +10.0"),
        (-0.3, -0.2, -0.01, Standing.WORSE, "Worse: DIR at FAR 1 % (NAC) went from 50.0 to 30.0 %, a change of -20.0"),
        (0.0, 0.1, 0.2, Standing.OPEN, "No difference is shown: DIR at FAR 1 % (NAC) went from 50.0 to 60.0 %"),
        (-0.1, 0.0, 0.0, Standing.OPEN, "No difference is shown"),
        (-0.1, 0.05, 0.2, Standing.OPEN, "No difference is shown"),
    ],
)
def test_the_interval_of_the_first_row_decides(low, value, high, standing, begins):
    rows = (row(low, value, high), row(-0.5, -0.4, -0.3, matcher="cosine"))
    said = judge(rows, COUNTS, names=NAMES)
    assert said.standing is standing
    assert said.sentence.startswith(begins)
    assert f"(95 % interval {100 * low:+.1f} to {100 * high:+.1f})" in said.sentence
    assert "on 21 held-out shots of 20 people and 150 faces of 140 strangers." in said.sentence
    assert (said.rows, said.counts) == (rows, COUNTS)


@pytest.mark.parametrize(
    ("low", "high", "begins"),
    [
        (0.01, 0.19, "Better than version 3, which was in use: DIR at FAR 1 % (NAC) went from 50.0 to 60.0 %"),
        (-0.29, -0.01, "Worse than version 3, which was in use: DIR at FAR 1 % (NAC) went from 50.0 to 35.0 %"),
        (-0.1, 0.1, "No difference from version 3, which was in use, is shown: DIR at FAR 1 % (NAC) went from 50.0"),
    ],
)
def test_against_the_version_in_use_the_sentence_names_it_and_what_was_compared(low, high, begins):
    said = judge([row(low, (low + high) / 2, high)], COUNTS, names=NAMES, against=3)
    assert said.sentence.startswith(begins)
    assert "on 21 held-out shots of 20 people and 150 faces of 140 strangers, which neither was trained on." in (
        said.sentence
    )
    assert said.against == 3


def counts(**changed):
    return TuneCounts(**{**COUNTS.__dict__, **changed})


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"held_out_people": 4},
            "Not judged: 4 people have a shot that could be held out, 5 are needed. Enrol a second shot of each.",
        ),
        (
            {"strangers": 30, "stranger_people": 3},
            "Not judged: there are faces of 3 strangers, and 5 are needed to measure false accepts. "
            "Add strangers first.",
        ),
        (
            {"strangers": 7, "stranger_people": 7},
            "Not judged: there are 7 faces of strangers, and 10 are needed to measure false accepts. "
            "Add strangers first.",
        ),
    ],
)
def test_what_could_not_be_measured_is_not_judged_and_says_what_is_missing(changed, sentence):
    said = judge((), counts(**changed), names=NAMES)
    assert (said.standing, said.sentence, said.rows) == (Standing.UNJUDGED, sentence, ())

"""Before against after: the bootstrap over persons against plain Python, and what is said about it."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from osfi_gui.core.compare import BLOCK, DRAWS, Persons, Scores, compare, dir_draws, interval, judge
from osfi_gui.core.metrics import dir_at_far
from osfi_gui.core.tune import Compared, Estimate, Standing, TuneCounts

NAMES = {"cosine": "cosine", "nac": "NAC"}


def scores(mated, correct, non_mated):
    return Scores(np.array(mated, dtype=float), np.array(correct, dtype=bool), np.array(non_mated, dtype=float))


def persons(mated, non_mated):
    return Persons(np.array(mated), np.array(non_mated))


def by_lists(found, whose, *, far, draws, seed):
    """Draw the same persons, write every drawn person's probes into a list, and count."""
    rng = np.random.default_rng(seed)
    people, others = sorted(set(whose.mated.tolist())), sorted(set(whose.non_mated.tolist()))
    out = []
    for begin in range(0, draws, BLOCK):
        count = min(BLOCK, draws - begin)
        times = rng.multinomial(len(people), [1 / len(people)] * len(people), size=count).tolist()
        other_times = rng.multinomial(len(others), [1 / len(others)] * len(others), size=count).tolist()
        for row, other_row in zip(times, other_times, strict=True):
            mated = [
                (score if right else -math.inf)
                for score, right, person in zip(found.mated, found.correct, whose.mated.tolist(), strict=True)
                for _ in range(row[people.index(person)])
            ]
            non_mated = [
                score
                for score, person in zip(found.non_mated, whose.non_mated.tolist(), strict=True)
                for _ in range(other_row[others.index(person)])
            ]
            threshold = next(
                (t for t in sorted(non_mated) if sum(s >= t for s in non_mated) <= far * len(non_mated) + 1e-9),
                math.nextafter(max(non_mated), math.inf),
            )
            out.append(sum(s >= threshold for s in mated) / len(mated))
    return out


@pytest.mark.parametrize("far", [0.0, 0.01, 0.1, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("ties", [False, True])
def test_draws_are_those_of_plain_python(far, ties):
    rng = random.Random(1 if ties else 2)
    score = (lambda: rng.randrange(8) / 8) if ties else rng.random
    found = scores([score() for _ in range(25)], [rng.random() < 0.8 for _ in range(25)], [score() for _ in range(30)])
    whose = persons([rng.randrange(7) for _ in range(25)], [rng.randrange(100, 109) for _ in range(30)])
    got = dir_draws(found, whose, far=far, draws=BLOCK + 40, seed=5)
    assert got.tolist() == pytest.approx(by_lists(found, whose, far=far, draws=BLOCK + 40, seed=5), abs=1e-12)


def test_the_threshold_is_found_anew_in_each_draw():
    """Two strangers, at 0.9 and 0.1, and a mated probe at 0.5: it is found exactly when the high one is not drawn."""
    found, whose = scores([0.5], [True], [0.9, 0.1]), persons([0], [1, 2])
    draws = dir_draws(found, whose, far=0.0, draws=4000, seed=0)
    assert set(draws.tolist()) == {0.0, 1.0}
    assert float(draws.mean()) == pytest.approx(0.25, abs=0.03)  # both draws are the low one


def test_equal_strangers_are_accepted_together():
    """Four equal scores are above any FAR below 1, so the threshold lies just above them, whoever is drawn."""
    found, whose = scores([0.5, 0.6], [True, True], [0.5] * 4), persons([0, 0], [1, 2, 3, 4])
    assert set(dir_draws(found, whose, far=0.75, draws=50).tolist()) == {0.5}
    assert set(dir_draws(found, whose, far=1.0, draws=50).tolist()) == {1.0}


def test_persons_are_drawn_not_probes():
    """One person always wrong with nine probes, one always right with one: DIR is 0, 0.1 or 1, never in between."""
    found = scores([0.9] * 10, [False] * 9 + [True], [0.1, 0.2])
    draws = dir_draws(found, persons([1] * 9 + [2], [3, 4]), far=0.5, draws=1000, seed=3)
    assert set(np.round(draws, 9).tolist()) == {0.0, 0.1, 1.0}
    assert np.mean(draws == 0.0) == pytest.approx(0.25, abs=0.05)


def test_one_person_has_no_spread():
    found, whose = scores([0.9, 0.3], [True, True], [0.5, 0.1]), persons([7, 7], [8, 8])
    draws = dir_draws(found, whose, far=0.5, draws=100)
    assert set(draws.tolist()) == {0.5}
    assert interval(draws, 0.5) == Estimate(0.5, 0.5, 0.5)


def test_the_interval_is_the_middle_95_percent():
    draws = np.arange(1001) / 1000
    assert interval(draws, 0.4) == Estimate(0.4, pytest.approx(0.025), pytest.approx(0.975))


def test_nobody_s_numbers_but_their_equality_matter():
    rng = np.random.default_rng(0)
    found = scores(rng.random(12), rng.random(12) < 0.7, rng.random(10))
    one = dir_draws(found, persons(np.arange(12) // 3, np.arange(10) // 2), far=0.2, draws=99)
    other = dir_draws(found, persons(np.arange(12) // 3 * 17 + 5, np.arange(10) // 2 - 400), far=0.2, draws=99)
    assert np.array_equal(one, other)


def test_the_interval_covers_the_truth():
    """Populations of known DIR: of 200 samples of persons the 95 % interval of some 95 % holds the truth.

    Mated scores are normal with mean 2, strangers' with mean 0; at FAR 10 % the threshold is 1.2816 and DIR
    1 - Phi(1.2816 - 2) = 0.7637. Three probes of a person share one half of their variance.
    """
    rng = np.random.default_rng(7)
    whose = persons(np.repeat(np.arange(60), 3), np.repeat(np.arange(80), 3))
    covered = 0
    for sample in range(200):
        shared = rng.normal(size=140)[np.repeat(np.arange(140), 3)]
        values = (shared + rng.normal(size=420)) / math.sqrt(2.0)
        found = scores(values[:180] + 2.0, np.ones(180), values[180:])
        low, high = np.quantile(dir_draws(found, whose, far=0.1, draws=300, seed=sample), [0.025, 0.975])
        covered += low <= 0.7637 <= high
    assert 180 <= covered <= 199


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


def test_2000_draws_of_1000_persons_run():
    rng = np.random.default_rng(0)
    found = scores(rng.normal(1.5, 1, 3000), rng.random(3000) < 0.9, rng.normal(0, 1, 3000))
    draws = dir_draws(found, persons(np.arange(3000) // 3, np.arange(3000) // 3), far=0.01)
    assert draws.shape == (DRAWS,) == (2000,)
    assert draws.mean() == pytest.approx(dir_at_far(found.mated, found.correct, found.non_mated, far=0.01), abs=0.02)


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

"""The bootstrap over persons: against plain Python that writes out every drawn probe, and by hand."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osfi_gui.core.bootstrap import BLOCK, DRAWS, curve_draws, dir_draws, dir_far_band, draws_at, interval
from osfi_gui.core.metrics import detection_identification_rate, dir_at_far, false_accept_rate
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.tune import Estimate


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
                (score if right else None)
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
            out.append(sum(s is not None and s >= threshold for s in mated) / len(mated))
    return out


@pytest.mark.parametrize("far", [0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
@pytest.mark.parametrize("ties", [False, True])
def test_draws_are_those_of_plain_python(far, ties):
    rng = random.Random(1 if ties else 2)
    # Among the ties are scores of probes that no threshold accepts.
    score = (lambda: rng.choice([-math.inf, -math.inf, *(i / 8 for i in range(8))])) if ties else rng.random
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


def test_2000_draws_of_1000_persons_run():
    rng = np.random.default_rng(0)
    found = scores(rng.normal(1.5, 1, 3000), rng.random(3000) < 0.9, rng.normal(0, 1, 3000))
    draws = dir_draws(found, persons(np.arange(3000) // 3, np.arange(3000) // 3), far=0.01)
    assert draws.shape == (DRAWS,) == (2000,)
    assert draws.mean() == pytest.approx(dir_at_far(found.mated, found.correct, found.non_mated, far=0.01), abs=0.02)


def test_draws_at_several_rates_are_the_draws_at_each():
    rng = np.random.default_rng(3)
    found = scores(rng.integers(0, 9, 40), rng.random(40) < 0.8, rng.integers(0, 9, 50))
    whose = persons(np.arange(40) // 4, np.arange(50) // 2)
    fars = [0.3, 0.0, 0.1, 1.0, 0.1]
    together = curve_draws(found, whose, fars=fars, draws=BLOCK + 9, seed=4)
    for column, far in enumerate(fars):
        assert np.array_equal(together[:, column], dir_draws(found, whose, far=far, draws=BLOCK + 9, seed=4))


def test_a_fixed_threshold_stays():
    """Strangers at 0.9 and 0.1, mated probes at 0.5 and 0.2: at 0.5 each rate is binomial with two trials of a half."""
    found, whose = scores([0.5, 0.2], [True, True], [0.9, 0.1]), persons([0, 1], [2, 3])
    dirs, fars = draws_at(found, whose, threshold=0.5, draws=4000)
    for rates in (dirs, fars):
        assert [float(np.mean(rates == share)) for share in (0.0, 0.5, 1.0)] == pytest.approx(
            [0.25, 0.5, 0.25], abs=0.03
        )
    assert abs(np.corrcoef(dirs, fars)[0, 1]) < 0.05  # mated and non-mated persons are drawn separately


def test_draws_at_a_fixed_threshold_are_those_of_plain_python():
    rng = np.random.default_rng(8)
    found = scores(rng.integers(0, 9, 30), rng.random(30) < 0.5, rng.integers(0, 9, 24))
    assert (~found.correct & (found.mated >= 4.0)).any()
    whose = persons(rng.integers(0, 6, 30), rng.integers(0, 5, 24))
    dirs, fars = draws_at(found, whose, threshold=4.0, draws=30, seed=2)
    people, others = np.unique(whose.mated), np.unique(whose.non_mated)
    twin = np.random.default_rng(2)
    times = twin.multinomial(len(people), [1 / len(people)] * len(people), size=30)
    other_times = twin.multinomial(len(others), [1 / len(others)] * len(others), size=30)
    for i in range(30):
        copies = np.repeat(np.arange(30), [times[i][people.tolist().index(p)] for p in whose.mated])
        other_copies = np.repeat(np.arange(24), [other_times[i][others.tolist().index(p)] for p in whose.non_mated])
        assert dirs[i] == detection_identification_rate(found.mated[copies], found.correct[copies], 4.0)
        assert fars[i] == false_accept_rate(found.non_mated[other_copies], 4.0)


def test_nobody_under_the_floor_is_drawn_into_acceptance():
    found, whose = scores([-np.inf, 0.5], [True, True], [-np.inf, -np.inf, 0.1]), persons([0, 0], [1, 2, 3])
    dirs, fars = draws_at(found, whose, threshold=-1e300, draws=300)
    assert set(dirs.tolist()) == {0.5}
    assert set(np.round(fars * 3).tolist()) == {0.0, 1.0, 2.0, 3.0}
    # All strangers drawn may lie under the floor: the threshold then is the next float above -inf.
    assert set(dir_draws(found, whose, far=0.0, draws=300).tolist()) == {0.5}
    # Only a FAR of 1 may accept them.
    assert dir_draws(found, whose, far=1.0, draws=300).max() == 1.0


def test_a_wrong_identity_is_not_found_at_any_rate():
    """Not even where all strangers are accepted and the threshold is -inf."""
    found, whose = scores([0.5, -np.inf], [False, False], [-np.inf, 0.1]), persons([0, 1], [1, 2])
    assert not curve_draws(found, whose, fars=[0.0, 0.5, 1.0], draws=50).any()


def test_the_band_holds_the_curve_and_rises_with_far():
    rng = np.random.default_rng(5)
    found = scores(rng.normal(1.5, 1, 300), rng.random(300) < 0.9, rng.normal(0, 1, 200))
    whose = persons(np.arange(300) // 3, np.arange(200))
    fars = [0.01, 0.05, 0.1, 0.5, 1.0]
    band = dir_far_band(found, whose, fars=fars, draws=500)
    assert band.far.tolist() == fars
    assert band.dir.tolist() == [dir_at_far(found.mated, found.correct, found.non_mated, far=far) for far in fars]
    assert (band.low <= band.dir).all()
    assert (band.dir <= band.high).all()
    assert (band.low < band.high).all()
    for line in (band.low, band.dir, band.high):
        assert (np.diff(line) >= 0).all()
    row = interval(dir_draws(found, whose, far=0.1, draws=500), band.dir[2])
    assert (row.low, row.high) == (band.low[2], band.high[2])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-5, 5), st.booleans(), st.integers(0, 3)), min_size=1, max_size=20),
    st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 3)), min_size=1, max_size=20),
    st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]),
)
def test_only_the_order_of_scores_counts(mated, others, far):
    found = scores([s for s, _, _ in mated], [right for _, right, _ in mated], [s for s, _ in others])
    whose = persons([p for _, _, p in mated], [p for _, p in others])
    mapped = Scores(np.exp(found.mated) - 7.0, found.correct, np.exp(found.non_mated) - 7.0)
    draws = dir_draws(found, whose, far=far, draws=20)
    assert np.array_equal(draws, dir_draws(mapped, whose, far=far, draws=20))
    assert ((draws >= 0.0) & (draws <= 1.0)).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.booleans(), st.sampled_from([0.0, 0.01, 0.5]))
def test_draws_of_a_constant_are_the_constant(people, others, high, far):
    found = scores([0.9 if high else 0.1] * (2 * people), [True] * (2 * people), [0.5] * others)
    drawn = dir_draws(found, persons(np.arange(2 * people) // 2, np.arange(others)), far=far, draws=30)
    assert set(drawn.tolist()) == {1.0 if high else 0.0}
    value = float(drawn[0])
    assert interval(drawn, value) == Estimate(value, value, value)


def test_probes_that_belong_to_nobody_are_refused():
    with pytest.raises(ValueError, match="whose they are"):
        dir_draws(scores([0.5], [True], [0.1, 0.2]), persons([1], [2]), far=0.1)
    with pytest.raises(ValueError, match="whose they are"):
        dir_draws(scores([0.5], [True], []), persons([1], []), far=0.1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        dir_draws(scores([0.5], [True], [0.1]), persons([1], [2]), far=1.5)

"""A threshold on a calibration: counts and intervals at every move, and the matcher that is proposed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from osfi_gui.core.bootstrap import draws_at
from osfi_gui.core.calibration import Calibration, Provenance, Scored
from osfi_gui.core.intervals import far_to_expect
from osfi_gui.core.metrics import least_measurable_far, threshold_at_far
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.threshold import curve_of, dir_at_target, for_far, propose, read_out
from osfi_gui.core.tune import Estimate

INF = math.inf


def calibration(scores, persons, *, far=0.01, **more):
    """Construct a calibration of one matcher or several: name to scores."""
    several = scores if isinstance(scores, dict) else {"cosine": scores}
    where = Provenance(
        "leave-one-shot-out",
        "strangers",
        len(persons.mated),
        len(np.unique(persons.mated)),
        len(persons.non_mated),
        len(np.unique(persons.non_mated)),
        0,
        least_measurable_far(len(np.unique(persons.non_mated))),
    )
    scored = tuple(
        Scored(name, name.title(), 1, one, -INF, np.where(one.correct, 1, 2), Estimate(0.0, 0.0, 1.0))
        for name, one in several.items()
    )
    return Calibration("e", "E", 1, 3, far, where, persons, scored, scored[0].matcher, "", **more)


@pytest.fixture
def small():
    """Ten probes of four people, eight strangers; two strangers are equal, one is below the floor."""
    mated = np.array([0.9, 0.8, 0.8, 0.7, 0.65, 0.6, 0.5, 0.4, 0.3, -INF])
    correct = np.array([1, 1, 1, 1, 0, 1, 1, 1, 1, 1], dtype=bool)
    others = np.array([0.55, 0.1, 0.45, 0.45, 0.2, 0.3, 0.75, -INF])
    persons = Persons(np.array([0, 0, 0, 1, 1, 1, 2, 2, 3, 3]), np.arange(8))
    return calibration(Scores(mated, correct, others), persons)


@pytest.mark.parametrize(
    ("threshold", "accepted", "found"),
    [
        (-5.0, 7, 8),  # whoever is below the floor is rejected by every threshold
        (0.3, 5, 8),
        (0.45, 4, 6),
        (0.4500001, 2, 6),
        (0.65, 1, 4),  # the wrong identity at 0.65 is never found
        (0.8, 0, 3),
        (2.0, 0, 0),
    ],
)
def test_a_read_out_counts(small, threshold, accepted, found):
    read = read_out(small, "cosine", threshold)
    assert (read.accepted, read.strangers, read.found, read.probes) == (accepted, 8, found, 10)
    assert (read.far.value, read.dir.value) == (accepted / 8, found / 10)
    assert (read.matcher, read.threshold) == ("cosine", threshold)


@pytest.mark.parametrize(
    ("far", "threshold"),
    [(0.0, np.nextafter(0.75, 1)), (0.13, 0.75), (0.25, 0.55), (0.38, 0.55), (0.5, 0.45), (0.9, 0.1), (1.0, 0.1)],
)
def test_the_threshold_of_a_rate_is_the_smallest_that_keeps_it(small, far, threshold):
    # Two equal ones are accepted together: three of eight cannot be. From seven of eight on the floor alone decides.
    assert for_far(small, "cosine", far) == threshold


def test_the_threshold_of_a_rate_is_that_of_the_metrics():
    rng = np.random.default_rng(0)
    for trial in range(30):
        others = np.round(rng.normal(size=rng.integers(1, 60)), 1)
        made = calibration(
            Scores(np.array([-9.0]), np.array([True]), others), Persons(np.array([0]), np.arange(len(others)))
        )
        for far in (0.0, 0.01, 0.1, 0.29, 0.5, 0.999):
            expected = threshold_at_far(others, far)
            assert for_far(made, "cosine", far) == max(expected, -9.0), (trial, far)


def test_no_strangers_or_no_rate_is_refused(small):
    for far in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="no threshold"):
            for_far(small, "cosine", far)
    empty = calibration(
        Scores(np.array([0.5]), np.array([True]), np.zeros(0)), Persons(np.array([0]), np.zeros(0, int))
    )
    with pytest.raises(ValueError, match="0 strangers"):
        for_far(empty, "cosine", 0.1)
    read = read_out(empty, "cosine", 0.4)
    assert (read.far, read.measurable) == (Estimate(0.0, 0.0, 1.0), False)
    assert "nothing is known of false accepts" in read.sentence
    with pytest.raises(KeyError):
        read_out(small, "magic", 0.5)


def test_without_mated_probes_nothing_is_known_of_dir():
    made = calibration(
        Scores(np.zeros(0), np.zeros(0, bool), np.array([0.1, 0.2])), Persons(np.zeros(0, int), np.arange(2))
    )
    assert read_out(made, "cosine", 0.15).dir == Estimate(0.0, 0.0, 1.0)
    assert "Nothing is known of how many enrolled people" in read_out(made, "cosine", 0.15).sentence
    assert dir_at_target(made.of("cosine").scores, made.persons, far=0.5) == Estimate(0.0, 0.0, 1.0)


def test_the_interval_of_far_counts_persons_not_pictures():
    others = np.linspace(0.0, 0.9, 300)
    persons = Persons(np.array([0]), np.repeat(np.arange(100), 3))
    made = calibration(Scores(np.array([0.5]), np.array([True]), others), persons)
    read = read_out(made, "cosine", others[270])
    expected = far_to_expect(10, 100, 100)
    assert (read.accepted, read.far) == (30, Estimate(0.1, expected.low, expected.high))
    # (1 - 0.01)^100 = 0.366 > 0.05.
    assert not read.measurable


def test_the_interval_of_dir_is_wider_than_that_of_the_share_alone():
    """The difference of two samples has twice the variance of one, so the interval is sqrt(2) times the bootstrap's."""
    rng = np.random.default_rng(1)
    people = rng.integers(0, 60, size=400)
    mated = rng.normal(size=400) + rng.normal(size=60)[people]
    scores = Scores(mated, np.ones(400, bool), rng.normal(size=200))
    persons = Persons(people, np.arange(200))
    made = calibration(scores, persons)
    for threshold in (-1.0, 0.0, 0.7, 1.5):
        read = read_out(made, "cosine", threshold)
        drawn = draws_at(scores, persons, threshold=threshold, draws=4000, seed=7)[0]
        low, high = np.quantile(drawn, [0.025, 0.975])
        assert (read.dir.high - read.dir.low) / (high - low) == pytest.approx(math.sqrt(2.0), rel=0.12)
        assert read.dir.low < low < read.dir.value < high < read.dir.high


def test_where_everybody_or_nobody_is_found_persons_are_counted():
    """Twenty people whose two shots score the same are worth twenty pictures.

    Of 20 others k or more are missed with probability C(40 - k, 20) / C(40, 20): 0.0236 for 5, and 0.0530 for 4.
    """
    mated = np.repeat(np.linspace(0.5, 0.9, 20), 2)
    made = calibration(
        Scores(mated, np.ones(40, bool), np.zeros(9)), Persons(np.repeat(np.arange(20), 2), np.arange(9))
    )
    everybody, nobody = read_out(made, "cosine", 0.1).dir, read_out(made, "cosine", 0.95).dir
    assert math.comb(35, 20) / math.comb(40, 20) < 0.025 < math.comb(36, 20) / math.comb(40, 20)
    assert (everybody.value, everybody.high, everybody.low) == (1.0, 1.0, 16 / 20)
    assert (nobody.value, nobody.low, nobody.high) == (0.0, 0.0, 4 / 20)
    assert dir_at_target(made.of("cosine").scores, made.persons, far=0.1, draws=50).low == everybody.low


def test_the_same_scores_are_sorted_and_drawn_once(small):
    scores = small.of("cosine").scores
    assert curve_of(scores, small.persons) is curve_of(scores, small.persons)


@pytest.fixture
def contest():
    """Two matchers on 100 people and 200 strangers: the second finds ``ahead`` more people than the first."""

    def make(ahead, *, people=100, strangers=200):
        mated = np.full(people, 1.0)
        first = np.where(np.arange(people) < people // 2, 1.0, -1.0)
        second = np.where(np.arange(people) < people // 2 + ahead, 1.0, -1.0)
        others = np.linspace(-0.9, 0.9, strangers)
        persons = Persons(np.arange(people), np.arange(strangers))
        scored = []
        for name, values in (("rule", first), ("other", second), ("third", first - 0.01)):
            scores = Scores(mated * values, np.ones(people, bool), others)
            estimate = dir_at_target(scores, persons, far=0.05, draws=300)
            scored.append(Scored(name, name.title(), 1, scores, -INF, np.ones(people, int), estimate))
        return propose(scored, persons, default="rule", target_far=0.05, draws=300)

    return make


def test_another_matcher_is_proposed_where_it_is_ahead_by_more_than_chance(contest):
    name, why = contest(20)
    assert name == "other"
    assert why.startswith("Other: DIR 70.0 % at FAR 5 %, 20.0 points ahead of Rule")


def test_a_lead_that_chance_could_make_leaves_the_rule(contest):
    # Two of a hundred people: the paired draws of them contain neither in 13 % of draws.
    name, why = contest(2)
    assert name == "rule"
    assert why == "Rule: DIR 50.0 % at FAR 5 %; no other matcher is ahead of it by more than chance would make."
    assert contest(-10)[0] == "rule"


def test_too_few_people_leave_the_rule(contest):
    for given in ({"people": 4}, {"strangers": 4}):
        name, why = contest(2, **given)
        assert name == "rule"
        assert "nobody can tell" in why


def test_finding_more_never_promises_less():
    """All sixty of sixty people: at most 5 of 60 others miss, so that 59 of them cannot be sure of more."""
    persons = Persons(np.arange(60), np.arange(50))
    scores = Scores(np.linspace(0.5, 0.9, 60), np.ones(60, bool), np.linspace(0.0, 0.4, 50))
    curve = curve_of(scores, persons)
    assert curve.low[-1] == 55 / 60
    assert (np.diff(curve.low) >= 0.0).all()
    assert (np.diff(curve.high) >= 0.0).all()
    assert curve.low[59] <= curve.low[60]

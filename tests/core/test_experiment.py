"""The paper's experiment: who takes part, and what is measured and what cannot be."""

from __future__ import annotations

import json
import math
import random
from hashlib import sha256

import numpy as np
import pytest

from osfi_gui.core.experiment import FARS, Folds, make_folds, make_row
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.tune import Recipe
from osfi_gui.store.experiment import dir_far_curve

PEOPLE = {
    "Dora": ["d1", "d2", "d3", "d4"],
    "Ada": ["a1", "a2", "a3"],
    "Bob": ["b1", "b2"],
    "Cleo": ["c1", "c2", "c3", "c4", "c5"],
    "Eve": ["e1"],
    "Finn": ["f1", "f2"],
}


def test_folds_by_hand():
    """With two shots Ada, Cleo and Dora can be known; seed 0 shuffles A, C, D to A, D, C and B, E, F to F, E, B."""
    assert shuffled(["Ada", "Cleo", "Dora"], ["Bob", "Eve", "Finn"]) == (
        ["Ada", "Dora", "Cleo"],
        ["Finn", "Eve", "Bob"],
    )
    folds = make_folds(PEOPLE, shots=2, known=2, unknown=2, probes=2, seed=0)
    assert folds.shots == {"Ada": ("a1", "a2"), "Dora": ("d1", "d2")}
    assert folds.probes == {"Ada": ("a3",), "Dora": ("d3", "d4")}
    assert folds.strangers == {"Eve": ("e1",), "Finn": ("f1", "f2")}


def shuffled(able, unable, seed=0):
    rng = random.Random(seed)
    rng.shuffle(able)
    rng.shuffle(unable)
    return able, unable


def test_nothing_of_a_known_person_is_a_stranger_s_and_no_shot_is_a_probe():
    rng = random.Random(3)
    people = {f"p{i:03}": [f"p{i:03}/{j}" for j in range(rng.randrange(1, 9))] for i in range(200)}
    for seed in range(20):
        folds = make_folds(people, shots=3, known=30, unknown=50, probes=4, seed=seed)
        assert len(folds.shots) == 30
        assert len(folds.strangers) == 50
        assert not set(folds.shots) & set(folds.strangers)
        assert set(folds.shots) == set(folds.probes)
        for name, shots in folds.shots.items():
            assert len(shots) == 3
            assert 1 <= len(folds.probes[name]) <= 4
            assert not set(shots) & set(folds.probes[name])
        assert all(len(people[name]) <= 3 for name in folds.strangers)


def test_the_order_in_which_a_folder_is_listed_does_not_matter_and_the_seed_does():
    turned = dict(reversed(PEOPLE.items()))
    wanted = {"shots": 1, "known": 2, "unknown": 1, "probes": 5}
    assert make_folds(PEOPLE, **wanted, seed=1).text() == make_folds(turned, **wanted, seed=1).text()
    chosen = {tuple(make_folds(PEOPLE, **wanted, seed=seed).shots) for seed in range(30)}
    assert len(chosen) > 3


def test_the_digest_is_of_the_text():
    folds = Folds({"Zoë": ("z1",)}, {"Zoë": ("z2",)}, {"X": ("x",)})
    assert folds.sha256 == sha256(folds.text().encode("ascii")).hexdigest()
    assert json.loads(folds.text()) == {"shots": {"Zoë": ["z1"]}, "probes": {"Zoë": ["z2"]}, "strangers": {"X": ["x"]}}


@pytest.mark.parametrize("wanted", [{"known": 4}, {"unknown": 4}, {"shots": 9}, {"shots": 0}])
def test_too_few_people_are_refused(wanted):
    asked = {"shots": 2, "known": 2, "unknown": 2, "probes": 2, "seed": 0, **wanted}
    with pytest.raises(ValueError, match="people have more than"):
        make_folds(PEOPLE, **asked)


def a_row(strangers, recipe=None):
    rng = np.random.default_rng(strangers)
    found = Scores(rng.normal(2, 1, 40), rng.random(40) < 0.9, rng.normal(0, 1, strangers))
    whose = Persons(np.arange(40) // 2, np.arange(strangers))
    made = make_row(recipe or Recipe(), found, whose, matcher="nac", k=16, seconds=1.26, draws=50, seed=0)
    return made, found


@pytest.mark.parametrize(
    ("strangers", "measurable"),
    [(9, [1.0]), (10, [0.1, 1.0]), (99, [0.1, 1.0]), (100, [0.01, 0.1, 1.0]), (1000, [0.001, 0.01, 0.1, 1.0])],
)
def test_a_far_that_so_few_strangers_cannot_measure_is_null(strangers, measurable):
    made, found = a_row(strangers)
    assert [far for far in FARS if made.dir_at_far[f"{far:g}"] is not None] == measurable
    assert [far for far in FARS if made.ci[f"{far:g}"] is not None] == measurable
    for far in measurable:
        # Exactly floor(far m) strangers may reach the threshold: the next one's score is too low.
        allowed = math.floor(far * strangers + 1e-9)
        threshold = sorted(found.non_mated, reverse=True)[allowed - 1]
        assert made.dir_at_far[f"{far:g}"] == np.mean(found.correct & (found.mated >= threshold))
        low, high = made.ci[f"{far:g}"]
        assert 0.0 <= low <= made.dir_at_far[f"{far:g}"] <= high <= 1.0
    assert made.rank1 == found.correct.mean()


def test_a_row_says_what_was_trained():
    row, _ = a_row(10, Recipe(start="lp", layers="pa", statistics="adapting", head="arcface"))
    written = json.loads(json.dumps(row.to_dict()))
    parts = ["start", "layers", "statistics", "head", "matcher", "k", "dir_at_far", "rank1", "ci", "seconds"]
    assert list(written) == parts
    assert [written[key] for key in ("start", "layers", "statistics", "head", "matcher", "k", "seconds")] == [
        *("lp", "pa", "adapting", "arcface", "nac", 16, 1.3)
    ]
    assert written["dir_at_far"]["0.001"] is None
    assert a_row(10, Recipe(layers="none"))[0].start == "pretrained"


@pytest.mark.parametrize("ties", [False, True])
def test_the_curve_is_every_threshold_counted(ties):
    rng = np.random.default_rng(4)
    mated, others = rng.random(30), rng.random(17)
    if ties:
        mated, others = np.round(mated * 6) / 6, np.round(others * 6) / 6
    correct = rng.random(30) < 0.8
    far, found = dir_far_curve(Scores(mated, correct, others))
    thresholds = [math.nextafter(others.max(), math.inf), *sorted(others, reverse=True)]
    assert far.tolist() == pytest.approx([sum(s >= t for s in others) / 17 for t in thresholds])
    assert found.tolist() == pytest.approx(
        [sum(bool(c) and s >= t for s, c in zip(mated, correct, strict=True)) / 30 for t in thresholds]
    )
    assert far[0] == 0.0
    assert far[-1] == 1.0

"""Recipes are compared on people whom no recipe has seen: neither to train on, nor to be chosen by."""

import numpy as np
import pytest

from benchmarks.faces import half_of, people_of
from benchmarks.recipes import SHOTS, set_aside, without_background


@pytest.fixture(scope="module")
def everybody(shared_data):
    return people_of(shared_data / "lfw112")


def test_strangers_to_train_with_are_of_the_half_that_is_not_reported(everybody):
    names = [file.parent.name for file in set_aside(everybody, half=1, seed=4)]
    assert len(names) == len(set(names)) > 1_000
    assert {half_of(name) for name in names} == {0}
    assert max(len(everybody[name]) for name in names) <= SHOTS
    assert sorted(names) == sorted(file.parent.name for file in set_aside(everybody, half=1, seed=5))
    assert names != [file.parent.name for file in set_aside(everybody, half=1, seed=5)]


def test_on_the_half_where_recipes_are_chosen_who_was_trained_with_does_not_probe(everybody):
    names = np.array([name for name, files in everybody.items() if len(files) <= SHOTS and half_of(name) == 0])
    run = {
        "other-names": names,
        "cosine-others": np.arange(len(names), dtype=float),
        "mated-names": np.array(["x", "y"]),
        "cosine-mated": np.zeros(2),
    }
    left = without_background(run)
    trained = {file.parent.name for file in set_aside(everybody, half=0, seed=0)}
    assert trained | set(left["other-names"].tolist()) == set(names.tolist())
    assert not trained & set(left["other-names"].tolist())
    assert names[left["cosine-others"].astype(int)].tolist() == left["other-names"].tolist()
    assert left["mated-names"].tolist() == ["x", "y"]
    assert 0.4 < len(trained) / len(names) < 0.6

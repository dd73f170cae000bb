"""The paper's experiment in values: who is known, who is not, and what each row of its table gave."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from osfi_gui.core.bootstrap import dir_draws, interval
from osfi_gui.core.metrics import dir_at_far

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from osfi_gui.core.scores import Persons, Scores
    from osfi_gui.core.tune import Recipe

FARS = (0.001, 0.01, 0.1, 1.0)


@dataclass(frozen=True)
class Folds:
    """Who takes part, and with which pictures.

    Attributes
    ----------
    shots, probes : dict of str to tuple of str
        Of each known person: pictures to train on and enrol, and others to identify.
    strangers : dict of str to tuple of str
        Pictures of people who are not known; nothing of a known person is among them.
    """

    shots: dict[str, tuple[str, ...]]
    probes: dict[str, tuple[str, ...]]
    strangers: dict[str, tuple[str, ...]]

    def text(self) -> str:
        """Give JSON that is the same to the byte for the same folds."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=True, indent=1)

    @property
    def sha256(self) -> str:
        """Digest of :meth:`text`."""
        return hashlib.sha256(self.text().encode()).hexdigest()


def make_folds(
    people: Mapping[str, Sequence[str]], *, shots: int, known: int, unknown: int, probes: int, seed: int
) -> Folds:
    """Split people into known ones and strangers.

    Those with more than ``shots`` pictures, sorted by name and shuffled by the seed: the first ``known`` are known,
    with their first ``shots`` pictures as shots and up to ``probes`` others as probes. Those with fewer, likewise: the
    first ``unknown`` are strangers, with up to ``probes`` pictures each.

    Parameters
    ----------
    people : mapping of str to sequence of str
        Pictures by name, sorted.
    shots, known, unknown, probes, seed : int

    Raises
    ------
    ValueError
        When there are too few people.
    """
    able = sorted(name for name, files in people.items() if len(files) > shots)
    unable = sorted(name for name, files in people.items() if len(files) <= shots)
    if len(able) < max(2, known) or len(unable) < max(1, unknown):
        msg = f"{len(able)} people have more than {shots} pictures and {len(unable)} have not"
        raise ValueError(msg)
    rng = random.Random(seed)
    rng.shuffle(able)
    rng.shuffle(unable)
    chosen, others = sorted(able[:known]), sorted(unable[:unknown])
    return Folds(
        {name: tuple(people[name][:shots]) for name in chosen},
        {name: tuple(people[name][shots : shots + probes]) for name in chosen},
        {name: tuple(people[name][:probes]) for name in others},
    )


@dataclass(frozen=True)
class Row:
    """One line of the table: a recipe scored by a matcher.

    Attributes
    ----------
    start, layers, statistics, head : str
    matcher : str
    k : int
    dir_at_far : dict of str to (float or None)
        DIR by FAR, 0..1; None where there are too few strangers to measure that FAR.
    rank1 : float
    ci : dict of str to (list of float or None)
        95 %, bootstrap over persons.
    seconds : float
        Of training.
    """

    start: str
    layers: str
    statistics: str
    head: str
    matcher: str
    k: int
    dir_at_far: dict[str, float | None]
    rank1: float
    ci: dict[str, list[float] | None]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Give what JSON can hold."""
        return asdict(self)


def make_row(
    recipe: Recipe, scores: Scores, persons: Persons, *, matcher: str, k: int, seconds: float, draws: int, seed: int
) -> Row:
    """Measure one line of the table.

    Parameters
    ----------
    recipe : Recipe
    scores : Scores
    persons : Persons
    matcher : str
    k : int
        Neighbourhood it used.
    seconds : float
        Of training.
    draws, seed : int
        Of the bootstrap.
    """
    values: dict[str, float | None] = {}
    intervals: dict[str, list[float] | None] = {}
    for far in FARS:
        key = f"{far:g}"
        if far * len(scores.non_mated) < 1.0:
            values[key] = intervals[key] = None
            continue
        value = dir_at_far(scores.mated, scores.correct, scores.non_mated, far=far)
        found = interval(dir_draws(scores, persons, far=far, draws=draws, seed=seed), value)
        values[key], intervals[key] = value, [found.low, found.high]
    rank1 = float(np.mean(scores.correct))
    trained = recipe.layers != "none"
    return Row(
        start=recipe.start if trained else "pretrained",
        layers=recipe.layers,
        statistics=recipe.statistics,
        head=recipe.head,
        matcher=matcher,
        k=k,
        dir_at_far=values,
        rank1=rank1,
        ci=intervals,
        seconds=round(seconds, 1),
    )

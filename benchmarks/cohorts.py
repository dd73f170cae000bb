"""Random small galleries, and cohorts: functions from a gallery to the vectors that fill its neighbourhood."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.defaults import SHOTS, Half
from benchmarks.embedded import Faces, Rows
from osfi_gui.core.gallery import normalise

SIZES = (1, 2, 5, 16, 50, 100)
"""People in a gallery."""
DRAWS = 30
"""Galleries of each size."""
BLENDED_UP_TO = 16
"""People in a gallery whose chips are blended, at most: embedding them takes long."""


@dataclass
class Draw:
    """One random gallery: whose rows of the half they are, its reference without a cohort, and its mated probes."""

    number: int
    rows: NDArray[np.int64]
    prototypes: Rows
    shots: Rows
    owners: NDArray[np.int64]
    mated: Rows
    right: NDArray[np.int64]


def draws(half: Half, n: int) -> Iterator[Draw]:
    rng = np.random.default_rng(n)
    for number in range(DRAWS):
        rows = rng.choice(len(half.probes), size=n, replace=False)
        shots = half.shots[rows]
        yield Draw(
            number,
            rows,
            normalise(shots.sum(axis=1)),
            shots.reshape(n * SHOTS, -1),
            np.repeat(np.arange(n), SHOTS),
            np.concatenate([half.probes[row] for row in rows]),
            np.repeat(np.arange(n), [len(half.probes[row]) for row in rows]),
        )


CohortOf = Callable[[Draw], Rows]


def nobody(draw: Draw) -> Rows:
    return draw.prototypes[:0]


def strangers_of(pool: Rows, count: int) -> CohortOf:
    """Other people, drawn anew for every gallery; the same people for the same pool size."""

    def cohort(draw: Draw) -> Rows:
        rng = np.random.default_rng([draw.number, count])
        return pool[rng.choice(len(pool), size=min(count, len(pool)), replace=False)]

    return cohort


def wrong_accepts(pool: Rows, count: int, *, far: float = 0.05) -> CohortOf:
    """Of strangers who came by, those whom a loose threshold took for somebody enrolled: corrected, they are a cohort.

    Drawn from the share ``far`` of the pool whose best cosine to the gallery is the largest.
    """

    def cohort(draw: Draw) -> Rows:
        best = (pool @ draw.prototypes.T).max(axis=1)
        accepted = np.argsort(-best, kind="stable")[: round(far * len(pool))]
        rng = np.random.default_rng([draw.number, count])
        return pool[rng.choice(accepted, size=min(count, len(accepted)), replace=False)]

    return cohort


def directions(count: int) -> CohortOf:
    """Random unit vectors."""

    def cohort(draw: Draw) -> Rows:
        rng = np.random.default_rng([draw.number, count])
        return normalise(rng.normal(size=(count, draw.prototypes.shape[1])))

    return cohort


def around_the_mean(count: int) -> CohortOf:
    """Random directions about the mean of the gallery's prototypes, as far from it as a prototype is on average."""

    def cohort(draw: Draw) -> Rows:
        rng = np.random.default_rng([draw.number, count])
        mean = draw.prototypes.mean(axis=0)
        noise = normalise(rng.normal(size=(count, len(mean))))
        return normalise(mean + np.sqrt(max(1.0 - float(mean @ mean), 0.0)) * noise)

    return cohort


def shuffled(count: int) -> CohortOf:
    """Shots of the gallery with their components in random order."""

    def cohort(draw: Draw) -> Rows:
        rng = np.random.default_rng([draw.number, count])
        return rng.permuted(draw.shots[rng.choice(len(draw.shots), size=count)], axis=1)

    return cohort


def mixed(count: int) -> CohortOf:
    """Means of two shots of two people, one person's where there is one."""

    def cohort(draw: Draw) -> Rows:
        rng = np.random.default_rng([draw.number, count])
        pairs = [pair_of(rng, len(draw.prototypes)) for _ in range(count)]
        return normalise(np.stack([draw.shots[a] + draw.shots[b] for a, b in pairs]))

    return cohort


def pair_of(rng: np.random.Generator, n: int) -> tuple[int, int]:
    """Give two shots, of two people where there are two."""
    first, second = rng.choice(n, size=2, replace=False) if n > 1 else (0, 0)
    return SHOTS * int(first) + int(rng.integers(SHOTS)), SHOTS * int(second) + int(rng.integers(SHOTS))


def blended(faces: Faces, files: list[list[Path]], half: Half, count: int) -> CohortOf:
    """Chips of two people of the gallery, blended and embedded; all galleries' at once."""
    pairs = {}
    for n in SIZES:
        for draw in draws(half, n) if 1 < n <= BLENDED_UP_TO else ():
            rng = np.random.default_rng([draw.number, count])
            chosen = [pair_of(rng, n) for _ in range(count)]
            shot = [file for row in draw.rows for file in files[row][:SHOTS]]
            pairs[n, draw.number] = [(shot[a], shot[b]) for a, b in chosen]
    every = list(dict.fromkeys(itertools.chain.from_iterable(pairs.values())))
    row_of = dict(zip(every, faces.of_blends(every), strict=True))

    def cohort(draw: Draw) -> Rows:
        n = len(draw.prototypes)
        return (
            np.stack([row_of[pair] for pair in pairs[n, draw.number]])
            if (n, draw.number) in pairs
            else draw.prototypes[:0]
        )

    return cohort

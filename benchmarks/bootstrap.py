"""How long the bootstrap over persons takes, against plain Python that copies every drawn probe.

Usage: python -m benchmarks.bootstrap [--people 1000] [--probes 5] [--strangers 1000] [--rates 50] [--naive 5]

Scores are random: normal, mated ones higher. Printed: seconds for 2000 draws on one thread, at one FAR, for a band of
the whole curve, and at a fixed threshold; then the seconds that plain Python takes for a few draws, scaled up, and the
ratio of the first to these.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import math
import random
import time

import numpy as np

from osfi_gui.core.bootstrap import DRAWS, dir_draws, dir_far_band, draws_at
from osfi_gui.core.scores import Persons, Scores

FAR = 0.01


def by_loops(scores: Scores, persons: Persons, *, draws: int) -> list[float]:
    """Draw persons, copy their probes into lists, sort, and count."""
    mated: dict[int, list[float]] = {}
    others: dict[int, list[float]] = {}
    for score, right, person in zip(scores.mated, scores.correct, persons.mated, strict=True):
        mated.setdefault(int(person), []).append(float(score) if right else -math.inf)
    for score, person in zip(scores.non_mated, persons.non_mated, strict=True):
        others.setdefault(int(person), []).append(float(score))
    rng = random.Random(0)
    out = []
    for _ in range(draws):
        hits = [score for person in rng.choices(list(mated), k=len(mated)) for score in mated[person]]
        drawn = sorted(
            (score for person in rng.choices(list(others), k=len(others)) for score in others[person]), reverse=True
        )
        allowed = math.floor(FAR * len(drawn) + 1e-9)
        threshold = math.nextafter(drawn[0], math.inf)
        for reached, score in enumerate(drawn, start=1):
            if reached > allowed:
                break
            if reached == len(drawn) or drawn[reached] < score:
                threshold = score
        out.append(sum(score >= threshold for score in hits) / len(hits))
    return out


def seconds(call, *, times: int = 3) -> float:
    """Give the shortest of a few runs."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return min(took)


def main() -> None:
    """Print a line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--probes", type=int, default=5)
    parser.add_argument("--strangers", type=int, default=1000)
    parser.add_argument("--rates", type=int, default=50)
    parser.add_argument("--naive", type=int, default=5, help="draws in plain Python")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    probes = options.people * options.probes
    scores = Scores(rng.normal(2.5, 1, probes), rng.random(probes) < 0.9, rng.normal(0, 1, options.strangers))
    persons = Persons(np.arange(probes) // options.probes, np.arange(options.strangers))
    fars = np.geomspace(0.001, 1.0, options.rates).tolist()
    print(f"{options.people:,} persons with {options.probes} probes, {options.strangers:,} strangers, {DRAWS:,} draws")
    one = seconds(lambda: dir_draws(scores, persons, far=FAR))
    print(f"DIR at one FAR      {one:8.2f} s")
    print(f"band of {options.rates:3d} FARs    {seconds(lambda: dir_far_band(scores, persons, fars=fars)):8.2f} s")
    print(f"fixed threshold     {seconds(lambda: draws_at(scores, persons, threshold=2.3)):8.2f} s")
    naive = seconds(lambda: by_loops(scores, persons, draws=options.naive)) * DRAWS / options.naive
    print(f"plain Python        {naive:8.2f} s ({options.naive} draws, scaled up): {naive / one:.0f} times as long")
    ours, theirs = dir_draws(scores, persons, far=FAR).mean(), np.mean(by_loops(scores, persons, draws=100))
    print(f"mean DIR {100 * ours:.2f} %, plain Python (100 draws) {100 * theirs:.2f} %")


if __name__ == "__main__":
    main()

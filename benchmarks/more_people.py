"""Measure the FAR of a threshold with few people, predict it for more, and count it with them.

Usage: python -m benchmarks.more_people ROOT [--encoder sface] [--galleries 20] [--cache FILE]

ROOT/NAME/picture holds aligned 112x112 chips, used as benchmarks.calibration does. Galleries of n people with three
shots each are drawn; the threshold is that of FAR 1 % on all strangers, NAC's floor that of the cosine at 10 %. The
same people and others are then enrolled together, and the same strangers counted again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.calibration import SHOTS, Faces, read
from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import Cosine, Evidence, Nac, NacCohort, Reference, matcher_named
from osfi_gui.core.metrics import threshold_at_far
from osfi_gui.core.tune import Estimate
from osfi_gui.core.what_if import Comparisons, predict

FAR, FLOOR_FAR, COHORT = 0.01, 0.1, 64
SIZES = ((10, 20), (10, 50), (20, 40), (20, 100), (50, 100), (50, 250), (100, 200), (100, 350))


def rates(faces: Faces, *, n: int, more: int, seed: int) -> dict[str, tuple[float, float]]:
    """Give of each matcher the FAR that was predicted for more people, and what it was with them."""
    rng = np.random.default_rng(seed)
    everybody = normalise(np.stack([pictures[:SHOTS].sum(axis=0) for pictures in faces.able]))
    people = everybody[rng.permutation(len(everybody))[: max(n, more)]]
    order = rng.permutation(len(faces.strangers))
    cohort, strangers = faces.strangers[order[:COHORT]], faces.strangers[order[COHORT:]]
    cosines = strangers @ people.T
    floor = threshold_at_far(cosines[:, :n].max(axis=1), FLOOR_FAR)

    def scores(matcher: str, size: int) -> np.ndarray:
        fitted = matcher_named(matcher, k=16 if matcher != Cosine().name else 1).fit(
            Reference(people[:size], people[:size], np.arange(size), cohort)
        )
        given = fitted.score(Evidence(cosines[:, :size], strangers @ cohort.T, cosines[:, :size], np.arange(size)))
        under = -np.inf if matcher == Cosine().name else floor
        return np.where(cosines[:, :size].max(axis=1) >= under, given, -np.inf)

    found = {}
    for matcher in (Cosine().name, Nac().name, NacCohort().name):
        now = scores(matcher, n)
        threshold = threshold_at_far(now, FAR)
        rate = float((now >= threshold).mean())
        told = predict(
            Estimate(rate, rate, rate),
            matcher=matcher,
            threshold=threshold,
            people=more,
            measured_with=n,
            comparisons=Comparisons.of(cosines[:, :n]),
        )
        found[matcher] = (told.far.value, float((scores(matcher, more) >= threshold).mean()))
    return found


def main() -> None:
    """Print one row a pair of sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--encoder", default="sface")
    parser.add_argument("--galleries", type=int, default=20)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    faces = read(options.root, options.encoder, options.cache)
    print(f"{options.encoder}: {len(faces.able)} people, {len(faces.strangers)} strangers; FAR in %, mean")
    print(
        "| n | N | cosine, predicted | cosine | NAC, at most | NAC | NAC with a cohort, at most | NAC with a cohort |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for n, more in SIZES:
        rows = [rates(faces, n=n, more=more, seed=seed) for seed in range(options.galleries)]
        cells = [
            f"{100 * np.mean([row[matcher][place] for row in rows]):.2f}" for matcher in rows[0] for place in (0, 1)
        ]
        print(f"| {n} | {more} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()

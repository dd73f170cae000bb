"""What keeping prototypes as float16 changes, on real faces.

Usage: python -m benchmarks.matching ROOT [--known 200] [--strangers 2000] [--encoder sface] [--cache FILE]

ROOT/NAME/picture holds aligned chips. People with more than three pictures are known: three shots, and up to three
probes each; of the others, 64 are the cohort and the rest strangers with one picture. Printed by matcher: the largest
change of a score and of a cosine, how often the first identity changes, and DIR with both at FAR 1 %.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.faces import embed_aligned, people_of, split_people
from osfi_gui.core.gallery import prototypes
from osfi_gui.core.match import Cosine, Nac, NacCohort, match_many
from osfi_gui.core.metrics import dir_at_far
from osfi_gui.core.nearest import halved

COHORT = 64


def main() -> None:
    """Print a line a matcher."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--known", type=int, default=200)
    parser.add_argument("--strangers", type=int, default=2000)
    parser.add_argument("--encoder", default="sface")
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    split = split_people(
        people_of(options.root), known=options.known, shots=3, probes=3, strangers=options.strangers, seed=0
    )
    groups = (split.shots, split.probes, split.strangers)
    files = [file for group in groups for pictures in group.values() for file in pictures]
    owners = [name for group in groups for name, pictures in group.items() for _ in pictures]
    vectors = embed_aligned(files, encoder=options.encoder, cache=options.cache)
    number = {name: row for row, name in enumerate(split.shots)}
    shots, mated = (sum(len(pictures) for pictures in group.values()) for group in groups[:2])
    enrolled = [number[name] for name in owners[:shots]]
    full = prototypes(
        vectors[:shots], enrolled, names={row: name for name, row in number.items()}, encoder="", revision=0
    )
    cohort, probes = vectors[-COHORT:], vectors[shots:-COHORT]
    right = np.array([number[name] for name in owners[shots : shots + mated]])
    print(f"{len(full)} people, {mated} mated probes, {len(probes) - mated} strangers, {options.encoder}")
    for matcher in (Cosine(), Nac(), NacCohort()):
        scores, best, nearest = [], [], []
        for gallery in (full, halved(full)):
            found = [match for match in match_many(probes, gallery, matcher=matcher, cohort=cohort) if match]
            scores.append(np.array([match.score for match in found]))
            nearest.append(np.array([match.cosine for match in found]))
            best.append(np.array([match.neighbours[0].identity_id for match in found]))
        at = [
            dir_at_far(score[:mated], who[:mated] == right, score[mated:], far=0.01)
            for score, who in zip(scores, best, strict=True)
        ]
        print(
            f"{matcher.name:10} score by {np.abs(scores[0] - scores[1]).max():.1e} at most, "
            f"cosine by {np.abs(nearest[0] - nearest[1]).max():.1e}, first another {(best[0] != best[1]).sum()} times, "
            f"DIR {at[0]:.2%} / {at[1]:.2%}"
        )


if __name__ == "__main__":
    main()

"""How alike pictures of one person and of strangers look to an encoder: what the tracker's two cosines stand on.

Usage: python -m benchmarks.likeness ROOT [--people 250] [--pictures 4] [--encoder sface]

ROOT/NAME/picture holds aligned chips. The first people by name with at least two pictures take part; every pair of
their pictures is compared. Printed by cosine: the share of one person's pairs below, and of strangers' at or above.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.faces import embed_aligned, people_of

COSINES = (0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.50)


def main() -> None:
    """Print a line a cosine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--people", type=int, default=250)
    parser.add_argument("--pictures", type=int, default=4)
    parser.add_argument("--encoder", default="sface")
    options = parser.parse_args()
    able = {name: files for name, files in people_of(options.root).items() if len(files) > 1}
    chosen = [(name, file) for name in sorted(able)[: options.people] for file in able[name][: options.pictures]]
    vectors = embed_aligned([file for _, file in chosen], encoder=options.encoder)
    owners = np.array([name for name, _ in chosen])
    first, second = np.triu_indices(len(chosen), 1)
    cosines = (vectors @ vectors.T)[first, second]
    same = owners[first] == owners[second]
    print(f"{same.sum():,} pairs of one person, {(~same).sum():,} pairs of strangers, {options.encoder}")
    for cosine in COSINES:
        below, above = (cosines[same] < cosine).mean(), (cosines[~same] >= cosine).mean()
        print(f"cosine {cosine:.2f}: {below:7.2%} of one person's below, {above:8.3%} of strangers' at or above")


if __name__ == "__main__":
    main()

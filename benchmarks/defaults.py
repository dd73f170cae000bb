"""Derive the default thresholds of an encoder on one half of the people, confirm them on the other half.

Usage: python -m benchmarks.defaults ROOT [--encoder sface] [--cache FILE]

ROOT/NAME/picture holds aligned 112x112 chips. People are split in two by a hash of their names.
Galleries of n people (three shots each) are drawn at random from those with four pictures or more, strangers are all
people with fewer than four; the threshold is the median over the draws of the smallest one with FAR <= the target.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.faces import embed_aligned, half_of, people_of
from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import Evidence, Nac
from osfi_gui.core.metrics import threshold_at_far

SIZES = (1, 2, 5, 16, 50, 100, 150)
SHOTS = 3


@dataclass
class Half:
    """The people of one half: shots and probes of those with enough pictures, one probe of every other one."""

    shots: NDArray[np.float32]  # (people, SHOTS, d)
    probes: list[NDArray[np.float32]]
    strangers: NDArray[np.float32]


def halves(people: dict[str, list[Path]], vector_of: dict[Path, NDArray[np.float32]]) -> tuple[Half, Half]:
    first, second = ([name for name in sorted(people) if half_of(name) == side] for side in (0, 1))
    return _half(first, people, vector_of), _half(second, people, vector_of)


def _half(names: list[str], people: dict[str, list[Path]], vector_of: dict[Path, NDArray[np.float32]]) -> Half:
    able = [n for n in names if len(people[n]) > SHOTS]
    return Half(
        np.stack([np.stack([vector_of[f] for f in people[n][:SHOTS]]) for n in able]),
        [np.stack([vector_of[f] for f in people[n][SHOTS:]]) for n in able],
        np.stack([vector_of[people[n][0]] for n in names if len(people[n]) <= SHOTS]),
    )


def draws(half: Half, n: int, *, count: int, seed: int):
    """Give (mated cosines, right row of each, non-mated cosines) of random galleries of n people."""
    rng = np.random.default_rng(seed)
    n = min(n, len(half.probes))
    for _ in range(count):
        rows = rng.choice(len(half.probes), size=n, replace=False)
        gallery = normalise(half.shots[rows].sum(axis=1))
        mated = np.concatenate([half.probes[r] for r in rows])
        right = np.repeat(np.arange(n), [len(half.probes[r]) for r in rows])
        yield mated @ gallery.T, right, half.strangers @ gallery.T


def scored(cosines: NDArray[np.float32], matcher: str, floor: float) -> NDArray[np.float64]:
    best = cosines.max(axis=1).astype(np.float64)
    return best if matcher == "cosine" else np.where(best >= floor, Nac().score(Evidence.of_gallery(cosines)), -1.0)


def derive(half: Half, n: int, matcher: str, far: float, floor: float) -> float:
    return float(
        np.median([threshold_at_far(scored(s, matcher, floor), far) for _, _, s in draws(half, n, count=30, seed=n)])
    )


def confirm(half: Half, n: int, matcher: str, threshold: float, floor: float) -> tuple[float, float, float]:
    """Give mean FAR, its 95th percentile over the galleries, and mean DIR."""
    fars, dirs = [], []
    for mated, right, strangers in draws(half, n, count=30, seed=1000 + n):
        fars.append(float((scored(strangers, matcher, floor) >= threshold).mean()))
        hit = (mated.argmax(axis=1) == right) & (scored(mated, matcher, floor) >= threshold)
        dirs.append(float(hit.mean()))
    return float(np.mean(fars)), float(np.percentile(fars, 95)), float(np.mean(dirs))


def main() -> None:
    """Print one line a size and matcher."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--encoder", default="sface")
    parser.add_argument("--far", type=float, default=0.01)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    people = people_of(options.root)
    files = [file for pictures in people.values() for file in pictures]
    vectors = embed_aligned(files, encoder=options.encoder, cache=options.cache)
    first, second = halves(people, dict(zip(files, vectors, strict=True)))
    print(f"derived on {len(first.probes)} people that may be enrolled and {len(first.strangers)} strangers,")
    print(f"confirmed on {len(second.probes)} and {len(second.strangers)} others; target FAR {options.far:.3%}")
    print("   n matcher  floor  threshold | FAR mean   p95    DIR (confirmed)")
    for n in SIZES:
        cosine = derive(first, n, "cosine", options.far, -1.0)
        rows = [("cosine", -1.0, cosine)]
        if n > 1:
            floor = derive(first, n, "cosine", 10 * options.far, -1.0)
            rows.append(("nac", floor, derive(first, n, "nac", options.far, floor)))
        for matcher, floor, threshold in rows:
            far, high, dir_ = confirm(second, n, matcher, threshold, floor)
            print(f"{n:4} {matcher:7} {floor:6.3f} {threshold:10.4f} | {far:8.2%} {high:6.2%} {dir_:6.2%}")


if __name__ == "__main__":
    main()

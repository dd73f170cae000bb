"""Which matcher for a small gallery, and what a cohort of strangers has to be.

Usage: python -m benchmarks.small_galleries ROOT [--encoder mobilefacenet] [--camera degraded] [--cache DIR] [--out DIR]

ROOT/NAME/picture holds aligned 112x112 chips. People are split in two by a hash of their names. Galleries of n people
with three shots each are drawn at random; their other pictures are mated probes. Everybody with three pictures or fewer
is a stranger with one picture. On half 0 the matchers' numbers are chosen: galleries of its people, one half of its
strangers as probes, the other as the cohort. Everything that is reported is on half 1: galleries of its people, all its
strangers as probes, and cohorts of half 0's strangers.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.defaults import SHOTS, Half, halves
from benchmarks.faces import half_of, people_of
from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import Cosine, Evidence, Evm, Matcher, Nac, NacCohort, NnGuide, Reference
from osfi_gui.core.matchers.nac import largest
from osfi_gui.core.metrics import dir_at_far
from osfi_gui.vision.camera import degrade
from osfi_gui.vision.device import choose_device
from osfi_gui.vision.encode import load_encoder
from osfi_gui.vision.pictures import read_picture

SIZES = (1, 2, 5, 16, 50, 100)
DRAWS = 30
DRAWS_OF_EVM = 10
"""Its Weibulls take a second for every hundred shots."""
COHORTS = (1, 4, 16, 64, 256)
BATCH = 64
OTHER = {"clean": "degraded", "degraded": "clean"}
BLENDS = 16
"""Blended chips a gallery, of BLENDED_UP_TO people at most: embedding them takes long."""
BLENDED_UP_TO = 16
POOL = 320
"""Strangers of half 0 that cohorts of the second table are drawn from."""

Rows = NDArray[np.float32]


class Faces:
    """Embeddings of the pictures below a root through a camera; what was embedded once is kept in a file.

    Parameters
    ----------
    root : Path
    encoder, camera : str
    cache : Path or None
        A folder outside the repository.
    """

    def __init__(self, root: Path, encoder: str, camera: str, cache: Path | None) -> None:
        self._root, self._encoder, self._camera = root, encoder, camera
        self._file = None if cache is None else cache / f"{encoder}-{camera}.npz"
        self._engine = None
        self._known: dict[str, Rows] = {}
        if self._file is not None and self._file.exists():
            with np.load(self._file, allow_pickle=False) as stored:
                self._known = dict(zip(stored["files"].tolist(), stored["vectors"], strict=True))

    def chip(self, name: str) -> NDArray[np.uint8]:
        """Read a chip as this camera sees it."""
        pixels = read_picture(self._root / name)
        if self._camera == "clean":
            return pixels
        # By file, as `osfi evaluate --seed 0` does it.
        digest = hashlib.sha256(f"0/{name}".encode()).digest()
        return degrade(pixels, np.random.default_rng(int.from_bytes(digest[:8], "little")))

    def embed(self, pictures: dict[str, Callable[[], NDArray[np.uint8]]]) -> Rows:
        """Embed pictures by name, shape (m, d)."""
        missing = [name for name in pictures if name not in self._known]
        if missing and self._engine is None:
            self._engine = load_encoder(self._encoder, device=choose_device("cpu"))
        for first in range(0, len(missing), BATCH):
            part = missing[first : first + BATCH]
            vectors = self._engine.embed([pictures[name]() for name in part])
            self._known |= dict(zip(part, vectors, strict=True))
            if first // BATCH % 16 == 15 or first + BATCH >= len(missing):
                self._save()
        return np.stack([self._known[name] for name in pictures])

    def _save(self) -> None:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._file, files=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))

    def of_files(self, files: list[Path]) -> Rows:
        """Embed pictures, shape (m, d)."""
        names = [file.relative_to(self._root).as_posix() for file in files]
        return self.embed({name: lambda name=name: self.chip(name) for name in names})

    def of_blends(self, pairs: list[tuple[Path, Path]]) -> Rows:
        """Embed the means of two chips each, as this camera saw them."""
        names = [tuple(file.relative_to(self._root).as_posix() for file in pair) for pair in pairs]

        def blend(a: str, b: str) -> NDArray[np.uint8]:
            mean = (self.chip(a).astype(np.float32) + self.chip(b)) / 2.0
            return np.rint(mean).astype(np.uint8)

        return self.embed({f"{a}+{b}": lambda a=a, b=b: blend(a, b) for a, b in names})


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


def dirs(half: Half, n: int, matcher: Matcher, cohort: CohortOf, strangers: Rows, far: float) -> list[float]:
    """Give the DIR of every draw; nan where the matcher cannot be used."""
    found = []
    for draw in itertools.islice(draws(half, n), DRAWS_OF_EVM if matcher.name == "evm" else DRAWS):
        others = cohort(draw)
        if matcher.unusable(n, cohort=len(others), shots=len(draw.shots)) is not None:
            return [float("nan")] * DRAWS
        fitted = matcher.fit(Reference(draw.prototypes, draw.shots, draw.owners, others))
        mated, non_mated = (
            Evidence(rows @ draw.prototypes.T, rows @ others.T, rows @ draw.shots.T, draw.owners)
            for rows in (draw.mated, strangers)
        )
        correct = mated.cosines.argmax(axis=1) == draw.right
        found.append(dir_at_far(fitted.score(mated), correct, fitted.score(non_mated), far=far))
    return found


# Cohorts: each gives a function from a gallery to the vectors that fill its neighbourhood.


def nobody(draw: Draw) -> Rows:
    return draw.prototypes[:0]


def strangers_of(pool: Rows, count: int) -> CohortOf:
    """Other people, drawn anew for every gallery; the same people for the same pool size."""

    def cohort(draw: Draw) -> Rows:
        rng = np.random.default_rng([draw.number, count])
        return pool[rng.choice(len(pool), size=min(count, len(pool)), replace=False)]

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


@dataclass(frozen=True)
class GalleryFirst(NacCohort):
    """Another reading of "filled up": strangers take only the places that the gallery leaves of k."""

    title: str = "filled up behind the gallery"

    def score(self, evidence: Evidence) -> NDArray[np.float64]:
        """Give the share of the best among the gallery's k nearest and as many strangers as are missing to k."""
        own = largest(evidence.cosines, self.k)
        every = np.concatenate([own, largest(evidence.cohort, self.k - own.shape[1])], axis=1)
        return 1.0 / np.exp(every - every[:, :1]).sum(axis=1)


@dataclass(frozen=True, eq=False)
class NearPrototype(NacCohort):
    """Another reading: each prototype has its own k - 1 strangers, those nearest to it instead of to the probe."""

    title: str = "strangers nearest to the prototype"
    near: NDArray[np.int64] | None = None

    def fit(self, gallery: Reference) -> NearPrototype:
        """Find the nearest strangers of every prototype."""
        order = np.argsort(-(gallery.prototypes @ gallery.cohort.T), axis=1)
        return replace(self, near=order[:, : self.k - 1])

    def score(self, evidence: Evidence) -> NDArray[np.float64]:
        """Give the share of the best among itself and its strangers."""
        best = evidence.cosines.argmax(axis=1)
        theirs = np.take_along_axis(evidence.cohort, self.near[best], axis=1)
        return 1.0 / (1.0 + np.exp(theirs - evidence.cosines.max(axis=1, keepdims=True)).sum(axis=1))


def matchers() -> dict[str, Matcher]:
    """Give the matchers of the first table, as they are used."""
    return {m.title: m for m in (Cosine(), Nac(), NacCohort(), NnGuide(), Evm())}


def candidates() -> dict[str, tuple[Matcher, ...]]:
    """Give what the numbers of each matcher are chosen from."""
    return {
        "NAC with a cohort": tuple(NacCohort(k=k) for k in (4, 8, 16, 32, 64)),
        "NNGuide": tuple(NnGuide(k=k, scale=scale) for k in (1, 3, 5) for scale in (8.0, 16.0, 64.0)),
        "EVM": tuple(Evm(k=k, cover=cover) for k in (64, 256) for cover in (0.5, 2.0)),
    }


def table(title: str, rows: dict[str, list[list[float]]]) -> dict[str, list[list[float]]]:
    """Print DIR in %, mean of the draws, a line a row; what cannot be used is a dash."""
    print(f"\n{title}\n\n| | {' | '.join(map(str, SIZES))} |\n|---|{'---|' * len(SIZES)}")
    for name, of_sizes in rows.items():
        means = [100.0 * float(np.mean(of_draws)) for of_draws in of_sizes]
        print(f"| {name} | {' | '.join('–' if np.isnan(mean) else f'{mean:.1f}' for mean in means)} |", flush=True)
    return rows


def chosen_on(half: Half, far: float) -> dict[str, list[list[float]]]:
    """Score every candidate on half 0: one half of its strangers probes, the other is the cohort."""
    probes, pool = half.strangers[::2], half.strangers[1::2]
    rows = {m.title: [dirs(half, n, m, nobody, probes, far) for n in SIZES] for m in (Cosine(), Nac())}
    for count in (1, 2, 4, 8, 16, 32, 64, 256):
        rows[f"NAC with a cohort of {count}"] = [
            dirs(half, n, NacCohort(), strangers_of(pool, count), probes, far) for n in SIZES
        ]
    for reading in (GalleryFirst(), NearPrototype()):
        rows[f"the same of 256, {reading.title}"] = [
            dirs(half, n, reading, strangers_of(pool, 256), probes, far) for n in SIZES
        ]
    for title, options in candidates().items():
        for matcher in options:
            # For their time again, EVM's are chosen on small galleries.
            sizes = [n for n in SIZES if n <= 16] if title == "EVM" else SIZES
            extra = {key: getattr(matcher, key) for key in ("scale", "cover") if hasattr(matcher, key)}
            name = ", ".join([title, f"k {matcher.k}", *(f"{key} {value:g}" for key, value in extra.items())])
            rows[name] = [
                dirs(half, n, matcher, strangers_of(pool, 256), probes, far) if n in sizes else [float("nan")] * DRAWS
                for n in SIZES
            ]
    return rows


def pictured(rows: dict[str, list[list[float]]], cohorts: dict[str, list[list[float]]], title: str, file: Path) -> None:
    """Draw DIR against n for each matcher, and for cohorts of different sizes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 4.0), layout="constrained")
    for axes, part in zip(figure.subplots(1, 2, sharey=True), (rows, cohorts), strict=True):
        for name, of_sizes in part.items():
            axes.plot(SIZES, [100.0 * np.mean(of_draws) for of_draws in of_sizes], marker="o", markersize=3, label=name)
        axes.set_xscale("log")
        axes.set_xticks(SIZES, [str(n) for n in SIZES])
        axes.minorticks_off()
        axes.set_xlabel("people in the gallery")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    figure.axes[0].set_ylabel(f"DIR, %\n{title}")
    figure.savefig(file, dpi=90)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--encoder", default="sface")
    parser.add_argument("--camera", choices=sorted(OTHER), default="clean")
    parser.add_argument("--far", type=float, default=0.01)
    parser.add_argument("--cache", type=Path, help="a folder that keeps embeddings between runs")
    parser.add_argument("--out", type=Path, help="a folder for the figures as JSON and the picture")
    parser.add_argument("--choose", action="store_true", help="also print, on half 0, what numbers were chosen from")
    options = parser.parse_args()
    people = {name: files if len(files) > SHOTS else files[:1] for name, files in people_of(options.root).items()}
    faces = Faces(options.root, options.encoder, options.camera, options.cache)
    every = [file for files in people.values() for file in files]
    first, second = halves(people, dict(zip(every, faces.of_files(every), strict=True)))
    least = 1.0 / len(second.strangers)
    print(f"{options.encoder}, {options.camera}: galleries of {len(second.probes)} people with {SHOTS} shots each,")
    print(f"{len(second.strangers)} strangers probe (no FAR below {least:.2%}); {DRAWS} draws, {DRAWS_OF_EVM} of EVM.")
    print(f"DIR in % at FAR {options.far:.2%}, by number of people.")
    if options.choose:
        table("Half 0, to choose by", chosen_on(first, options.far))

    def line(matcher: Matcher, cohort: CohortOf) -> list[list[float]]:
        return [dirs(second, n, matcher, cohort, second.strangers, options.far) for n in SIZES]

    everybody = strangers_of(first.strangers, 256)
    rows = {
        name: line(matcher, everybody if matcher.name in {"nac-cohort", "evm"} else nobody)
        for name, matcher in matchers().items()
    }
    table("Matchers; the cohort is 256 strangers", rows)

    pool = _strangers(people, half=0)[:POOL]
    same = first.strangers[:POOL]
    other = Faces(options.root, options.encoder, OTHER[options.camera], options.cache).of_files(pool)
    files = _enrolled(people, half=1)
    kinds: dict[str, CohortOf] = {f"strangers, {c}": strangers_of(same, c) for c in COHORTS}
    kinds |= {f"strangers through the {OTHER[options.camera]} camera, {c}": strangers_of(other, c) for c in COHORTS}
    made = {
        "random directions": directions,
        "random directions about the gallery's mean": around_the_mean,
        "shuffled components": shuffled,
        "means of two people's shots": mixed,
    }
    kinds |= {f"{name}, {c}": of(c) for name, of in made.items() for c in (16, 256)}
    kinds[f"blends of two people's chips, {BLENDS}"] = blended(faces, files, second, BLENDS)
    cohorts = {name: line(NacCohort(), cohort) for name, cohort in kinds.items()}
    table("NAC with a cohort, by what the cohort is and its size", cohorts)
    print()
    for name, of_sizes in cohorts.items():
        _against(name, of_sizes, rows["cosine"])
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        stem = f"small-galleries-{options.encoder}-{options.camera}"
        kept = {"matchers": rows, "cohorts": cohorts, "sizes": SIZES, "far": options.far}
        (options.out / f"{stem}.json").write_text(json.dumps(kept, indent=1))
        sizes = {"cosine": rows["cosine"]} | {f"cohort of {c}": cohorts[f"strangers, {c}"] for c in COHORTS}
        title = f"{options.encoder}, {options.camera}, FAR {options.far:g}"
        pictured(rows, sizes, title, options.out / f"{stem}.png")


def _strangers(people: dict[str, list[Path]], *, half: int) -> list[Path]:
    return [files[0] for name, files in sorted(people.items()) if half_of(name) == half and len(files) <= SHOTS]


def _enrolled(people: dict[str, list[Path]], *, half: int) -> list[list[Path]]:
    return [files for name, files in sorted(people.items()) if half_of(name) == half and len(files) > SHOTS]


def _against(name: str, of_sizes: list[list[float]], base: list[list[float]]) -> None:
    """Print how far a row is ahead of another over the same draws: mean and standard error, points of DIR."""
    parts = []
    for ours, theirs in zip(of_sizes, base, strict=True):
        ahead = 100.0 * (np.array(ours) - np.array(theirs))
        parts.append("–" if np.isnan(ahead).any() else f"{ahead.mean():+.1f}±{ahead.std() / np.sqrt(len(ahead)):.1f}")
    print(f"ahead of the cosine: {name}: {'  '.join(parts)}", flush=True)


if __name__ == "__main__":
    main()

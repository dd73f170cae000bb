"""Which matcher for a small gallery, and what a cohort of strangers has to be.

Usage: python -m benchmarks.small_galleries ROOT [--encoder mobilefacenet] [--camera degraded] [--cache DIR] [--out DIR]
       [--cohorts NAME ...]

ROOT/NAME/picture holds aligned 112x112 chips. People are split in two by a hash of their names. Galleries of n people
with three shots each are drawn at random; their other pictures are mated probes. Everybody with three pictures or fewer
is a stranger with one picture. On half 0 the matchers' numbers are chosen: galleries of its people, one half of its
strangers as probes, the other as the cohort. Everything that is reported is on half 1: galleries of its people, all its
strangers as probes, and cohorts of half 0's strangers.
"""

from __future__ import annotations

import argparse
import itertools
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cohorts import (
    DRAWS,
    SIZES,
    CohortOf,
    around_the_mean,
    blended,
    directions,
    draws,
    mixed,
    nobody,
    shuffled,
    strangers_of,
    wrong_accepts,
)
from benchmarks.defaults import SHOTS, Half, halves
from benchmarks.embedded import Faces, Rows
from benchmarks.faces import half_of, people_of
from osfi_gui.core.match import Cosine, Evidence, Evm, Matcher, Nac, NacCohort, NnGuide, Reference
from osfi_gui.core.matchers.nac import largest
from osfi_gui.core.metrics import dir_at_far

DRAWS_OF_EVM = 10
"""Its Weibulls take a second for every hundred shots."""
COHORTS = (1, 4, 16, 64, 256)
OTHER = {"clean": "degraded", "degraded": "clean"}
BLENDS = 16
"""Blended chips a gallery: embedding them takes long."""
DEMO = Path(__file__).parents[1] / "resources" / "demo"
POOL = 320
"""Strangers of half 0 that cohorts of the second table are drawn from."""


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


def asked() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--encoder", default="sface")
    parser.add_argument("--camera", choices=sorted(OTHER), default="clean")
    parser.add_argument("--far", type=float, default=0.01)
    parser.add_argument("--cache", type=Path, help="a folder that keeps embeddings between runs")
    parser.add_argument("--out", type=Path, help="a folder for the figures as JSON and the picture")
    parser.add_argument("--choose", action="store_true", help="also print, on half 0, what numbers were chosen from")
    parser.add_argument("--cohorts", nargs="*", help="only cohorts whose names begin so, beside the cosine")
    return parser.parse_args()


def main() -> None:
    """Print the tables."""
    options = asked()
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
        if options.cohorts is None or matcher.name == Cosine.name
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
    kinds |= {f"wrong accepts, {c}": wrong_accepts(same, c) for c in (1, 4, 16)}
    demo = faces.of_portraits([files[0] for files in _by_person(DEMO)])
    kinds[f"the demo's portraits, {len(demo)}"] = strangers_of(demo, len(demo))
    if options.cohorts is None:
        kinds[f"blends of two people's chips, {BLENDS}"] = blended(faces, files, second, BLENDS)
    else:
        kinds = {name: of for name, of in kinds.items() if any(name.startswith(start) for start in options.cohorts)}
    cohorts = {name: line(NacCohort(), cohort) for name, cohort in kinds.items()}
    table("NAC with a cohort, by what the cohort is and its size", cohorts)
    print()
    for name, of_sizes in cohorts.items():
        _against(name, of_sizes, rows["cosine"])
    if options.out is not None and options.cohorts is None:
        options.out.mkdir(parents=True, exist_ok=True)
        stem = f"small-galleries-{options.encoder}-{options.camera}"
        kept = {"matchers": rows, "cohorts": cohorts, "sizes": SIZES, "far": options.far}
        (options.out / f"{stem}.json").write_text(json.dumps(kept, indent=1))
        sizes = {"cosine": rows["cosine"]} | {f"cohort of {c}": cohorts[f"strangers, {c}"] for c in COHORTS}
        title = f"{options.encoder}, {options.camera}, FAR {options.far:g}"
        pictured(rows, sizes, title, options.out / f"{stem}.png")


def _strangers(people: dict[str, list[Path]], *, half: int) -> list[Path]:
    return [files[0] for name, files in sorted(people.items()) if half_of(name) == half and len(files) <= SHOTS]


def _by_person(demo: Path) -> list[list[Path]]:
    """Give the portraits of the demo by person: four who are enrolled in it, and two strangers."""
    people = [sorted(folder.iterdir()) for folder in sorted((demo / "enrol").iterdir())]
    return people + [[file] for file in sorted((demo / "strangers").iterdir())]


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

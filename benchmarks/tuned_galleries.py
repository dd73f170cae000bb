"""Which matcher for a small gallery after fine-tuning: weight imprinting and BatchNorm, as in the paper.

Usage: python -m benchmarks.tuned_galleries ROOT --out DIR [--encoder sface] [--camera degraded] [--print-only]

ROOT/NAME/picture holds aligned 112x112 chips. The galleries are those of benchmarks.small_galleries, half 1 of the
people, as many of each size as fit the time; each is a fine-tuning of its own. Some of half 1's strangers, drawn anew
for each gallery, probe it; the cohort is drawn from half 0's. What was done is kept in DIR: a killed run goes on.
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cohorts import Draw, draws
from benchmarks.defaults import SHOTS, Half, halves
from benchmarks.embedded import Faces, Rows
from benchmarks.faces import half_of, people_of
from benchmarks.recipes import RECIPES
from osfi_gui.core.events import Finished, Token
from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import Cosine, Evidence, Matcher, Nac, NacCohort
from osfi_gui.core.metrics import dir_at_far
from osfi_gui.tuning.train import Trained, train
from osfi_gui.vision.device import choose_device
from osfi_gui.vision.encode import TorchEncoder, load_encoder

GALLERIES = {2: 12, 5: 10, 16: 6, 50: 3, 100: 2}
"""Galleries by size; one of 100 people takes SFace some six minutes. One person alone cannot be trained on: the softmax
of a single class is 1 whatever the encoder does."""
PROBING, COHORT = 300, 64
"""Strangers that probe a gallery, and strangers of its cohort: as many as the program takes at most."""
FEW = 4
"""Chips embedded at once, which on a CPU is quicker than more."""
MATCHERS: tuple[Matcher, ...] = (Cosine(), Nac(), NacCohort())


@dataclass(frozen=True, eq=False)
class Task:
    """A gallery to tune on: files of its shots, mated probes, probing strangers and cohort, and whose they are."""

    draw: Draw
    shots: list[Path]
    mated: list[Path]
    strangers: list[Path]
    cohort: list[Path]


@dataclass(frozen=True, eq=False)
class Pictures:
    """Files of the people of both halves, in the order of their embeddings."""

    able: list[list[Path]]
    strangers: list[Path]
    others: list[Path]


def pictures_of(people: dict[str, list[Path]]) -> Pictures:
    """Give the files of half 1's people and strangers, and of half 0's strangers."""
    sides = [[name for name in sorted(people) if half_of(name) == half] for half in (0, 1)]
    return Pictures(
        [people[name] for name in sides[1] if len(people[name]) > SHOTS],
        [people[name][0] for name in sides[1] if len(people[name]) <= SHOTS],
        [people[name][0] for name in sides[0] if len(people[name]) <= SHOTS],
    )


def tasks(half: Half, pictures: Pictures, n: int) -> list[Task]:
    """Give the galleries of one size."""
    found = []
    for draw in itertools.islice(draws(half, n), GALLERIES[n]):
        rng = np.random.default_rng([n, draw.number])
        probing = rng.choice(len(pictures.strangers), size=PROBING, replace=False)
        cohort = rng.choice(len(pictures.others), size=COHORT, replace=False)
        found.append(
            Task(
                draw,
                [file for row in draw.rows for file in pictures.able[row][:SHOTS]],
                [file for row in draw.rows for file in pictures.able[row][SHOTS:]],
                [pictures.strangers[row] for row in probing],
                [pictures.others[row] for row in cohort],
            )
        )
    return found


def tuned(encoder: TorchEncoder, faces: Faces, task: Task, *, seed: int) -> TorchEncoder:
    """Fine-tune on a gallery by the paper's recipe."""
    shots = np.stack([faces.chip_of(file) for file in task.shots])
    recipe = replace(RECIPES["paper"], seed=seed)
    for event in train(encoder, shots, task.draw.owners, recipe=recipe, token=Token()):
        if isinstance(event, Finished) and isinstance(event.result, Trained):
            return encoder.with_net(event.result.net, version=0)
    raise AssertionError("a run that nobody cancels finishes")


def embedded(encoder: TorchEncoder, faces: Faces, files: list[Path]) -> Rows:
    """Embed pictures with a tuned encoder, shape (m, d)."""
    chips = [faces.chip_of(file) for file in files]
    return np.concatenate([encoder.embed(chips[i : i + FEW]) for i in range(0, len(chips), FEW)])


def dirs(task: Task, parts: list[Rows], far: float) -> list[float]:
    """Give each matcher's DIR; nan where it cannot be used."""
    shots, mated, strangers, cohort = parts
    n = len(task.draw.prototypes)
    prototypes = normalise(shots.reshape(n, SHOTS, -1).sum(axis=1))
    found = []
    for matcher in MATCHERS:
        if matcher.unusable(n, cohort=COHORT, shots=len(shots)) is not None:
            found.append(float("nan"))
            continue
        of_mated, of_strangers = (Evidence(rows @ prototypes.T, rows @ cohort.T) for rows in (mated, strangers))
        correct = of_mated.cosines.argmax(axis=1) == task.draw.right
        found.append(dir_at_far(matcher.score(of_mated), correct, matcher.score(of_strangers), far=far))
    return found


def main() -> None:
    """Fine-tune on each gallery that was not yet, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="a folder that keeps embeddings and results")
    parser.add_argument("--encoder", default="sface")
    parser.add_argument("--camera", choices=("clean", "degraded"), default="clean")
    parser.add_argument("--far", type=float, default=0.01)
    parser.add_argument("--print-only", action="store_true")
    options = parser.parse_args()
    people = {name: files if len(files) > SHOTS else files[:1] for name, files in people_of(options.root).items()}
    faces = Faces(options.root, options.encoder, options.camera, options.out)
    every = [file for files in people.values() for file in files]
    _, half = halves(people, dict(zip(every, faces.of_files(every), strict=True)))
    pictures = pictures_of(people)
    encoder = None if options.print_only else load_encoder(options.encoder, device=choose_device("cpu"))
    table: dict[int, list[tuple[list[float], list[float]]]] = {n: [] for n in GALLERIES}
    for n in GALLERIES:
        for task in tasks(half, pictures, n):
            kept = options.out / f"tuned-{options.encoder}-{options.camera}-{n}-{task.draw.number}.npy"
            groups = (task.shots, task.mated, task.strangers, task.cohort)
            if not kept.exists():
                if encoder is None:
                    continue
                net = tuned(encoder, faces, task, seed=task.draw.number)
                np.save(kept, embedded(net, faces, [file for group in groups for file in group]))
                print(f"{n} people, gallery {task.draw.number}", flush=True)
            ends = list(itertools.accumulate(map(len, groups)))[:-1]
            before = [faces.of_files(group) for group in groups]
            after = np.split(np.load(kept), ends)
            table[n].append((dirs(task, before, options.far), dirs(task, after, options.far)))
    printed(table, f"{options.encoder}, {options.camera}")


def printed(table: dict[int, list[tuple[list[float], list[float]]]], title: str) -> None:
    """Print the mean DIR of each matcher before and after, and how far the cohort is ahead after."""
    titles = [matcher.title for matcher in MATCHERS]
    print(f"| {title}: n | galleries | {' / '.join(titles)} | the same after WI + BN | {titles[2]} ahead, after |")
    print("|---|---|---|---|---|")
    for n, galleries in table.items():
        if not galleries:
            continue
        before, after = (100.0 * np.array([pair[side] for pair in galleries]) for side in (0, 1))
        ahead = after[:, 2] - after[:, 0]
        error = ahead.std(ddof=1) / np.sqrt(len(ahead)) if len(ahead) > 1 else float("nan")
        print(f"| {n} | {len(galleries)} | {said(before)} | {said(after)} | {ahead.mean():+.1f} ± {error:.1f} |")


def said(values: NDArray[np.float64]) -> str:
    """Give the means of the columns; what cannot be used is a dash."""
    return " / ".join("–" if np.isnan(mean) else f"{mean:.1f}" for mean in values.mean(axis=0))


if __name__ == "__main__":
    main()

"""Recipes beside the paper's: DIR at FAR 0.1 % and 1 %, with the interval of the difference over persons and seeds.

Usage: python -m benchmarks.recipes ROOT --out DIR --half 0|1 [--encoder NAME] [--camera degraded]
       [--recipes paper,aligned-more-steps+256,...] [--seeds 0,1,2] [--known 80] [--print-only]

ROOT/NAME/picture are aligned chips. People are split in two halves by a hash of their names: recipes are looked for on
half 0 and confirmed on half 1. Each seed draws its known people, who give three shots and up to five probes each;
everybody of the half with no more than three pictures is a stranger with one probe. A recipe with "+N" also learns to
tell apart N strangers with one picture each, drawn by the seed: on half 1 they are half 0's, on half 0 they come from a
half of its own, who then probe for none of the recipes; "+Nclean": not through the camera. A run that is in DIR already
is not made again, so that a killed one goes on. The bootstrap draws persons, the same for both recipes and for all
seeds, and finds each threshold anew; the difference is the mean over the seeds.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.faces import half_of, people_of
from osfi_gui.core.events import Finished, Token
from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import Cosine, Evidence, Nac
from osfi_gui.core.metrics import area_under, dir_at_far, dir_far_curve
from osfi_gui.core.scores import Scores
from osfi_gui.core.tune import PAPER_RECIPE, Recipe
from osfi_gui.services.tune import mean_rows
from osfi_gui.tuning.train import Trained, train
from osfi_gui.vision.camera import degrade_named
from osfi_gui.vision.device import choose_device
from osfi_gui.vision.encode import load_encoder
from osfi_gui.vision.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from osfi_gui.core.values import Pixels
    from osfi_gui.vision.encode import TorchEncoder

SHOTS, PROBES = 3, 5
FARS = (0.001, 0.01)
UNTRAINED = ("pretrained", "centred")
DRAWS = 2000
BATCH = 64

RECIPES: dict[str, Recipe] = {
    "paper": PAPER_RECIPE,
    "aligned": replace(PAPER_RECIPE, augment="aligned"),
    "aligned-fast": replace(PAPER_RECIPE, augment="aligned", rate=3e-3),
    "aligned-faster": replace(PAPER_RECIPE, augment="aligned", rate=1e-2),
    "camera-fast": replace(PAPER_RECIPE, augment="camera", rate=3e-3),
    "aligned-steps": replace(PAPER_RECIPE, augment="aligned", rate=3e-3, batch=32),
    "aligned-steps-mean": replace(PAPER_RECIPE, augment="aligned", rate=3e-3, batch=32, average=10),
    "aligned-more-steps": replace(PAPER_RECIPE, augment="aligned", rate=3e-3, batch=16),
    "aligned-steps-faster": replace(PAPER_RECIPE, augment="aligned", rate=1e-2, batch=32),
    "steps": replace(PAPER_RECIPE, rate=3e-3, batch=32),
    "camera-steps": replace(PAPER_RECIPE, augment="camera", rate=3e-3, batch=32),
    "aligned-camera-more-steps": replace(PAPER_RECIPE, augment="aligned-camera", rate=3e-3, batch=16),
    "aligned-full": replace(PAPER_RECIPE, augment="aligned", layers="full", rate=1e-4, toward="pretrained"),
    "aligned-adapting": replace(PAPER_RECIPE, augment="aligned", statistics="adapting"),
    "aligned-mean": replace(PAPER_RECIPE, augment="aligned", average=10),
    "camera": replace(PAPER_RECIPE, augment="camera"),
    "camera-mean": replace(PAPER_RECIPE, augment="camera", average=10),
    "fast": replace(PAPER_RECIPE, rate=3e-3),
    "mean": replace(PAPER_RECIPE, average=10),
    "adapting": replace(PAPER_RECIPE, statistics="adapting"),
}
"""What was tried; ``pretrained`` is no recipe and is always there, ``centred`` trains nothing either."""


@dataclass(frozen=True, eq=False)
class Draw:
    """The people of one seed, as chips."""

    shots: NDArray[np.uint8]
    owners: NDArray[np.int64]
    probes: list[Pixels]
    probe_owners: NDArray[np.int64]
    strangers: list[Pixels]
    names: list[str]
    stranger_names: list[str]
    background: list[Path]
    chip: Callable[[Path], Pixels]


def draw(root: Path, *, half: int, seed: int, known: int, camera: str) -> Draw:
    """Draw the known people of a half, and read everybody's chips."""
    everybody = people_of(root)
    people = {name: files for name, files in everybody.items() if half_of(name) == half}
    able = [name for name, files in people.items() if len(files) > SHOTS]
    others = [name for name, files in people.items() if len(files) <= SHOTS]
    random.Random(seed).shuffle(able)
    names = sorted(able[:known])

    def chip(file: Path) -> Pixels:
        pixels = read_picture(file)
        return degrade_named(pixels, f"{seed}/{file.parent.name}/{file.name}") if camera else pixels

    pairs = [(row, file) for row, name in enumerate(names) for file in people[name][SHOTS : SHOTS + PROBES]]
    return Draw(
        shots=np.stack([chip(file) for name in names for file in people[name][:SHOTS]]),
        owners=np.repeat(np.arange(len(names)), SHOTS),
        probes=[chip(file) for _, file in pairs],
        probe_owners=np.array([row for row, _ in pairs]),
        strangers=[chip(people[name][0]) for name in others],
        names=names,
        stranger_names=others,
        background=set_aside(everybody, half=half, seed=seed),
        chip=chip,
    )


def set_aside(everybody: dict[str, list[Path]], *, half: int, seed: int) -> list[Path]:
    """Give a picture each of the strangers who may be trained with, in the order of the seed."""
    names = [name for name, files in everybody.items() if len(files) <= SHOTS and half_of(name) == 0]
    if half == 0:
        names = [name for name in names if quarter_of(name)]
    random.Random(seed).shuffle(names)
    return [everybody[name][0] for name in names]


def quarter_of(name: str) -> int:
    """Split a half in two, 0 or 1."""
    return hashlib.sha256(name.encode()).digest()[1] & 1


def measured(encoder: TorchEncoder, people: Draw, *, centred: bool = False) -> dict[str, NDArray[np.generic]]:
    """Score everybody with the cosine and NAC; prototypes are class means of embeddings of the shots.

    ``centred``: seen from the mean of the prototypes, as everybody's embeddings then are.
    """

    def embed(chips: list[Pixels]) -> NDArray[np.float32]:
        return np.concatenate([encoder.embed(chips[i : i + BATCH]) for i in range(0, len(chips), BATCH)])

    shots, n = embed(list(people.shots)), len(people.names)
    centre = mean_rows(shots, people.owners, n=n).mean(axis=0) if centred else np.float32(0.0)
    gallery = mean_rows(normalise(shots - centre), people.owners, n=n)
    mated, others = (normalise(embed(chips) - centre) @ gallery.T for chips in (people.probes, people.strangers))
    out: dict[str, NDArray[np.generic]] = {"correct": mated.argmax(axis=1) == people.probe_owners}
    for matcher in (Cosine(), Nac()):
        out[f"{matcher.name}-mated"] = matcher.score(Evidence.of_gallery(mated))
        out[f"{matcher.name}-others"] = matcher.score(Evidence.of_gallery(others))
    out["mated-names"] = np.array([people.names[row] for row in people.probe_owners])
    out["other-names"] = np.array(people.stranger_names)
    return out


def tuned(encoder: TorchEncoder, people: Draw, recipe: Recipe, *, others: str = "") -> TorchEncoder:
    """Follow a recipe on the shots, and on some strangers: their number, and "clean" for not through the camera."""
    chips, owners = people.shots, people.owners
    if others:
        strangers, chip = int(others.removesuffix("clean")), read_picture if "clean" in others else people.chip
        chips = np.concatenate([chips, np.stack([chip(file) for file in people.background[:strangers]])])
        owners = np.concatenate([owners, len(people.names) + np.arange(strangers)])
    for event in train(encoder, chips, owners, recipe=recipe, token=Token()):
        if isinstance(event, Finished) and isinstance(event.result, Trained):
            return encoder.with_net(event.result.net, version=0)
    raise AssertionError("a run that nobody cancels finishes")


def without_background(run: dict[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
    """Leave out the strangers of half 0 who may be trained with."""
    stays = np.array([not quarter_of(str(name)) for name in run["other-names"]])
    return {key: values[stays] if key.endswith(("-others", "other-names")) else values for key, values in run.items()}


def difference(
    before: list[dict[str, NDArray[np.generic]]],
    after: list[dict[str, NDArray[np.generic]]],
    *,
    matcher: str,
    far: float,
) -> tuple[float, float, float, float, float]:
    """Give the mean DIR before and after, over the seeds, their difference, and its 95 % interval."""
    mated = sorted({str(name) for run in before for name in run["mated-names"]})
    others = sorted({str(name) for run in before for name in run["other-names"]})
    mated_row, other_row = {n: i for i, n in enumerate(mated)}, {n: i for i, n in enumerate(others)}
    draws = np.zeros(DRAWS)
    values = np.zeros(2)
    for sign, runs in ((-1.0, before), (1.0, after)):
        rng = np.random.default_rng(0)  # the same persons for both
        weights = rng.multinomial(len(mated), np.full(len(mated), 1 / len(mated)), size=DRAWS)
        other_weights = rng.multinomial(len(others), np.full(len(others), 1 / len(others)), size=DRAWS)
        for run in runs:
            mine = weights[:, [mated_row[str(name)] for name in run["mated-names"]]]
            theirs = other_weights[:, [other_row[str(name)] for name in run["other-names"]]]
            score = np.where(run["correct"], run[f"{matcher}-mated"], -np.inf)
            draws += sign * _weighted_dir(score, mine, run[f"{matcher}-others"], theirs, far) / len(runs)
            value = dir_at_far(run[f"{matcher}-mated"], run["correct"], run[f"{matcher}-others"], far=far)
            values[0 if sign < 0 else 1] += value / len(runs)
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(values[0]), float(values[1]), float(values[1] - values[0]), float(low), float(high)


def _weighted_dir(
    hits: NDArray[np.float64],
    weights: NDArray[np.int64],
    others: NDArray[np.float64],
    other_weights: NDArray[np.int64],
    far: float,
) -> NDArray[np.float64]:
    """DIR at FAR of each draw; no two strangers of these scores are equal but by chance, and then accepted together."""
    order = np.argsort(others, kind="stable")
    values, counted = others[order], other_weights[:, order]
    first = np.searchsorted(values, values, side="left")
    tail = np.cumsum(counted[:, ::-1], axis=1)[:, ::-1][:, first]
    allowed = np.floor(far * counted.sum(axis=1, keepdims=True) + 1e-9)
    good = (tail <= allowed) & (counted > 0)
    top = np.where(counted > 0, values, -np.inf).max(axis=1)
    threshold = np.where(good.any(axis=1), values[good.argmax(axis=1)], np.nextafter(top, np.inf))
    return (weights * (hits >= threshold[:, None])).sum(axis=1) / weights.sum(axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--half", type=int, choices=(0, 1), required=True)
    parser.add_argument("--encoder", default="sface")
    parser.add_argument("--camera", choices=("", "degraded"), default="")
    parser.add_argument("--recipes", default="paper,aligned-more-steps")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--known", type=int, default=80)
    parser.add_argument("--print-only", action="store_true")
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    seeds = [int(seed) for seed in wanted.seeds.split(",")]
    names = ["pretrained", *wanted.recipes.split(",")]

    def file(name: str, seed: int) -> Path:
        camera = wanted.camera or "clean"
        return Path(wanted.out / f"{wanted.encoder}-{camera}-half{wanted.half}-{wanted.known}-seed{seed}-{name}.npz")

    if not wanted.print_only:
        encoder = load_encoder(wanted.encoder, device=choose_device("cpu"))
        for seed in seeds:
            if all(file(name, seed).exists() for name in names):
                continue
            people = draw(wanted.root, half=wanted.half, seed=seed, known=wanted.known, camera=wanted.camera)
            for name in names:
                if file(name, seed).exists():
                    continue
                began = time.monotonic()
                base, _, others = name.partition("+")
                recipe = None if name in UNTRAINED else replace(RECIPES[base], seed=seed)
                tried = encoder if recipe is None else tuned(encoder, people, recipe, others=others)
                np.savez(file(name, seed), **measured(tried, people, centred=name == "centred"))  # type: ignore[arg-type]
                print(f"{name}, seed {seed}: {time.monotonic() - began:.0f} s", flush=True)
    runs = {}
    for name in names:
        runs[name] = [dict(np.load(file(name, seed), allow_pickle=False)) for seed in seeds]
    if wanted.half == 0 and any("+" in name for name in names):
        runs = {name: [without_background(run) for run in of_name] for name, of_name in runs.items()}
    one = runs["pretrained"][0]
    print(f"{wanted.encoder} {wanted.camera}, half {wanted.half}, seeds {wanted.seeds}: {wanted.known} known people, ")
    print(f"{sum(len(r['correct']) for r in runs['pretrained'])} probes, {len(one['other-names'])} strangers")
    for matcher in ("cosine", "nac"):
        for name in names:
            areas = [
                area_under(
                    dir_far_curve(Scores(r[f"{matcher}-mated"], r["correct"], r[f"{matcher}-others"])),
                    "log",
                    low=FARS[0],
                )
                for r in runs[name]
            ]
            print(f"| {matcher} | area from FAR 0.1 % on, log axis | {name} | {100 * np.mean(areas):.1f} |")
        for far in FARS:
            for name in names:
                _, after, change, low, high = difference(runs["paper"], runs[name], matcher=matcher, far=far)
                print(
                    f"| {matcher} | {100 * far:g} % | {name} | {100 * after:.1f} | {100 * change:+.1f} "
                    f"({100 * low:+.1f} to {100 * high:+.1f}) |"
                )


if __name__ == "__main__":
    main()

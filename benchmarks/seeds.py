"""The paper's experiment over several seeds: the mean of each row, and how far it is ahead of no tuning.

Usage: python -m benchmarks.seeds DIR [DIR ...]

Each DIR is what ``osfi evaluate --grid paper --seed S --out DIR`` wrote. Every row is compared with the pretrained
encoder under the same matcher: the difference is the mean over the seeds, its 95 % interval is the bootstrap's over
persons, who are the same for both rows and for all seeds (benchmarks.recipes).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.recipes import difference
from osfi_gui.core.metrics import dir_at_far
from osfi_gui.core.tune import PAPER_RECIPE
from osfi_gui.services.evaluate import paper_grid, row_title
from osfi_gui.store.experiment import row_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

FARS = (0.001, 0.01, 0.1)
Run = dict[str, "NDArray[np.generic]"]


def rows_of(folder: Path) -> dict[str, Run]:
    """Read the rows of one seed's experiment, by title."""
    folds = json.loads((folder / "folds.json").read_text(encoding="utf-8"))
    seed = json.loads((folder / "results.json").read_text(encoding="utf-8"))["seed"]
    mated, others = (
        np.array([name for name, files in folds[part].items() for _ in files]) for part in ("probes", "strangers")
    )
    found = {}
    for recipe in paper_grid(replace(PAPER_RECIPE, seed=seed)):
        file = folder / "rows" / row_file(recipe)
        if not file.exists():
            continue
        with np.load(file, allow_pickle=False) as stored:
            run: dict[str, Any] = {"correct": stored["correct"], "mated-names": mated, "other-names": others}
            for matcher in ("cosine", "nac"):
                run |= {
                    f"{matcher}-mated": stored[f"{matcher}_mated"],
                    f"{matcher}-others": stored[f"{matcher}_non_mated"],
                }
        found[row_title(recipe)] = run
    return found


def cell(before: list[Run], after: list[Run], *, matcher: str, far: float) -> str:
    """Give a row's mean DIR, that of each seed's least and most, and the difference to no tuning."""
    each = [
        100 * dir_at_far(run[f"{matcher}-mated"], run["correct"], run[f"{matcher}-others"], far=far) for run in after
    ]
    text = f"{np.mean(each):.1f} ({min(each):.0f}–{max(each):.0f})"
    if before is after:
        return text
    _, _, change, low, high = (100 * value for value in difference(before, after, matcher=matcher, far=far))
    return f"{text} [{change:+.1f}, {low:+.1f} to {high:+.1f}]"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    seeds = [rows_of(folder) for folder in parser.parse_args().folders]
    titles = [title for title in seeds[0] if all(title in seed for seed in seeds)]
    probes = sum(len(seed["pretrained"]["correct"]) for seed in seeds)
    others = sorted(len(seed["pretrained"]["other-names"]) for seed in seeds)
    print(f"{len(seeds)} seeds, {probes} mated probes in all, {others[0]} to {others[-1]} of strangers in each;")
    print("mean (least–most of the seeds)")
    print("[ahead of pretrained with the same matcher, 95 % interval over persons], DIR in %")
    print("| start - layers | matcher | " + " | ".join(f"{100 * far:g} %" for far in FARS) + " | rank-1 |")
    print("|---|---|" + "---|" * (len(FARS) + 1))
    for title in titles:
        before, after = [seed["pretrained"] for seed in seeds], [seed[title] for seed in seeds]
        before = after if title == "pretrained" else before
        rank1 = 100 * np.mean([run["correct"].mean() for run in after])
        for matcher, name in (("cosine", "cosine"), ("nac", "NAC")):
            cells = [
                cell(before, after, matcher=matcher, far=far)
                if far * min(len(run["other-names"]) for run in after) >= 1
                else "–"
                for far in FARS
            ]
            print(f"| {title} | {name} | {' | '.join(cells)} | {rank1:.1f} |", flush=True)


if __name__ == "__main__":
    main()

"""The whole desk from its command line: enrol some people, identify their other pictures and strangers.

Usage: python -m benchmarks.desk ROOT [--aligned] [--known 100] [--shots 3] [--probes 5] [--strangers 500] [--seed 0]

Prints rank-1, DIR at the exact threshold for FAR 1 %, and what the program's own default threshold does, with counts.
Only people of the half that the default thresholds were not derived on (benchmarks.defaults) take part. Nothing of a
known person is a stranger; thresholds for the DIR at FAR come from the same strangers, as the metric says.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.faces import half_of, people_of, split_people
from osfi_gui.core.metrics import dir_at_far


def osfi(*arguments: str) -> tuple[list[dict[str, Any]], float]:
    """Run the command line; give its JSON lines and the seconds it took."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "osfi_gui.cli", *arguments, "--json"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"osfi {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()], time.perf_counter() - began


def lay_out(pictures: Iterable[tuple[str, Path]], folder: Path) -> dict[str, str]:
    """Copy pictures into one flat folder; give the owner of each file name."""
    folder.mkdir()
    owner = {}
    for number, (name, picture) in enumerate(pictures):
        target = f"{number:05d}{picture.suffix}"
        shutil.copyfile(picture, folder / target)
        owner[target] = name
    return owner


def best_faces(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Keep for each picture the most central face: LFW pictures may show a second person."""
    kept: dict[str, dict[str, Any]] = {}
    for line in lines:
        x, y, width, height = line["box"]
        line["away"] = abs(x + width / 2 - 125) + abs(y + height / 2 - 125)
        file = Path(line["file"]).name
        if file not in kept or line["away"] < kept[file]["away"]:
            kept[file] = line
    return kept


def score_of(line: dict[str, Any]) -> float:
    """Give the score that a threshold is compared with: nothing below the cosine floor is ever accepted."""
    return float(line["score"]) if line["cosine"] >= line["cosine_floor"] else -1.0


def main() -> None:
    """Print the figures of one run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--aligned", action="store_true")
    parser.add_argument("--known", type=int, default=100)
    parser.add_argument("--shots", type=int, default=3)
    parser.add_argument("--probes", type=int, default=5)
    parser.add_argument("--strangers", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ["OSFI_PASSPHRASE"] = "benchmark"
    people = {name: files for name, files in people_of(options.root).items() if half_of(name) == 1}
    split = split_people(
        people,
        known=options.known,
        shots=options.shots,
        probes=options.probes,
        strangers=options.strangers,
        seed=options.seed,
    )
    aligned = ["--aligned"] if options.aligned else []
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        for name, shots in split.shots.items():
            (work / "enrol" / name).mkdir(parents=True)
            for shot in shots:
                shutil.copyfile(shot, work / "enrol" / name / shot.name)
        owners = lay_out(((n, f) for n, files in split.probes.items() for f in files), work / "probes")
        strangers = lay_out(((n, f) for n, files in split.strangers.items() for f in files), work / "strangers")
        gallery = ["--gallery", str(work / "desk.osfi")]
        report, seconds = osfi("enrol", str(work / "enrol"), *gallery, *aligned)
        refused = [line for line in report[:-1] if line["status"] == "refused"]
        print(f"{options.root.name}: people that the defaults were not derived on")
        print(f"enrolled {report[-1]['people']} people, {report[-1]['shots']} shots, {len(refused)} refused")
        print(f"  {1000 * seconds / max(1, len(report) - 1):.0f} ms a picture, start included")
        for line in refused:
            print(f"  refused {Path(line['file']).name}: {line['reason']}")
        mated, seconds = osfi("identify", str(work / "probes"), *gallery, *aligned)
        non_mated, more = osfi("identify", str(work / "strangers"), *gallery, *aligned)
        mated_of, stranger_of = best_faces(mated), best_faces(non_mated)
    per_picture = 1000 * (seconds + more) / (len(owners) + len(strangers))
    print(f"identified {len(owners)} probes and {len(strangers)} strangers, {per_picture:.0f} ms a picture")
    print(f"  no face found in {len(owners) - len(mated_of)} probes and {len(strangers) - len(stranger_of)} strangers")
    # A probe without a face is a probe that was not identified; a stranger without one is a stranger not accepted.
    names = list(owners)
    right = np.array([f in mated_of and mated_of[f]["neighbours"][0][0] == owners[f] for f in names])
    accepted = np.array([f in mated_of and mated_of[f]["identity"] == owners[f] for f in names])
    scores = np.array([score_of(mated_of[f]) if f in mated_of else -1.0 for f in names])
    others = np.array([score_of(stranger_of[f]) if f in stranger_of else -1.0 for f in strangers])
    wrong = np.array([f in stranger_of and stranger_of[f]["decision"] == "accept" for f in strangers])
    point = next(iter(mated_of.values()))
    print(f"rank-1             {right.mean():.2%}  ({right.sum()} of {len(right)})")
    for far in (0.01, 0.1):
        print(f"DIR at FAR {far:4.0%}    {dir_at_far(scores, right, others, far=far):.2%}")
    print(f"default {point['matcher']} >= {point['threshold']:.4f}, cosine >= {point['cosine_floor']:.3f}:")
    print(f"  DIR {accepted.mean():.2%} ({accepted.sum()} of {len(accepted)}), ", end="")
    print(f"FAR {wrong.mean():.2%} ({wrong.sum()} of {len(wrong)})")


if __name__ == "__main__":
    main()

"""Endurance: the whole program, used as fast as it goes for as long as asked; what it gathers, and a verdict on each.

Usage: python -m benchmarks.soak VIDEO FACES [--minutes 30] [--warm-up SHARE] [--out DIR]
       [--people 6] [--shots 3] [--strangers 16] [--guests 2] [--only STEP ...] [--trace]

Starts the program as ``osfi-gui`` does (its App, offscreen where there is no screen) on a new gallery in a temporary
folder, plays VIDEO (one face, well lit) over and over, enrols people of FACES (FACES/NAME/picture, whole pictures)
through the window, and then goes in circles: recognise; look at all pages in all themes, with F12 on and off; import
guests, rename one, erase them, import them again and undo it; enrol whoever is in the video at the camera and erase
that person; fine-tune, promote, roll back, remove the version, begin a run and cancel it; calibrate and use it; lock
and unlock; lose the video's file and find it; watch a network camera that dies and comes back. After each circle the
gallery is as it was, and everything that could have been gathered is counted (``benchmarks/soak_samples.py`` says how).

Prints a line a minute and at the end a verdict a line: memory after the warm-up (a quarter of the time, unless said
otherwise) may grow by less than 2 % (Theil and Sen's line), nothing else at all. Writes soak.csv and soak.png into DIR.
Exit code 1: something grew; 2: no verdict, because something did not come or the time was too short.

--only does some of it: recognise, look, guests, enrol, tune, calibrate, camera, lock, file. --trace prints which types
of objects there are more of at the end than after the warm-up, and where Python has allocated more (tracemalloc, slow).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
import tracemalloc
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from benchmarks.soak_operator import Operator
    from benchmarks.soak_samples import Sample

WARM_UP = 0.25
TOLD_S = 60.0
SHOTS_AT_CAMERA = 2
MOST_NAMED = 15


@dataclass(frozen=True)
class Plan:
    """Folders of the people of one soak."""

    people: Path
    strangers: Path
    guests: Path


def plan(faces: Path, place: Path, options: argparse.Namespace) -> Plan:
    """Choose people of FACES, the same ones at every time, and lay them out in folders."""
    found = {folder.name: sorted(folder.iterdir()) for folder in faces.iterdir() if folder.is_dir()}
    able = [name for name in sorted(found) if len(found[name]) >= options.shots]
    wanted = options.people + options.guests
    alone = [name for name in sorted(found) if name not in set(able[:wanted])][: options.strangers]
    if len(able) < wanted or len(alone) < options.strangers:
        sys.exit(f"{faces} needs {wanted} people with {options.shots} pictures, and {options.strangers} others.")
    made = Plan(place / "people", place / "strangers", place / "guests")
    for folder, names, shots in (
        (made.people, able[: options.people], options.shots),
        (made.guests, able[options.people : wanted], min(2, options.shots)),
        (made.strangers, alone, 1),
    ):
        for name in names:
            (folder / name).mkdir(parents=True)
            for file in found[name][:shots]:
                shutil.copyfile(file, folder / name / file.name)
    return made


def steps_of(operator: Operator, made: Plan) -> dict[str, Callable[[], None]]:
    """Give everything that is done once a cycle, in its order."""
    return {
        "recognise": operator.recognise,
        "look": operator.look_around,
        "guests": lambda: operator.guests(made.guests),
        "enrol": lambda: operator.enrol_at_camera("Somebody in the video", SHOTS_AT_CAMERA),
        "tune": operator.tune,
        "calibrate": operator.calibrate,
        "camera": operator.lose_a_camera,
        "lock": operator.lock,
        "file": operator.lose_the_file,
    }


def heading() -> str:
    """Name the columns of the table."""
    return (
        f"{'min':>6} {'cycles':>6} {'MB':>7} {'malloc':>7} {'free':>6} {'blocks':>9} {'threads':>7} {'python':>6} "
        f"{'files':>5} {'qobj':>6} {'widgets':>7} {'windows':>7} {'tensors':>7} {'gallery':>7} {'people':>6}"
    )


def row(sample: Sample, cycles: int) -> str:
    """Give a sample as a line of the table."""
    s = sample
    return (
        f"{s.time_s / 60.0:6.1f} {cycles:6} {s.memory_mb:7.1f} {s.malloc_mb:7.1f} {s.free_mb:6.1f} {s.blocks:9,} "
        f"{s.threads:7} {s.python_threads:6} {s.descriptors:5} {s.qobjects:6} {s.widgets:7} {s.windows:7} "
        f"{s.tensors:7} {s.connections:7} {s.people:6}"
    )


def soak(operator: Operator, made: Plan, options: argparse.Namespace) -> list[Sample]:
    """Go in circles until the time is over; give a sample a circle."""
    from benchmarks.soak_operator import StuckError
    from benchmarks.soak_samples import count_kinds, take_sample

    samples: list[Sample] = []
    duration_s, began = 60.0 * options.minutes, time.monotonic()
    told_s, now_s = -TOLD_S, 0.0
    warm_kinds: Counter[type] | None = None
    warm_trace: tracemalloc.Snapshot | None = None
    spent: dict[str, float] = defaultdict(float)
    steps = steps_of(operator, made)
    if unknown := set(options.only) - steps.keys():
        raise StuckError(f"nobody knows how to {', '.join(sorted(unknown))}; it can {', '.join(steps)}")
    steps = {name: step for name, step in steps.items() if not options.only or name in options.only}
    print(heading())
    while now_s < duration_s:
        for name, step in steps.items():
            step_began = time.monotonic()
            step()
            spent[name] += time.monotonic() - step_began
        operator.stand_still()
        now_s = time.monotonic() - began
        samples.append(take_sample(now_s, gallery=operator.gallery, people=operator.seen.gallery.people))
        if now_s - told_s >= TOLD_S or now_s >= duration_s:
            told_s = now_s
            print(row(samples[-1], len(samples)), flush=True)
        if options.trace and warm_kinds is None and now_s >= options.warm_up * duration_s:
            warm_kinds = count_kinds()
            tracemalloc.start(8)
        elif warm_kinds is not None and warm_trace is None:
            # One circle later, when what is made anew in every circle was made under its eyes.
            warm_trace = tracemalloc.take_snapshot()
    print("\nseconds a cycle:", ", ".join(f"{name} {total / len(samples):.1f}" for name, total in spent.items()))
    if warm_kinds is not None:
        tell_growth(warm_kinds, count_kinds())
    if warm_trace is not None:
        print("\nwhere more is allocated than after the warm-up:")
        for line in tracemalloc.take_snapshot().compare_to(warm_trace, "traceback")[:MOST_NAMED]:
            print(f"{line.size_diff / 1e3:+9.1f} kB {line.count_diff:+7} ", *line.traceback.format()[-4:], sep="\n   ")
    return samples


def tell_growth(before: Counter[type], after: Counter[type]) -> None:
    """Print of which types there are more objects than before."""
    more = after - before
    print("\ntypes with more objects than after the warm-up:")
    for kind, count in more.most_common(MOST_NAMED):
        print(f"{count:+8}  {kind.__module__}.{kind.__qualname__}")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--warm-up", type=float, default=WARM_UP, help="share of the time that is not judged")
    parser.add_argument("--out", type=Path, default=Path("soak"))
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--shots", type=int, default=3)
    parser.add_argument("--strangers", type=int, default=16)
    parser.add_argument("--guests", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[], help="of what is done in a circle, by its first word")
    parser.add_argument("--trace", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Soak, print, write, and judge."""
    options = parse()
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from benchmarks.soak_operator import Operator, StuckError
    from benchmarks.soak_samples import draw, judge, write_csv

    # A platform without windows says with every one that it has no sizes to give.
    qInstallMessageHandler(lambda _kind, _where, said: "SizeHints" in said or print(said, file=sys.stderr))
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="osfi-soak-") as place:
        os.environ["OSFI_DATA_DIR"] = place
        made = plan(options.faces, Path(place), options)
        application = QApplication([])
        operator = Operator(Path(place, "soak.osfi"), options.video)
        try:
            operator.people(made.people)
            operator.strangers(made.strangers)
            samples = soak(operator, made, options)
        except StuckError as error:
            print(f"stuck: {error}", file=sys.stderr)
            sys.exit(2)
        finally:
            operator.leave()
        del application
    warm_up_s = 60.0 * options.minutes * options.warm_up
    write_csv(samples, options.out / "soak.csv")
    draw(samples, options.out / "soak.png", warm_up_s=warm_up_s)
    print(f"\n{len(samples)} cycles; judged from minute {warm_up_s / 60.0:.1f} on")
    try:
        verdicts = judge(samples, warm_up_s=warm_up_s)
    except ValueError as error:
        print(f"no verdict: {error}", file=sys.stderr)
        sys.exit(2)
    for verdict in verdicts:
        word = {True: "constant", False: "GROWS", None: ""}[verdict.passed]
        share = f"{100.0 * verdict.growth:+6.2f} %"
        print(f"{verdict.name:15} {verdict.before:12,.1f} -> {verdict.after:12,.1f}  {share}  {word}")
    sys.exit(1 if any(verdict.passed is False for verdict in verdicts) else 0)


if __name__ == "__main__":
    main()

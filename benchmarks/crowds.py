"""Many faces at once: what a frame costs when they come, and when they stay.

Usage: python -m benchmarks.crowds PICTURES [--background CLIP] [--faces 1 5 20] [--new 1 5] [--seconds 16] [--json]

PICTURES is a folder of people with uncropped pictures (lfw250/NAME/picture). Each picture lies in a cell of a grid on a
blurred frame of a real clip, 1920 x 1080, composed in memory, and moves a pixel or two from frame to frame.

``all come``: everybody is there from the first frame on, so that every track is new, and stays for ``--seconds`` of
the clip, 30 frames each. ``some come``: everybody but ``new`` people has been there for a second and a half.
Milliseconds of the frame in which they come (``first``) and the most that one frame of the second from there on takes
(``worst``: a face need not be found in its first frame). Then, where all came, what it costs that they merely stay,
median and mean: ``unsettled`` in the second after, when everybody has been decided but few chips say so, and
``settled`` in the last two seconds. ``decided`` counts the faces that the last frame shows; a picture may have somebody
in its background. Times are of the processor, all threads, with the wall's beside one of them: where other programs
run, only the first say what a frame costs.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from benchmarks.faces import people_of
from benchmarks.peers import Ours
from benchmarks.turns import said, spread
from osfi_gui.vision.pictures import read_picture
from osfi_gui.vision.sources import VideoSource

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

WIDTH, HEIGHT = 1920, 1080
COLUMNS, ROWS = 5, 4
FPS = 30.0
BLUR_PX = 101
"""Wide enough that nobody in the background is found."""
SWAY_PX, SWAY_S = 8.0, 1.0
"""A face sways so far about its place, once a second: at most two pixels a frame."""
KNOWN_FRAMES = 45
"""Frames until everybody who came before has been decided: three chips of twenty people, two a frame, and some more."""
COMING_FRAMES, UNSETTLED_FRAMES, SETTLED_FRAMES = 30, 30, 60
"""Frames of which ``worst``, ``unsettled`` and ``settled`` speak."""

HEADS = {
    "first_cpu_ms": "first",
    "worst_cpu_ms": "worst",
    "worst_wall_ms": "worst, wall",
    "unsettled_cpu_ms": "unsettled, median",
    "unsettled_mean_cpu_ms": "unsettled, mean",
    "settled_cpu_ms": "settled, median",
    "settled_mean_cpu_ms": "settled, mean",
}


def background(clip: Path | None) -> Picture:
    """Give the blurred first frame of a clip, or grey."""
    if clip is None:
        return np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    with VideoSource(clip) as source:
        frame = source.read()
    if frame is None:
        raise SystemExit(f"{clip} has no frame")
    scaled = cv2.resize(frame.pixels, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(scaled, (BLUR_PX, BLUR_PX), 0), dtype=np.uint8)


def compose(ground: Picture, portraits: list[Picture], *, time_s: float) -> Picture:
    """Lay portraits on the ground, each in its cell of the grid and swaying."""
    frame = ground.copy()
    cell_w, cell_h = WIDTH // COLUMNS, HEIGHT // ROWS
    for place, portrait in enumerate(portraits):
        height, width = portrait.shape[:2]
        sway = SWAY_PX * math.sin(2 * math.pi * (time_s / SWAY_S + place / 7))
        x = int((place % COLUMNS) * cell_w + (cell_w - width) / 2 + sway)
        y = int((place // COLUMNS) * cell_h + (cell_h - height) / 2)
        frame[y : y + height, x : x + width] = portrait
    return frame


@dataclass(frozen=True)
class Cost:
    """What a frame took, in milliseconds, and how many faces it showed."""

    wall_ms: float
    cpu_ms: float
    faces: int


def play(ours: Ours, ground: Picture, portraits: list[Picture], *, come: int, frames: int) -> tuple[list[Cost], int]:
    """Show frames in which the last ``come`` of the people come; the costs, and the frame in which they do."""
    before = len(portraits) - come
    arrival = KNOWN_FRAMES if before else 0
    ours.begin()
    costs = []
    for index in range(arrival + frames):
        there = portraits if index >= arrival else portraits[:before]
        frame = compose(ground, there, time_s=index / FPS)
        began, used = time.perf_counter(), time.process_time()
        faces = ours.work(frame, index, index / FPS)
        costs.append(Cost(1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used), faces))
    return costs, arrival


def summary(costs: list[Cost], arrival: int) -> dict[str, Any]:
    """Give the figures of one showing."""
    after = costs[arrival:]
    come = after[:COMING_FRAMES]
    made: dict[str, Any] = {
        "first_cpu_ms": after[0].cpu_ms,
        "worst_cpu_ms": max(c.cpu_ms for c in come),
        "worst_wall_ms": max(c.wall_ms for c in come),
        "decided": after[-1].faces,
    }
    if not arrival:
        stay = {"unsettled": after[COMING_FRAMES:][:UNSETTLED_FRAMES], "settled": after[-SETTLED_FRAMES:]}
        for name, some in stay.items():
            made[f"{name}_cpu_ms"] = statistics.median(c.cpu_ms for c in some)
            made[f"{name}_mean_cpu_ms"] = statistics.mean(c.cpu_ms for c in some)
    return made


def main() -> None:
    """Print a line a crowd."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--background", type=Path)
    parser.add_argument("--faces", type=int, nargs="*", default=[1, 5, 20])
    parser.add_argument("--new", type=int, nargs="*", default=[1, 5])
    parser.add_argument("--seconds", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runtime", default="torch")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    files = [files[0] for files in people_of(options.pictures).values() if files][: COLUMNS * ROWS]
    portraits = [read_picture(file) for file in files]
    if max(options.faces) > len(portraits):
        parser.error(f"there are {len(portraits)} people in {options.pictures}, and no more than {COLUMNS * ROWS} fit")
    stay = round(options.seconds * FPS)
    if stay < COMING_FRAMES + UNSETTLED_FRAMES + SETTLED_FRAMES:
        parser.error("--seconds has to hold a second of coming, one of being unsettled, and two of being settled")
    ground = background(options.background)
    ours = Ours(threads=options.threads, runtime=options.runtime)
    play(ours, ground, portraits[:3], come=1, frames=COMING_FRAMES)  # warms up, imports scipy, and does not count
    crowds = [(n, n) for n in options.faces] + [(n, k) for n in options.faces for k in options.new if k < n]
    done: dict[tuple[int, int], list[dict[str, Any]]] = {crowd: [] for crowd in crowds}
    for _ in range(options.rounds):
        for faces, come in crowds:
            frames = stay if come == faces else COMING_FRAMES
            costs, arrival = play(ours, ground, portraits[:faces], come=come, frames=frames)
            done[faces, come].append(summary(costs, arrival))
    if not options.json:
        print(f"{options.threads} threads, {options.runtime}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(f"{'faces':>5}{'new':>5}{'decided':>9}" + "".join(f"{head:>22}" for head in HEADS.values()))
    for (faces, come), rounds in done.items():
        figures = {key: spread([r[key] for r in rounds]) for key in HEADS if key in rounds[0]}
        decided = min(r["decided"] for r in rounds)
        if options.json:
            print(json.dumps({"faces": faces, "new": come, "decided": decided, **figures}))
        else:
            print(f"{faces:5}{come:5}{decided:9}" + "".join(f"{said(value):>22}" for value in figures.values()))


if __name__ == "__main__":
    main()

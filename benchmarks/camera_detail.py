"""How much detail shots carry, and whether galleries of a poor camera are told from those of a good one by it.

Usage: python -m benchmarks.camera_detail chips ROOT --half 0|1 [--galleries 200]
       python -m benchmarks.camera_detail frames ROOT --half 0|1 [--people 120] [--galleries 200]
       python -m benchmarks.camera_detail faces PATH...

chips: ROOT/NAME/picture are aligned chips. frames: they are pictures, in which the face is found and cut from, so that
the camera's pixels lie anywhere; the detector finds it in the picture as it is. Everybody of the half with three
pictures gives three shots, each seen by every camera. For each camera: detail of the chips (5, 50 and 95 %); of frames
also how many would be enrolled, and the median of those; and how many galleries of those drawn, three shots a person,
are judged poor. The limit was chosen on half 0. faces: the detail of every face found in videos (three frames each) and
pictures.
"""

from __future__ import annotations

import argparse
import random
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.faces import half_of, people_of
from osfi_gui.core.detail import POOR_UP_TO, CameraDetail, detail
from osfi_gui.core.quality import measure
from osfi_gui.core.values import Face
from osfi_gui.services.camera_detail import standard_chip
from osfi_gui.vision.camera import degrade
from osfi_gui.vision.detect import MtcnnDetector
from osfi_gui.vision.device import choose_device
from osfi_gui.vision.pictures import PICTURE_SUFFIXES, read_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from osfi_gui.core.values import Pixels

SHOTS = 3
SIZES = (5, 16, 80)
SIDES = (28, 40, 56, 80)
CHIP = 112


def shrunk(pixels: Pixels, share: float) -> Pixels:
    """Shrink a picture by averaging areas."""
    height, width = pixels.shape[:2]
    size = (max(1, round(width * share)), max(1, round(height * share)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def enlarged(pixels: Pixels, like: Pixels) -> Pixels:
    """Enlarge a picture to the size of another one (cubic)."""
    size = (like.shape[1], like.shape[0])
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def degraded(pixels: Pixels, share: float, rng: np.random.Generator) -> Pixels:
    """Shrink a picture and do to it what the degraded camera does to a chip; it stays small."""
    small = shrunk(pixels, share)
    side = max(small.shape[:2])
    # degrade takes a square and gives it back in the size it came in, so a square of that size stays untouched by it.
    square = np.zeros((side, side, 3), np.uint8)
    square[: small.shape[0], : small.shape[1]] = small
    return degrade(square, rng, side=side)[: small.shape[0], : small.shape[1]]


def of_chips(root: Path, half: int) -> dict[str, list[list[tuple[int, bool]]]]:
    """Measure everybody's chips through every camera: a list a person."""
    found: dict[str, list[list[tuple[int, bool]]]] = {}
    rng = np.random.default_rng(0)
    cameras: dict[str, Callable[[Pixels], Pixels]] = {"clean": lambda chip: chip}
    cameras["degraded (28)"] = partial(degrade, rng=rng)
    for side in SIDES:
        cameras[f"{side}, no noise"] = lambda chip, side=side: enlarged(shrunk(chip, side / len(chip)), chip)
    cameras["dark, noise, not small"] = partial(degrade, rng=rng, side=CHIP)
    for files in shots_of(root, half):
        chips = [read_picture(file) for file in files]
        for name, camera in cameras.items():
            found.setdefault(name, []).append([(detail(camera(chip)), True) for chip in chips])
    return found


def of_frames(root: Path, half: int, people: int) -> dict[str, list[list[tuple[int, bool]]]]:
    """Find everybody's face, and measure what is cut from the frame and from what poorer cameras would have seen."""
    found: dict[str, list[list[tuple[int, bool]]]] = {}
    detector, rng = MtcnnDetector(choose_device("cpu", threads=1)), np.random.default_rng(0)
    for files in shots_of(root, half)[:people]:
        mine: dict[str, list[tuple[int, bool]]] = {}
        for file in files:
            frame = read_picture(file)
            faces = detector.detect(frame)
            if not faces:
                continue
            face = faces[0]
            # Pixels of the frame that lie across the aligned chip: the eyes of the template are 35 of 112 apart.
            across = float(np.hypot(*(face.landmarks[1] - face.landmarks[0]))) * CHIP / 35.2
            seen = {"clean": frame}
            for side in SIDES[:-1]:
                seen[f"{side}, no noise"] = shrunk(frame, side / across)
            seen["degraded (28)"] = degraded(frame, SIDES[0] / across, rng)
            for name in [name for name in seen if name != "clean"]:
                seen[f"{name}, enlarged"] = enlarged(seen[name], frame)
            for name, pixels in seen.items():
                there = scaled(face, pixels.shape[1] / frame.shape[1], pixels.shape[0] / frame.shape[0])
                chip = standard_chip(pixels, there)
                mine.setdefault(name, []).append((detail(chip), not measure(there, chip).failures))
        for name, rows in mine.items():
            if len(rows) == SHOTS:
                found.setdefault(name, []).append(rows)
    return found


def scaled(face: Face, across: float, down: float) -> Face:
    """Give the face's place in a picture that was resized; pixel centres, not corners, keep theirs."""
    x, y, width, height = face.box
    marks = (face.landmarks.astype(np.float64) + 0.5) * (across, down) - 0.5
    return Face((x * across, y * down, width * across, height * down), marks.astype(np.float32), face.score)


def shots_of(root: Path, half: int) -> list[list[Path]]:
    """Give the first shots of everybody of a half who has so many."""
    return [files[:SHOTS] for name, files in people_of(root).items() if half_of(name) == half and len(files) >= SHOTS]


def report(found: dict[str, list[list[tuple[int, bool]]]], *, galleries: int, gate: bool) -> None:
    """Print a line of a table a camera."""
    sizes = [size for size in SIZES if size < len(next(iter(found.values())))]
    heads = [f"{size} people" for size in sizes]
    print(f"| camera | detail of a shot | {'enrolled | ' if gate else ''}{' | '.join(heads)} |")
    print(f"|{'---|' * (2 + gate + len(heads))}")
    for name, people in found.items():
        values = np.array([[pixels for pixels, _ in rows] for rows in people])
        low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
        cells = [f"{middle:.0f} ({low:.0f} to {high:.0f})"]
        if gate:
            passed = [pixels for rows in people for pixels, ok in rows if ok]
            cells.append(f"{len(passed)} of {values.size}" + (f" ({np.median(passed):.0f})" if passed else ""))
        draw = random.Random(0)
        for size in sizes:
            medians = [np.median(values[draw.sample(range(len(people)), size)]) for _ in range(galleries)]
            poor = sum(CameraDetail(float(m), size * SHOTS).poor for m in medians)
            cells.append(f"{poor} ({min(medians):.0f} to {max(medians):.0f})")
        print(f"| {name} | {' | '.join(cells)} |")


def faces_in(path: Path) -> Iterator[Pixels]:
    """Give three frames of a video, or the pictures of a folder, or one picture."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in PICTURE_SUFFIXES:
                yield read_picture(file)
    elif path.suffix.lower() in PICTURE_SUFFIXES:
        yield read_picture(path)
    else:
        video = cv2.VideoCapture(str(path))
        count = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
        for part in (1, 3, 5):
            video.set(cv2.CAP_PROP_POS_FRAMES, count * part // 6)
            read, frame = video.read()
            if read:
                yield np.ascontiguousarray(frame[:, :, ::-1])
        video.release()


def main() -> None:
    """Print what was asked for."""
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("chips", "frames", "faces"))
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--half", type=int, choices=(0, 1), default=0)
    parser.add_argument("--people", type=int, default=120)
    parser.add_argument("--galleries", type=int, default=200)
    wanted = parser.parse_args()
    if wanted.what == "faces":
        detector = MtcnnDetector(choose_device("cpu", threads=1))
        for path in wanted.paths:
            found = [(face, frame) for frame in faces_in(path) for face in detector.detect(frame)]
            sides = [round(face.box[2]) for face, _ in found]
            pixels = sorted(detail(standard_chip(frame, face)) for face, frame in found)
            if pixels:
                median = f"median {np.median(pixels):.0f} ({pixels[0]} to {pixels[-1]})"
                print(f"{path.name}: {len(pixels)} faces of {min(sides)} to {max(sides)} px, detail: {median}")
        return
    root = wanted.paths[0]
    chips = wanted.what == "chips"
    found = of_chips(root, wanted.half) if chips else of_frames(root, wanted.half, wanted.people)
    print(f"Half {wanted.half}, {len(found['clean'])} people with {SHOTS} shots, poor up to {POOR_UP_TO:g} pixels:")
    print(f"judged poor of {wanted.galleries} galleries (and their least and largest median)")
    report(found, galleries=wanted.galleries, gate=not chips)


if __name__ == "__main__":
    main()

"""How much a followed face's chip changes from frame to frame, and how much two strangers' chips differ.

Usage: python -m benchmarks.changes ROOT CLIPS [--people 1500] [--frames 150]

ROOT/NAME/picture holds aligned chips, CLIPS is a folder of videos. What ``services/attention.py`` stands on: a chip
that changed abruptly since the frame before is encoded at once, because somebody else may have stepped into the place.
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.faces import people_of
from osfi_gui.core.values import Portrait
from osfi_gui.services.attention import ABRUPT
from osfi_gui.vision.change import change, thumb
from osfi_gui.vision.detect import MtcnnDetector
from osfi_gui.vision.device import choose_device
from osfi_gui.vision.encode import load_encoder
from osfi_gui.vision.pictures import read_picture
from osfi_gui.vision.sources import VIDEO_SUFFIXES, VideoSource


def strangers(root: Path, *, people: int) -> np.ndarray:
    """Give the change between the chips of every two people, one picture each."""
    files = [pictures[0] for _, pictures in sorted(people_of(root).items())][:people]
    thumbs = [thumb(read_picture(file)) for file in files]
    return np.array([change(a, b) for i, a in enumerate(thumbs) for j, b in enumerate(thumbs) if i != j])


def frames(clip: Path, *, most: int) -> np.ndarray:
    """Give the change of the largest face's chip between consecutive frames, while it is followed."""
    device = choose_device()
    detector, encoder = MtcnnDetector(device), load_encoder("sface", device=device)
    changes, face, before = [], None, None
    with VideoSource(clip) as source:
        for frame in islice(iter(source.read, None), most):
            again = detector.follow(frame.pixels, [face])[0] if face is not None else None
            if again is None:
                before = None
                again = next(iter(detector.search(frame.pixels)), None)
            face = again
            if face is None:
                continue
            now = thumb(encoder.chip(Portrait(frame.pixels, face)))
            if before is not None:
                changes.append(change(before, now))
            before = now
    return np.array(changes)


def main() -> None:
    """Print a line for the strangers and one a clip."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--people", type=int, default=1500)
    parser.add_argument("--frames", type=int, default=150)
    options = parser.parse_args()
    apart = strangers(options.root, people=options.people)
    low, rare, seldom, middle = (float(np.quantile(apart, q)) for q in (0.0, 1e-5, 1e-3, 0.5))
    print(f"{len(apart):,} pairs of strangers: least {low:.2f}, one of 100,000 {rare:.2f}, one of 1,000 {seldom:.2f}, ")
    print(f"median {middle:.2f}; below {ABRUPT}: {int((apart < ABRUPT).sum())}")
    for clip in sorted(f for f in options.clips.iterdir() if f.suffix.lower() in VIDEO_SUFFIXES):
        changes = frames(clip, most=options.frames)
        middle, high = (float(np.quantile(changes, q)) for q in (0.5, 0.99))
        over = float((changes > ABRUPT).mean())
        print(
            f"{clip.stem:26} {len(changes):4} frames: median {middle:.2f}, 99 % {high:.2f}, abrupt {over:6.1%}",
            flush=True,
        )


if __name__ == "__main__":
    main()

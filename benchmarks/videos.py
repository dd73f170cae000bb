"""Identify over whole clips: the program comes to their end, finds faces, and one person keeps one track.

Usage: python -m benchmarks.videos FOLDER [--only NAME ...]

Runs ``osfi identify --json`` as a process of its own over every video of the folder, with the demo's people enrolled
(none of whom is in the clips of ../shared/data/videos), and prints a line a clip: frames, frames with a face, tracks,
decisions to accept (all of them wrong), seconds a frame without the start, and how many frames each track was seen on.

PEOPLE says how many people are in a clip, as counted by eye on sixteen frames spread over each: one in all of them but
the street scene, whose people come, go and are covered by each other: seven different ones show a face that is large
enough for long enough. None of the clips has a cut. A change is a track whose decision is another one than in its frame
before, later than a second after its first: a name that flickers.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from osfi_gui.paths import resources_dir
from osfi_gui.vision.sources import VIDEO_SUFFIXES, VideoSource

PEOPLE = {
    "facenet_pytorch_example": 7,
    "liveportrait_d0": 1,
    "liveportrait_d3": 1,
    "liveportrait_d9": 1,
    "liveportrait_d10": 1,
    "liveportrait_d11": 1,
    "liveportrait_d12": 1,
    "liveportrait_d14": 1,
    "liveportrait_d20": 1,
    "liveportrait_src_s13": 1,
    "liveportrait_src_s20": 1,
    "liveportrait_src_s32": 1,
}


def osfi(*arguments: str) -> list[str]:
    """Run the command line and give what it printed; what it complains about is shown."""
    command = [sys.executable, "-m", "osfi_gui.cli", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(f"osfi {' '.join(arguments)} ended with {done.returncode}")
    return done.stdout.splitlines()


def frames_of(clip: Path) -> int:
    """Count the frames by reading them all."""
    with VideoSource(clip) as source:
        return sum(1 for _ in iter(source.read, None))


def changes_of(lines: list[dict[str, Any]]) -> int:
    """Count the decisions that change within a track after its first second."""
    last: dict[int, tuple[float, tuple[str, str | None]]] = {}
    changes = 0
    for line in lines:
        decided = (line["decision"], line["identity"])
        first, before = last.get(line["track"], (line["time_s"], decided))
        changes += decided != before and line["time_s"] - first > 1.0
        last[line["track"]] = (first, decided)
    return changes


def main() -> None:
    """Print a line a clip."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=[], help="Names of clips, without their ending.")
    options = parser.parse_args()
    clips = sorted(f for f in options.folder.iterdir() if f.suffix.lower() in VIDEO_SUFFIXES)
    clips = [clip for clip in clips if not options.only or clip.stem in options.only]
    os.environ["OSFI_PASSPHRASE"] = "benchmark"
    with tempfile.TemporaryDirectory() as place:
        gallery = ["--gallery", str(Path(place, "desk.osfi"))]
        osfi("enrol", str(resources_dir() / "demo" / "enrol"), *gallery)
        # What a clip of one frame would take: starting, loading, opening the gallery.
        began = time.perf_counter()
        osfi("identify", str(clips[0]), *gallery, "--json", "--max-frames", "1")
        start = time.perf_counter() - began
        heads = ("people", "frames", "face in", "tracks", "changes", "accepted", "s/frame")
        print(f"{'clip':26}", " ".join(f"{head:>8}" for head in heads), " track: frames")
        for clip in clips:
            frames = frames_of(clip)
            began = time.perf_counter()
            lines = [json.loads(line) for line in osfi("identify", str(clip), *gallery, "--json")]
            seconds = max(0.0, time.perf_counter() - began - start)
            tracks = Counter(line["track"] for line in lines)
            accepted = sum(line["decision"] == "accept" for line in lines)
            seen = len({line["frame"] for line in lines})
            people = PEOPLE.get(clip.stem)
            changes = changes_of(lines)
            print(
                f"{clip.stem:26} {people or '?':>8} {frames:8} {seen:8} {len(tracks):8} {changes:8} {accepted:8} "
                f"{seconds / frames:8.3f}  {', '.join(f'{track}: {n}' for track, n in sorted(tracks.items()))}",
                flush=True,
            )


if __name__ == "__main__":
    main()

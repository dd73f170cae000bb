"""What it takes to record a frame: size and time of the codecs, of the encrypted file, and of handing a frame over.

Processor time on one core, so that what else runs on the machine hardly counts.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from osfi_gui.core.recording import Heading, Take
from osfi_gui.core.values import Frame
from osfi_gui.store.recording import RecordingFile, RecordingWriter
from osfi_gui.vision.sources import VIDEO_SUFFIXES, VideoSource

SIZE = (640, 480)
AT = (0.3, 0.7)
"""Where in each clip a frame is taken."""
NOISE = 3.0
"""Grey levels: a webcam in a dim room."""
PNG = cv2.IMWRITE_PNG_COMPRESSION
WAYS: dict[str, tuple[str, list[int]]] = {
    "PNG, level 1, run lengths": (".png", [PNG, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]),
    "PNG, level 1": (".png", [PNG, 1]),
    "PNG, level 3": (".png", [PNG, 3]),
    "WebP, lossless": (".webp", [cv2.IMWRITE_WEBP_QUALITY, 101]),
    "JPEG, quality 95": (".jpg", [cv2.IMWRITE_JPEG_QUALITY, 95]),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path)
    folder = parser.parse_args().clips
    cv2.setNumThreads(1)
    frames = [frame for file in sorted(folder.iterdir()) if file.suffix in VIDEO_SUFFIXES for frame in taken(file)]
    draw = np.random.default_rng(0)
    noisy = [np.clip(f + draw.normal(0.0, NOISE, f.shape), 0, 255).astype(np.uint8) for f in frames]
    print(f"{len(frames)} frames of {SIZE[0]}x{SIZE[1]}, as they are / with noise of {NOISE:.0f} grey levels\n")
    print("| codec | kB a frame | ms to write | ms to read | exact |")
    print("|---|---|---|---|---|")
    for name, (suffix, settings) in WAYS.items():
        cells = [codec(pictures, suffix, settings) for pictures in (frames, noisy)]
        size, write, read = (" / ".join(f"{cell[i]:.{1 if i else 0}f}" for cell in cells) for i in range(3))
        print(f"| {name} | {size} | {write} | {read} | {'yes' if all(cell[3] for cell in cells) else 'no'} |")
    print()
    whole(frames, noisy)


def taken(file: Path) -> list[np.ndarray]:
    """Give two frames of a clip, cut to the size of a webcam's."""
    with VideoSource(file) as video:
        every = [frame.pixels for frame in iter(video.read, None)]
    return [fitted(every[int(at * len(every))]) for at in AT]


def fitted(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    scale = max(SIZE[0] / width, SIZE[1] / height)
    large = cv2.resize(pixels, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    left, top = (large.shape[1] - SIZE[0]) // 2, (large.shape[0] - SIZE[1]) // 2
    return np.ascontiguousarray(large[top : top + SIZE[1], left : left + SIZE[0]])


def codec(pictures: list[np.ndarray], suffix: str, settings: list[int]) -> tuple[float, float, float, bool]:
    """Give kB, ms to write, ms to read, and whether every value comes back."""
    written, took = timed(lambda p: cv2.imencode(suffix, p, settings)[1], pictures)
    back, took_back = timed(lambda data: cv2.imdecode(data, cv2.IMREAD_COLOR), written)
    exact = all(np.array_equal(a, b) for a, b in zip(pictures, back, strict=True))
    return statistics.mean(len(data) for data in written) / 1e3, took, took_back, exact


def timed(work: Callable, values: list) -> tuple[list, float]:
    began = time.thread_time()
    made = [work(value) for value in values]
    return made, 1e3 * (time.thread_time() - began) / len(values)


def whole(frames: list[np.ndarray], noisy: list[np.ndarray]) -> None:
    """Measure the file as it is written and read."""
    print("| the encrypted file | kB a frame | ms to write | ms to read |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, pictures in (("as they are", frames), ("with noise", noisy)):
            path, many = Path(folder) / f"{name}.osfirec", pictures * 4
            writer = RecordingWriter(path, "a passphrase", Heading("bench", "", ""))
            writer.begin_take(Take(1, "", True, "sface", 1, 1, None))
            _, took = timed(
                lambda p, w=writer: w.add(Frame(p), (), take=1, missing=0, clock_s=0.0),
                many,
            )
            writer.finish(missing=0)
            with RecordingFile(path, "a passphrase") as recording:
                began = time.thread_time()
                count = sum(1 for _ in recording.frames())
                back = 1e3 * (time.thread_time() - began) / count
            print(f"| {name} | {path.stat().st_size / 1e3 / len(many):.0f} | {took:.1f} | {back:.1f} |")


if __name__ == "__main__":
    main()

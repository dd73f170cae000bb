"""Sources and cameras that give what a test wrote down, and a clock that only sleeping moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from osfi_gui.core.values import Frame, SourceInfo
from osfi_gui.vision.sources import (
    Camera,
    CameraSource,
    Source,
)


def picture_at(path: Path, colour: str = "red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 6), colour).save(path)
    return path


class Script(Source):
    """A source that gives the frames it was made with."""

    def __init__(self, frames: list[Frame], *, live: bool, video: bool = True) -> None:
        self.frames = frames
        self.live = live
        self.video = video
        self.at = 0
        self.closed = 0

    @property
    def info(self) -> SourceInfo:
        return SourceInfo("Script", 8, 6, 10.0, None, live=self.live, video=self.video)

    def open(self) -> None:
        self.at = 0

    def read(self) -> Frame | None:
        if self.at == len(self.frames):
            return None
        self.at += 1
        return self.frames[self.at - 1]

    def close(self) -> None:
        self.closed += 1


class FakeClock:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def noise(seed: int, low: int = 0, high: int = 256) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, (48, 64, 3), dtype=np.uint8)


def timed(*times: float) -> list[Frame]:
    return [Frame(noise(index), index=index, time_s=time) for index, time in enumerate(times)]


class FakeCapture:
    """A camera's capture that gives a number of frames and then no more."""

    def __init__(self, frames: int) -> None:
        self.left = frames
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802
        return not self.released

    def read(self) -> tuple[bool, np.ndarray | None]:
        if not self.left:
            return False, None
        self.left -= 1
        return True, np.full((6, 8, 3), (255, 0, 10), np.uint8)  # blue in BGR

    def get(self, prop: int, /) -> float:
        return 0.0

    def set(self, prop: int, value: float, /) -> bool:
        return False

    def release(self) -> None:
        self.released = True


class Desk:
    """A desk with cameras that are plugged and unplugged."""

    def __init__(self, *cameras: Camera) -> None:
        self.cameras = list(cameras)
        self.opened: list[Camera] = []
        self.frames = 5
        self.taken = False
        self.captures: list[FakeCapture] = []

    def capture(self, camera: Camera) -> FakeCapture | None:
        self.opened.append(camera)
        if self.taken:
            return None
        self.captures.append(FakeCapture(self.frames))
        return self.captures[-1]

    def source(self, wanted: str = "") -> CameraSource:
        return CameraSource(wanted, cameras=lambda: list(self.cameras), capture=self.capture)


FRONT = Camera("Front", "/dev/video0", 200, 0)
DOOR = Camera("Door", "/dev/video2", 200, 2)

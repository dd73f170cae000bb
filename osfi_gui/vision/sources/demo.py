"""A show of real portraits, so that the program can be tried without a camera."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from osfi_gui.core.errors import PictureError, SourceError
from osfi_gui.core.values import Frame, SourceInfo
from osfi_gui.paths import resources_dir
from osfi_gui.vision.pictures import read_picture
from osfi_gui.vision.sources.base import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from osfi_gui.core.values import Pixels

SHOW = (
    "enrol/Emmanuel Macron/2025.jpg",
    "strangers/obama.jpg",
    "enrol/Jacinda Ardern/2022.jpg",
    "strangers/sunak.jpg",
)
"""The default show below ``resources/demo``: pictures that the demo gallery does not enrol."""

_ZOOM = 0.12
_ANCHOR = 0.35
"""The zoom holds this height of the picture still, about where a portrait has its eyes, so that no face is cut."""
_PAN = 0.03
_FADE_S = 0.24
_BACKDROP = 28


def show_pictures() -> list[Path]:
    """List the pictures of the default show, in order."""
    return [resources_dir() / "demo" / name for name in SHOW]


class DemoSource(Source):
    """Portraits as a gentle moving video that repeats for ever.

    Every person is shown whole while the picture slowly grows and drifts, then fades to black for long enough that
    the track ends. The same index always gives the same frame.

    Parameters
    ----------
    pictures : sequence of Path or None
        Who appears, in order; None for the default show.
    seconds_each : float
        Seconds from one person to the next, the black gap included.
    fps : float
        Frames a second.
    size : tuple of int
        Width and height, pixels.
    gap_s : float
        Seconds of black after each person.
    """

    def __init__(
        self,
        pictures: Sequence[Path] | None = None,
        *,
        seconds_each: float = 5.0,
        fps: float = 25.0,
        size: tuple[int, int] = (640, 480),
        gap_s: float = 1.0,
    ) -> None:
        if not seconds_each > gap_s + 2 * _FADE_S or fps <= 0 or min(size) <= 0:
            raise ValueError("a person needs time to appear and fade, and a frame needs a size and a rate")
        self._paths = pictures
        self._each = seconds_each
        self._fps = fps
        self._size = size
        self._gap = gap_s
        self._index = 0
        self._people: list[Pixels] = []

    @property
    def info(self) -> SourceInfo:
        """Name, size and frame rate; the number of frames is None since it never ends."""
        width, height = self._size
        return SourceInfo("Demo", width, height, self._fps, frames=None, live=False, video=True)

    def open(self) -> None:
        """Read the portraits and start with the first.

        Raises
        ------
        SourceError
            When a portrait is missing or damaged.
        """
        self.close()
        paths = show_pictures() if self._paths is None else self._paths
        if not paths:
            raise SourceError("The demo has no pictures.", "Choose at least one.")
        try:
            self._people = [self._fit(read_picture(path)) for path in paths]
        except PictureError as error:
            raise SourceError(f"The demo cannot be shown: {error.what}", "Install the program again.") from error

    def read(self) -> Frame:
        """Give the next frame; there always is one.

        Raises
        ------
        SourceError
            When the source is not open.
        """
        if not self._people:
            raise SourceError("The demo is not open.", "Start it again.")
        index = self._index
        self._index += 1
        return Frame(self._render(index), index=index, time_s=index / self._fps)

    def close(self) -> None:
        """Forget the portraits; may be called twice."""
        self._people = []
        self._index = 0

    def _fit(self, pixels: Pixels) -> Pixels:
        """Scale a portrait to its largest appearance, by area, so that the frames only shrink it a little."""
        scale = self._contain(pixels) * (1.0 + _ZOOM)
        height, width = pixels.shape[:2]
        fitted: Pixels = cv2.resize(
            pixels,
            (max(1, round(width * scale)), max(1, round(height * scale))),
            interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC,
        ).astype(np.uint8, copy=False)
        return fitted

    def _contain(self, pixels: Pixels) -> float:
        height, width = pixels.shape[:2]
        return float(min(self._size[0] / width, self._size[1] / height))

    def _render(self, index: int) -> Pixels:
        turn, at_s = divmod(index / self._fps, self._each)
        shown_s = self._each - self._gap
        light = min(1.0, at_s / _FADE_S, (shown_s - at_s) / _FADE_S)
        width, height = self._size
        if light <= 0:
            return np.zeros((height, width, 3), np.uint8)
        person = self._people[int(turn) % len(self._people)]
        phase = at_s / shown_s
        scale = self._contain(person) * (1.0 + _ZOOM * phase)
        pan = _PAN * width * math.sin(2.0 * math.pi * phase)
        left = (width - person.shape[1] * scale) / 2.0 + pan
        # At scale 1 the picture is centred; what the zoom adds is taken off around the anchor.
        top = (height - person.shape[0] * self._contain(person)) / 2.0
        top -= _ANCHOR * person.shape[0] * (scale - self._contain(person))
        shift = np.array([[scale, 0.0, left], [0.0, scale, top]], np.float64)
        backdrop = (_BACKDROP, _BACKDROP, _BACKDROP)
        scene = cv2.warpAffine(
            person, shift, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=backdrop
        )
        faded: Pixels = (scene if light >= 1 else cv2.convertScaleAbs(scene, alpha=light)).astype(np.uint8, copy=False)
        return faded

"""Notices a live source that goes on giving pictures but shows nothing new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.errors import SourceError
from osfi_gui.vision.sources.base import Source

if TYPE_CHECKING:
    from osfi_gui.core.ports import FrameSource
    from osfi_gui.core.values import Frame, Pixels, SourceInfo

PATIENCE_S = 2.0
"""Seconds that a picture may stay the same, or black."""

_BLACK = 20
"""Brightest value that still counts as black: a closed shutter shows noise, not zeros."""
_BLACK_PERCENTILE = 99.5
_EVERY = 8


class Watched(Source):
    """A live source whose frozen or black picture is an error. Recorded sources pass unchanged.

    Parameters
    ----------
    source : FrameSource
        What to watch; it is opened and closed with this one.
    """

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._last: Pixels | None = None
        self._same_since_s = 0.0
        self._black_since_s: float | None = None

    @property
    def info(self) -> SourceInfo:
        """What the source says of itself."""
        return self._source.info

    def open(self) -> None:
        """Open the source and start watching anew."""
        self._forget()
        self._source.open()

    def read(self) -> Frame | None:
        """Give the next frame, or None at the end.

        Raises
        ------
        SourceError
            When a live picture was black, or exactly the same, for more than two seconds.
        """
        frame = self._source.read()
        info = self._source.info
        if frame is None or not info.live:
            return frame
        if not _is_black(frame.pixels):
            self._black_since_s = None
        elif self._black_since_s is None:
            self._black_since_s = frame.time_s
        if self._last is None or not np.array_equal(self._last, frame.pixels):
            self._same_since_s = frame.time_s
        self._last = frame.pixels
        # Black first: black pictures often are all the same as well, and the shutter is the better advice.
        if self._black_since_s is not None and frame.time_s - self._black_since_s > PATIENCE_S:
            self._forget()
            raise SourceError(
                f"The picture from {info.name} has been black for {PATIENCE_S:.0f} s.",
                "Open the camera's shutter, switch the light on, or check the camera.",
            )
        if frame.time_s - self._same_since_s > PATIENCE_S:
            self._forget()
            raise SourceError(
                f"The picture from {info.name} has not changed for {PATIENCE_S:.0f} s.",
                "Start it again; if that does not help, unplug the camera or restart it.",
            )
        return frame

    def close(self) -> None:
        """Close the source; may be called twice."""
        self._forget()
        self._source.close()

    def _forget(self) -> None:
        self._last = None
        self._black_since_s = None


def _is_black(pixels: Pixels) -> bool:
    return bool(np.percentile(pixels[::_EVERY, ::_EVERY], _BLACK_PERCENTILE) <= _BLACK)

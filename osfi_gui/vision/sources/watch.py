"""Notices a live source that goes on giving pictures but shows nothing new."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.errors import SourceError, StaleError
from osfi_gui.vision.sources.base import Source

if TYPE_CHECKING:
    from osfi_gui.core.ports import FrameSource
    from osfi_gui.core.values import Frame, Pixels, SourceInfo

PATIENCE_S = 2.0
"""Seconds that a picture may stay the same, or black."""
REOPEN_S = 10.0
"""After so many seconds of the same picture the source is given up, so that opening it anew may help."""

_BLACK = 20
"""Brightest value that still counts as black: a closed shutter shows noise, not zeros."""
_BLACK_PERCENTILE = 99.5
_EVERY = 8


class Watched(Source):
    """A live source whose frozen or black picture is an error, and stays open. Recorded sources pass unchanged.

    Frozen is what gives exactly the same pixels for two seconds: a sensor's noise never does.

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
        self._frozen_since_s: float | None = None
        self._given_up = False

    @property
    def info(self) -> SourceInfo:
        """What the source says of itself."""
        return self._source.info

    def open(self) -> None:
        """Open the source and start watching anew; only one that was given up is still frozen with its last picture."""
        if self._given_up:
            self._same_since_s = -math.inf
        else:
            self._forget()
        self._given_up = False
        self._frozen_since_s = None
        self._source.open()

    def read(self) -> Frame | None:
        """Give the next frame, or None at the end.

        Raises
        ------
        StaleError
            When a live picture was black, or exactly the same, for more than two seconds. That does not end the
            source: the next ``read`` goes on.
        SourceError
            When it was frozen for so long that only opening it again may help.
        """
        frame = self._source.read()
        info = self._source.info
        if frame is None or not info.live:
            return frame
        now_s = frame.time_s
        if not is_black(frame.pixels):
            self._black_since_s = None
        elif self._black_since_s is None:
            self._black_since_s = now_s
        if self._last is None or not np.array_equal(self._last, frame.pixels):
            self._same_since_s, self._frozen_since_s = now_s, None
        self._last = frame.pixels
        # Black first: black pictures often are all the same as well, and the shutter is the better advice.
        if self._black_since_s is not None and now_s - self._black_since_s > PATIENCE_S:
            raise StaleError(
                f"The picture from {info.name} has been black for {PATIENCE_S:.0f} s.",
                "Open the camera's shutter, switch the light on, or check the camera.",
            )
        if now_s - self._same_since_s > PATIENCE_S:
            raise self._frozen(info.name, now_s)
        return frame

    def close(self) -> None:
        """Close the source; may be called twice."""
        if not self._given_up:
            self._forget()
        self._source.close()

    def _frozen(self, name: str, now_s: float) -> SourceError:
        what = f"The picture from {name} has not changed for {PATIENCE_S:.0f} s."
        remedy = "Start it again; if that does not help, unplug the camera or restart it."
        if self._frozen_since_s is None:
            self._frozen_since_s = now_s
        self._given_up = now_s - self._frozen_since_s > REOPEN_S
        return SourceError(what, remedy) if self._given_up else StaleError(what, remedy)

    def _forget(self) -> None:
        self._last = None
        self._black_since_s = None


def is_black(pixels: Pixels) -> bool:
    """Say whether a picture is that of a closed shutter: but for a few hot pixels no value is above 20 of 255.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
    """
    return bool(np.percentile(pixels[::_EVERY, ::_EVERY], _BLACK_PERCENTILE) <= _BLACK)

"""Plays a recorded source in real time, for eyes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from osfi_gui.vision.sources.base import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.ports import FrameSource
    from osfi_gui.core.values import Frame, SourceInfo

_STEP_S = 0.02
_LONGEST_WAIT_S = 1.9
_LATE_S = 0.25


class Paced(Source):
    """Gives every frame of a recorded source, none before its time. Live sources and pictures pass unchanged.

    A reader that is too slow gets the frames late and all of them; when it is faster again, playback goes on at its
    normal pace rather than hurrying after the clock. No wait is longer than a read may take (two seconds).

    Parameters
    ----------
    source : FrameSource
        What to play; it is opened and closed with this one.
    clock, sleep : callable
        Seconds now, and wait for some seconds.
    """

    def __init__(
        self,
        source: FrameSource,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._clock = clock
        self._sleep = sleep
        self._start_s: float | None = None
        self._closed = False

    @property
    def info(self) -> SourceInfo:
        """What the source says of itself."""
        return self._source.info

    def open(self) -> None:
        """Open the source; the clock starts with its first frame."""
        self._start_s = None
        self._closed = False
        self._source.open()

    def read(self) -> Frame | None:
        """Give the next frame when its time has come, or None at the end or once closed."""
        frame = self._source.read()
        if frame is None or self._source.info.live or not self._source.info.video:
            return frame
        now = self._clock()
        if self._start_s is None:
            self._start_s = now - frame.time_s
        wait_s = self._start_s + frame.time_s - now
        if wait_s < -_LATE_S or wait_s > _LONGEST_WAIT_S:
            wait_s = min(max(wait_s, 0.0), _LONGEST_WAIT_S)
            self._start_s = now + wait_s - frame.time_s
        due_s = now + wait_s
        while not self._closed:
            left_s = due_s - self._clock()
            if left_s <= 0:
                return frame
            self._sleep(min(_STEP_S, left_s))
        return None

    def close(self) -> None:
        """Close the source; may be called twice, also out of ``sleep``."""
        self._closed = True
        self._source.close()

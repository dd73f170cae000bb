"""What cameras and streams share: the first frame is the proof of life, and the frame rate is measured."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections import deque
from typing import TYPE_CHECKING

from osfi_gui.core.errors import SourceError
from osfi_gui.core.values import Frame, SourceInfo
from osfi_gui.vision.sources.base import Source
from osfi_gui.vision.sources.opencv import read_rgb

if TYPE_CHECKING:
    from osfi_gui.core.values import Pixels
    from osfi_gui.vision.sources.opencv import Capture

_WINDOW_FRAMES = 60
_RETRY_S = 0.03


class LiveSource(Source):
    """A live source over an OpenCV capture.

    Parameters
    ----------
    name : str
        For the operator.
    """

    _first_patience_s = 0.0
    """Seconds in which a capture that gave no first frame is asked again."""
    _patience_s = 0.0
    """The same for the frames after it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._capture: Capture | None = None
        self._pending: Pixels | None = None
        self._size = (0, 0)
        self._index = 0
        self._first_s = 0.0
        self._times: deque[float] = deque(maxlen=_WINDOW_FRAMES)

    @abstractmethod
    def _start(self) -> Capture:
        """Open the capture or raise a SourceError."""

    @abstractmethod
    def _silent(self) -> SourceError:
        """Say that it opened but gives no frame."""

    @abstractmethod
    def _stopped(self) -> SourceError:
        """Say that it gave frames and has stopped."""

    @property
    def info(self) -> SourceInfo:
        """Name, size and measured frame rate; the rate is 0 until two frames were read."""
        width, height = self._size
        return SourceInfo(self._name, width, height, self._measured_fps(), frames=None, live=True, video=True)

    def open(self) -> None:
        """Open the device and wait for its first frame.

        Raises
        ------
        SourceError
            When it is missing, taken, or gives no frame.
        """
        self.close()
        capture = self._start()
        pixels = _read_patiently(capture, self._first_patience_s)
        if pixels is None:
            capture.release()
            raise self._silent()
        self._capture = capture
        self._pending = pixels
        self._size = (pixels.shape[1], pixels.shape[0])
        self._index = 0
        self._times.clear()

    def read(self) -> Frame:
        """Give the next frame; waits for it up to two seconds.

        Returns
        -------
        Frame
            Its time is the time it was taken from the device.

        Raises
        ------
        SourceError
            When no frame comes any more; ``open`` may be called again to retry.
        """
        if self._capture is None:
            raise SourceError(f"{self._name} is not open.", "Start it again.")
        pixels, self._pending = self._pending, None
        if pixels is None:
            pixels = _read_patiently(self._capture, self._patience_s)
        if pixels is None:
            self.close()
            raise self._stopped()
        self._size = (pixels.shape[1], pixels.shape[0])  # it may change in the middle
        now = time.monotonic()
        if self._index == 0:
            self._first_s = now
        self._times.append(now)
        frame = Frame(pixels, index=self._index, time_s=now - self._first_s)
        self._index += 1
        return frame

    def close(self) -> None:
        """Release the device; may be called twice."""
        capture, self._capture = self._capture, None
        self._pending = None
        if capture is not None:
            capture.release()

    def _measured_fps(self) -> float:
        if len(self._times) <= 1:
            return 0.0
        seconds = self._times[-1] - self._times[0]
        return (len(self._times) - 1) / seconds if seconds > 0 else 0.0


def _read_patiently(capture: Capture, patience_s: float) -> Pixels | None:
    until_s = time.monotonic() + patience_s
    while (pixels := read_rgb(capture)) is None and time.monotonic() < until_s:
        time.sleep(_RETRY_S)
    return pixels

"""A Motion JPEG stream whose pictures are decoded here, each by itself and in its own size."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from osfi_gui.vision.sources.opencv import READ_TIMEOUT_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.vision.sources.opencv import Capture

_ENDS = b"\xff\xd9"
_PADDING = 1024
"""Bytes that a camera may send between a picture's end and the next boundary."""


class JpegCapture:
    """The pictures of a capture that hands over undecoded JPEG files.

    OpenCV scales every picture of a stream to the size of the first one, whatever its shape; decoded by itself each
    keeps its own. One that is damaged or cut off is left out.

    Parameters
    ----------
    capture : Capture
        Of Motion JPEG, in raw mode, nothing read from it yet.
    """

    def __init__(self, capture: Capture) -> None:
        self._capture = capture

    @classmethod
    def of(cls, capture: Capture) -> JpegCapture | None:
        """Take over a capture that was just opened; None when it is no Motion JPEG or does not give it undecoded."""
        if int(capture.get(cv2.CAP_PROP_FOURCC)) != cv2.VideoWriter.fourcc(*"MJPG"):
            return None
        return cls(capture) if capture.set(cv2.CAP_PROP_FORMAT, -1) else None

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Whether the stream is open."""
        return self._capture.isOpened()

    def read(self) -> tuple[bool, Any]:
        """Give whether a picture came in time, and the picture in BGR or grey."""
        until_s = time.monotonic() + READ_TIMEOUT_S
        while time.monotonic() < until_s:
            came, packet = self._capture.read()
            if not came:
                return False, None
            pixels = _decoded(packet)
            if pixels is not None:
                return True, pixels
        return False, None

    def get(self, prop: int, /) -> float:
        """Give a ``CAP_PROP_*``."""
        return self._capture.get(prop)

    def set(self, prop: int, value: float, /) -> bool:
        """Change a ``CAP_PROP_*``; say whether that worked."""
        return self._capture.set(prop, value)

    def release(self) -> None:
        """Close it."""
        self._capture.release()


def _decoded(packet: NDArray[np.uint8]) -> cv2.typing.MatLike | None:
    data = np.ascontiguousarray(packet, dtype=np.uint8).ravel()
    # A picture that was cut off would be decoded too, with grey where the rest of a face belongs.
    if data.size == 0 or _ENDS not in data[-_PADDING:].tobytes():
        return None
    try:
        return cv2.imdecode(data, cv2.IMREAD_COLOR)
    except cv2.error:
        return None

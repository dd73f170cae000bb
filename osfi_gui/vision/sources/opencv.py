"""OpenCV's video capture, silenced and typed, with RGB instead of BGR."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.values import Pixels

READ_TIMEOUT_S = 1.8
"""No read waits longer for a frame: what falls silent is noticed, and said, within two seconds."""

_V4L_TIMEOUT_S = 1
"""A camera's read may be tried a second time within READ_TIMEOUT_S."""

# The operator reads our sentence, not the chatter of the libraries below OpenCV (which may even print passwords).
# All three are read by OpenCV when the first capture is made, so it is early enough after its import.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(_V4L_TIMEOUT_S))


class Capture(Protocol):
    """The part of ``cv2.VideoCapture`` that the sources use."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Whether the device or file is open."""
        ...

    def read(self) -> tuple[bool, Any]:
        """Give whether a frame came, and the frame in BGR."""
        ...

    def get(self, prop: int, /) -> float:
        """Give a ``CAP_PROP_*``."""
        ...

    def set(self, prop: int, value: float, /) -> bool:
        """Change a ``CAP_PROP_*``; say whether that worked."""
        ...

    def release(self) -> None:
        """Close it."""
        ...


def silence() -> None:
    """Turn OpenCV's own log off."""
    if hasattr(cv2, "setLogLevel"):
        cv2.setLogLevel(0)
    elif hasattr(cv2, "utils") and hasattr(cv2.utils, "logging"):
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def open_capture(target: str | int, backend: int, options: Sequence[int] = ()) -> Capture | None:
    """Open a capture.

    Parameters
    ----------
    target : str or int
        File, URL or index of a camera.
    backend : int
        A ``cv2.CAP_*``.
    options : sequence of int
        ``CAP_PROP_*`` and its value, alternating.

    Returns
    -------
    Capture or None
        None when it does not open.
    """
    silence()
    try:
        # The stubs want two overloads where OpenCV takes either.
        capture: Capture = cv2.VideoCapture(target, backend, list(options))  # type: ignore[call-overload, unused-ignore]
    except cv2.error:
        return None
    if capture.isOpened():
        return capture
    capture.release()
    return None


def read_rgb(capture: Capture) -> Pixels | None:
    """Read the next frame of a capture.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3), or None
        RGB; None when no frame came.
    """
    try:
        came, pixels = capture.read()
        if not came or pixels is None or pixels.size == 0:
            return None
        return to_rgb(pixels)
    except cv2.error:
        return None


def to_rgb(pixels: NDArray[np.uint8 | np.uint16]) -> Pixels:
    """Give what a capture hands over as RGB: infrared cameras give grey, some of them 16 bits of it.

    Parameters
    ----------
    pixels : ndarray of uint8 or uint16, shape (height, width) or (height, width, 1, 3 or 4)
        Grey, BGR or BGRA.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)

    Raises
    ------
    cv2.error
        When it is none of these.
    """
    eight_bits = cv2.convertScaleAbs(pixels, alpha=1 / 257) if pixels.dtype == np.uint16 else pixels
    channels = 1 if eight_bits.ndim == 2 else eight_bits.shape[2]
    rgb = cv2.cvtColor(eight_bits, cv2.COLOR_GRAY2RGB if channels == 1 else cv2.COLOR_BGR2RGB)
    return rgb.astype(np.uint8, copy=False)

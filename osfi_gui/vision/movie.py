"""Writing frames as an MP4 file of one size and one rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from osfi_gui.core.errors import RecordingError
from osfi_gui.vision.sources.opencv import silence

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from osfi_gui.core.values import Pixels


class MovieWriter:
    """Writes MPEG-4 video, which every player knows; a context manager that closes the file.

    Parameters
    ----------
    path : Path
        Ends in ``.mp4``; what is there is written over.
    width, height : int
        Of every frame, pixels; an odd one becomes one more.
    fps : float

    Raises
    ------
    RecordingError
        The file cannot be written.
    """

    def __init__(self, path: Path, *, width: int, height: int, fps: float) -> None:
        silence()
        self._path = path
        self._size = (width + width % 2, height + height % 2)
        self._written = 0
        # The absolute path, since FFmpeg would take "http:..." for more than a file's name.
        target = str(path.absolute())
        self._writer = cv2.VideoWriter(target, cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), fps, self._size)
        if not self._writer.isOpened():
            raise self._unwritten()

    def __enter__(self) -> MovieWriter:
        """Give the open writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file as it is."""
        self._writer.release()

    def add(self, pixels: Pixels, *, times: int = 1) -> None:
        """Write a frame, as often as it is to be shown; one of another size is fitted in undistorted, with black bars.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3)
            RGB.
        times : int
        """
        fitted = cv2.cvtColor(_fitted(pixels, self._size), cv2.COLOR_RGB2BGR)
        for _ in range(times):
            self._writer.write(fitted)
        self._written += times

    def finish(self) -> None:
        """Close the file and look whether it holds what was written.

        Raises
        ------
        RecordingError
            It does not: OpenCV does not say when a disk is full.
        """
        self._writer.release()
        written = cv2.VideoCapture(str(self._path.absolute()), cv2.CAP_FFMPEG)
        held = int(written.get(cv2.CAP_PROP_FRAME_COUNT)) if written.isOpened() else 0
        written.release()
        if held != self._written:
            raise self._unwritten()

    def _unwritten(self) -> RecordingError:
        folder = self._path.absolute().parent
        return RecordingError(
            "The video could not be written.", f"Check that there is room on the disk and you may write to {folder}."
        )


def _fitted(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    width, height = size
    given_height, given_width = pixels.shape[:2]
    if (given_width, given_height) == size:
        return pixels
    stage = np.zeros((height, width, 3), np.uint8)
    scale = min(width / given_width, height / given_height)
    # One missing column or row (an odd size) is black, nothing is scaled for it.
    if given_width <= width <= given_width + 1 and given_height <= height <= given_height + 1:
        stage[:given_height, :given_width] = pixels
        return stage
    shape = (max(1, round(given_width * scale)), max(1, round(given_height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    left, top = (width - shape[0]) // 2, (height - shape[1]) // 2
    stage[top : top + shape[1], left : left + shape[0]] = cv2.resize(pixels, shape, interpolation=way)
    return stage

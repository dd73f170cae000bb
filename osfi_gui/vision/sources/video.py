"""Video files, with the times that the file gives its frames."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from osfi_gui.core.errors import SourceError
from osfi_gui.core.values import Frame, SourceInfo
from osfi_gui.vision.sources.base import Source
from osfi_gui.vision.sources.jpeg import JpegCapture
from osfi_gui.vision.sources.opencv import open_capture, read_rgb
from osfi_gui.vision.sources.tail import is_cut_off

if TYPE_CHECKING:
    from osfi_gui.core.values import Pixels
    from osfi_gui.vision.sources.opencv import Capture

VIDEO_SUFFIXES = frozenset(
    {
        ".mp4",
        ".m4v",
        ".mov",
        ".avi",
        ".mkv",
        ".webm",
        ".mpg",
        ".mpeg",
        ".ts",
        ".mts",
        ".m2ts",
        ".wmv",
        ".asf",
        ".flv",
        ".3gp",
        ".3g2",
        ".ogv",
        ".mjpeg",
        ".mjpg",
        ".gif",
    }
)
"""Lower-case endings of the files that are opened as video."""

_FALLBACK_FPS = 25.0
_HIGHEST_FPS = 1000.0
_MISSING_FRAMES = 5
_MISSING_SHARE = 0.05


class VideoSource(Source):
    """Frames of a video file, as fast as they are read and upright as the file says.

    Parameters
    ----------
    path : Path or str
        A file that FFmpeg can read.
    loop : bool
        Whether to start again at the end; index and time then count on, and ``info.frames`` is None.
    """

    def __init__(self, path: Path | str, *, loop: bool = False) -> None:
        self._path = Path(path)
        self._loop = loop
        self._capture: Capture | None = None
        self._pending: Pixels | None = None
        self._ended = False
        self._size = (0, 0)
        self._fps = 0.0
        self._announced = 0
        self._index = 0
        self._passed = 0
        self._first_s = 0.0
        self._time_s = 0.0
        self._offset_s = 0.0

    @property
    def info(self) -> SourceInfo:
        """Name, and once opened the size, the frame rate and the number of frames that the file announces."""
        width, height = self._size
        frames = None if self._loop else self._announced
        return SourceInfo(self._path.name, width, height, self._fps, frames, live=False, video=True)

    def open(self) -> None:
        """Open the file at its beginning.

        Raises
        ------
        SourceError
            When it is missing, no video, or holds no frame.
        """
        self.close()
        self._index = 0
        self._offset_s = 0.0
        self._rewind()

    def read(self) -> Frame | None:
        """Give the next frame, or None at the end.

        Returns
        -------
        Frame or None
            Its time is the file's own, counted from the first frame.

        Raises
        ------
        SourceError
            When the file breaks off before the length it announces, or before its end; every frame before was given.
        """
        if self._ended:
            return None
        if self._capture is None:
            raise SourceError(f"{self._path.name} is not open.", "Start it again.")
        pixels, self._pending = self._pending, None
        if pixels is None:
            pixels = read_rgb(self._capture)
        if pixels is None:
            self._finish()
            if not self._loop:
                return None
            self._offset_s = self._offset_s + self._time_s + 1.0 / self._fps
            self._rewind()
            pixels, self._pending = self._pending, None
        assert pixels is not None
        self._size = (pixels.shape[1], pixels.shape[0])  # it may change in the middle
        self._time_s = self._media_time()
        frame = Frame(pixels, index=self._index, time_s=self._offset_s + self._time_s)
        self._index += 1
        self._passed += 1
        return frame

    def close(self) -> None:
        """Release the file; may be called twice."""
        capture, self._capture = self._capture, None
        self._pending = None
        self._ended = False
        if capture is not None:
            capture.release()

    def _rewind(self) -> None:
        """Open the file anew: seeking to the start is not exact in every container."""
        name = self._path.name
        if not self._path.is_file():
            raise SourceError(f"The video {name} does not exist.", "Check the spelling or choose another file.")
        capture = self._opened()
        fps, announced = capture.get(cv2.CAP_PROP_FPS), capture.get(cv2.CAP_PROP_FRAME_COUNT)
        size = (capture.get(cv2.CAP_PROP_FRAME_HEIGHT), capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        jpeg = JpegCapture.of(capture)
        capture = jpeg or capture
        pixels = read_rgb(capture)
        if jpeg is not None and (pixels is None or pixels.shape[:2] != size):
            # Of the kind that has a picture for every other line, or that needs what FFmpeg knows of it.
            capture.release()
            capture = self._opened()
            pixels = read_rgb(capture)
        if pixels is None:
            capture.release()
            raise SourceError(f"The video {name} holds no picture.", "Copy it again, or choose another file.")
        self._capture = capture
        self._pending = pixels
        self._size = (pixels.shape[1], pixels.shape[0])
        self._fps = _plausible_fps(fps)
        self._announced = max(0, int(announced))
        self._first_s = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        self._passed = 0
        self._time_s = 0.0

    def _opened(self) -> Capture:
        # The absolute path, since FFmpeg would take "http:..." or "concat:..." for more than a file's name.
        capture = open_capture(str(self._path.absolute()), cv2.CAP_FFMPEG)
        if capture is None:
            raise SourceError(
                f"{self._path.name} is damaged or no video.", "Copy it again, or convert it to MP4 (H.264)."
            )
        return capture

    def _media_time(self) -> float:
        if self._passed == 0 or self._capture is None:
            return 0.0
        time_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0 - self._first_s
        # Some containers give no times, or the same one twice; time must go on for tracks to make sense.
        return time_s if math.isfinite(time_s) and time_s > self._time_s else self._time_s + 1.0 / self._fps

    def _finish(self) -> None:
        self.close()
        self._ended = not self._loop
        margin = max(_MISSING_FRAMES, _MISSING_SHARE * self._announced)
        end_s = self._time_s + 1.0 / self._fps
        # Both by count and by time: the count is only an estimate where frames are not evenly spaced.
        short = self._passed <= self._announced - margin and end_s <= (self._announced - margin) / self._fps
        if short or is_cut_off(self._path):
            self._ended = True
            raise SourceError(
                f"The video {self._path.name} is broken after {end_s:.1f} s.",
                "What came before was used; copy the file again for the rest.",
            )


def _plausible_fps(fps: float) -> float:
    return fps if math.isfinite(fps) and 0.0 < fps <= _HIGHEST_FPS else _FALLBACK_FPS

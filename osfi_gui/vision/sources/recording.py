"""A recording of a live session, played as a source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from osfi_gui.core.errors import RecordingError
from osfi_gui.core.values import SourceInfo
from osfi_gui.vision.sources.base import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from osfi_gui.core.recording import RecordedFrame
    from osfi_gui.store.recording import RecordingFile


def no_key() -> str | None:
    """Give no passphrase: nothing is unlocked."""
    return None


class RecordingSource(Source):
    """The frames of a recording, each with what was decided about it, at the times of its own source.

    Parameters
    ----------
    path : Path or str
    key : callable
        Gives the passphrase of the gallery that is open, or None; asked whenever the source is opened.
    """

    def __init__(self, path: Path | str, *, key: Callable[[], str | None] = no_key) -> None:
        self._path = Path(path)
        self._key = key
        self._file: RecordingFile | None = None
        self._frames: Iterator[RecordedFrame] = iter(())
        self._next: RecordedFrame | None = None
        self._count = 0
        self._fps = 0.0
        self._size = (0, 0)
        self._video = True

    @property
    def info(self) -> SourceInfo:
        """Name, and once opened size, mean frame rate, and how many frames; every one of them is to be recognised."""
        width, height = self._size
        name = self._path.name
        return SourceInfo(name, width, height, self._fps, self._count, live=False, video=self._video, every=True)

    def open(self) -> None:
        """Open the file at its beginning.

        Raises
        ------
        RecordingError
            There is no passphrase or a wrong one, or the file is no recording, damaged, or holds no frame.
        """
        from osfi_gui.store.recording import RecordingFile

        self.close()
        name, passphrase = self._path.name, self._key()
        if passphrase is None:
            what = f"{name} is played only while the gallery it was recorded with is open."
            raise RecordingError(what, "Open that gallery, then try again.")
        self._file = RecordingFile(self._path, passphrase)
        self._count = len(self._file)
        self._frames = self._file.frames()
        self._next = next(self._frames, None)
        if self._next is None:
            self.close()
            raise RecordingError(f"{name} holds no frame.", "Choose another recording.")
        self._look_at(self._next)
        seconds = self._file.seconds()
        self._fps = round((self._count - 1) / seconds, 1) if seconds > 0.0 and self._video else 0.0

    def read(self) -> RecordedFrame | None:
        """Give the next frame, or None at the end.

        Raises
        ------
        RecordingError
            The file is damaged here, or not open.
        """
        if self._file is None:
            raise RecordingError(f"{self._path.name} is not open.", "Start it again.")
        frame, self._next = self._next, None
        if frame is None:
            frame = next(self._frames, None)
        if frame is not None:
            self._look_at(frame)
        return frame

    def _look_at(self, frame: RecordedFrame) -> None:
        self._video = frame.take.video
        self._size = (frame.pixels.shape[1], frame.pixels.shape[0])

    def close(self) -> None:
        """Close the file; may be called twice."""
        file, self._file = self._file, None
        self._frames, self._next = iter(()), None
        if file is not None:
            file.close()

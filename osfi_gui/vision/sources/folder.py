"""One picture, or a folder of pictures, as frames."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from osfi_gui.core.errors import PictureError, SourceError
from osfi_gui.core.values import Frame, SourceInfo
from osfi_gui.vision.pictures import list_pictures, read_picture
from osfi_gui.vision.sources.base import Source

if TYPE_CHECKING:
    from collections.abc import Sequence


class FolderSource(Source):
    """Pictures one after the other.

    A folder gives its own pictures first and then those one level down (``ROOT/NAME/picture``), each sorted by name.
    A frame's ``index`` is the picture's place in ``files``, its ``file`` the path, its ``time_s`` always 0.

    Parameters
    ----------
    path : Path or str
        A picture or a folder.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._files: tuple[Path, ...] = ()
        self._next: int | None = None

    @property
    def files(self) -> Sequence[Path]:
        """The pictures in the order they are read; empty before ``open``."""
        return self._files

    @property
    def info(self) -> SourceInfo:
        """Name, and once opened the number of pictures; size and frame rate are 0."""
        name = self._path.name or str(self._path)
        return SourceInfo(name, 0, 0, fps=0.0, frames=len(self._files), live=False, video=False)

    def open(self) -> None:
        """List the pictures.

        Raises
        ------
        SourceError
            When the folder or the picture is missing, or the folder holds no picture.
        """
        self.close()
        self._files = tuple(self._list())
        self._next = 0

    def read(self) -> Frame | None:
        """Give the next picture, or None after the last.

        Raises
        ------
        PictureError
            When this picture cannot be used. That does not end the source: the next ``read`` goes on with the next
            picture.
        SourceError
            When the source is not open.
        """
        if self._next is None:
            raise SourceError(f"{self.info.name} is not open.", "Start it again.")
        if self._next >= len(self._files):
            return None
        index = self._next
        self._next += 1
        path = self._files[index]
        return Frame(read_picture(path), index=index, time_s=0.0, file=str(path))

    def close(self) -> None:
        """Forget the place; may be called twice."""
        self._next = None

    def _list(self) -> list[Path]:
        name = self._path.name or str(self._path)
        if not self._path.is_dir():
            if not self._path.exists():
                raise SourceError(f"{name} does not exist.", "Check the spelling or choose another one.")
            return [self._path]
        try:
            files = list_pictures(self._path)
            below = sorted((entry.name for entry in os.scandir(self._path) if _is_open_folder(entry)), key=_by_name)
        except PictureError as error:
            raise SourceError(error.what, error.remedy) from error
        for folder in below:
            files += list_pictures(self._path / folder)
        if not files:
            raise SourceError(
                f"The folder {name} holds no pictures.", "Choose a folder with JPEG, PNG, WebP, BMP or TIFF pictures."
            )
        return files


def _is_open_folder(entry: os.DirEntry[str]) -> bool:
    # A folder below that may not be entered is skipped, as a hidden one is.
    return entry.is_dir() and not entry.name.startswith(".") and os.access(entry.path, os.R_OK | os.X_OK)


def _by_name(name: str) -> tuple[str, str]:
    return name.casefold(), name

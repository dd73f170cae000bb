"""Where frames come from: cameras, video files, pictures, network streams, and a demo."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from osfi_gui.core.errors import UnknownSourceError
from osfi_gui.core.recording import SUFFIX
from osfi_gui.vision.pictures import PICTURE_SUFFIXES
from osfi_gui.vision.sources.base import Source
from osfi_gui.vision.sources.cameras import Camera, CameraSource, list_cameras
from osfi_gui.vision.sources.demo import DemoSource
from osfi_gui.vision.sources.folder import FolderSource
from osfi_gui.vision.sources.paced import Paced
from osfi_gui.vision.sources.recording import RecordingSource, no_key
from osfi_gui.vision.sources.stream import SCHEMES, StreamSource
from osfi_gui.vision.sources.video import VIDEO_SUFFIXES, VideoSource
from osfi_gui.vision.sources.watch import Watched

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "VIDEO_SUFFIXES",
    "Camera",
    "CameraSource",
    "DemoSource",
    "FolderSource",
    "Paced",
    "RecordingSource",
    "Source",
    "StreamSource",
    "VideoSource",
    "Watched",
    "list_cameras",
    "open_source",
]

# Two characters at least, so that a Windows drive (C:\, C:/) is never a scheme.
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_CAMERA = re.compile(r"/dev/(video\d+|v4l/by-.+)")
_REMEDY = "Use demo, camera, camera:NAME, an http:// or rtsp:// address, or the path of a picture, folder or video."


def open_source(address: str, *, loop: bool = False, key: Callable[[], str | None] = no_key) -> Source:
    """Make the source that an address means, without opening it.

    Parameters
    ----------
    address : str
        ``demo``; ``camera`` for the first one or ``camera:NAME``; an ``http(s)://`` or ``rtsp(s)://`` stream; or the
        path of a picture, a folder of pictures, a video or a recording, relative or with ``~``. A file that is called
        ``demo`` is reached as ``./demo``.
    loop : bool
        Whether a video starts again at its end.
    key : callable, optional
        Gives the passphrase of the gallery that is open, or None; recordings are opened with it.

    Returns
    -------
    Source
        Unpaced and unwatched; see ``Paced`` and ``Watched``.

    Raises
    ------
    UnknownSourceError
        When the address means nothing, or the file is missing; its remedy is worded for the command line.
    """
    address = address.strip()
    kind, _, rest = address.partition(":")
    if not address:
        raise UnknownSourceError("No source was given.", _REMEDY)
    if address.lower() == "demo":
        return DemoSource()
    if kind.lower() == "camera":
        return CameraSource(rest.strip())
    if scheme := _SCHEME.match(address):
        if scheme[1].lower() in SCHEMES:
            return StreamSource(address)
        raise UnknownSourceError(f"Addresses with {scheme[1]}:// are not supported.", _REMEDY)
    return _open_path(address, loop=loop, key=key)


def _open_path(address: str, *, loop: bool, key: Callable[[], str | None]) -> Source:
    try:
        path = Path(address).expanduser()
        # Also one that is not there now: a camera may be plugged in again, a file is not.
        if path.is_char_device() or _CAMERA.fullmatch(address):
            return CameraSource(str(path))
        exists, folder = path.exists(), path.is_dir()
    except (OSError, RuntimeError, ValueError):
        exists = folder = False
        path = Path(address)
    if not exists:
        raise UnknownSourceError(f"{address} does not exist.", _REMEDY)
    suffix = path.suffix.lower()
    if folder or suffix in PICTURE_SUFFIXES:
        return FolderSource(path)
    if suffix == SUFFIX:
        return RecordingSource(path, key=key)
    if suffix in VIDEO_SUFFIXES:
        return VideoSource(path, loop=loop)
    raise UnknownSourceError(f"{path.name} is neither a picture nor a video.", _REMEDY)

"""Cameras by name: which there are, and frames from one of them."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
from cv2_enumerate_cameras import enumerate_cameras

from osfi_gui.core.errors import SourceError
from osfi_gui.vision.sources.live import LiveSource
from osfi_gui.vision.sources.opencv import open_capture

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.vision.sources.opencv import Capture

# One backend for each system, or every camera would be listed once for each of them. On Windows DirectShow, because
# Media Foundation neither lists virtual cameras nor bounds how long a read may wait.
_BACKENDS = {"win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}
_BACKEND = _BACKENDS.get(sys.platform, cv2.CAP_V4L2)


@dataclass(frozen=True)
class Camera:
    """A camera that is plugged in now.

    Attributes
    ----------
    name : str
        As the system shows it; two cameras of one model have the same.
    path : str
        The system's address of the device; may be empty.
    backend : int
        OpenCV's ``CAP_*`` to open it with.
    index : int
        Its number at this moment; changes as cameras are plugged, so it is never kept.
    """

    name: str
    path: str
    backend: int
    index: int


def list_cameras() -> list[Camera]:
    """List the cameras that can give video, in the system's order.

    On Linux a camera has several nodes; those that only carry metadata are left out.

    Returns
    -------
    list of Camera
        Empty when there is none, or when the system does not tell.
    """
    try:
        found = [
            Camera(info.name or f"Camera {info.index}", info.path or "", info.backend, info.index)
            for info in enumerate_cameras(_BACKEND)
        ]
    except Exception:  # drivers and COM fail in ways of their own, and a list of cameras is never worth a crash
        return []
    return sorted(found, key=lambda camera: camera.index)


def capture_camera(camera: Camera) -> Capture | None:
    """Open a camera with OpenCV; None when it does not open."""
    return open_capture(camera.index, camera.backend)


class CameraSource(LiveSource):
    """Frames from a camera.

    The device is remembered by name and path, never by its index: whatever was plugged or unplugged since, ``open``
    looks it up again.

    Parameters
    ----------
    name_or_path : str
        A camera's name or path; empty for the first camera there is.
    cameras : callable
        Lists the cameras.
    capture : callable
        Opens one of them.
    """

    # Cameras take their time to start, and now and then hand over a damaged frame: neither means that they are gone.
    _first_patience_s = 3.0
    _patience_s = 1.0

    def __init__(
        self,
        name_or_path: str = "",
        *,
        cameras: Callable[[], list[Camera]] = list_cameras,
        capture: Callable[[Camera], Capture | None] = capture_camera,
    ) -> None:
        super().__init__(name_or_path or "Camera")
        self._wanted = name_or_path
        self._known: Camera | None = None
        self._cameras = cameras
        self._open_camera = capture

    def _start(self) -> Capture:
        camera = self._look_up()
        self._name = camera.name
        capture = self._open_camera(camera)
        if capture is None:
            raise self._refused(camera)
        self._known = camera
        return capture

    def _look_up(self) -> Camera:
        cameras = self._cameras()
        if not cameras:
            raise SourceError("No camera was found.", "Plug one in, or choose a video or a folder of pictures.")
        if self._known is not None:
            found = _same_device(cameras, self._known)
            wanted = self._known.name
        else:
            found = _first_match(cameras, self._wanted)
            wanted = self._wanted
        if found is None:
            others = ", ".join(camera.name for camera in cameras)
            raise SourceError(f"The camera {wanted} is not there.", f"Plug it in, or choose another one: {others}.")
        return found

    def _refused(self, camera: Camera) -> SourceError:
        path = camera.path
        if sys.platform.startswith("linux") and path and Path(path).exists() and not os.access(path, os.R_OK):
            return SourceError(
                f"You may not use the camera {camera.name}.",
                "Ask the administrator to add you to the group 'video', then log in again.",
            )
        return SourceError(
            f"The camera {camera.name} cannot be opened; another program may be using it.",
            "Close the other program, or plug the camera in again.",
        )

    def _silent(self) -> SourceError:
        return SourceError(
            f"The camera {self._name} gives no picture; another program may be using it.",
            "Close the other program, or plug the camera in again.",
        )

    def _stopped(self) -> SourceError:
        return SourceError(
            f"The camera {self._name} has stopped giving pictures.", "Check that it is plugged in, then start it again."
        )


def _same_device(cameras: list[Camera], known: Camera) -> Camera | None:
    """Find a device again; by name alone if it came back at another path, never by a path that is another device's."""
    named = [camera for camera in cameras if camera.name == known.name]
    return next((camera for camera in named if camera.path == known.path), named[0] if named else None)


def _first_match(cameras: list[Camera], wanted: str) -> Camera | None:
    if not wanted:
        return cameras[0]
    folded = wanted.casefold()
    return next(
        (camera for camera in cameras if wanted in (camera.path, camera.name)),
        next((camera for camera in cameras if camera.name.casefold() == folded), None),
    )

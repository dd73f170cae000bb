"""Network streams: MJPEG over HTTP, and RTSP."""

from __future__ import annotations

from urllib.parse import urlsplit

import cv2

from osfi_gui.core.errors import SourceError
from osfi_gui.vision.sources.jpeg import JpegCapture
from osfi_gui.vision.sources.live import LiveSource
from osfi_gui.vision.sources.opencv import READ_TIMEOUT_S, Capture, open_capture

SCHEMES = frozenset({"http", "https", "rtsp", "rtsps"})
"""The schemes a stream's URL may have."""

_TIMEOUT_MS = round(READ_TIMEOUT_S * 1000)
_TIMEOUTS = (cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, _TIMEOUT_MS)


def public_name(url: str) -> str:
    """Shorten a URL to what may be shown and logged: no user, no password, no query.

    Parameters
    ----------
    url : str
        Any URL, even a malformed one.

    Returns
    -------
    str
        Scheme, host, port and path; only the scheme where a stray ``@`` leaves open what is a password.
    """
    scheme = url.partition("://")[0].lower()
    hidden = f"{scheme} stream"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return hidden
    if not host or "@" in parts.path + parts.query + parts.fragment:
        return hidden
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}{'' if port is None else f':{port}'}{parts.path}"


class StreamSource(LiveSource):
    """Frames from a network camera.

    Parameters
    ----------
    url : str
        ``http(s)://`` for MJPEG, or ``rtsp(s)://``; may hold ``user:password@``, which is never shown.

    Raises
    ------
    SourceError
        When the URL is none of these.
    """

    def __init__(self, url: str) -> None:
        super().__init__(public_name(url))
        self._url = url
        if url.partition("://")[0].lower() not in SCHEMES:
            raise SourceError("This is no address of a stream.", "It starts with http://, https:// or rtsp://.")

    def _start(self) -> Capture:
        capture = open_capture(self._url, cv2.CAP_FFMPEG, _TIMEOUTS)
        if capture is None:
            raise SourceError(
                f"The stream {self._name} does not answer.",
                "Check the address, the password and that the camera is switched on.",
            )
        # Of other codecs OpenCV scales what changes its size to the first one, and nothing tells.
        return JpegCapture.of(capture) or capture

    def _silent(self) -> SourceError:
        return SourceError(f"The stream {self._name} gives no picture.", "Check the camera, then start it again.")

    def _stopped(self) -> SourceError:
        return SourceError(
            f"The stream {self._name} has stopped.", "Check the camera and the network, then start it again."
        )

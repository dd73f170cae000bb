"""A network camera as a program of its own, so that a test can kill it: MJPEG over HTTP on this machine.

``python mjpeg_camera.py PORT`` prints the port it listens at, then does what each line of its input says:

* ``live``: every picture differs from the last one; it begins so
* ``frozen``: the same picture again and again
* ``black``: noise of a closed shutter
* ``large``: live, and twice as wide and high
* ``1280x720``: a real face, unscaled in the middle of a picture of that size, before a ground that changes
* ``torn``: every second picture is cut off in the middle, and the next one follows at once
* ``late``: live, but a picture comes only every 1.2 seconds
* ``hang``: half a picture, then nothing, while the connection stays
* ``watchers``: changes nothing, and prints how many connections there are
"""

from __future__ import annotations

import io
import select
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from PIL import Image

EVERY_S = 0.04
LATE_S = 1.2
SIZE = (64, 48)
FACE = Path(__file__).resolve().parents[1] / "resources" / "demo" / "strangers" / "obama.jpg"
FACE_SIZE = (240, 300)


def face() -> np.ndarray:
    """Give the face that it shows, RGB."""
    with Image.open(FACE) as picture:
        return np.asarray(picture.convert("RGB").resize(FACE_SIZE))


def in_the_middle(pixels: np.ndarray) -> np.ndarray:
    """Give the part of a picture where the face is if nothing was scaled."""
    top, left = (pixels.shape[0] - FACE_SIZE[1]) // 2, (pixels.shape[1] - FACE_SIZE[0]) // 2
    return pixels[top : top + FACE_SIZE[1], left : left + FACE_SIZE[0]]


class Camera:
    """The child process, seen from the test."""

    def __init__(self, port: int = 0) -> None:
        self._child = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._child.stdout is not None
        self.port = int(self._child.stdout.readline())

    @property
    def url(self) -> str:
        """Where its pictures are."""
        return f"http://127.0.0.1:{self.port}/video"

    def say(self, mode: str) -> None:
        """Tell it what to show from now on; it has heard that when this returns."""
        assert self._child.stdin is not None
        print(mode, file=self._child.stdin, flush=True)
        self.watchers()

    def watchers(self) -> int:
        """Count the connections that it has now."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        print("watchers", file=self._child.stdin, flush=True)
        return int(self._child.stdout.readline())

    def kill(self) -> None:
        """End it at once, whatever it is sending; may be called twice."""
        self._child.kill()
        self._child.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class _Now:
    """What it shows, and the connections that it has."""

    mode = "live"
    watchers: ClassVar[set[object]] = set()


def _picture(mode: str, index: int) -> bytes:
    width, height = SIZE if mode != "large" else (2 * SIZE[0], 2 * SIZE[1])
    if "x" in mode:
        width, height = (int(side) for side in mode.split("x"))
        pixels = np.full((height, width, 3), 60 + index % 40, np.uint8)
        in_the_middle(pixels)[:] = face()
    elif mode == "black":
        pixels = np.random.default_rng(index).integers(0, 8, (height, width, 3), dtype=np.uint8)
    else:
        shade = 90 if mode == "frozen" else 10 * (index % 20)
        pixels = np.full((height, width, 3), (220, shade, 0), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        _Now.watchers.add(self)
        try:
            for index in range(1_000_000):
                mode = _Now.mode
                jpeg = _picture(mode, index)
                head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg)
                if mode == "hang":
                    self.wfile.write(head + jpeg[: len(jpeg) // 2])
                    while _Now.mode == mode and not self._left(EVERY_S):
                        pass
                    return
                if mode == "torn" and index % 2:
                    half = jpeg[: len(jpeg) // 2]
                    head = head.replace(b" %d\r" % len(jpeg), b" %d\r" % len(half))
                    jpeg = half
                self.wfile.write(head + jpeg + b"\r\n")
                if self._left(LATE_S if mode == "late" else EVERY_S):
                    return
        except OSError:
            return
        finally:
            _Now.watchers.remove(self)

    def _left(self, within_s: float) -> bool:
        """Wait, and say whether whoever watched hung up: nobody who watches says anything else."""
        return bool(select.select([self.connection], [], [], within_s)[0])

    def log_message(self, *_: object) -> None:
        pass


def _serve(port: int) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    for line in sys.stdin:
        if line.strip() == "watchers":
            print(len(_Now.watchers), flush=True)
        else:
            _Now.mode = line.strip()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))

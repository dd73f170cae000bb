"""What network streams promise, with a real MJPEG server on this machine that is killed and restarted."""

from __future__ import annotations

import io
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from mjpeg_camera import Camera, face, in_the_middle
from PIL import Image

from osfi_gui.core.errors import SourceError
from osfi_gui.vision.sources import StreamSource
from osfi_gui.vision.sources.stream import public_name

if TYPE_CHECKING:
    from collections.abc import Iterator


class MjpegServer:
    """A network camera that shows red, with a little green that grows."""

    def __init__(self, port: int = 0) -> None:
        self.stop = threading.Event()
        self.silent = threading.Event()
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/missing":
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                for shade in range(100_000):
                    if camera.stop.is_set():
                        return
                    if camera.silent.is_set():
                        camera.stop.wait()
                        return
                    try:
                        self.wfile.write(_part(shade % 50))
                    except OSError:
                        return
                    camera.stop.wait(0.04)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.block_on_close = True
        self.server.daemon_threads = False
        self.port = int(self.server.server_address[1])
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def kill(self) -> None:
        self.stop.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def _part(green: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (220, green, 0)).save(buffer, "JPEG")
    jpeg = buffer.getvalue()
    return b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg) + jpeg + b"\r\n"


def _read_to_the_end(source: StreamSource) -> None:
    for _ in range(500):
        source.read()


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    server = MjpegServer()
    yield server
    server.kill()


def test_a_stream_gives_rgb_frames_and_its_measured_rate(server: MjpegServer) -> None:
    with StreamSource(f"http://user:secret@127.0.0.1:{server.port}/video") as source:
        frames = [source.read() for _ in range(90)]
        info = source.info
    assert info.name == f"http://127.0.0.1:{server.port}/video"
    assert (info.width, info.height, info.live, info.video, info.frames) == (64, 48, True, True, None)
    assert 3 < info.fps < 30  # one each 0.04 s and what the machine adds; far from any made-up 90000
    assert frames[0].pixels.shape == (48, 64, 3)
    assert np.abs(frames[0].pixels[20, 20].astype(int) - (220, 0, 0)).max() < 60
    times = [frame.time_s for frame in frames]
    assert times[0] == 0.0
    assert times == sorted(times)


def _is_the_face(pixels: np.ndarray) -> bool:
    """Whether the face is where it was put, in its own shape; JPEG costs two or three grey levels, a scaled one 20."""
    return pixels.shape[0] >= 300 and float(np.abs(in_the_middle(pixels).astype(int) - face()).mean()) < 6.0


def test_a_stream_whose_picture_changes_its_size_gives_every_face_in_its_own_shape() -> None:
    with Camera() as camera:
        camera.say("640x480")
        with StreamSource(camera.url) as source:
            for size in ((640, 480), (1280, 720), (480, 640), (640, 480)):
                camera.say(f"{size[0]}x{size[1]}")
                frame = source.read()
                # What was on its way when it changed, far less than two seconds.
                for _ in range(25):
                    if frame.pixels.shape[:2] == size[::-1]:
                        break
                    frame = source.read()
                assert (source.info.width, source.info.height) == size == frame.pixels.shape[1::-1]
                assert _is_the_face(frame.pixels)


def test_what_opencv_would_show_of_a_changed_picture_is_a_distorted_face() -> None:
    """The test above can fail: this is the same stream without decoding it ourselves."""
    with Camera() as camera:
        camera.say("640x480")
        capture = cv2.VideoCapture(camera.url, cv2.CAP_FFMPEG)
        assert _is_the_face(capture.read()[1][:, :, ::-1])
        camera.say("480x640")
        seen = [capture.read()[1][:, :, ::-1] for _ in range(25)]
        capture.release()
    assert {pixels.shape for pixels in seen} == {(480, 640, 3)}
    assert not _is_the_face(seen[-1])


def test_pictures_that_are_cut_off_are_left_out_and_the_stream_goes_on(capfd: pytest.CaptureFixture[str]) -> None:
    with Camera() as camera:
        camera.say("torn")
        with StreamSource(camera.url) as source:
            shades = [frame.pixels[-1, -1].astype(int) for frame in (source.read() for _ in range(20))]
    # Grey is what a decoder puts where the rest of a picture is missing; the camera shows (220, shade, 0).
    assert all(red > 190 and blue < 60 for red, _, blue in shades)
    assert capfd.readouterr().err == ""


def test_a_killed_stream_says_so_and_opens_again_when_it_is_back(server: MjpegServer) -> None:
    source = StreamSource(f"http://user:secret@127.0.0.1:{server.port}/video")
    source.open()
    assert source.read() is not None
    server.kill()
    with pytest.raises(SourceError, match="has stopped") as caught:
        _read_to_the_end(source)
    assert "secret" not in str(caught.value)
    with pytest.raises(SourceError, match="does not answer") as caught:
        source.open()
    assert "secret" not in str(caught.value)
    again = MjpegServer(server.port)
    try:
        with source:
            frame = source.read()
            assert frame is not None
            assert frame.index == 0
    finally:
        again.kill()


def test_a_stream_that_falls_silent_is_given_up(server: MjpegServer) -> None:
    with StreamSource(f"http://127.0.0.1:{server.port}/video") as source:
        source.read()
        server.silent.set()
        started = time.monotonic()
        with pytest.raises(SourceError, match="has stopped"):
            _read_to_the_end(source)
        assert time.monotonic() - started < 10


def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        started = time.monotonic()
        with pytest.raises(SourceError, match="does not answer"):
            StreamSource(f"rtsp://127.0.0.1:{deaf.getsockname()[1]}/1").open()
        assert time.monotonic() - started < 10


def test_a_missing_page_does_not_open(server: MjpegServer) -> None:
    with pytest.raises(SourceError, match="does not answer"):
        StreamSource(f"http://127.0.0.1:{server.port}/missing").open()


def test_a_closed_stream_does_not_read(server: MjpegServer) -> None:
    source = StreamSource(f"http://127.0.0.1:{server.port}/video")
    source.open()
    source.close()
    source.close()
    with pytest.raises(SourceError, match="not open"):
        source.read()


def test_only_addresses_of_streams_are_taken() -> None:
    with pytest.raises(SourceError):
        StreamSource("file:///etc/passwd")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("rtsp://bob:secret@cam.local:554/ch1", "rtsp://cam.local:554/ch1"),
        ("HTTP://cam.local/video?user=bob&pwd=secret", "http://cam.local/video"),
        ("https://secret@[::1]:8443/x#secret", "https://[::1]:8443/x"),
        ("rtsp://bob:s@cret@cam.local/1", "rtsp://cam.local/1"),
        ("rtsp://bob:sec/ret@cam.local/1", "rtsp stream"),
        ("rtsp://bob:12/secret@cam.local/1", "rtsp stream"),
        ("rtsp://bob:sec?ret@cam.local/1", "rtsp stream"),
        ("rtsp://bob:sec#ret@cam.local/1", "rtsp stream"),
        ("http://[secret", "http stream"),
    ],
)
def test_a_password_is_never_shown(url: str, name: str) -> None:
    assert public_name(url) == name
    assert StreamSource(url).info.name == name

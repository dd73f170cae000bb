"""What video files promise, on real ones: whole, cut off, turned, and none at all."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from mjpeg_camera import face, in_the_middle

from osfi_gui.core.errors import SourceError
from osfi_gui.core.values import Frame
from osfi_gui.vision.sources import VideoSource

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def shared_data() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not (folder / "videos").is_dir():
        pytest.skip("the shared videos are not on this machine")
    return folder


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Make a video of 20 frames at 12.5 a second that turn from black to red."""
    path = tmp_path / "made.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 12.5, (64, 48))
    for index in range(20):
        writer.write(np.full((48, 64, 3), (0, 0, index * 10), np.uint8))
    writer.release()
    return path


def _until_broken(path: Path) -> tuple[list[Frame], SourceError | None]:
    frames: list[Frame] = []
    with VideoSource(path) as source:
        try:
            while (frame := source.read()) is not None:
                frames.append(frame)
        except SourceError as error:
            assert source.read() is None
            return frames, error
    return frames, None


@pytest.mark.parametrize(
    ("name", "size", "fps", "frames"),
    [
        ("liveportrait_d0.mp4", (512, 512), 25.0, 78),
        ("liveportrait_d20.mp4", (480, 480), 25.0, 175),
        ("liveportrait_src_s32.mp4", (1280, 720), 30.0, 180),
        ("liveportrait_src_s13.mp4", (720, 1080), 25.0, 103),
    ],
)
def test_size_rate_and_times_are_the_files_own(
    shared_data: Path, name: str, size: tuple[int, int], fps: float, frames: int
) -> None:
    with VideoSource(shared_data / "videos" / name) as source:
        info = source.info
        seen = list(iter(source.read, None))
    assert (info.width, info.height, info.frames, info.live, info.video) == (*size, frames, False, True)
    assert info.fps == pytest.approx(fps)
    assert len(seen) == frames
    assert [frame.index for frame in seen] == list(range(frames))
    assert np.allclose([frame.time_s for frame in seen], np.arange(frames) / fps, atol=0.002)
    assert seen[0].pixels.shape == (size[1], size[0], 3)


def test_red_comes_first(made: Path) -> None:
    frames, error = _until_broken(made)
    assert error is None
    assert len(frames) == 20
    red, green, blue = frames[-1].pixels.reshape(-1, 3).mean(axis=0)
    assert red > 170
    assert max(green, blue) < 30


def test_a_turned_video_stands_upright(shared_data: Path, tmp_path: Path) -> None:
    """Write a quarter turn into the track header, as phones do, and compare with turning the pixels."""
    path = shared_data / "videos" / "liveportrait_src_s13.mp4"
    data = path.read_bytes()
    matrix = data.find(b"tkhd") + 44
    clockwise = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 1080 << 16, 0, 1 << 30)
    turned = tmp_path / "phone.mp4"
    turned.write_bytes(data[:matrix] + clockwise + data[matrix + 36 :])
    with VideoSource(path) as source, VideoSource(turned) as phone:
        assert (phone.info.width, phone.info.height) == (1080, 720)
        plain, upright = source.read(), phone.read()
    assert plain is not None
    assert upright is not None
    assert np.array_equal(upright.pixels, np.rot90(plain.pixels, k=-1))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_cut_off_video_gives_its_good_frames_and_says_where_it_broke(
    shared_data: Path, tmp_path: Path, share: float
) -> None:
    data = (shared_data / "videos" / "liveportrait_d20.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: int(len(data) * share)])
    frames, error = _until_broken(cut)
    assert error is not None
    assert 175 * share * 0.6 < len(frames) < 170
    assert f"cut.mp4 is broken after {len(frames) / 25.0:.1f} s" in error.what
    assert error.remedy


def test_a_video_whose_tail_is_wiped_breaks_off_too(shared_data: Path, tmp_path: Path) -> None:
    data = (shared_data / "videos" / "liveportrait_d20.mp4").read_bytes()
    wiped = tmp_path / "wiped.mp4"
    wiped.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    frames, error = _until_broken(wiped)
    assert len(frames) > 40
    assert error is not None
    assert "broken after" in error.what


@pytest.mark.parametrize("seed", range(12))
def test_a_video_cut_off_anywhere_gives_the_pictures_it_holds_and_says_so(tmp_path: Path, seed: int) -> None:
    """How many a cut file holds is counted in its bytes: every picture of Motion JPEG ends with the marker FF D9."""
    path = tmp_path / "whole.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, (64, 48))
    random = np.random.default_rng(seed)
    for _ in range(60):
        writer.write(random.integers(0, 256, (48, 64, 3), dtype=np.uint8))
    writer.release()
    data = path.read_bytes()
    cut = data[: int(len(data) * random.uniform(0.1, 0.85))]
    (tmp_path / "cut.avi").write_bytes(cut)
    frames, error = _until_broken(tmp_path / "cut.avi")
    assert data.count(b"\xff\xd9") == 60
    # The last one may be shown in part.
    assert len(frames) - cut.count(b"\xff\xd9") in {0, 1}
    assert error is not None
    assert error.what == f"The video cut.avi is broken after {len(frames) / 25.0:.1f} s."


def test_motion_jpeg_that_changes_its_size_in_the_middle_keeps_every_face_in_its_shape(tmp_path: Path) -> None:
    """A file of pictures one after the other, as cameras store it; OpenCV would scale all to the size of the first."""
    sizes, path = [(640, 480), (1280, 720), (480, 640)], tmp_path / "changes.mjpeg"
    with path.open("wb") as file:
        for width, height in sizes:
            pixels = np.full((height, width, 3), 90, np.uint8)
            in_the_middle(pixels)[:] = face()
            file.write(cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes() * 5)
    with VideoSource(path) as source:
        seen = [(frame, (source.info.width, source.info.height)) for frame in iter(source.read, None)]
    assert [told for _, told in seen] == [size for size in sizes for _ in range(5)]
    for frame, told in seen:
        assert frame.pixels.shape[1::-1] == told
        assert np.abs(in_the_middle(frame.pixels).astype(int) - face()).mean() < 6.0
    times = [frame.time_s for frame, _ in seen]
    assert times == sorted(set(times))


CONTAINERS = [
    ("mp4", "mp4v"), ("avi", "MJPG"), ("mkv", "mp4v"), ("webm", "VP80"), ("ts", "mp4v"), ("m2ts", "mp4v"),
    ("mpg", "mpg1"), ("mpg", "mpg2"), ("wmv", "WMV2"), ("flv", "FLV1"), ("mjpeg", "MJPG"),
]  # fmt: skip


@pytest.fixture(scope="module")
def whole(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Write 60 frames of a real face into every container that OpenCV can write."""
    with VideoSource(shared_data / "videos" / "liveportrait_d20.mp4") as source:
        frames = [cv2.resize(frame.pixels[:, :, ::-1], (160, 160)) for frame in iter(source.read, None)][:60]
    made = {}
    for ending, codec in CONTAINERS:
        path = tmp_path_factory.mktemp(codec) / f"whole.{ending}"
        writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), 25.0, (160, 160))
        for pixels in frames:
            writer.write(pixels)
        writer.release()
        made[ending, codec] = path
    return made


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_whole_video_is_not_called_broken_whatever_it_is_packed_in(
    whole: dict[tuple[str, str], Path], container: tuple[str, str]
) -> None:
    frames, error = _until_broken(whole[container])
    assert error is None
    assert 58 <= len(frames) <= 60


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("tail", ["cut", "zeros", "noise"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_broken_tail_is_said_or_the_video_refused_whatever_it_is_packed_in(
    whole: dict[tuple[str, str], Path], container: tuple[str, str], tail: str, seed: int, tmp_path: Path
) -> None:
    data = whole[container].read_bytes()
    random = np.random.default_rng(seed)
    keep = int(len(data) * random.uniform(0.02, 0.9))
    keep += keep % 188 == 0 or keep % 192 == 0  # or it would be a shorter file, not a broken one
    lost = {"cut": b"", "zeros": bytes(len(data) - keep), "noise": random.bytes(len(data) - keep)}
    broken = tmp_path / f"broken.{container[0]}"
    broken.write_bytes(data[:keep] + lost[tail])
    try:
        frames, error = _until_broken(broken)
    except SourceError as refused:
        frames, error = [], refused
    assert error is not None
    assert error.what.startswith(("broken.", "The video broken."))
    assert error.remedy
    # What is shown before is about what is there: frames differ in size, and a decoder is a few behind.
    assert len(frames) <= 60 * keep / len(data) * 1.3 + 8


def test_a_video_that_lacks_only_its_last_bytes_is_said_too(whole: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    """Fewer frames than the five that a count may be wrong by."""
    said = {}
    for (ending, codec), path in whole.items():
        cut = tmp_path / f"{codec}.{ending}"
        cut.write_bytes(path.read_bytes()[:-37])
        try:
            said[ending, codec] = _until_broken(cut)[1] is not None
        except SourceError:
            said[ending, codec] = True
    assert said == dict.fromkeys(whole, True)


def test_a_broken_video_does_not_loop(made: Path) -> None:
    made.write_bytes(made.read_bytes()[: made.stat().st_size * 3 // 5])
    with VideoSource(made, loop=True) as source:
        with pytest.raises(SourceError, match="broken after"):
            list(iter(source.read, None))
        assert source.read() is None


def test_a_loop_starts_again_and_counts_on(made: Path) -> None:
    with VideoSource(made, loop=True) as source:
        assert source.info.frames is None
        frames = [source.read() for _ in range(50)]
    assert all(frame is not None for frame in frames)
    assert [frame.index for frame in frames if frame] == list(range(50))
    assert np.allclose([frame.time_s for frame in frames if frame], np.arange(50) / 12.5, atol=0.002)
    assert np.array_equal(frames[3].pixels, frames[23].pixels)  # type: ignore[union-attr]


def test_a_video_opens_again_from_its_beginning(made: Path) -> None:
    source = VideoSource(made)
    for _ in range(2):
        with source:
            assert len(list(iter(source.read, None))) == 20
            assert source.read() is None
    source.close()
    with pytest.raises(SourceError, match="not open"):
        source.read()


def test_a_name_that_looks_like_a_url_is_still_a_file(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.name == "nt":
        pytest.skip("Windows allows no colon in a file name")
    monkeypatch.chdir(made.parent)
    made.rename("concat:Ünïcode %d.avi")
    with VideoSource("concat:Ünïcode %d.avi") as source:
        assert source.read() is not None


@pytest.mark.parametrize("content", [b"", b"not a video " * 500])
def test_what_is_no_video_does_not_open(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fake.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"fake\.mp4") as caught:
        VideoSource(path).open()
    assert caught.value.remedy


def test_a_missing_video_does_not_open(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        VideoSource(tmp_path / "gone.mp4").open()


def test_opencv_and_ffmpeg_stay_silent(tmp_path: Path) -> None:
    (tmp_path / "fake.mp4").write_bytes(b"not a video " * 500)
    program = (
        "import cv2, sys\n"
        "from osfi_gui.core.errors import SourceError\n"
        "from osfi_gui.vision.sources import open_source\n"
        "for address in sys.argv[1:]:\n"
        "    try:\n"
        "        open_source(address).open()\n"
        "    except SourceError as error:\n"
        "        print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "fake.mp4"), "http://bob:secret@127.0.0.1:9/v"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=120,
    )
    assert len(done.stdout.splitlines()) == 2
    assert "secret" not in done.stdout
    assert done.stderr == ""

"""What cameras promise: found again by name and path, and what they say when they cannot."""

from __future__ import annotations

import numpy as np
import pytest
from scripted_sources import DOOR, FRONT, Desk, FakeCapture

from osfi_gui.core.errors import SourceError
from osfi_gui.vision.sources import (
    Camera,
    CameraSource,
    list_cameras,
)


def test_listing_cameras_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(list_cameras(), list)

    def broken(_: int) -> list[object]:
        raise OSError("driver")

    monkeypatch.setattr("osfi_gui.vision.sources.cameras.enumerate_cameras", broken)
    assert list_cameras() == []


def test_a_camera_gives_rgb_frames_counted_from_zero() -> None:
    desk = Desk(FRONT)
    with desk.source() as source:
        frames = [source.read() for _ in range(5)]
        assert source.info.name == "Front"
        assert (source.info.width, source.info.height, source.info.live, source.info.frames) == (8, 6, True, None)
        assert source.info.fps > 0
    assert frames[0].pixels[0, 0].tolist() == [10, 0, 255]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert frames[0].time_s == 0.0
    assert desk.captures[0].released


@pytest.mark.parametrize("wanted", ["Door", "door", "/dev/video2"])
def test_a_camera_is_found_by_name_or_path(wanted: str) -> None:
    desk = Desk(FRONT, DOOR)
    with desk.source(wanted):
        assert desk.opened == [DOOR]


def test_a_camera_that_came_back_under_another_number_is_found_again() -> None:
    desk = Desk(FRONT, DOOR)
    source = desk.source("/dev/video2")
    source.open()
    moved = Camera("Door", "/dev/video4", 200, 4)
    desk.cameras = [FRONT, Camera("Printer", "/dev/video2", 200, 2), moved]
    source.open()
    assert desk.opened[-1] == moved
    desk.cameras = [FRONT, Camera("Printer", "/dev/video2", 200, 2)]
    with pytest.raises(SourceError, match="Door is not there") as caught:
        source.open()
    assert "Front, Printer" in caught.value.remedy


def test_two_cameras_of_one_name_are_told_apart_by_path() -> None:
    twins = [Camera("Webcam", "/dev/video0", 200, 0), Camera("Webcam", "/dev/video2", 200, 2)]
    desk = Desk(*twins)
    source = desk.source("/dev/video2")
    source.open()
    source.open()
    assert desk.opened == [twins[1], twins[1]]


def test_a_desk_without_cameras_says_so() -> None:
    with pytest.raises(SourceError, match="No camera was found"):
        Desk().source().open()


def test_a_camera_that_is_taken_or_dark_or_unplugged_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CameraSource, "_first_patience_s", 0.1)
    monkeypatch.setattr(CameraSource, "_patience_s", 0.1)
    desk = Desk(FRONT)
    desk.taken = True
    with pytest.raises(SourceError, match="another program"):
        desk.source().open()
    desk.taken, desk.frames = False, 0
    with pytest.raises(SourceError, match="gives no picture"):
        desk.source().open()
    assert desk.captures[-1].released
    desk.frames = 2
    source = desk.source()
    with source:
        source.read()
        source.read()
        with pytest.raises(SourceError, match="has stopped"):
            source.read()
        source.open()
        assert source.read().index == 0


def test_one_damaged_frame_does_not_stop_a_camera() -> None:
    class Hiccup(FakeCapture):
        def read(self) -> tuple[bool, np.ndarray | None]:
            came = super().read()
            return (False, None) if self.left % 2 else came

    source = CameraSource(cameras=lambda: [FRONT], capture=lambda _: Hiccup(20))
    with source:
        assert [source.read().index for _ in range(8)] == list(range(8))


def test_a_camera_that_changes_its_size_says_its_new_one() -> None:
    class Growing(FakeCapture):
        def read(self) -> tuple[bool, np.ndarray | None]:
            self.left -= 1
            return True, np.zeros((6, 8, 3) if self.left > 7 else (12, 16, 3), np.uint8)

    with CameraSource(cameras=lambda: [FRONT], capture=lambda _: Growing(10)) as source:
        seen = [(source.read().pixels.shape[:2], (source.info.height, source.info.width)) for _ in range(4)]
    assert seen == [((6, 8),) * 2] * 2 + [((12, 16),) * 2] * 2

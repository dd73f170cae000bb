"""What the demo promises as a source."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from osfi_gui.core.errors import SourceError
from osfi_gui.vision.sources import (
    DemoSource,
)


def test_the_demo_shows_four_people_with_black_between_them_for_ever() -> None:
    with DemoSource() as source:
        assert (source.info.live, source.info.video, source.info.frames) == (False, True, None)
        frames = [source.read() for _ in range(625)]
    assert {frame.pixels.shape for frame in frames} == {(480, 640, 3)}
    assert frames[50].time_s == pytest.approx(2.0)
    assert [frames[turn * 125 + 60].pixels.mean() > 40 for turn in range(4)] == [True] * 4
    for turn in range(4):
        dark = [not frame.pixels.any() for frame in frames[turn * 125 + 101 : turn * 125 + 125]]
        assert all(dark)
    assert np.array_equal(frames[560].pixels, frames[60].pixels)
    assert not np.array_equal(frames[61].pixels, frames[60].pixels)


def test_the_demo_is_the_same_every_time() -> None:
    def some() -> list[np.ndarray]:
        with DemoSource() as source:
            return [source.read().pixels for _ in range(40)][::13]

    assert all(np.array_equal(one, other) for one, other in zip(some(), some(), strict=True))


@pytest.mark.parametrize("shape", [(900, 700), (500, 900), (60, 40)])
@pytest.mark.parametrize("size", [(640, 480), (320, 240), (480, 640)])
def test_the_demo_never_cuts_the_middle_of_a_portrait(
    tmp_path: Path, shape: tuple[int, int], size: tuple[int, int]
) -> None:
    """A face lies within the middle 80 % of a portrait; mark its corners and look for them in every frame."""
    height, width = shape
    pixels = np.full((height, width, 3), 255, np.uint8)
    colours = {(0.1, 0.1): (255, 0, 0), (0.9, 0.1): (0, 255, 0), (0.1, 0.9): (0, 0, 255), (0.9, 0.9): (255, 255, 0)}
    for (x, y), colour in colours.items():
        row, column = int(y * height), int(x * width)
        pixels[row - height // 20 : row + height // 20, column - width // 20 : column + width // 20] = colour
    path = tmp_path / "marks.png"
    Image.fromarray(pixels).save(path)
    with DemoSource([path], size=size) as source:
        frames = [source.read().pixels for _ in range(95)]
    for frame in [*frames[8::9], frames[92]]:
        for colour in colours.values():
            assert cv2.inRange(frame, np.subtract(colour, 40.0), np.add(colour, 40.0)).any()


def test_a_demo_without_its_pictures_does_not_open(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="demo cannot be shown"):
        DemoSource([tmp_path / "gone.jpg"]).open()
    with pytest.raises(SourceError):
        DemoSource([]).open()

"""A chip's change is nothing for the same picture, little for the camera's noise, and large for another person."""

from __future__ import annotations

import numpy as np
import pytest

from osfi_gui.services.attention import ABRUPT, SAME_PICTURE
from osfi_gui.vision.change import change, thumb
from osfi_gui.vision.pictures import read_picture

PEOPLE = ("Bill_Gates", "Yao_Ming", "Vicente_Fox", "Winona_Ryder", "Tim_Henman", "Angela_Bassett")


@pytest.fixture(scope="module")
def chips(shared_data):
    return {name: read_picture(shared_data / "lfw112" / name / f"{name}_0001.jpg") for name in PEOPLE}


def test_a_thumb_is_luma_averaged_over_areas():
    chip = np.zeros((112, 112, 3), np.uint8)
    chip[:7, :7] = (255, 0, 0)  # 112 / 16 = 7 pixels a side
    small = thumb(chip)
    assert small.shape == (16, 16)
    assert small[0, 0] == pytest.approx(0.299 * 255, abs=1.0)  # Rec. 601
    assert small[1:, :].max() == small[:, 1:].max() == 0.0


def test_a_difference_is_measured_by_the_contrast():
    before = np.tile(np.float32([0.0, 32.0]), (16, 8))  # standard deviation 16, and 4 for noise
    assert change(before, before) == 0.0
    assert change(before, before + 5.0) == pytest.approx(5.0 / 20.0)


def test_the_same_picture_changes_nothing_and_noise_little(chips):
    random = np.random.default_rng(0)
    for chip in chips.values():
        noisy = np.clip(chip + random.normal(0.0, 4.0, chip.shape), 0, 255).astype(np.uint8)
        assert change(thumb(chip), thumb(chip)) < SAME_PICTURE
        assert SAME_PICTURE < change(thumb(chip), thumb(noisy)) < ABRUPT / 3


def test_another_person_in_the_same_place_is_an_abrupt_change(chips):
    thumbs = [thumb(chip) for chip in chips.values()]
    assert min(change(a, b) for i, a in enumerate(thumbs) for j, b in enumerate(thumbs) if i != j) > ABRUPT

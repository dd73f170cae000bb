"""The degraded camera, as the protocol of the measurements fixes it."""

from __future__ import annotations

import inspect
import io

import cv2
import numpy as np
import pytest
from PIL import Image

from osfi_gui.vision.camera import degrade


def test_the_standard_parameters_are_the_protocol_s():
    defaults = {name: p.default for name, p in inspect.signature(degrade).parameters.items() if name in KNOBS}
    assert defaults == {"side": 28, "gamma": 1.6, "noise": 6.0, "quality": 40}


KNOBS = ("side", "gamma", "noise", "quality")


@pytest.mark.parametrize("shape", [(112, 112, 3), (160, 160, 3), (96, 112, 3)])
def test_size_and_kind_stay_and_the_same_noise_gives_the_same_picture(faces, shape):
    chip = np.asarray(Image.fromarray(faces[0][0]).resize(shape[1::-1]))
    before = chip.copy()
    first, again, other = (degrade(chip, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (first.shape, first.dtype) == (shape, np.uint8)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(chip, before)


def test_it_is_darker_and_without_detail(faces):
    for chip in faces[0]:
        poor = degrade(chip, np.random.default_rng(0))
        assert poor.mean() < 0.9 * chip.mean()
        sharpness = [cv2.Laplacian(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var() for p in (chip, poor)]
        assert sharpness[1] < 0.2 * sharpness[0]


def test_a_grey_wall_by_hand():
    """128 at gamma 1.6 is 255 * (128 / 255) ** 1.6 = 84.7; without noise JPEG keeps one grey."""
    wall = np.full((112, 112, 3), 128, np.uint8)
    assert np.abs(degrade(wall, np.random.default_rng(0), noise=0.0).astype(float) - 84.7).max() < 2.0
    noisy = [degrade(wall, np.random.default_rng(seed), quality=100).astype(float) for seed in range(20)]
    # Enlarging averages neighbours, so less of the six grey levels is left; but it is there, and has no bias.
    assert 2.0 < np.std(noisy) < 6.0
    assert np.mean(noisy) == pytest.approx(84.7, abs=0.5)


def test_the_steps_are_the_protocol_s_in_their_order(faces):
    """Without noise the same by Pillow's JPEG: shrink by area, gamma, JPEG, enlarge by cubic."""
    chip = faces[0][3]
    small = chip.reshape(28, 4, 28, 4, 3).mean(axis=(1, 3))  # area: 112 is 4 times 28
    dark = np.rint(255.0 * (np.rint(small) / 255.0) ** 1.6).astype(np.uint8)
    packed = io.BytesIO()
    Image.fromarray(dark).save(packed, "JPEG", quality=40)
    large = cv2.resize(np.asarray(Image.open(packed)), (112, 112), interpolation=cv2.INTER_CUBIC)
    got = degrade(chip, np.random.default_rng(0), noise=0.0)
    assert np.abs(got.astype(float) - large).mean() < 1.5  # two JPEG libraries

"""Augmentation: torchvision's crops from a generator of our own; the chips that were given stay."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import RandomResizedCrop
from torchvision.transforms.v2.functional import resized_crop

from osfi_gui.tuning.augment import AUGMENTATIONS, augment_choices, crop_box


def drawn(name, chips, seed=0):
    return AUGMENTATIONS[name].apply(torch.from_numpy(chips), torch.Generator().manual_seed(seed)).numpy()


def test_boxes_are_distributed_as_torchvision_s():
    draw = torch.Generator().manual_seed(0)
    ours = np.array([crop_box(112, draw, least=0.7, ratio=(3 / 4, 4 / 3)) for _ in range(4000)])
    torch.manual_seed(0)
    crop, image = RandomResizedCrop(112, scale=(0.7, 1.0)), torch.zeros(3, 112, 112)
    boxes = (crop.make_params([image]) for _ in range(4000))
    theirs = np.array([[box["top"], box["left"], box["height"], box["width"]] for box in boxes])
    # Standard error of a mean of 4000: at most 0.2 pixels here.
    np.testing.assert_allclose(ours.mean(axis=0), theirs.mean(axis=0), atol=0.8)
    np.testing.assert_allclose(ours.std(axis=0), theirs.std(axis=0), atol=0.6)
    assert (ours[:, 0] + ours[:, 2]).max() <= 112
    assert (ours[:, 1] + ours[:, 3]).max() <= 112
    assert ours.min() >= 0


def test_what_comes_out_is_a_crop_of_what_went_in_or_its_mirror_image():
    """A picture whose red rises to the right and green downwards tells where a crop lies, and which way round."""
    ramp = np.linspace(20, 235, 112).round().astype(np.uint8)
    chip = np.stack([np.tile(ramp, (112, 1)), np.tile(ramp[:, None], (1, 112)), np.full((112, 112), 7, np.uint8)], 2)
    chips = np.stack([chip] * 200)
    before = chips.copy()
    out = drawn("paper", chips)
    assert np.array_equal(chips, before)
    assert (out.shape, out.dtype) == (chips.shape, np.uint8)
    assert np.abs(out[..., 2].astype(int) - 7).max() <= 1
    red = out[:, 56, :, 0].astype(int)
    mirrored = red[:, -1] < red[:, 0]
    assert 75 < mirrored.sum() < 125  # half of 200, three and a half standard deviations
    slope = np.abs(red[:, -1] - red[:, 0]) / 215
    assert slope.max() <= 1.001
    assert slope.min() > np.sqrt(0.7 * 3 / 4) - 0.03  # the narrowest crop
    area = slope * (out[:, -1, 56, 1].astype(int) - out[:, 0, 56, 1]) / 215
    assert 0.67 < area.min() < 0.75
    assert area.max() <= 1.01


def test_a_crop_is_resized_as_torchvision_does(faces):
    out, draw = drawn("paper", faces[0], seed=7), torch.Generator().manual_seed(7)
    for chip, got in zip(faces[0], out, strict=True):
        box = crop_box(112, draw, least=0.7, ratio=(3 / 4, 4 / 3))
        expected = resized_crop(torch.from_numpy(chip).permute(2, 0, 1), *box, [112, 112], antialias=True)
        if torch.rand(1, generator=draw) < 0.5:
            expected = expected.flip(2)
        assert np.abs(got.astype(int) - expected.permute(1, 2, 0).numpy()).max() <= 1


@pytest.mark.parametrize("name", ["paper", "aligned", "camera", "aligned-camera"])
def test_it_is_seeded_and_torch_s_global_generator_is_left_alone(name, faces):
    torch.manual_seed(5)
    state = torch.random.get_rng_state()
    first, again, other = (drawn(name, faces[0], seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize(("crops", "name"), [("paper", "camera"), ("aligned", "aligned-camera")])
def test_half_of_the_chips_go_through_a_poor_camera(crops, name, faces):
    chips = np.concatenate([faces[0]] * 25)
    plain, poor = AUGMENTATIONS[crops], AUGMENTATIONS[name]
    cropped = plain.apply(torch.from_numpy(chips), torch.Generator().manual_seed(0)).numpy()
    out = poor.apply(torch.from_numpy(chips), torch.Generator().manual_seed(0)).numpy()
    changed = np.array([not np.array_equal(a, b) for a, b in zip(cropped, out, strict=True)])
    assert 75 < changed.sum() < 125
    # They are still the same faces: no chip is blank or noise.
    for a, b in zip(cropped[changed], out[changed], strict=True):
        assert np.corrcoef(a.ravel().astype(float), b.ravel().astype(float))[0, 1] > 0.6


def test_small_crops_leave_an_aligned_face_where_it_is():
    """A crop of area a and aspect r loses at most 1 - sqrt(a r) of a side: 11 of 112 pixels, the paper's 31."""
    draw = torch.Generator().manual_seed(0)
    small, paper = AUGMENTATIONS["aligned"], AUGMENTATIONS["paper"]

    def most_lost(augmentation):
        boxes = [crop_box(112, draw, least=augmentation.least, ratio=augmentation.ratio) for _ in range(2000)]
        return max(112 - min(height, width) for _, _, height, width in boxes)

    assert 8 <= most_lost(small) <= 112 - round(112 * (0.85 * 0.95) ** 0.5)
    assert most_lost(paper) > 2 * most_lost(small)


def test_none_leaves_the_chips(faces):
    assert np.array_equal(drawn("none", faces[0]), faces[0])


def test_the_operator_can_choose_every_augmentation_the_paper_s_first():
    assert [choice.name for choice in augment_choices()] == [
        "paper",
        "aligned",
        "camera",
        "aligned-camera",
        "none",
    ]

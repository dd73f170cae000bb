"""Detail is how many pixels across a face a chip really shows, and the recipe follows from the median of the shots."""

import numpy as np
import pytest
from PIL import Image
from real_faces import chips_of
from scipy.fft import dctn

from osfi_gui.core.detail import CameraDetail, camera_detail, detail, spread
from osfi_gui.vision.camera import degrade

SIZE = 112
PEOPLE, SHOTS = 5, 3


def wave(k, amplitude):
    """Give k half waves across a chip, each row the same: the variance is half of the amplitude's square."""
    return amplitude * np.cos(np.pi * (np.arange(SIZE) + 0.5) * k / SIZE)[None] * np.ones((SIZE, 1))


def chip_of(grey):
    return np.repeat(np.rint(128.0 + grey).astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.fixture(scope="module")
def faces(shared_data):
    return list(chips_of(shared_data, PEOPLE, SHOTS)[0])


@pytest.mark.parametrize("k", [1, 27, 60, 111])
def test_k_half_waves_need_a_grid_of_k_and_one_pixels(k):
    assert detail(chip_of(wave(k, 80.0))) == k + 1
    assert detail(chip_of(wave(k, 80.0).T)) == k + 1


def test_what_is_finer_counts_from_three_in_a_thousand_of_the_variance_on():
    """An amplitude of 5 beside one of 100 has 25 of 10,000 of the variance; one of 6 has 36."""
    assert detail(chip_of(wave(20, 100.0) + wave(70, 5.0))) == 21
    assert detail(chip_of(wave(20, 100.0) + wave(70, 6.0))) == 71


def test_a_blank_chip_has_none():
    assert detail(np.full((SIZE, SIZE, 3), 90, np.uint8)) == 1


def test_it_is_the_first_square_of_scipys_cosine_transform_that_holds_enough(faces):
    for chip in faces[:3]:
        grey = chip.astype(float) @ [0.299, 0.587, 0.114]
        power = dctn(grey - grey.mean(), norm="ortho") ** 2
        s = detail(chip)
        outside = [1.0 - power[:side, :side].sum() / (SIZE * SIZE * grey.var()) for side in (s - 1, s)]
        assert outside[0] > 0.003 >= outside[1]


def test_light_does_not_change_it(faces):
    """Half the contrast and another brightness, and what 8 bits make of it."""
    for chip in faces[:3]:
        assert detail(np.rint(60.0 + chip / 2.0).astype(np.uint8)) == pytest.approx(detail(chip), abs=1)


def test_real_faces_through_the_degraded_camera_are_told_from_clean_ones(faces):
    rng = np.random.default_rng(0)
    clean, poor = camera_detail(faces), camera_detail([degrade(chip, rng) for chip in faces])
    assert (clean.poor, clean.recipe, clean.shots) == (False, "paper", PEOPLE * SHOTS)
    assert (poor.poor, poor.recipe, poor.shots) == (True, "poor-camera", PEOPLE * SHOTS)
    # 28 pixels, area-averaged and enlarged again, cannot show more than a little beyond 28.
    assert 20 <= poor.pixels <= 29
    assert clean.pixels >= 40


@pytest.mark.parametrize("side", [56, 80])
def test_between_what_was_measured_it_is_the_papers(faces, side):
    small = [Image.fromarray(chip).resize((side, side), Image.Resampling.BOX) for chip in faces]
    back = [np.asarray(chip.resize((SIZE, SIZE), Image.Resampling.BICUBIC)) for chip in small]
    assert camera_detail(back).recipe == "paper"


def test_the_median_decides_so_that_a_few_poor_shots_do_not(faces):
    rng = np.random.default_rng(0)
    mixed = [degrade(chip, rng) if row < 6 else chip for row, chip in enumerate(faces)]
    found = camera_detail(mixed)
    assert found.recipe == "paper"
    assert found.pixels == sorted(detail(chip) for chip in mixed)[7]


def test_without_shots_nothing_is_said():
    assert camera_detail([]) is None


def test_the_sentence_says_the_number_and_what_follows():
    assert CameraDetail(27.5, 18).sentence == (
        "The shots carry detail of about 28 pixels across a face, so the recipe for poor cameras is used."
    )
    assert CameraDetail(29.0, 18).recipe == "poor-camera"
    assert CameraDetail(29.0, 18).advice.endswith("learns far more with other people to learn from.")
    assert CameraDetail(29.5, 18).advice == ""
    assert CameraDetail(29.5, 18).recipe == "paper"
    assert CameraDetail(54.0, 18).sentence == (
        "The shots carry detail of about 54 pixels across a face, so the paper's recipe is used."
    )


def test_of_a_few_shots_all_are_looked_at_and_of_many_evenly_spread_ones():
    assert spread(0) == []
    assert spread(3) == [0, 1, 2]
    assert spread(60) == list(range(60))
    assert spread(600) == list(range(0, 600, 10))
    assert len(set(spread(61))) == 60

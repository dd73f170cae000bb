"""The quality gate: what it measures, by hand, and that it passes real faces."""

from __future__ import annotations

import math

import numpy as np
import pytest

from osfi_gui.core.quality import luma, measure, pose, sharpness
from osfi_gui.core.values import Face

FRONTAL = np.array([[30, 40], [70, 40], [50, 60], [35, 80], [65, 80]], dtype=np.float64)
"""Nose midway between the eyes, and midway between the eye line (40) and the mouth line (80)."""


def turned(points, degrees):
    """Turn points clockwise on the screen (y points down) about (50, 60)."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array(
        [(50 + c * (x - 50) - s * (y - 60), 60 + s * (x - 50) + c * (y - 60)) for x, y in np.asarray(points)]
    )


def with_nose(x, y):
    points = FRONTAL.copy()
    points[2] = x, y
    return points


def test_a_frontal_face_has_no_pose():
    np.testing.assert_allclose(pose(FRONTAL), (0, 0, 0), atol=1e-12)


def test_a_nose_at_an_eye_is_a_full_turn():
    assert pose(with_nose(30, 60))[0] == pytest.approx(-1)
    assert pose(with_nose(70, 60))[0] == pytest.approx(1)
    assert pose(with_nose(60, 60))[0] == pytest.approx(0.5)  # half way from the middle to the right eye
    assert pose(with_nose(95, 60))[0] == 1.0  # beyond it is no more than that


def test_the_nose_rises_and_sinks_with_the_head():
    assert pose(with_nose(50, 40))[1] == pytest.approx(-1)
    assert pose(with_nose(50, 80))[1] == pytest.approx(1)
    assert pose(with_nose(50, 50))[1] == pytest.approx(-0.5)  # 2 * 10 / 40 - 1


def test_a_tilted_head_rolls_clockwise_and_changes_nothing_else():
    yaw, pitch, roll = pose(turned(FRONTAL, 30))
    assert roll == pytest.approx(30)
    np.testing.assert_allclose((yaw, pitch), (0, 0), atol=1e-12)
    assert pose(turned(FRONTAL, -30))[2] == pytest.approx(-30)
    tilted = pose(turned(with_nose(60, 50), 30))
    np.testing.assert_allclose(tilted, (0.5, -0.5, 30), atol=1e-9)


def test_a_pose_does_not_depend_on_the_face_s_size_or_place():
    np.testing.assert_allclose(pose(with_nose(57, 52) * 7 + 300), pose(with_nose(57, 52)), atol=1e-12)


def test_landmarks_on_one_spot_have_no_pose():
    assert pose(np.full((5, 2), 3.0)) == (0.0, 0.0, 0.0)


def test_sharpness_of_a_hand_computed_laplacian():
    # 4 x 4, zero but 10 at (1, 1). Over the inner 2 x 2 the Laplacian is -40, 10, 10, 0: mean -5, mean of the squares
    # (1600 + 100 + 100 + 0) / 4 = 450, variance 450 - 25 = 425.
    grey = np.zeros((4, 4), dtype=np.float32)
    grey[1, 1] = 10
    assert sharpness(grey) == pytest.approx(425)


def test_a_slope_is_not_sharp():
    rows, columns = np.mgrid[0:20, 0:30].astype(np.float32)
    assert sharpness(3 * rows + 2 * columns + 5) == pytest.approx(0, abs=1e-6)


def test_luma_weighs_colours_as_rec_601():
    pixels = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], dtype=np.uint8)
    np.testing.assert_allclose(luma(pixels), [[76.245, 149.685, 29.07, 255.0]], rtol=1e-5)


def board(low, high, *, cell=4):
    """A checkerboard of two grey levels."""
    rows, columns = np.mgrid[0:112, 0:112] // cell
    grey = np.where((rows + columns) % 2 == 0, low, high).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def ramp(low, high):
    """A slope without any edge."""
    grey = np.linspace(low, high, 112).round().astype(np.uint8)
    return np.repeat(np.repeat(grey[None, :, None], 112, axis=0), 3, axis=2)


def face(*, side=120.0, score=0.999, landmarks=FRONTAL):
    return Face((10, 10, side, side * 1.25), np.asarray(landmarks, dtype=np.float32), score)


def test_what_is_measured_is_kept_with_the_verdict():
    quality = measure(face(), board(80, 160))
    assert quality.passed
    assert quality.failures == ()
    assert quality.size_px == 120
    # Half of the pixels at 80, half at 160: mean 120, standard deviation 40.
    assert quality.brightness == pytest.approx(120, abs=1e-3)
    assert quality.contrast == pytest.approx(40, abs=1e-3)
    np.testing.assert_allclose((quality.yaw, quality.pitch, quality.roll), (0, 0, 0), atol=1e-6)


@pytest.mark.parametrize(
    ("seen", "chip", "advice"),
    [
        (face(side=20), board(80, 160), "Move closer to the camera."),
        (face(score=0.5), board(80, 160), "Show the whole face."),
        (face(), ramp(60, 200), "Hold still, or clean the lens: the picture is blurred."),
        (face(), board(0, 40), "Turn the light on: the face is too dark."),
        (face(), board(215, 255), "Turn away from the light: the face is too bright."),
        (face(), board(118, 124, cell=1), "Turn the light on: the face shows no detail."),
        (face(landmarks=with_nose(69, 60)), board(80, 160), "Turn towards the camera."),
        (face(landmarks=with_nose(31, 60)), board(80, 160), "Turn towards the camera."),
        (face(landmarks=turned(FRONTAL, 60)), board(80, 160), "Hold the head upright."),
        (face(landmarks=turned(FRONTAL, -60)), board(80, 160), "Hold the head upright."),
    ],
)
def test_each_failed_check_gives_its_one_advice(seen, chip, advice):
    quality = measure(seen, chip)
    assert quality.failures == (advice,)
    assert not quality.passed


def test_every_failed_check_is_told():
    quality = measure(face(side=20, score=0.5, landmarks=with_nose(69, 60)), board(0, 40))
    assert set(quality.failures) == {
        "Move closer to the camera.",
        "Show the whole face.",
        "Turn the light on: the face is too dark.",
        "Turn towards the camera.",
    }


def test_nearly_every_real_face_passes(shared_data, mtcnn, sface):
    """Deep-funneled LFW is press photographs: all but two in a hundred could be enrolled."""
    from osfi_gui.core.values import Portrait
    from osfi_gui.vision.pictures import read_picture

    people = sorted(path for path in (shared_data / "lfw250").iterdir() if path.is_dir())
    step = len(people) // 200
    files = [sorted(folder.glob("*.jpg"))[0] for folder in people[: 200 * step : step]]
    assert len(files) == 200
    seen, failed = 0, []
    for file in files:
        pixels = read_picture(file)
        faces = mtcnn.detect(pixels)
        if not faces:
            continue
        # The picture is of whoever is in its middle.
        central = min(faces, key=lambda f: math.hypot(f.box[0] + f.box[2] / 2 - 125, f.box[1] + f.box[3] / 2 - 125))
        seen += 1
        quality = measure(central, sface.chip(Portrait(pixels, central)))
        if not quality.passed:
            failed.append((file.name, quality.failures))
    assert seen >= 198
    assert len(failed) <= 0.02 * seen, failed

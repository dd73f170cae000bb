"""Chips and portraits: landmarks land on the template, detail is averaged and not aliased, nothing is lost."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from osfi_gui.core.values import Face, Portrait
from osfi_gui.vision.chips import PORTRAIT_LONGEST, cut_chip, cut_portrait, shown_chip
from osfi_gui.vision.manifest import Preprocessing
from osfi_gui.vision.pictures import read_picture

FIVE = Preprocessing("five-point", 112)

# insightface's arcface_dst, typed in from its source, so that a slip in ours would show.
ARCFACE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])


def turned(points, *, scale, degrees, to):
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return scale * (points - 56.0) @ turn.T + to


def dotted(marks, shape, *, sigma):
    """Paint a round blob at each point, each in a picture of its own; points are pixel centres."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    for x, y in marks:
        grey = 255.0 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2.0 * sigma**2))
        yield np.repeat(grey.round().astype(np.uint8)[:, :, None], 3, axis=2)


def centre_of(chip):
    weight = chip[:, :, 0].astype(np.float64)
    rows, columns = np.mgrid[: chip.shape[0], : chip.shape[1]]
    return np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()


def around(marks):
    low, high = marks.min(axis=0), marks.max(axis=0)
    size = (high - low) * 2.0
    corner = (low + high) / 2.0 - size / 2.0
    return Face((*corner.tolist(), *size.tolist()), marks.astype(np.float32), 1.0)


@pytest.mark.parametrize("degrees", [0.0, 25.0, -40.0])
@pytest.mark.parametrize("scale", [0.4, 1.0, 1.9, 2.3, 5.7])
def test_landmarks_of_every_size_and_tilt_land_on_the_template(scale, degrees):
    side = int(60 + 150 * scale)
    marks = turned(ARCFACE, scale=scale, degrees=degrees, to=side / 2.0)
    face = around(marks)
    for number, pixels in enumerate(dotted(marks, (side, side), sigma=max(1.2, 2.0 * scale))):
        centre = centre_of(cut_chip(pixels, face, FIVE))
        assert np.abs(centre - ARCFACE[number]).max() < 0.5


def test_real_landmarks_land_near_the_template_and_on_it_on_average(shared_data, mtcnn, sface):
    """A face is not the template; a similarity that fits by least squares leaves its mean where the template's is."""
    pixels = read_picture(shared_data / "lfw250" / "Winona_Ryder" / "Winona_Ryder_0001.jpg")
    (face,) = mtcnn.detect(pixels)
    placed = []
    for blob in dotted(face.landmarks, pixels.shape[:2], sigma=2.0):
        placed.append(centre_of(cut_chip(blob, face, FIVE)))
    assert np.abs(np.mean(placed, axis=0) - ARCFACE.mean(axis=0)).max() < 0.5
    assert np.abs(np.array(placed) - ARCFACE).max() < 8.0


@pytest.mark.parametrize("preprocessing", [FIVE, Preprocessing("box", 160, margin=14)], ids=lambda p: p.kind)
def test_fine_detail_of_a_large_face_becomes_grey_and_no_pattern(preprocessing):
    """A chessboard of single pixels is grey from afar; four samples a pixel would show a pattern of its own."""
    side = 1500
    board = np.repeat((255 * (np.indices((side, side)).sum(axis=0) % 2)).astype(np.uint8)[:, :, None], 3, axis=2)
    face = around(turned(ARCFACE, scale=9.3, degrees=3.0, to=side / 2.0))
    chip = cut_chip(board, face, preprocessing)
    middle = chip[10:-10, 10:-10].astype(np.float64)
    assert abs(middle.mean() - 127.5) < 2.0
    assert middle.std() < 4.0
    naive = cv2.warpAffine(board, np.float64([[0.11, 0.003, -20], [-0.003, 0.11, -20]]), (112, 112))
    assert naive.std() > 40.0


def test_a_chip_over_the_border_is_black_there():
    pixels = np.full((112, 112, 3), 200, np.uint8)
    chip = cut_chip(pixels, around(ARCFACE - [40.0, 0.0]), FIVE)
    assert chip.shape == (112, 112, 3)
    assert (chip[:, :39] == 0).all()
    assert (chip[:, 41:] == 200).all()


@pytest.mark.parametrize(("side", "off_by"), [(146, 0.0), (292, 3.0)], ids=["pixel by pixel", "shrunk by half"])
def test_a_box_chip_is_facenet_pytorch_s_cut(side, off_by, demo_dir):
    """Boxes whose margin ends on whole pixels, where facenet-pytorch's own cut does not round.

    The margin of 14 in 160 makes 160 of 146: one pixel a pixel. 292 become 320, where only the filters differ.
    """
    from facenet_pytorch.models.utils.detect_face import extract_face

    pixels = read_picture(demo_dir / "strangers" / "obama.jpg")
    face = Face((190.0, 120.0, float(side), float(side)), np.zeros((5, 2), np.float32), 1.0)
    box = np.array([190, 120, 190 + side, 120 + side])
    theirs = extract_face(Image.fromarray(pixels), box, image_size=160, margin=14).permute(1, 2, 0).numpy()
    ours = cut_chip(pixels, face, Preprocessing("box", 160, margin=14)).astype(np.float64)
    assert np.abs(ours - theirs).mean() <= off_by


def test_a_portrait_of_a_small_face_gives_the_frame_s_own_chip(shared_data, mtcnn, sface):
    pixels = read_picture(shared_data / "lfw250" / "Winona_Ryder" / "Winona_Ryder_0001.jpg")
    (face,) = mtcnn.detect(pixels)
    portrait = cut_portrait(pixels, face)
    left, top = (int(a - b) for a, b in zip(face.box[:2], portrait.face.box[:2], strict=True))
    height, width = portrait.pixels.shape[:2]
    assert np.array_equal(portrait.pixels, pixels[top : top + height, left : left + width])
    whole, again = sface.chip(Portrait(pixels, face)), sface.chip(portrait)
    # The margin holds all of the chip but corners of a tilted one; positions are rounded to 1/32 pixel.
    assert np.abs(whole.astype(int) - again.astype(int)).mean() < 0.5
    assert float((sface.embed([whole]) @ sface.embed([again]).T).item()) > 0.999


@pytest.mark.parametrize("name", ["strangers/obama.jpg", "strangers/sunak.jpg", "enrol/Jacinda Ardern/2022.jpg"])
def test_a_portrait_of_a_large_face_is_small_and_looks_the_same_to_the_encoder(name, demo_dir, mtcnn, sface):
    pixels = read_picture(demo_dir / name)
    face = mtcnn.detect(pixels)[0]
    portrait = cut_portrait(pixels, face)
    assert max(portrait.pixels.shape[:2]) <= PORTRAIT_LONGEST
    both = sface.embed([sface.chip(Portrait(pixels, face)), sface.chip(portrait)])
    assert float(both[0] @ both[1]) > 0.99


def test_a_portrait_keeps_where_the_face_is():
    pixels = np.zeros((900, 1200, 3), np.uint8)
    face = Face(
        (500.0, 300.0, 250.0, 300.0), np.array([[560, 400], [690, 400], [625, 470], [570, 530], [680, 530]]), 0.9
    )
    # The box and 0.6 * 300 = 180 on every side: 610 x 660 px, shrunk to 370 x 400.
    portrait = cut_portrait(pixels, face)
    assert portrait.pixels.shape == (400, 370, 3)
    sx, sy = 370 / 610, 400 / 660
    np.testing.assert_allclose(portrait.face.box, (180 * sx, 180 * sy, 250 * sx, 300 * sy))
    np.testing.assert_allclose(portrait.face.landmarks, (face.landmarks - [320, 120] + 0.5) * (sx, sy) - 0.5, atol=1e-4)
    assert portrait.face.score == 0.9


def test_a_portrait_at_the_border_ends_there():
    pixels = np.zeros((200, 200, 3), np.uint8)
    marks = np.array([[10, 20], [50, 20], [30, 40], [15, 60], [45, 60]], np.float32)
    portrait = cut_portrait(pixels, Face((-10.0, -5.0, 80.0, 90.0), marks, 1.0))
    # 0.6 * 90 = 54: to x = -10 + 80 + 54 = 124 and y = -5 + 90 + 54 = 139.
    assert portrait.pixels.shape == (139, 124, 3)
    assert portrait.face.box == (-10.0, -5.0, 80.0, 90.0)
    np.testing.assert_array_equal(portrait.face.landmarks, marks)


def test_the_shown_chip_is_upright_and_112_wide():
    marks = turned(ARCFACE, scale=1.5, degrees=30.0, to=150.0)
    for number, pixels in enumerate(dotted(marks, (300, 300), sigma=3.0)):
        chip = shown_chip(Portrait(pixels, around(marks)))
        assert chip.shape == (112, 112, 3)
        assert np.abs(centre_of(chip) - ARCFACE[number]).max() < 0.5

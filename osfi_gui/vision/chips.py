"""Cutting chips and portraits out of frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from osfi_gui.core.align import TEMPLATE_112, similarity_transform
from osfi_gui.core.values import Face, Portrait

if TYPE_CHECKING:
    from osfi_gui.core.values import Pixels
    from osfi_gui.vision.manifest import Preprocessing

PORTRAIT_MARGIN = 0.6
"""Surroundings kept on each side of the box, as a share of its longer side."""
PORTRAIT_LONGEST = 400
"""Longest side of a stored portrait, pixels: over twice what any encoder of the manifest takes of a face."""


def cut_chip(pixels: Pixels, face: Face, preprocessing: Preprocessing) -> Pixels:
    """Cut the chip that an encoder wants.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.
    face : Face
    preprocessing : Preprocessing

    Returns
    -------
    ndarray of uint8, shape (size, size, 3)
        Black where the chip reaches over the border.
    """
    size = preprocessing.size
    if preprocessing.kind == "five-point":
        matrix = similarity_transform(face.landmarks, TEMPLATE_112 * (size / 112.0))
    else:
        # facenet-pytorch's margin: in pixels of the chip, so the cut is wider by size / (size - margin).
        x, y, width, height = face.box
        grow = size / max(1, size - preprocessing.margin)
        sx, sy = size / (width * grow), size / (height * grow)
        # A box is given by its corners, a transform by pixel centres, which lie half a pixel inside.
        middle_x, middle_y = x + width / 2 - 0.5, y + height / 2 - 0.5
        matrix = np.array(
            [[sx, 0.0, (size - 1) / 2 - middle_x * sx], [0.0, sy, (size - 1) / 2 - middle_y * sy]], dtype=np.float64
        )
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale < 0.5:
        # warpAffine samples four pixels only: shrink by whole factors first, or fine detail aliases.
        factor = int(0.5 / scale) + 1
        pixels, face = _shrunk(pixels, face, factor)
        return cut_chip(pixels, face, preprocessing)
    return np.asarray(cv2.warpAffine(pixels, matrix, (size, size), flags=cv2.INTER_LINEAR), dtype=np.uint8)


def _shrunk(pixels: Pixels, face: Face, factor: int) -> tuple[Pixels, Face]:
    """Shrink the neighbourhood of a face by a whole factor, area-averaged."""
    portrait = cut_portrait(pixels, face, longest=0)
    height, width = portrait.pixels.shape[:2]
    size = (max(1, width // factor), max(1, height // factor))
    small = cv2.resize(portrait.pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), _scaled(portrait.face, size[0] / width, size[1] / height)


def _scaled(face: Face, sx: float, sy: float) -> Face:
    x, y, width, height = face.box
    # Pixel centres, not corners, keep their place when a picture is resized.
    marks = (face.landmarks.astype(np.float64) + 0.5) * (sx, sy) - 0.5
    return Face((x * sx, y * sy, width * sx, height * sy), marks.astype(np.float32), face.score)


def cut_portrait(pixels: Pixels, face: Face, *, longest: int = PORTRAIT_LONGEST) -> Portrait:
    """Cut a face with its surroundings, so that any encoder's chip can be cut from it later.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.
    face : Face
    longest : int
        Longest side, pixels; larger cuts are shrunk. 0 keeps every pixel.
    """
    x, y, width, height = face.box
    margin = PORTRAIT_MARGIN * max(width, height)
    left, top = max(0, int(x - margin)), max(0, int(y - margin))
    right = min(pixels.shape[1], int(np.ceil(x + width + margin)))
    bottom = min(pixels.shape[0], int(np.ceil(y + height + margin)))
    cut = np.ascontiguousarray(pixels[top:bottom, left:right])
    marks = face.landmarks - np.array([left, top], dtype=np.float32)
    moved = Face((x - left, y - top, width, height), marks.astype(np.float32), face.score)
    side = max(cut.shape[:2])
    if longest and side > longest:
        size = (round(cut.shape[1] * longest / side), round(cut.shape[0] * longest / side))
        moved = _scaled(moved, size[0] / cut.shape[1], size[1] / cut.shape[0])
        cut = np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return Portrait(cut, moved)


def shown_chip(portrait: Portrait) -> Pixels:
    """Cut an upright face for people to look at, whichever encoder is at work; shape (112, 112, 3)."""
    matrix = similarity_transform(portrait.face.landmarks, TEMPLATE_112)
    return np.asarray(cv2.warpAffine(portrait.pixels, matrix, (112, 112), flags=cv2.INTER_AREA), dtype=np.uint8)

"""MTCNN: all faces of a frame with their five landmarks, one frame at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from torch.nn.functional import interpolate

from osfi_gui.core.values import Face
from osfi_gui.vision.nets.mtcnn import load_nets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.values import Pixels
    from osfi_gui.vision.device import Device

    Floats = NDArray[np.float32]

SMALLEST_SHARE = 1.0 / 12.0
"""Smallest face looked for, as a share of the frame's shorter side."""
SMALLEST_PX = 20
"""MTCNN's first net sees nothing below 12 px and little below 20."""
LEAST_SCORE = 0.9

# The paper's cascade with facenet-pytorch's settings: window and stride of the first net, the step of the pyramid, what
# a candidate needs to pass each net, and how much two candidates may overlap before and behind each net.
WINDOW, STRIDE, STEP = 12, 2, 0.709
PASS = (0.6, 0.7, 0.7)
OVERLAP_IN_SCALE, OVERLAP = 0.5, 0.7
BATCH = 512


class MtcnnDetector:
    """Find faces with MTCNN (Zhang et al., *Joint Face Detection and Alignment*, SPL 2016).

    Finds what facenet-pytorch's ``MTCNN(keep_all=True)`` finds with the same smallest face.

    Parameters
    ----------
    device : Device
    smallest_px : int, optional
        Smallest face looked for; by default it follows the frame: a twelfth of its shorter side, at least 20 px.
    least_score : float
        Detections below are dropped, 0..1.

    Raises
    ------
    EncoderError
        The weights are not there.
    """

    def __init__(self, device: Device, *, smallest_px: int | None = None, least_score: float = LEAST_SCORE) -> None:
        self._device = device.torch
        self._proposal, self._refinement, self._output = load_nets(self._device)
        self._smallest_px = smallest_px
        self._least_score = least_score

    def detect(self, pixels: Pixels) -> list[Face]:
        """Find all faces, largest first.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3)
            RGB; one frame at a time.
        """
        shorter = min(pixels.shape[:2])
        if shorter < SMALLEST_PX:
            return []
        smallest = self._smallest_px or max(SMALLEST_PX, int(shorter * SMALLEST_SHARE))
        with torch.inference_mode():
            frame = (
                torch.from_numpy(np.require(pixels, requirements=["C", "W"]))
                .to(self._device)
                .permute(2, 0, 1)[None]
                .float()
                .contiguous()
            )
            boxes = self._propose(frame, smallest)
            boxes = self._refine(frame, boxes)
            boxes, scores, landmarks = self._decide(frame, boxes)
        faces = [
            Face((float(x1), float(y1), float(x2 - x1), float(y2 - y1)), marks, float(score))
            for (x1, y1, x2, y2), score, marks in zip(boxes, scores, landmarks, strict=True)
            if score >= self._least_score and x2 > x1 and y2 > y1
        ]
        return sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True)

    def _propose(self, frame: torch.Tensor, smallest: int) -> Floats:
        """Give candidates of every scale, shape (n, 4), as squares."""
        height, width = frame.shape[2:]
        found: list[Floats] = []
        scale = WINDOW / smallest
        while min(height, width) * scale >= WINDOW:
            size = (int(height * scale + 1), int(width * scale + 1))
            probabilities, corrections = self._proposal(_ready(interpolate(frame, size, mode="area")))
            rows, columns = (probabilities[0] >= PASS[0]).nonzero(as_tuple=True)
            if len(rows):
                corner = torch.stack((columns, rows), 1) * STRIDE
                window = torch.cat(((corner + 1) / scale, (corner + WINDOW) / scale), 1).floor()
                scores = probabilities[0, rows, columns][:, None]
                candidates = torch.cat((window, scores, corrections[0, :, rows, columns].T), 1).cpu().numpy()
                found.append(candidates[_distinct(candidates[:, :4], candidates[:, 4], OVERLAP_IN_SCALE)])
            scale *= STEP
        if not found:
            return np.zeros((0, 4), dtype=np.float32)
        best = np.concatenate(found)
        best = best[_distinct(best[:, :4], best[:, 4], OVERLAP)]
        sides = best[:, 2:4] - best[:, :2]
        return _square(best[:, :4] + best[:, 5:9] * np.concatenate((sides, sides), 1))

    def _refine(self, frame: torch.Tensor, boxes: Floats) -> Floats:
        """Drop candidates that are no faces, and move the others."""
        boxes, crops = _crops(frame, boxes, 24)
        if crops is None:
            return boxes
        probabilities, corrections = _in_batches(self._refinement, crops)
        kept = probabilities > PASS[1]
        boxes, probabilities, corrections = boxes[kept], probabilities[kept], corrections[kept]
        best = _distinct(boxes, probabilities, OVERLAP)
        return _square(_corrected(boxes[best], corrections[best]))

    def _decide(self, frame: torch.Tensor, boxes: Floats) -> tuple[Floats, Floats, Floats]:
        """Give boxes (n, 4), scores (n,) and landmarks (n, 5, 2) of the faces."""
        boxes, crops = _crops(frame, boxes, 48)
        if crops is None:
            return boxes, np.zeros(0, np.float32), np.zeros((0, 5, 2), np.float32)
        scores, corrections, marks = _in_batches(self._output, crops)
        kept = scores > PASS[2]
        boxes, scores, corrections, marks = boxes[kept], scores[kept], corrections[kept], marks[kept]
        sides = boxes[:, None, 2:] - boxes[:, None, :2] + 1
        landmarks = np.stack((marks[:, :5], marks[:, 5:]), 2) * sides + boxes[:, None, :2] - 1
        boxes = _corrected(boxes, corrections)
        best = _not_inside(boxes, scores, OVERLAP)
        return boxes[best], scores[best], landmarks[best].astype(np.float32)


def _ready(pixels: torch.Tensor) -> torch.Tensor:
    """Scale 0..255 to what the nets were trained on."""
    return (pixels - 127.5) * 0.0078125


def _crops(frame: torch.Tensor, boxes: Floats, side: int) -> tuple[Floats, torch.Tensor | None]:
    """Cut boxes out of the frame, each scaled to a square; those with nothing of the frame in them are dropped."""
    height, width = frame.shape[2:]
    # The nets count pixels from 1, and a box's last pixel belongs to it.
    edges = np.trunc(boxes).astype(np.int64)
    left, top = np.maximum(edges[:, 0], 1) - 1, np.maximum(edges[:, 1], 1) - 1
    right, bottom = np.minimum(edges[:, 2], width), np.minimum(edges[:, 3], height)
    inside = (right > left) & (bottom > top)
    places = zip(left[inside], top[inside], right[inside], bottom[inside], strict=True)
    crops = [interpolate(frame[:, :, y1:y2, x1:x2], (side, side), mode="area") for x1, y1, x2, y2 in places]
    return boxes[inside], _ready(torch.cat(crops)) if crops else None


def _in_batches(net: torch.nn.Module, crops: torch.Tensor) -> tuple[Floats, ...]:
    parts = [net(crops[i : i + BATCH]) for i in range(0, len(crops), BATCH)]
    return tuple(torch.cat(part).cpu().numpy() for part in zip(*parts, strict=True))


def _corrected(boxes: Floats, corrections: Floats) -> Floats:
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    moved: Floats = boxes + corrections * np.concatenate((sides, sides), 1)
    return moved


def _square(boxes: Floats) -> Floats:
    """Make boxes square around their middle, as long as their longer side."""
    sides = boxes[:, 2:] - boxes[:, :2]
    longer = sides.max(axis=1, keepdims=True) if len(boxes) else np.zeros((0, 1), np.float32)
    corner = boxes[:, :2] + 0.5 * (sides - longer)
    return np.concatenate((corner, corner + longer), axis=1).astype(np.float32)


def _distinct(boxes: Floats, scores: Floats, overlap: float) -> NDArray[np.int64]:
    """Give the places of boxes that share no more than a part of their union with a better one."""
    if not len(boxes):
        return np.zeros(0, dtype=np.int64)
    rects = np.concatenate((boxes[:, :2], boxes[:, 2:] - boxes[:, :2]), axis=1).astype(np.float64)
    kept = cv2.dnn.NMSBoxes(rects.tolist(), scores.tolist(), 0.0, overlap)
    return np.asarray(kept, dtype=np.int64).reshape(-1)


def _not_inside(boxes: Floats, scores: Floats, overlap: float) -> list[int]:
    """Give the places of boxes that share no more than a part of the smaller one with a better one."""
    areas = np.prod(boxes[:, 2:] - boxes[:, :2] + 1, axis=1)
    kept: list[int] = []
    for place in np.argsort(-scores, kind="stable"):
        shared = np.minimum(boxes[kept, 2:], boxes[place, 2:]) - np.maximum(boxes[kept, :2], boxes[place, :2]) + 1
        shares = np.prod(np.maximum(shared, 0), axis=1) / np.minimum(areas[kept], areas[place])
        if not (shares > overlap).any():
            kept.append(int(place))
    return kept

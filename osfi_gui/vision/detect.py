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
    from collections.abc import Sequence

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
SHAPE = (0.8, 2.0)
"""Height over width of a face that is still followed; 346 faces detected on LFW lie between 1.06 and 1.71."""
SEARCH_SHORTER = 240
"""Shorter side of the copy in which a video's frame is searched, pixels: a twelfth of it is what MTCNN still sees."""
SEARCH_WORTH = 0.8
"""A copy that is hardly smaller saves nothing."""
TAKEN = 0.3
"""Share of their union from which a candidate counts as the face that is known there: two faces that overlap so much
are not told apart anyway, while they are followed."""
HASTY = 0.1
"""Share of its width by which a followed face moves before it is looked at twice."""


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
        return self._find(pixels, ())

    def _find(self, pixels: Pixels, known: Sequence[Face]) -> list[Face]:
        """Find all faces but those that are known, largest first."""
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
            taken = _squares(known)
            boxes = _elsewhere(self._propose(frame, smallest), taken)
            boxes = _elsewhere(self._refine(frame, boxes), taken)
            boxes, scores, landmarks = self._decide(frame, boxes)
        faces = [
            face
            for face in _faces(boxes, scores, landmarks)
            if face.score >= self._least_score and min(face.box[2:]) > 0.0
        ]
        return sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True)

    def search(self, pixels: Pixels, known: Sequence[Face] = ()) -> list[Face]:
        """Find the faces of a video's frame: on a small copy of it, then each once more in its own pixels.

        Takes a fraction of the time of :meth:`detect` and looks for faces of the same share of the frame.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3)
            RGB.
        known : sequence of Face
            Faces of this frame that need not be found: what overlaps one by :data:`TAKEN` is dropped behind the first
            net already, where it has cost least.

        Returns
        -------
        list of Face
            Largest first.
        """
        height, width = pixels.shape[:2]
        share = SEARCH_SHORTER / min(height, width)
        if share >= SEARCH_WORTH:
            return self._find(pixels, known)
        size = (max(1, round(width * share)), max(1, round(height * share)))
        small = cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_AREA)
        across, down = size[0] / width, size[1] / height
        elsewhere = self._find(np.asarray(small, np.uint8), [_scaled(face, across, down) for face in known])
        rough = [_scaled(face, width / size[0], height / size[1]) for face in elsewhere]
        found = [face for face in self.follow(pixels, rough) if face is not None]
        return sorted(found, key=lambda face: face.box[2] * face.box[3], reverse=True)

    def follow(self, pixels: Pixels, faces: Sequence[Face]) -> list[Face | None]:
        """Look again where faces were a moment ago, with the last net of the cascade alone.

        That net judges, corrects the box and finds the landmarks, as it does for a candidate of the nets before it; a
        face that moved by less than about a quarter of its width is found where it is now.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3)
            RGB; the frame after the one of the faces.
        faces : sequence of Face, length m

        Returns
        -------
        list of Face or None, length m
            None where the face is gone.
        """
        found = self._again(pixels, list(faces))
        # A box that moved far was cut off at one side: the net looks once more, where it says that the face is.
        hasty = [i for i, (a, b) in enumerate(zip(faces, found, strict=True)) if b is not None and _moved(a, b)]
        for place, face in zip(hasty, self._again(pixels, [found[i] for i in hasty]), strict=True):
            found[place] = face
        return found

    def _again(self, pixels: Pixels, faces: Sequence[Face | None]) -> list[Face | None]:
        """Look once where each face is said to be."""
        found: list[Face | None] = [None] * len(faces)
        boxes = _squares([face for face in faces if face is not None])
        crops = {place: crop for place, box in enumerate(boxes) if (crop := _padded(pixels, box, 48)) is not None}
        if not crops:
            return found
        places = list(crops)
        batch = (
            torch.from_numpy(np.stack(list(crops.values()))).to(self._device).permute(0, 3, 1, 2).float().contiguous()
        )
        with torch.inference_mode():
            scores, corrections, marks = _in_batches(self._output, _ready(batch))
        for place, face in zip(places, _faces(*_judged(boxes[places], scores, corrections, marks)), strict=True):
            found[place] = face if face.score >= self._least_score and _shaped_like_a_face(face) else None
        return found

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
        boxes, scores, landmarks = _judged(boxes[kept], scores[kept], corrections[kept], marks[kept])
        best = _not_inside(boxes, scores, OVERLAP)
        return boxes[best], scores[best], landmarks[best]


def _ready(pixels: torch.Tensor) -> torch.Tensor:
    """Scale 0..255 to what the nets were trained on."""
    return (pixels - 127.5) * 0.0078125


def _crops(frame: torch.Tensor, boxes: Floats, side: int) -> tuple[Floats, torch.Tensor | None]:
    """Cut boxes out of the frame, each scaled to a square; those with nothing of the frame in them are dropped."""
    edges = _edges(boxes, *frame.shape[2:])
    inside = (edges[:, 2] > edges[:, 0]) & (edges[:, 3] > edges[:, 1])
    crops = [interpolate(frame[:, :, y1:y2, x1:x2], (side, side), mode="area") for x1, y1, x2, y2 in edges[inside]]
    return boxes[inside], _ready(torch.cat(crops)) if crops else None


def _edges(boxes: Floats, height: int, width: int) -> NDArray[np.int64]:
    """Give left, top, right and bottom of boxes cut off at the frame's border, shape (n, 4)."""
    # The nets count pixels from 1, and a box's last pixel belongs to it.
    edges = np.trunc(boxes).astype(np.int64)
    edges[:, :2] = np.maximum(edges[:, :2], 1) - 1
    edges[:, 2:] = np.minimum(edges[:, 2:], (width, height))
    return edges


def _padded(pixels: Pixels, box: Floats, side: int) -> Pixels | None:
    """Cut a square box out and scale it, black where it reaches over the border; None where nothing of it is inside.

    A detection stretches what is inside of the border instead, as facenet-pytorch does. Frame after frame that would
    drive a box that touches the border out of the picture.
    """
    height, width = pixels.shape[:2]
    left, top, right, bottom = (round(float(edge)) for edge in box)
    inside = pixels[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if right <= left or bottom <= top or not inside.size:
        return None
    across, down = side / (right - left), side / (bottom - top)
    x1, x2 = round((max(left, 0) - left) * across), round((min(right, width) - left) * across)
    y1, y2 = round((max(top, 0) - top) * down), round((min(bottom, height) - top) * down)
    if x2 <= x1 or y2 <= y1:
        return None
    crop = np.zeros((side, side, 3), dtype=np.uint8)
    way = cv2.INTER_AREA if min(inside.shape[:2]) > side else cv2.INTER_LINEAR
    crop[y1:y2, x1:x2] = cv2.resize(np.ascontiguousarray(inside), (x2 - x1, y2 - y1), interpolation=way)
    return crop


def _shaped_like_a_face(face: Face) -> bool:
    width, height = face.box[2:]
    return width > 0.0 and SHAPE[0] <= height / width <= SHAPE[1]


def _judged(boxes: Floats, scores: Floats, corrections: Floats, marks: Floats) -> tuple[Floats, Floats, Floats]:
    """Apply what the last net says of boxes: corrected boxes, scores, landmarks (n, 5, 2)."""
    sides = boxes[:, None, 2:] - boxes[:, None, :2] + 1
    landmarks = np.stack((marks[:, :5], marks[:, 5:]), 2) * sides + boxes[:, None, :2] - 1
    return _corrected(boxes, corrections), scores, landmarks.astype(np.float32)


def _faces(boxes: Floats, scores: Floats, landmarks: Floats) -> list[Face]:
    return [
        Face((float(x1), float(y1), float(x2 - x1), float(y2 - y1)), marks, float(score))
        for (x1, y1, x2, y2), score, marks in zip(boxes, scores, landmarks, strict=True)
    ]


def _in_batches(net: torch.nn.Module, crops: torch.Tensor) -> tuple[Floats, ...]:
    parts = [net(crops[i : i + BATCH]) for i in range(0, len(crops), BATCH)]
    return tuple(torch.cat(part).cpu().numpy() for part in zip(*parts, strict=True))


def _corrected(boxes: Floats, corrections: Floats) -> Floats:
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    moved: Floats = boxes + corrections * np.concatenate((sides, sides), 1)
    return moved


def _scaled(face: Face, sx: float, sy: float) -> Face:
    x, y, width, height = face.box
    marks = ((face.landmarks + 0.5) * (sx, sy) - 0.5).astype(np.float32)
    return Face((x * sx, y * sy, width * sx, height * sy), marks, face.score)


def _moved(before: Face, now: Face) -> bool:
    """Say whether a box moved by more than a tenth of its width."""
    (ax, ay, width, height), (bx, by, *_) = before.box, now.box
    return max(abs(bx - ax), abs(by - ay)) > HASTY * max(width, height)


def _squares(faces: Sequence[Face]) -> Floats:
    """Give the boxes of faces as squares, shape (n, 4)."""
    boxes = np.array([face.box for face in faces], dtype=np.float32).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return _square(boxes)


def _elsewhere(boxes: Floats, taken: Floats) -> Floats:
    """Drop the boxes that share too much of their union with one that is taken."""
    if not len(boxes) or not len(taken):
        return boxes
    shared = np.minimum(boxes[:, None, 2:], taken[None, :, 2:]) - np.maximum(boxes[:, None, :2], taken[None, :, :2])
    inside = np.maximum(shared, 0.0).prod(axis=2)
    areas, taken_areas = (np.prod(some[:, 2:] - some[:, :2], axis=1) for some in (boxes, taken))
    union = areas[:, None] + taken_areas[None, :] - inside
    kept: Floats = boxes[(inside < TAKEN * union).all(axis=1)]
    return kept


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

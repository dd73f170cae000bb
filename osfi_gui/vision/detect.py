"""MTCNN through facenet-pytorch: all faces of a frame, with their five landmarks."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import torch

from osfi_gui.core.errors import EncoderError
from osfi_gui.core.values import Face

if TYPE_CHECKING:
    from osfi_gui.core.values import Pixels
    from osfi_gui.vision.device import Device

SMALLEST_SHARE = 1.0 / 12.0
"""Smallest face looked for, as a share of the frame's shorter side."""
SMALLEST_PX = 20
"""MTCNN's first net sees nothing below 12 px and little below 20."""
LEAST_SCORE = 0.9


class MtcnnDetector:
    """Find faces with MTCNN (Zhang et al., *Joint Face Detection and Alignment*, SPL 2016).

    Parameters
    ----------
    device : Device
    smallest_px : int, optional
        Smallest face looked for; by default it follows the frame: a twelfth of its shorter side, at least 20 px.
    least_score : float
        Detections below are dropped, 0..1.
    """

    def __init__(self, device: Device, *, smallest_px: int | None = None, least_score: float = LEAST_SCORE) -> None:
        try:
            from facenet_pytorch import MTCNN
        except ImportError as error:
            msg = "The face detector (facenet-pytorch) is not installed."
            raise EncoderError(msg, "Run: pip install --no-deps facenet-pytorch==2.6.0") from error
        self._mtcnn = MTCNN(keep_all=True, device=device.torch).eval()
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
        self._mtcnn.min_face_size = self._smallest_px or max(SMALLEST_PX, int(shorter * SMALLEST_SHARE))
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's about ragged arrays inside facenet-pytorch
            boxes, scores, marks = self._mtcnn.detect(np.ascontiguousarray(pixels), landmarks=True)
        if boxes is None:
            return []
        faces = [
            Face(
                (float(b[0]), float(b[1]), float(b[2] - b[0]), float(b[3] - b[1])),
                np.asarray(m, dtype=np.float32),
                float(s),
            )
            for b, s, m in zip(boxes, scores, marks, strict=True)
            if s is not None and s >= self._least_score and b[2] > b[0] and b[3] > b[1]
        ]
        return sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True)

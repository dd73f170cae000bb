"""The quality gate: which faces are good enough to enrol."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.values import Quality

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.values import Face, Pixels

# On 482 faces of 500 LFW pictures, shots turned by up to 0.85 and as blurred as 30 were as near to the other shots of
# their person as frontal, sharp ones (mean cosine 0.75 in every band); turned further, 0.64.
MIN_SIZE_PX = 48.0
MIN_SHARPNESS = 20.0
MIN_BRIGHTNESS = 40.0
MAX_BRIGHTNESS = 225.0
MIN_CONTRAST = 12.0
MAX_YAW = 0.85
MAX_ROLL_DEG = 35.0
MIN_SCORE = 0.95


def pose(landmarks: NDArray[np.floating]) -> tuple[float, float, float]:
    """Measure a rough head pose from five landmarks.

    Parameters
    ----------
    landmarks : ndarray, shape (5, 2)
        Left eye, right eye, nose, left and right mouth corner.

    Returns
    -------
    yaw, pitch, roll : float
        Yaw: where the nose lies between the eyes along their line, -1 (at the left eye) to 1 (at the right one).
        Pitch: where it lies between the eye line and the mouth line, -1 (at the eyes: looking up) to 1 (at the mouth).
        Roll: tilt of the eye line, degrees, clockwise.
    """
    # Plain numbers: for five points arrays take ten times as long, and a crowd needs dozens of poses a frame.
    left, right, nose, mouth_left, mouth_right = (complex(x, y) for x, y in landmarks.astype(np.float64).tolist())
    axis = right - left
    length = abs(axis)
    if length == 0.0:
        return 0.0, 0.0, 0.0
    eyes = (left + right) / 2
    # Divided by the direction of the eye line, the real part lies along it and the imaginary one below it.
    along = axis / length
    nose_from_eyes, drop = (nose - eyes) / along, ((mouth_left + mouth_right) / 2 - eyes) / along
    yaw = nose_from_eyes.real / (length / 2)
    pitch = 2.0 * nose_from_eyes.imag / drop.imag - 1.0 if drop.imag > 0.0 else 0.0
    return min(max(yaw, -1.0), 1.0), min(max(pitch, -1.0), 1.0), math.degrees(math.atan2(axis.imag, axis.real))


def luma(pixels: Pixels) -> NDArray[np.float32]:
    """Give Rec. 601 luma, 0..255, shape (height, width)."""
    return pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)


def sharpness(grey: NDArray[np.float32]) -> float:
    """Give the variance of the 4-neighbour Laplacian (Pech-Pacheco et al., ICPR 2000).

    Parameters
    ----------
    grey : ndarray of float32, shape (height, width)
        At least 3 x 3.
    """
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4.0 * grey[1:-1, 1:-1]
    return float(laplacian.var())


def measure(face: Face, chip: Pixels) -> Quality:
    """Measure a face and judge it for enrolment.

    Parameters
    ----------
    face : Face
        In pixels of the frame.
    chip : ndarray of uint8, shape (side, side, 3)
        Aligned, RGB.
    """
    grey = luma(chip)
    yaw, pitch, roll = pose(face.landmarks)
    size = float(min(face.box[2], face.box[3]))
    sharp, bright, contrast = sharpness(grey), float(grey.mean()), float(grey.std())
    failures: list[str] = []
    if size < MIN_SIZE_PX:
        failures.append("Move closer to the camera.")
    if face.score < MIN_SCORE:
        failures.append("Show the whole face.")
    if sharp < MIN_SHARPNESS:
        failures.append("Hold still, or clean the lens: the picture is blurred.")
    if bright < MIN_BRIGHTNESS:
        failures.append("Turn the light on: the face is too dark.")
    if bright > MAX_BRIGHTNESS:
        failures.append("Turn away from the light: the face is too bright.")
    if contrast < MIN_CONTRAST:
        failures.append("Turn the light on: the face shows no detail.")
    if abs(yaw) > MAX_YAW:
        failures.append("Turn towards the camera.")
    if abs(roll) > MAX_ROLL_DEG:
        failures.append("Hold the head upright.")
    return Quality(
        size_px=size,
        sharpness=sharp,
        brightness=bright,
        contrast=contrast,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        failures=tuple(failures),
    )

"""Five-point alignment: the similarity transform from a face's landmarks to a chip template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.values import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEMPLATE_112 = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]],
    dtype=np.float64,
)
"""Landmark positions in a 112x112 chip, as the ArcFace family and SFace were trained (Deng et al., CVPR 2019)."""
_COMPLEX = np.array([1.0, 1.0j])
"""Makes a complex number of each row (x, y)."""


def similarity_transform(points: NDArray[np.floating], template: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give the least-squares similarity transform between two point sets.

    Parameters
    ----------
    points, template : ndarray, shape (n, 2)
        Corresponding points, at least two different ones.

    Returns
    -------
    ndarray of float64, shape (2, 3)
        ``template ~ M[:, :2] @ point + M[:, 2]``: rotation, one scale, translation; never a reflection.

    Raises
    ------
    ValueError
        When all points coincide.

    References
    ----------
    Umeyama, *Least-squares estimation of transformation parameters between two point patterns*, PAMI 1991.
    """
    # In the plane a rotation with a scale is a complex number, and the least-squares one has a closed form: what
    # Umeyama's decomposition gives, without one. A crowd needs dozens a frame.
    source = np.asarray(points, dtype=np.float64) @ _COMPLEX
    target = np.asarray(template, dtype=np.float64) @ _COMPLEX
    source_mean, target_mean = complex(source.mean()), complex(target.mean())
    centred = source - source_mean
    spread = float(np.vdot(centred, centred).real)
    if spread <= 0.0:
        msg = "the points coincide; no similarity transform is defined"
        raise ValueError(msg)
    turn = complex(np.vdot(centred, target - target_mean)) / spread
    shift = target_mean - turn * source_mean
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def aligned_face(side: int = 112) -> Face:
    """Give the geometry of the face in a chip that is aligned already.

    Parameters
    ----------
    side : int
        Width and height of the chip, pixels.
    """
    scale = side / 112.0
    # MTCNN's box around a face on the template: measured, median over 500 LFW chips of 112x112.
    box = (21.0 * scale, 9.0 * scale, 70.0 * scale, 92.0 * scale)
    return Face(box=box, landmarks=(TEMPLATE_112 * scale).astype(np.float32), score=1.0)

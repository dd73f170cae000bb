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
    source = np.asarray(points, dtype=np.float64)
    target = np.asarray(template, dtype=np.float64)
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    source_centred, target_centred = source - source_mean, target - target_mean
    variance = float((source_centred**2).sum()) / len(source)
    if variance <= 0.0:
        msg = "the points coincide; no similarity transform is defined"
        raise ValueError(msg)
    u, singular, vt = np.linalg.svd(target_centred.T @ source_centred / len(source))
    signs = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt)) or 1.0])
    rotation = (u * signs) @ vt
    scale = float((singular * signs).sum()) / variance
    matrix = np.empty((2, 3))
    matrix[:, :2] = scale * rotation
    matrix[:, 2] = target_mean - matrix[:, :2] @ source_mean
    return matrix


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

"""What a shot is worth beside the other shots of its draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.enrolment import Worth
from osfi_gui.core.gallery import normalise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.enrolled import Prototypes
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.values import Vector

NOTHING_NEW = 0.95
"""Cosine from which a shot tells the encoder what another one told it already."""


def worth_of(
    vector: Vector, *, others: NDArray[np.float32], gallery: Prototypes | None, point: OperatingPoint | None
) -> tuple[Worth, str]:
    """Judge a shot.

    Parameters
    ----------
    vector : ndarray of float32, shape (d,)
        Its embedding, unit length.
    others : ndarray of float32, shape (m, d)
        Those of the draft's other shots.
    gallery : Prototypes or None
    point : OperatingPoint or None
        Without one nobody knows how alike is alike: then nothing conflicts.

    Returns
    -------
    Worth
    str
        In a few words for the operator.
    """
    if not len(others):
        return Worth.ADDS, "the first shot"
    own = float(normalise(others.sum(axis=0)) @ vector)
    if point is not None and own < point.cosine_floor:
        if gallery is not None and len(gallery):
            cosines = gallery.matrix @ vector
            best = int(cosines.argmax())
            if float(cosines[best]) >= point.cosine_floor:
                return Worth.CONFLICTS, f"looks like {gallery.names[best]}"
        return Worth.CONFLICTS, "does not look like the other shots"
    if float((others @ vector).max()) >= NOTHING_NEW:
        return Worth.NOTHING_NEW, "nothing new"
    return Worth.ADDS, "adds something"

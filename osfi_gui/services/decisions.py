"""One probe against the session's gallery, decided by its operating point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.decide import decide
from osfi_gui.core.match import match

if TYPE_CHECKING:
    from osfi_gui.core.values import Decision, Vector
    from osfi_gui.services.session import Session

MAX_FACES = 32
"""Faces recognised in one frame, the largest first."""


def decide_probe(probe: Vector, session: Session) -> Decision:
    """Match and decide one probe.

    Parameters
    ----------
    probe : ndarray of float32, shape (d,)
        An embedding, or the mean of a track's, which may be shorter than 1.
    session : Session
    """
    found = match(
        np.asarray(probe),
        session.gallery,
        matcher=session.deciding,
        cohort=session.cohort,
        shots=session.shots,
        owners=session.owners,
    )
    return decide(found, session.operating_point)

"""The probes of a frame against the session's gallery, decided by its operating point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.decide import decide
from osfi_gui.core.match import match_many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from osfi_gui.core.values import Decision, Vector
    from osfi_gui.services.session import Session

MAX_FACES = 32
"""Faces recognised in one frame, the largest first."""


def decide_probes(probes: Sequence[Vector], session: Session) -> list[Decision]:
    """Match and decide the probes of one frame, reading the gallery once for all of them.

    Parameters
    ----------
    probes : sequence of ndarray of float32, shape (d,)
        Embeddings, or means of tracks', which may be shorter than 1.
    session : Session

    Returns
    -------
    list of Decision, one a probe
    """
    if not len(probes):
        return []
    found = match_many(
        np.stack(probes),
        session.gallery,
        matcher=session.deciding,
        cohort=session.cohort,
        shots=session.shots,
        owners=session.owners,
    )
    return [decide(match, session.operating_point) for match in found]

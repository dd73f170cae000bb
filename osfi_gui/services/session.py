"""The session: encoder, gallery revision and operating point, one immutable value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from osfi_gui.core.calibrate import DEFAULTS, default_operating_point, measured_operating_point
from osfi_gui.core.gallery import prototypes
from osfi_gui.services.reembed import reembed

if TYPE_CHECKING:
    from osfi_gui.core.ports import Encoder, GalleryStore
    from osfi_gui.core.values import OperatingPoint, Prototypes


@dataclass(frozen=True)
class Session:
    """What recognition works with; swapped whole, so that a stale pair cannot exist.

    Attributes
    ----------
    encoder : Encoder
    gallery : Prototypes
    operating_point : OperatingPoint or None
        None while nobody is enrolled, or no threshold is known for the encoder.
    calibration : str
        ``valid``, ``expired`` or ``none``.
    """

    encoder: Encoder
    gallery: Prototypes
    operating_point: OperatingPoint | None
    calibration: str


def make_session(store: GalleryStore, encoder: Encoder) -> Session:
    """Make the session of a gallery as it is now, embedding what this encoder has not seen yet.

    Parameters
    ----------
    store : GalleryStore
    encoder : Encoder
    """
    for _ in reembed(store, encoder):
        pass
    revision = store.revision
    found = store.embeddings(encoder.name)
    gallery = prototypes(
        found.matrix,
        found.identity_ids,
        names={person.identity_id: person.name for person in store.identities()},
        encoder=encoder.name,
        revision=revision,
    )
    stored = store.operating_point(encoder.name)
    if stored is not None and stored.revision == revision:
        return Session(encoder, gallery, stored, "valid")
    state = "none" if stored is None else "expired"
    if encoder.name in DEFAULTS or not len(gallery):
        return Session(encoder, gallery, default_operating_point(encoder.name, n=len(gallery)), state)
    # Nobody measured this encoder, or it was tuned here: only this gallery's own strangers can say where to draw the
    # line. Without any, nothing is decided.
    strangers = store.stranger_embeddings(encoder.name)
    enrolled = {person.name for person in store.identities()}  # whoever is, since then, is no stranger any more
    rows = [row for row, person in enumerate(strangers.persons) if person not in enrolled]
    cosines = strangers.matrix.reshape(-1, gallery.matrix.shape[1])[rows] @ gallery.matrix.T
    people = len({strangers.persons[row] for row in rows})
    point = measured_operating_point(cosines, people=people, encoder=encoder.name, revision=revision)
    return Session(encoder, gallery, point, state)


def with_operating_point(session: Session, point: OperatingPoint) -> Session:
    """Give the same session deciding with another operating point."""
    return replace(session, operating_point=point)

"""Looking through the gallery: who is enrolled, who looks like whom, which shots do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.desk import FacePicture
from osfi_gui.core.enrolment import GalleryListing, Lookalike, PersonRow
from osfi_gui.core.lookalikes import misfits, nearest_others
from osfi_gui.vision.chips import shown_chip

if TYPE_CHECKING:
    from osfi_gui.services.session import Session
    from osfi_gui.store.gallery import GalleryFile


def list_gallery(store: GalleryFile, session: Session | None) -> GalleryListing:
    """List everybody enrolled, with the nearest other identity and the shots that do not fit.

    Parameters
    ----------
    store : GalleryFile
    session : Session or None
        None while no encoder is loaded: then lookalikes and misfits are left out.
    """
    revision = store.revision
    people = store.identities()
    if session is None or session.gallery.revision != revision:
        return GalleryListing(revision, tuple(PersonRow(person) for person in people))
    gallery = session.gallery
    matrix = gallery.matrix.astype(np.float32, copy=False)  # a product of halves would be summed up in halves
    others, cosines = nearest_others(matrix)
    near = {
        identity_id: Lookalike(gallery.identity_ids[other], gallery.names[other], float(cosine))
        for identity_id, other, cosine in zip(gallery.identity_ids, others, cosines, strict=True)
        if other >= 0
    }
    found = store.embeddings(session.encoder.name)
    row_of = {identity_id: row for row, identity_id in enumerate(gallery.identity_ids)}
    owners = np.array([row_of.get(owner, -1) for owner in found.identity_ids], dtype=np.int64)
    flagged: dict[int, list[int]] = {}
    for index in misfits(found.matrix, owners, matrix):
        flagged.setdefault(found.identity_ids[index], []).append(found.shot_ids[index])
    return GalleryListing(
        revision,
        tuple(PersonRow(p, near.get(p.identity_id), tuple(flagged.get(p.identity_id, ()))) for p in people),
    )


def face_picture(store: GalleryFile, identity_id: int) -> FacePicture:
    """Give the picture by which an identity is shown.

    Parameters
    ----------
    store : GalleryFile
    identity_id : int
    """
    revision, shot = store.revision, store.first_shot(identity_id)
    return FacePicture(identity_id, revision, None if shot is None else shown_chip(shot.portrait))

"""The gallery's queries: each works inside a transaction that `gallery` began."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert as upsert

from osfi_gui.core.enrolled import Consent, Identity, Shot
from osfi_gui.core.errors import GalleryError
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.store import codec, point_codec
from osfi_gui.store import schema as s

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from osfi_gui.core.enrolment import NewShot

Prepared = tuple[dict[str, Any], dict[str, bytes]]
"""A shot's columns, and its embeddings by encoder; made before a transaction begins, so that it stays short."""


@dataclass(frozen=True, eq=False)
class ShotEmbeddings:
    """The embeddings of all shots by one encoder, read in one transaction.

    Attributes
    ----------
    shot_ids, identity_ids : tuple of int, length m
        In the order of the rows.
    matrix : ndarray of float32, shape (m, d)
        One embedding a row; shape (0, 0) for none.
    revision : int
        The gallery revision they were read at.
    """

    shot_ids: tuple[int, ...]
    identity_ids: tuple[int, ...]
    matrix: NDArray[np.float32] = field(repr=False)
    revision: int = 0


def prepare(shots: Sequence[NewShot]) -> list[Prepared]:
    """Encode new shots."""
    return [
        (
            codec.portrait_columns(shot.portrait) | {"origin": codec.clean_text(shot.origin), "added_at": codec.now()},
            {encoder: codec.vector_bytes(vector) for encoder, vector in shot.embeddings.items()},
        )
        for shot in shots
    ]


def revision(db: sa.Connection) -> int:
    """Read the gallery's revision."""
    return int(db.execute(sa.select(s.gallery.c.revision)).scalar_one())


def select_identities() -> sa.Select[Any]:
    """Identities with the number of their shots."""
    count = sa.select(sa.func.count()).where(s.shots.c.identity_id == s.identities.c.id).scalar_subquery()
    return sa.select(s.identities, count.label("shots"))


def identity_of(row: sa.RowMapping) -> Identity:
    """Read a row of `select_identities`."""
    consent = None
    if row["consent_text"] is not None:
        consent = Consent(row["consent_text"], row["consent_operator"], row["consent_given_at"])
    return Identity(row["id"], row["name"], row["external_id"], row["note"], consent, row["shots"], row["created_at"])


def get_identity(db: sa.Connection, identity_id: int) -> Identity:
    """Give the identity of a number; GalleryError when there is none."""
    row = db.execute(select_identities().where(s.identities.c.id == int(identity_id))).mappings().first()
    if row is None:
        raise GalleryError("This identity is no longer in the gallery.", "Reload the gallery.")
    return identity_of(row)


def find_identity(db: sa.Connection, name: str) -> Identity | None:
    """Give the identity of a clean name, or None."""
    row = db.execute(select_identities().where(s.identities.c.name == name)).mappings().first()
    return None if row is None else identity_of(row)


def add_identity(db: sa.Connection, name: str, *, external_id: str, note: str, consent: Consent | None) -> int:
    """Add an identity of a clean name; GalleryError when it is taken."""
    refuse_taken(db, name)
    row = {
        "name": name,
        "external_id": codec.clean_text(external_id),
        "note": codec.clean_text(note),
        "created_at": codec.now(),
        **consent_columns(consent),
    }
    return inserted_id(db.execute(sa.insert(s.identities).values(row)))


def refuse_taken(db: sa.Connection, name: str) -> None:
    """Raise GalleryError when a clean name is taken."""
    if find_identity(db, name) is not None:
        raise GalleryError(
            "The gallery already holds an identity of this name.",
            "Choose another name, or add the shots to that identity.",
        )


def update_identity(db: sa.Connection, identity_id: int, values: Mapping[str, Any]) -> None:
    """Write some columns of an identity; nothing for no columns."""
    if values:
        db.execute(sa.update(s.identities).where(s.identities.c.id == int(identity_id)).values(values))


def consent_columns(consent: Consent | None) -> dict[str, str | None]:
    """Write a consent as columns."""
    if consent is None:
        return {"consent_text": None, "consent_operator": None, "consent_given_at": None}
    return {
        "consent_text": codec.clean_text(consent.text),
        "consent_operator": codec.clean_text(consent.operator),
        "consent_given_at": codec.clean_text(consent.given_at),
    }


def insert_shots(
    db: sa.Connection, shots: Sequence[Prepared], *, identity_id: int | None, person: str = ""
) -> list[int]:
    """Insert shots of an identity, or strangers (of a person) where there is none; gives their numbers."""
    table, vectors = (s.strangers, s.stranger_embeddings) if identity_id is None else (s.shots, s.shot_embeddings)
    owner: dict[str, Any] = {"person": person} if identity_id is None else {"identity_id": int(identity_id)}
    ids = []
    for columns, embeddings in shots:
        shot_id = inserted_id(db.execute(sa.insert(table).values(columns | owner)))
        ids.append(shot_id)
        for encoder, vector in embeddings.items():
            _refuse_other_length(db, vectors, encoder, vector)
            db.execute(sa.insert(vectors).values(shot_id=shot_id, encoder=encoder, vector=vector))
    return ids


def put_vectors(
    db: sa.Connection, shots: sa.Table, *, encoder: str, vectors: Mapping[int, NDArray[np.float32]]
) -> None:
    """Insert or replace embeddings of `shots` (the table of enrolled shots, or that of strangers)."""
    table = s.stranger_embeddings if shots is s.strangers else s.shot_embeddings
    given = {int(shot_id): codec.vector_bytes(array) for shot_id, array in vectors.items()}
    if not given:
        return
    # Asked for, because the database's own complaint would not say what is missing.
    if not given.keys() <= set(db.execute(sa.select(shots.c.id)).scalars()):
        raise GalleryError("A shot is no longer in the gallery.", "Reload the gallery and try again.")
    lengths = sa.select(table.c.shot_id, sa.func.length(table.c.vector)).where(table.c.encoder == encoder)
    kept = {length for shot_id, length in db.execute(lengths) if shot_id not in given}
    _refuse_lengths(encoder, {len(vector) for vector in given.values()} | kept)
    insert = upsert(table)
    insert = insert.on_conflict_do_update(
        index_elements=["shot_id", "encoder"], set_={"vector": insert.excluded.vector}
    )
    db.execute(insert, [{"shot_id": i, "encoder": encoder, "vector": vector} for i, vector in given.items()])


def without(shots: sa.Table, encoder: str) -> sa.Select[Any]:
    """Shots (or strangers) that an encoder has not seen yet, oldest first."""
    table = s.stranger_embeddings if shots is s.strangers else s.shot_embeddings
    seen = sa.exists().where(table.c.shot_id == shots.c.id, table.c.encoder == encoder)
    return sa.select(shots).where(~seen).order_by(shots.c.id)


def shot_of(row: sa.RowMapping) -> Shot:
    """Read a row of the table of shots or of strangers (identity 0)."""
    return Shot(row["id"], row.get("identity_id", 0), codec.portrait_of(row), row["origin"], row["added_at"])


def insert_operating_point(db: sa.Connection, op: OperatingPoint) -> None:
    """Keep an operating point."""
    # Converted, because the driver knows no numpy numbers.
    values = {
        "encoder": op.encoder,
        "matcher": op.matcher,
        "k": int(op.k),
        "threshold": float(op.threshold),
        "cosine_floor": float(op.cosine_floor),
        "revision": int(op.revision),
        "source": codec.clean_text(op.source),
        "target_far": float(op.target_far),
        "made_at": codec.now(),
        "measured": None if op.measured is None else point_codec.measurement_text(op.measured),
        "cohort_ids": point_codec.ids_text(op.cohort_ids),
    }
    db.execute(sa.insert(s.operating_points).values(values))


def newest_operating_point(db: sa.Connection, encoder: str) -> OperatingPoint | None:
    """Read the operating point that was kept last."""
    table = s.operating_points
    query = sa.select(*(column for column in table.c if column.name != "id"))
    query = query.where(table.c.encoder == encoder).order_by(table.c.id.desc()).limit(1)
    row = db.execute(query).mappings().first()
    if row is None:
        return None
    columns = {str(column): value for column, value in row.items()}
    made_at, measured, cohort = columns.pop("made_at"), columns.pop("measured"), columns.pop("cohort_ids")
    return OperatingPoint(
        **columns,
        measured=None if measured is None else point_codec.measurement_of(measured, made_at=made_at),
        cohort_ids=point_codec.ids_of(cohort),
    )


def inserted_id(result: sa.CursorResult[Any]) -> int:
    """Give the number of the row that was inserted."""
    key = result.inserted_primary_key
    assert key is not None  # every table here has one
    return int(key[0])


def _refuse_other_length(db: sa.Connection, table: sa.Table, encoder: str, vector: bytes) -> None:
    """Keep one encoder's embeddings of one length, so that they always make a matrix."""
    # One other is enough to ask: it was held against the ones before it.
    query = sa.select(sa.func.length(table.c.vector)).where(table.c.encoder == encoder).limit(1)
    kept = db.execute(query).scalar()
    if kept is not None:
        _refuse_lengths(encoder, {kept, len(vector)})


def _refuse_lengths(encoder: str, lengths: set[int]) -> None:
    """Raise GalleryError where embeddings of one encoder have several lengths (in bytes of float32)."""
    if len(lengths) > 1:
        several = " and ".join(str(length // 4) for length in sorted(lengths))
        raise GalleryError(
            f"Encoder {encoder} would have embeddings of several lengths: {several}.",
            "Use the encoder that the gallery was made with, or drop its embeddings and make them anew.",
        )

"""Strangers in a gallery file: faces of people who are known not to be enrolled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from osfi_gui.core.enrolled import Shot
from osfi_gui.core.errors import GalleryError
from osfi_gui.store import codec, rows
from osfi_gui.store import schema as s
from osfi_gui.store.connection import GalleryConnection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from osfi_gui.core.enrolment import NewShot


@dataclass(frozen=True, eq=False)
class Stranger:
    """A face of somebody who is not enrolled.

    Attributes
    ----------
    shot : Shot
        Its identity number is 0.
    person : str
        Faces with the same one are of the same person; empty where nobody knows whose it is.
    """

    shot: Shot
    person: str


@dataclass(frozen=True, eq=False)
class StrangerEmbeddings:
    """The embeddings of all strangers by one encoder, read in one transaction.

    Attributes
    ----------
    stranger_ids : tuple of int, length m
        In the order of the rows.
    persons : tuple of str, length m
        Keys that are equal where two faces are of the same person. A face of which nobody knows whose it is has a key
        of its own. Only for comparing: it is no text for people.
    matrix : ndarray of float32, shape (m, d)
        One embedding a row; shape (0, 0) for none.
    """

    stranger_ids: tuple[int, ...]
    persons: tuple[str, ...]
    matrix: NDArray[np.float32] = field(repr=False)


class GalleryStrangers(GalleryConnection):
    """What a gallery file does with strangers; they leave its revision alone."""

    def add_strangers(self, shots: Sequence[NewShot], *, person: str = "", same_as: int | None = None) -> None:
        """Keep faces of people who are known not to be enrolled, for calibrating and comparing, never for training.

        Parameters
        ----------
        shots : sequence of NewShot
        person : str
            Whose faces all of them are, normalised as names are; empty: each counts as a person of its own.
        same_as : int, optional
            Number of a stranger's face whose person they are too, instead of a name; whoever nobody named stays so.

        Raises
        ------
        GalleryError
            The person cannot be a name, or there is no such face.
        """
        prepared = rows.prepare(shots)
        cleaned = codec.clean_name(person) if person else ""
        with self._transaction() as db:
            if same_as is not None:
                cleaned = _key_kept(db, same_as)
            rows.insert_shots(db, prepared, identity_id=None, person=cleaned)

    def stranger_count(self) -> int:
        """How many faces of strangers are kept."""
        with self._reading() as db:
            return int(db.execute(sa.select(sa.func.count()).select_from(s.strangers)).scalar_one())

    def stranger_people(self) -> int:
        """How many persons they are; a face of which nobody knows whose it is counts as one."""
        person = s.strangers.c.person
        named = sa.select(sa.func.count(person.distinct())).where(person != "")
        unnamed = sa.select(sa.func.count()).select_from(s.strangers).where(person == "")
        with self._reading() as db:
            return int(db.execute(named).scalar_one()) + int(db.execute(unnamed).scalar_one())

    def strangers(self) -> list[Stranger]:
        """Give all strangers, oldest first."""
        with self._reading() as db:
            found = db.execute(sa.select(s.strangers).order_by(s.strangers.c.id)).mappings().all()
        # Decoded after the transaction, as in `_shots`.
        return [Stranger(rows.shot_of(row), row["person"]) for row in found]

    def stranger_embeddings(self, encoder: str) -> StrangerEmbeddings:
        """Give the strangers' embeddings by one encoder, oldest first."""
        table = s.stranger_embeddings
        query = (
            sa.select(s.strangers.c.id, s.strangers.c.person, table.c.vector)
            .join(table, table.c.shot_id == s.strangers.c.id)
            .where(table.c.encoder == encoder)
            .order_by(s.strangers.c.id)
        )
        with self._reading() as db:
            found = db.execute(query).all()
        return StrangerEmbeddings(
            tuple(row[0] for row in found),
            tuple(row[1] or _key_of_unnamed(row[0]) for row in found),
            codec.matrix_of([row[2] for row in found]),
        )

    def strangers_without(self, encoder: str) -> list[Shot]:
        """Give the strangers that this encoder has not seen yet, with identity number 0."""
        return self._shots(rows.without(s.strangers, encoder))

    def put_stranger_embeddings(self, encoder: str, vectors: Mapping[int, NDArray[np.float32]]) -> None:
        """Store strangers' embeddings by shot number; otherwise as `put_embeddings`."""
        with self._transaction() as db:
            rows.put_vectors(db, s.strangers, encoder=encoder, vectors=vectors)

    def clear_strangers(self) -> None:
        """Delete all strangers and overwrite their pages."""
        with self._transaction() as db:
            db.execute(sa.delete(s.strangers))
        self._forget_journal()


def _key_of_unnamed(stranger_id: int) -> str:
    """Give the key of a face of which nobody knows whose it is."""
    # No name holds a NUL (`clean_name`), so that no person can be called like a face without one.
    return f"\0{stranger_id}"


def _key_kept(db: sa.Connection, stranger_id: int) -> str:
    """Give the key of a face's person, and write it beside the face where it only followed from the number."""
    query = sa.select(s.strangers.c.person).where(s.strangers.c.id == int(stranger_id))
    person = db.execute(query).scalar_one_or_none()
    if person is None:
        raise GalleryError("This stranger is no longer in the gallery.", "Record the face again.")
    if person:
        return str(person)
    key = _key_of_unnamed(stranger_id)
    db.execute(sa.update(s.strangers).where(s.strangers.c.id == int(stranger_id)).values(person=key))
    return key

"""The gallery file, encrypted at rest: identities, shots and embeddings.

Strangers, versions of encoders and operating points are kept in the same file; their methods stand in modules of
their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from osfi_gui.core.enrolled import Shot
from osfi_gui.core.errors import GalleryError
from osfi_gui.store import codec, rows
from osfi_gui.store import schema as s
from osfi_gui.store.points import GalleryPoints, merge_thresholds
from osfi_gui.store.rows import ShotEmbeddings
from osfi_gui.store.strangers import GalleryStrangers
from osfi_gui.store.versions import GalleryVersions, also_seen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from osfi_gui.core.enrolled import Consent, Identity
    from osfi_gui.core.enrolment import NewShot


class GalleryFile(GalleryVersions, GalleryStrangers, GalleryPoints):
    """One gallery in one SQLCipher file; usable from several threads.

    Every call is one transaction: it happened whole or not at all, also when the program is killed in the middle of
    it. Every call may raise GalleryError where the file cannot be read or written.
    """

    @property
    def revision(self) -> int:
        """Goes up by one with every transaction that changes identities or their shots."""
        with self._reading() as db:
            return rows.revision(db)

    # Identities

    def identities(self) -> list[Identity]:
        """All identities, sorted by name without regard to case."""
        with self._reading() as db:
            found = [rows.identity_of(row) for row in db.execute(rows.select_identities()).mappings()]
        return sorted(found, key=lambda identity: (identity.name.casefold(), identity.name))

    def identity(self, identity_id: int) -> Identity:
        """Give the identity of a number; GalleryError when there is none."""
        with self._reading() as db:
            return rows.get_identity(db, identity_id)

    def find(self, name: str) -> Identity | None:
        """Give the identity of a name (normalised as names are), or None; GalleryError when it cannot be a name."""
        with self._reading() as db:
            return rows.find_identity(db, codec.clean_name(name))

    def add_identity(
        self, name: str, *, external_id: str = "", note: str = "", consent: Consent | None = None
    ) -> Identity:
        """Add an identity without shots.

        Raises
        ------
        GalleryError
            The name is taken, empty, or holds control characters.
        """
        cleaned = codec.clean_name(name)
        with self._changing() as db:
            identity_id = rows.add_identity(db, cleaned, external_id=external_id, note=note, consent=consent)
            return rows.get_identity(db, identity_id)

    def update_identity(
        self,
        identity_id: int,
        *,
        name: str | None = None,
        external_id: str | None = None,
        note: str | None = None,
        consent: Consent | None = None,
    ) -> Identity:
        """Change what is given; None leaves a field as it is.

        Raises
        ------
        GalleryError
            There is no such identity, or the name is taken or cannot be a name.
        """
        values: dict[str, Any] = {} if consent is None else rows.consent_columns(consent)
        if name is not None:
            values["name"] = codec.clean_name(name)
        if external_id is not None:
            values["external_id"] = codec.clean_text(external_id)
        if note is not None:
            values["note"] = codec.clean_text(note)
        with self._changing() as db:
            before = rows.get_identity(db, identity_id)
            if name is not None and values["name"] != before.name:
                rows.refuse_taken(db, values["name"])
            rows.update_identity(db, identity_id, values)
            return rows.get_identity(db, identity_id)

    def merge(self, source_id: int, *, into: int) -> Identity:
        """Move all shots of one identity to another and drop the emptied one.

        The other keeps its name; its external id, note and consent are taken over only where it has none.

        Raises
        ------
        GalleryError
            Either is missing, or both are the same.
        """
        if source_id == into:
            raise GalleryError("An identity cannot be merged into itself.", "Choose two different identities.")
        with self._changing() as db:
            source, target = rows.get_identity(db, source_id), rows.get_identity(db, into)
            values: dict[str, Any] = {
                "external_id": target.external_id or source.external_id,
                "note": target.note or source.note,
                **rows.consent_columns(target.consent or source.consent),
            }
            rows.update_identity(db, into, values)
            db.execute(sa.update(s.shots).where(s.shots.c.identity_id == source_id).values(identity_id=into))
            merge_thresholds(db, source_id, into=into)
            db.execute(sa.delete(s.identities).where(s.identities.c.id == source_id))
            also_seen(db, source_id, as_identity=into)
            merged = rows.get_identity(db, into)
        self._forget_journal()
        return merged

    def erase(self, identity_id: int) -> None:
        """Delete an identity, its shots and their embeddings, and overwrite their pages.

        Versions that were trained on the identity stay, and go on naming its number.

        Raises
        ------
        GalleryError
            There is no such identity.
        """
        with self._changing() as db:
            rows.get_identity(db, identity_id)
            db.execute(sa.delete(s.identities).where(s.identities.c.id == identity_id))
        self._forget_journal()

    # Shots

    def enrol(
        self,
        name: str,
        shots: Sequence[NewShot],
        *,
        external_id: str = "",
        note: str = "",
        consent: Consent | None = None,
    ) -> Identity:
        """Add an identity with its shots, or shots to the identity of that name, in one transaction.

        An identity that was there takes over the external id, note and consent that are given (not empty).

        Raises
        ------
        GalleryError
            The name cannot be a name.
        """
        cleaned = codec.clean_name(name)
        prepared = rows.prepare(shots)
        with self._changing() as db:
            known = rows.find_identity(db, cleaned)
            if known is None:
                identity_id = rows.add_identity(db, cleaned, external_id=external_id, note=note, consent=consent)
            else:
                identity_id = known.identity_id
                given = {"external_id": codec.clean_text(external_id), "note": codec.clean_text(note)}
                values: dict[str, Any] = {column: text for column, text in given.items() if text}
                values |= {} if consent is None else rows.consent_columns(consent)
                rows.update_identity(db, identity_id, values)
            rows.insert_shots(db, prepared, identity_id=identity_id)
            return rows.get_identity(db, identity_id)

    def add_shots(self, identity_id: int, shots: Sequence[NewShot]) -> list[Shot]:
        """Add shots to an identity, all or none.

        Raises
        ------
        GalleryError
            There is no such identity.
        """
        prepared = rows.prepare(shots)
        with self._changing() as db:
            rows.get_identity(db, identity_id)
            ids = rows.insert_shots(db, prepared, identity_id=identity_id)
        return [
            Shot(shot_id, identity_id, shot.portrait, columns["origin"], columns["added_at"])
            for shot_id, shot, (columns, _) in zip(ids, shots, prepared, strict=True)
        ]

    def shot_ids(self, identity_id: int) -> tuple[int, ...]:
        """Give the numbers of an identity's shots, oldest first; empty where there is no such identity."""
        query = sa.select(s.shots.c.id).where(s.shots.c.identity_id == identity_id).order_by(s.shots.c.id)
        with self._reading() as db:
            return tuple(db.execute(query).scalars())

    def added_at(self) -> dict[int, str]:
        """Give when each shot was added, ISO 8601, UTC, by its number."""
        with self._reading() as db:
            return {int(row[0]): str(row[1]) for row in db.execute(sa.select(s.shots.c.id, s.shots.c.added_at))}

    def take_back(self, shot_ids: Sequence[int], *, identity_ids: Sequence[int]) -> None:
        """Undo an import in one transaction: delete its shots, and of its identities those that are left without any.

        Parameters
        ----------
        shot_ids : sequence of int
            Those that are gone already are passed over.
        identity_ids : sequence of int
            The identities that the import made.
        """
        left = sa.exists().where(s.shots.c.identity_id == s.identities.c.id)
        with self._changing() as db:
            for shot_id in shot_ids:
                db.execute(sa.delete(s.shots).where(s.shots.c.id == shot_id))
            for identity_id in identity_ids:
                db.execute(sa.delete(s.identities).where(s.identities.c.id == identity_id, ~left))
        self._forget_journal()

    def first_shot(self, identity_id: int) -> Shot | None:
        """Give the oldest shot of an identity, or None."""
        query = sa.select(s.shots).where(s.shots.c.identity_id == identity_id).order_by(s.shots.c.id).limit(1)
        return next(iter(self._shots(query)), None)

    def shot(self, shot_id: int) -> Shot:
        """Give the shot of a number; GalleryError when there is none."""
        found = next(iter(self._shots(sa.select(s.shots).where(s.shots.c.id == shot_id))), None)
        if found is None:
            raise GalleryError("This shot is no longer in the gallery.", "Reload the gallery.")
        return found

    def remove_shot(self, shot_id: int) -> None:
        """Delete one shot and its embeddings; GalleryError when there is none."""
        with self._changing() as db:
            if db.execute(sa.delete(s.shots).where(s.shots.c.id == shot_id)).rowcount == 0:
                raise GalleryError("This shot is no longer in the gallery.", "Reload the gallery.")
        self._forget_journal()

    def shots(self, identity_id: int | None = None) -> list[Shot]:
        """Give the shots of one identity, or of all, oldest first."""
        query = sa.select(s.shots).order_by(s.shots.c.id)
        if identity_id is not None:
            query = query.where(s.shots.c.identity_id == identity_id)
        return self._shots(query)

    def embeddings(self, encoder: str) -> ShotEmbeddings:
        """Give the embeddings by one encoder, oldest shot first."""
        query = (
            sa.select(s.shots.c.id, s.shots.c.identity_id, s.shot_embeddings.c.vector)
            .join(s.shot_embeddings, s.shot_embeddings.c.shot_id == s.shots.c.id)
            .where(s.shot_embeddings.c.encoder == encoder)
            .order_by(s.shots.c.id)
        )
        with self._reading() as db:
            found = db.execute(query).all()
            revision = rows.revision(db)
        matrix = codec.matrix_of([row[2] for row in found])
        return ShotEmbeddings(tuple(row[0] for row in found), tuple(row[1] for row in found), matrix, revision)

    def shots_without(self, encoder: str) -> list[Shot]:
        """Give the shots that this encoder has not seen yet, oldest first."""
        return self._shots(rows.without(s.shots, encoder))

    def put_embeddings(self, encoder: str, vectors: Mapping[int, NDArray[np.float32]]) -> None:
        """Store embeddings by shot number; replaces older ones and leaves the revision alone.

        Raises
        ------
        GalleryError
            A shot is no longer there, or the embeddings of this encoder have another length.
        """
        with self._transaction() as db:
            rows.put_vectors(db, s.shots, encoder=encoder, vectors=vectors)

    def drop_embeddings(self, encoder: str) -> None:
        """Delete what one encoder made of shots and strangers; leaves the revision alone."""
        with self._transaction() as db:
            for table in (s.shot_embeddings, s.stranger_embeddings):
                db.execute(sa.delete(table).where(table.c.encoder == encoder))

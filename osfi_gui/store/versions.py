"""Tuned versions of an encoder in a gallery file, and which of them is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from osfi_gui.core.errors import GalleryError
from osfi_gui.core.tune import Version, version_name
from osfi_gui.store import codec, rows, tune_codec
from osfi_gui.store import schema as s
from osfi_gui.store.connection import GalleryConnection

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from osfi_gui.core.operating_point import OperatingPoint


class GalleryVersions(GalleryConnection):
    """What a gallery file does with versions; they leave its revision alone.

    The promotions of an encoder are a stack: the newest one is in use, and rolling back takes it off. Below the oldest
    one lies the pretrained encoder, version 0. Neighbours in the stack are never the same version.
    """

    def add_version(self, version: Version, delta: bytes) -> Version:
        """Keep a tuned encoder; it is not in use before it is promoted.

        Parameters
        ----------
        version : Version
            Its number, time and size are given here; those in it are ignored.
        delta : bytes
            safetensors: every tensor that differs from the *pretrained* encoder, so that a version needs no other one.

        Returns
        -------
        Version
            As it is kept: with its number, the time, the size, and the identities sorted.

        Raises
        ------
        GalleryError
            The version that it started from is not in this gallery.
        """
        if not delta:
            raise ValueError("a version has weights of its own")
        values = {
            "encoder": version.encoder,
            "parent": int(version.parent),
            "made_at": codec.now(),
            "recipe": tune_codec.recipe_text(version.recipe),
            "comparison": None if version.comparison is None else tune_codec.comparison_text(version.comparison),
            "revision": int(version.revision),
            "size_bytes": len(delta),
            "note": codec.clean_text(version.note),
            "seconds": float(version.seconds),
            "device": codec.clean_text(version.device),
        }
        with self._transaction() as db:
            if version.parent:
                _get(db, version.parent, encoder=version.encoder)
            version_id = rows.inserted_id(db.execute(sa.insert(s.versions).values(values)))
            db.execute(sa.insert(s.version_deltas).values(version_id=version_id, delta=delta))
            for identity_id in {int(number) for number in version.trained_on}:
                seen = {"version_id": version_id, "identity_id": identity_id}
                db.execute(sa.insert(s.version_identities).values(seen))
            return _get(db, version_id)

    def versions(self, encoder: str) -> list[Version]:
        """Give the versions of one encoder (as in the manifest), newest first."""
        query = sa.select(s.versions).where(s.versions.c.encoder == encoder).order_by(s.versions.c.id.desc())
        with self._reading() as db:
            return [_version_of(db, row) for row in db.execute(query).mappings().all()]

    def version(self, version_id: int) -> Version:
        """Give the version of a number; GalleryError when there is none."""
        with self._reading() as db:
            return _get(db, version_id)

    def delta(self, version_id: int) -> bytes:
        """Give a version's weights as `add_version` took them; GalleryError when there is none."""
        with self._reading() as db:
            _get(db, version_id)
            query = sa.select(s.version_deltas.c.delta).where(s.version_deltas.c.version_id == int(version_id))
            return bytes(db.execute(query).scalar_one())

    def note_version(self, version_id: int, note: str) -> Version:
        """Replace the operator's note on a version; GalleryError when there is none."""
        change = sa.update(s.versions).where(s.versions.c.id == int(version_id)).values(note=codec.clean_text(note))
        with self._transaction() as db:
            _get(db, version_id)
            db.execute(change)
            return _get(db, version_id)

    def remove_version(self, version_id: int) -> None:
        """Delete a version, its embeddings and operating points, and overwrite their pages.

        Earlier promotions of it are forgotten.

        Raises
        ------
        GalleryError
            There is no such version, it is in use, or it is the one that a roll-back leads to.
        """
        with self._transaction() as db:
            found = _get(db, version_id)
            stack = _stack(db, found.encoder)
            if _in_use(stack) == found.version_id:
                raise GalleryError(
                    f"Version {version_id} is in use.", "Roll back or promote another version before you remove it."
                )
            if _back_to(stack) == found.version_id:
                raise GalleryError(
                    f"Version {version_id} is the one that a roll-back leads to.",
                    "Roll back and promote another version before you remove it.",
                )
            _forget_promotions(db, stack, found.version_id)
            db.execute(sa.delete(s.versions).where(s.versions.c.id == found.version_id))
            for table in (s.shot_embeddings, s.stranger_embeddings, s.operating_points):
                db.execute(sa.delete(table).where(table.c.encoder == found.name))
        self._forget_journal()

    # Which one is in use

    def in_use(self, encoder: str) -> int:
        """Give the version of an encoder that is in use; 0 for the pretrained encoder itself."""
        with self._reading() as db:
            return _in_use(_stack(db, encoder))

    def back_to(self, encoder: str) -> int | None:
        """Give the version that a roll-back leads to; None where nothing was promoted."""
        with self._reading() as db:
            return _back_to(_stack(db, encoder))

    def promote(
        self,
        version_id: int,
        encoder: str,
        *,
        vectors: Mapping[int, NDArray[np.float32]],
        stranger_vectors: Mapping[int, NDArray[np.float32]],
        point: OperatingPoint | None,
        revision: int,
    ) -> None:
        """Put a version into use together with everything it needs to decide, in one transaction.

        Promoting what is in use already stores vectors and operating point and leaves the stack as it is.

        Parameters
        ----------
        version_id : int
            0 for the pretrained encoder.
        encoder : str
            As in the manifest.
        vectors, stranger_vectors : mapping of int to ndarray of float32, shape (d,)
            By shot number, made by this version; what was stored under its name before may be left out.
        point : OperatingPoint or None
            Under the version's name; None keeps the one that the version has, if any.
        revision : int
            The gallery's when the shots were read.

        Raises
        ------
        GalleryError
            There is no such version of this encoder, the gallery has changed since ``revision``, or a shot or stranger
            is missing in the vectors or in the gallery; nothing was changed.
        """
        name = version_name(encoder, int(version_id))
        if point is not None and point.encoder != name:
            raise ValueError(f"an operating point of {point.encoder} cannot decide for {name}")
        with self._transaction() as db:
            if version_id:
                _get(db, version_id, encoder=encoder)
            if rows.revision(db) != revision:
                raise _outdated()
            for shots, given in ((s.shots, vectors), (s.strangers, stranger_vectors)):
                rows.put_vectors(db, shots, encoder=name, vectors=given)
                if db.execute(rows.without(shots, name).with_only_columns(shots.c.id).limit(1)).first() is not None:
                    raise _outdated()
            if point is not None:
                rows.insert_operating_point(db, point)
            if _in_use(_stack(db, encoder)) != version_id:
                values = {"encoder": encoder, "version_id": int(version_id) or None, "at": codec.now()}
                db.execute(sa.insert(s.promotions).values(values))

    def roll_back(self, encoder: str) -> int:
        """Take the newest promotion back, so that the version before it is in use again.

        Its embeddings and operating point are still there; shots that were enrolled since are in `shots_without`.

        Returns
        -------
        int
            The version that is in use now; 0 for the pretrained encoder.

        Raises
        ------
        GalleryError
            Nothing was promoted.
        """
        with self._transaction() as db:
            stack = _stack(db, encoder)
            back_to = _back_to(stack)
            if back_to is None:
                raise GalleryError(
                    "There is nothing to roll back: the pretrained encoder is in use.", "Promote a version first."
                )
            db.execute(sa.delete(s.promotions).where(s.promotions.c.id == stack[0][0]))
            return back_to


def also_seen(db: sa.Connection, identity_id: int, *, as_identity: int) -> None:
    """Note that versions that were trained on one identity have seen another: both turned out to be one person."""
    seen = s.version_identities
    known = sa.select(seen.c.version_id).where(seen.c.identity_id == int(as_identity))
    missing = sa.select(seen.c.version_id, sa.literal(int(as_identity))).where(
        seen.c.identity_id == int(identity_id), seen.c.version_id.not_in(known)
    )
    db.execute(sa.insert(seen).from_select(["version_id", "identity_id"], missing))


def _get(db: sa.Connection, version_id: int, *, encoder: str | None = None) -> Version:
    """Give the version of a number, of one encoder where that matters; GalleryError when there is none."""
    query = sa.select(s.versions).where(s.versions.c.id == int(version_id))
    if encoder is not None:
        query = query.where(s.versions.c.encoder == encoder)
    row = db.execute(query).mappings().first()
    if row is None:
        what = f"Version {version_id} {'' if encoder is None else f'of {encoder} '}is not in this gallery."
        raise GalleryError(what, "Reload the list of versions and choose another one.")
    return _version_of(db, row)


def _version_of(db: sa.Connection, row: sa.RowMapping) -> Version:
    table = s.version_identities
    seen = sa.select(table.c.identity_id).where(table.c.version_id == row["id"]).order_by(table.c.identity_id)
    return Version(
        version_id=row["id"],
        encoder=row["encoder"],
        parent=row["parent"],
        made_at=row["made_at"],
        recipe=tune_codec.recipe_of(row["recipe"]),
        comparison=None if row["comparison"] is None else tune_codec.comparison_of(row["comparison"]),
        revision=row["revision"],
        trained_on=tuple(db.execute(seen).scalars()),
        size_bytes=row["size_bytes"],
        note=row["note"],
        seconds=row["seconds"],
        device=row["device"],
    )


_Stack = list[tuple[int, int]]
"""Promotions of one encoder, newest first: number of the promotion, version (0 for the pretrained encoder)."""


def _stack(db: sa.Connection, encoder: str) -> _Stack:
    table = s.promotions
    query = sa.select(table.c.id, table.c.version_id).where(table.c.encoder == encoder).order_by(table.c.id.desc())
    return [(row[0], row[1] or 0) for row in db.execute(query)]


def _in_use(stack: _Stack) -> int:
    return stack[0][1] if stack else 0


def _back_to(stack: _Stack) -> int | None:
    if not stack:
        return None
    return stack[1][1] if len(stack) > 1 else 0


def _forget_promotions(db: sa.Connection, stack: _Stack, version_id: int) -> None:
    """Take a version's promotions out of the stack, and those that then repeat what lies below them."""
    below = 0
    for promotion, promoted in reversed(stack):
        if promoted in (version_id, below):
            db.execute(sa.delete(s.promotions).where(s.promotions.c.id == promotion))
        else:
            below = promoted


def _outdated() -> GalleryError:
    return GalleryError(
        "The gallery was changed while the version was made ready, so nothing was promoted.",
        "Promote the version again.",
    )

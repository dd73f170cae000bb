"""Operating points in a gallery file, and the thresholds of people who need one of their own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import sqlalchemy as sa

from osfi_gui.store import codec, rows
from osfi_gui.store import schema as s
from osfi_gui.store.connection import GalleryConnection

if TYPE_CHECKING:
    from osfi_gui.core.operating_point import OperatingPoint


class GalleryPoints(GalleryConnection):
    """What a gallery file does with operating points; they leave its revision alone."""

    def put_operating_point(self, op: OperatingPoint) -> None:
        """Keep an operating point; the newest of its encoder counts.

        People's own thresholds that travel with it are not kept with it: they are set by `put_identity_threshold`.
        """
        with self._transaction() as db:
            rows.insert_operating_point(db, op)

    def operating_point(self, encoder: str) -> OperatingPoint | None:
        """Give the newest operating point of an encoder, or None."""
        with self._reading() as db:
            return rows.newest_operating_point(db, encoder)

    def put_identity_threshold(self, identity_id: int, encoder: str, *, matcher: str, threshold: float | None) -> None:
        """Give an identity a threshold of its own for one encoder and one matcher, or take it away.

        Parameters
        ----------
        identity_id : int
        encoder : str
            Under which embeddings are kept.
        matcher : str
            Whose scores the threshold is in: another matcher's mean something else.
        threshold : float or None
            None takes it away.

        Raises
        ------
        GalleryError
            There is no such identity.
        """
        table = s.identity_thresholds
        if threshold is not None and not math.isfinite(threshold):
            raise ValueError(f"a threshold is a finite number, not {threshold}")
        with self._transaction() as db:
            rows.get_identity(db, identity_id)
            mine = (table.c.identity_id == int(identity_id), table.c.encoder == encoder, table.c.matcher == matcher)
            db.execute(sa.delete(table).where(*mine))
            if threshold is not None:
                db.execute(
                    sa.insert(table).values(
                        identity_id=int(identity_id),
                        encoder=encoder,
                        matcher=matcher,
                        threshold=float(threshold),
                        set_at=codec.now(),
                    )
                )

    def identity_thresholds(self, encoder: str, *, matcher: str) -> dict[int, float]:
        """Give the thresholds of their own that identities have with one encoder and one matcher."""
        table = s.identity_thresholds
        query = (
            sa.select(table.c.identity_id, table.c.threshold)
            .where(table.c.encoder == encoder, table.c.matcher == matcher)
            .order_by(table.c.identity_id)
        )
        with self._reading() as db:
            return {int(row[0]): float(row[1]) for row in db.execute(query)}


def merge_thresholds(db: sa.Connection, source_id: int, *, into: int) -> None:
    """Let a merged identity keep the higher threshold of the two: both turned out to be one person."""
    table = s.identity_thresholds
    for row in db.execute(sa.select(table).where(table.c.identity_id == int(source_id))).mappings().all():
        mine = (
            table.c.identity_id == int(into),
            table.c.encoder == row["encoder"],
            table.c.matcher == row["matcher"],
        )
        kept = db.execute(sa.select(table.c.threshold).where(*mine)).scalar()
        if kept is None:
            db.execute(sa.insert(table).values({**row, "identity_id": int(into)}))
        elif row["threshold"] > kept:
            db.execute(sa.update(table).where(*mine).values(threshold=row["threshold"], set_at=row["set_at"]))

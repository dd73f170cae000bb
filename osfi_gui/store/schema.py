"""The tables of a gallery file.

The migrations build them; this module is what the queries are written against. A test holds the two together.
"""

from __future__ import annotations

import sqlalchemy as sa

VERSION = "0003"
"""The newest migration: a file that has it is opened without looking at the others."""
APPLICATION_ID = 0x4F534649
"""SQLite's application id of a gallery file ("OSFI"), which tells it from other SQLCipher files."""

metadata = sa.MetaData()

gallery = sa.Table(
    "gallery",
    metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row"), primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
)

# Autoincrement: the number of an erased identity is never given to another person, so that old reports stay true.
identities = sa.Table(
    "identities",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("external_id", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("consent_text", sa.Text),
    sa.Column("consent_operator", sa.Text),
    sa.Column("consent_given_at", sa.Text),
    sa.Column("created_at", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)


def _portrait_columns() -> list[sa.Column[object]]:
    """Columns of one portrait; new objects a call, because a column belongs to one table."""
    return [
        sa.Column("png", sa.LargeBinary, nullable=False),
        sa.Column("box_x", sa.Float, nullable=False),
        sa.Column("box_y", sa.Float, nullable=False),
        sa.Column("box_width", sa.Float, nullable=False),
        sa.Column("box_height", sa.Float, nullable=False),
        sa.Column("landmarks", sa.LargeBinary, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
    ]


shots = sa.Table(
    "shots",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("identity_id", sa.ForeignKey("identities.id", ondelete="CASCADE"), nullable=False, index=True),
    *_portrait_columns(),
    sqlite_autoincrement=True,
)

shot_embeddings = sa.Table(
    "shot_embeddings",
    metadata,
    sa.Column("shot_id", sa.ForeignKey("shots.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("encoder", sa.Text, primary_key=True, index=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)

# Strangers live in tables of their own: a query that forgets a condition must not be able to enrol one.
strangers = sa.Table(
    "strangers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    *_portrait_columns(),
    # Whose face it is; empty: nobody knows, so it counts as a person of its own.
    sa.Column("person", sa.Text, server_default=sa.text("''"), nullable=False),
    sqlite_autoincrement=True,
)

stranger_embeddings = sa.Table(
    "stranger_embeddings",
    metadata,
    sa.Column("shot_id", sa.ForeignKey("strangers.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("encoder", sa.Text, primary_key=True, index=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)

operating_points = sa.Table(
    "operating_points",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("encoder", sa.Text, nullable=False, index=True),
    sa.Column("matcher", sa.Text, nullable=False),
    sa.Column("k", sa.Integer, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("cosine_floor", sa.Float, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("target_far", sa.Float, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    # What it did to the probes it was measured on, as JSON; nothing for a threshold that nobody measured.
    sa.Column("measured", sa.Text),
    # Numbers of strangers, as JSON. No foreign keys: a point must be able to tell that its cohort is gone.
    sa.Column("cohort_ids", sa.Text, server_default=sa.text("'[]'"), nullable=False),
    sqlite_autoincrement=True,
)

# By matcher too: a threshold in one matcher's scores means nothing, or the opposite, in another's.
identity_thresholds = sa.Table(
    "identity_thresholds",
    metadata,
    sa.Column("identity_id", sa.ForeignKey("identities.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("encoder", sa.Text, primary_key=True),
    sa.Column("matcher", sa.Text, primary_key=True),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("set_at", sa.Text, nullable=False),
)

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("encoder", sa.Text, nullable=False, index=True),
    # No foreign key: a version outlives the one that it started from.
    sa.Column("parent", sa.Integer, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("recipe", sa.Text, nullable=False),
    sa.Column("comparison", sa.Text),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("size_bytes", sa.Integer, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("device", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)

# A table of its own: SQLite writes a whole row anew for a change of one column, and a note must not cost 40 MB.
version_deltas = sa.Table(
    "version_deltas",
    metadata,
    sa.Column("version_id", sa.ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("delta", sa.LargeBinary, nullable=False),
)

# Plain numbers of identities: when one is erased, its number must go on saying which weights have seen the person.
version_identities = sa.Table(
    "version_identities",
    metadata,
    sa.Column("version_id", sa.ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("identity_id", sa.Integer, primary_key=True, index=True),
)

# A stack an encoder: the newest row is in use. Without a version: the pretrained encoder itself.
promotions = sa.Table(
    "promotions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("encoder", sa.Text, nullable=False, index=True),
    sa.Column("version_id", sa.ForeignKey("versions.id")),
    sa.Column("at", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)


def create(connection: sa.Connection) -> None:
    """Build in an empty file what the migrations, one after the other, build."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    metadata.create_all(connection)
    connection.execute(sa.insert(gallery).values(id=1, revision=0))
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version "
        "(version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.execute(sa.text("INSERT INTO alembic_version VALUES (:version)"), {"version": VERSION})

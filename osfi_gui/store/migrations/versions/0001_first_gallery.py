"""The first gallery: identities, shots, embeddings, strangers, operating points.

Written out instead of taken from ``schema``: a migration must go on building what it built on its first day.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _portrait_columns() -> list[sa.Column[object]]:
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


def upgrade() -> None:
    """Build every table and give the gallery its first revision."""
    op.execute("PRAGMA application_id = 1330857545")
    op.create_table(
        "gallery",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row"), primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO gallery (id, revision) VALUES (1, 0)")
    op.create_table(
        "identities",
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
    op.create_table(
        "shots",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("identity_id", sa.Integer, sa.ForeignKey("identities.id", ondelete="CASCADE"), nullable=False),
        *_portrait_columns(),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shots_identity_id", "shots", ["identity_id"])
    op.create_table(
        "strangers", sa.Column("id", sa.Integer, primary_key=True), *_portrait_columns(), sqlite_autoincrement=True
    )
    for table, owner in (("shot_embeddings", "shots.id"), ("stranger_embeddings", "strangers.id")):
        op.create_table(
            table,
            sa.Column("shot_id", sa.Integer, sa.ForeignKey(owner, ondelete="CASCADE"), primary_key=True),
            sa.Column("encoder", sa.Text, primary_key=True),
            sa.Column("vector", sa.LargeBinary, nullable=False),
        )
        op.create_index(f"ix_{table}_encoder", table, ["encoder"])
    op.create_table(
        "operating_points",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("encoder", sa.Text, nullable=False),
        sa.Column("matcher", sa.Text, nullable=False),
        sa.Column("k", sa.Integer, nullable=False),
        sa.Column("threshold", sa.Float, nullable=False),
        sa.Column("cosine_floor", sa.Float, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("target_far", sa.Float, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_operating_points_encoder", "operating_points", ["encoder"])

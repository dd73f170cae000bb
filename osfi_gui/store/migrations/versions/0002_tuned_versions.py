"""Tuned versions of an encoder, which of them is in use, and whose face a stranger's is."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of versions; the strangers that are there count as a person each."""
    op.add_column("strangers", sa.Column("person", sa.Text, server_default=sa.text("''"), nullable=False))
    op.create_table(
        "versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("encoder", sa.Text, nullable=False),
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
    op.create_index("ix_versions_encoder", "versions", ["encoder"])
    op.create_table(
        "version_deltas",
        sa.Column("version_id", sa.Integer, sa.ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("delta", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "version_identities",
        sa.Column("version_id", sa.Integer, sa.ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("identity_id", sa.Integer, primary_key=True),
    )
    op.create_index("ix_version_identities_identity_id", "version_identities", ["identity_id"])
    op.create_table(
        "promotions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("encoder", sa.Text, nullable=False),
        sa.Column("version_id", sa.Integer, sa.ForeignKey("versions.id")),
        sa.Column("at", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_promotions_encoder", "promotions", ["encoder"])

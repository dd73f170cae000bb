"""What an operating point was measured to do, the strangers that are its cohort, and people's own thresholds."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; the operating points that are there were measured by nobody and have no cohort."""
    op.add_column("operating_points", sa.Column("measured", sa.Text))
    op.add_column("operating_points", sa.Column("cohort_ids", sa.Text, server_default=sa.text("'[]'"), nullable=False))
    op.create_table(
        "identity_thresholds",
        sa.Column("identity_id", sa.Integer, sa.ForeignKey("identities.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("encoder", sa.Text, primary_key=True),
        sa.Column("matcher", sa.Text, primary_key=True),
        sa.Column("threshold", sa.Float, nullable=False),
        sa.Column("set_at", sa.Text, nullable=False),
    )

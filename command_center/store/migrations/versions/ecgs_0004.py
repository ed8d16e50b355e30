"""Twelve-lead ECGs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "ecgs",
        sa.Column("ecg_id", sa.LargeBinary(16), primary_key=True),
        sa.Column("encounter_id", sa.String(36), primary_key=True),
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("recorded_us", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("reading", sa.LargeBinary, nullable=False),
    )
    op.create_index("ecgs_by_encounter", "ecgs", ["encounter_id", "recorded_us"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("ecgs")

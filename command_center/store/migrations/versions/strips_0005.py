"""Event strips of arrhythmia alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "strips",
        sa.Column("alarm_id", sa.LargeBinary(16), primary_key=True),
        sa.Column("encounter_id", sa.String(36), nullable=False),
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("onset_us", sa.BigInteger, nullable=False),
        sa.Column("learned_us", sa.BigInteger, nullable=False),
        sa.Column("due_us", sa.BigInteger),
        sa.Column("next_offset", sa.BigInteger),
        sa.Column("content", sa.LargeBinary),
    )
    op.create_index("strips_by_encounter", "strips", ["encounter_id", "onset_us"])
    op.create_index("strips_by_due", "strips", ["due_us"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("strips")

"""Receipts say what the crew answered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody has said what was answered before."""
    op.add_column("receipts", sa.Column("answer", sa.Integer))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("receipts", "answer")

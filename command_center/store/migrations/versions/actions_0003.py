"""Answers say which action they answer."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; an answer of before is told by its alarm."""
    op.add_column("acknowledged", sa.Column("kind", sa.String(16)))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("acknowledged", "kind")

"""The first tables: fold, changes, deliveries, messages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_fold()
    _create_feed()
    _create_messages()


def downgrade() -> None:
    """Drop the tables."""
    for name in (
        "receipts",
        "messages",
        "reports",
        "deliveries",
        "acknowledged",
        "changes",
        "entries",
        "books",
        "positions",
    ):
        op.drop_table(name)


def _create_fold() -> None:
    op.create_table(
        "positions",
        sa.Column("topic", sa.String(64), primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "books",
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "entries",
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("offset", sa.BigInteger, primary_key=True),
        sa.Column("entry", sa.LargeBinary, nullable=False),
    )


def _create_feed() -> None:
    op.create_table(
        "changes",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("alarm_id", sa.LargeBinary(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("alarm", sa.LargeBinary, nullable=False),
    )
    op.create_index(
        "changes_by_position", "changes", ["partition", "offset", "ordinal"], unique=True
    )
    op.create_table(
        "acknowledged",
        sa.Column("request_id", sa.String(64), primary_key=True),
        sa.Column("alarm", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "deliveries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("delivery_id", sa.LargeBinary(16), nullable=False, unique=True),
        sa.Column("subscriber", sa.String(64), nullable=False),
        sa.Column("alarm_id", sa.LargeBinary(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "reports",
        sa.Column("delivery_id", sa.LargeBinary(16), primary_key=True),
        sa.Column("stage", sa.Integer, primary_key=True),
        sa.Column("person", sa.String(64)),
        sa.Column("at_us", sa.BigInteger, nullable=False),
    )


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("message_id", sa.String(36), primary_key=True),
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("issued_us", sa.BigInteger, nullable=False),
        sa.Column("expires_us", sa.BigInteger, nullable=False),
        sa.Column("supersedes", sa.String(36)),
        sa.Column("encounter_id", sa.String(36)),
    )
    op.create_table(
        "receipts",
        sa.Column("message_id", sa.String(36), primary_key=True),
        sa.Column("unit_id", sa.String(64), primary_key=True),
        sa.Column("stage", sa.Integer, primary_key=True),
        sa.Column("person", sa.String(64)),
        sa.Column("at_us", sa.BigInteger, nullable=False),
    )

"""The tables of the store. The migrations create them; a test holds both equal.

The fold is kept as a journal: the book of a partition as it was at one position, and the entries
after it. ``changes`` is what the fold said, for subscribers that resume.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA: Final = MetaData()

POSITIONS: Final = Table(
    "positions",
    METADATA,
    Column("topic", String(64), primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False, comment="Offset of the next record."),
    Column("first", BigInteger, nullable=False, comment="Changes before it are not kept."),
)

BOOKS: Final = Table(
    "books",
    METADATA,
    Column("partition", Integer, primary_key=True),
    Column("state", LargeBinary, nullable=False, comment="Snapshot of the book, MessagePack."),
)

ENTRIES: Final = Table(
    "entries",
    METADATA,
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("entry", LargeBinary, nullable=False, comment="AlarmEntry, serialised."),
)

CHANGES: Final = Table(
    "changes",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("alarm_id", LargeBinary(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("alarm", LargeBinary, nullable=False, comment="Alarm, serialised."),
    Index("changes_by_position", "partition", "offset", "ordinal", unique=True),
)

# Named for the action that came first.
ACTIONS: Final = Table(
    "acknowledged",
    METADATA,
    Column("request_id", String(64), primary_key=True),
    Column("alarm", LargeBinary, nullable=False, comment="Alarm after it, serialised."),
    Column("kind", String(16), comment="What was asked; none in a store of an earlier release."),
)

DELIVERIES: Final = Table(
    "deliveries",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("delivery_id", LargeBinary(16), nullable=False, unique=True),
    Column("subscriber", String(64), nullable=False),
    Column("alarm_id", LargeBinary(16), nullable=False),
    Column("revision", Integer, nullable=False),
)

REPORTS: Final = Table(
    "reports",
    METADATA,
    Column("delivery_id", LargeBinary(16), primary_key=True),
    Column("stage", Integer, primary_key=True),
    Column("person", String(64)),
    Column("at_us", BigInteger, nullable=False),
)

MESSAGES: Final = Table(
    "messages",
    METADATA,
    Column("message_id", String(36), primary_key=True),
    Column("unit_id", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("person", String(64), nullable=False),
    Column("issued_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("supersedes", String(36)),
    Column("encounter_id", String(36)),
)

RECEIPTS: Final = Table(
    "receipts",
    METADATA,
    Column("message_id", String(36), primary_key=True),
    Column("unit_id", String(64), primary_key=True),
    Column("stage", Integer, primary_key=True),
    Column("person", String(64)),
    Column("at_us", BigInteger, nullable=False),
    Column("answer", Integer),
)

ECGS: Final = Table(
    "ecgs",
    METADATA,
    Column("ecg_id", LargeBinary(16), primary_key=True),
    Column("encounter_id", String(36), primary_key=True),
    Column("unit_id", String(64), nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False, comment="TwelveLeadEcg, serialised."),
    Column("reading", LargeBinary, nullable=False, comment="What was read off it, JSON."),
    Index("ecgs_by_encounter", "encounter_id", "recorded_us"),
)

STRIPS: Final = Table(
    "strips",
    METADATA,
    Column("alarm_id", LargeBinary(16), primary_key=True),
    Column("encounter_id", String(36), nullable=False),
    Column("unit_id", String(64), nullable=False),
    Column("cause", String(64), nullable=False),
    Column("onset_us", BigInteger, nullable=False),
    Column("learned_us", BigInteger, nullable=False),
    Column("due_us", BigInteger, comment="When to look in the log next; none: finished."),
    Column("next_offset", BigInteger, comment="Where to go on in `waveforms`; none: not begun."),
    Column("content", LargeBinary, comment="EventStrip, serialised; none: no sample is known."),
    Index("strips_by_encounter", "encounter_id", "onset_us"),
    Index("strips_by_due", "due_us"),
)

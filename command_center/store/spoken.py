"""Statements about what was told: deliveries, reports, messages, and how far `units` was read."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from command_center.store.folded import write_receipts
from command_center.store.often import insert_new, write_rows
from command_center.store.tables import DELIVERIES, MESSAGES, POSITIONS, RECEIPTS, REPORTS
from command_center.store.values import Delivered, Reported, SentMessage
from wire.alarms import MessageReceipt
from wire.messages import Message
from wire.topics import UNITS
from wire.unit_items import CrewAnswer, ReceiptStage

_NEW_DELIVERY: Final = insert_new(DELIVERIES)
_POSITION: Final = insert(POSITIONS).prefix_with("OR REPLACE", dialect="sqlite")


def write_delivered(connection: Connection, delivered: Sequence[Delivered]) -> None:
    """Remember that these deliveries were made; one that is repeated is the same."""
    rows = [
        {
            "delivery_id": one.delivery_id,
            "subscriber": one.subscriber,
            "alarm_id": one.alarm_id,
            "revision": one.revision,
        }
        for one in delivered
    ]
    write_rows(connection, _NEW_DELIVERY, rows)


def write_reported(connection: Connection, reported: Reported) -> int:
    """Record a report; return how many of its deliveries were ever made to this subscriber."""
    made = connection.execute(
        select(DELIVERIES.c.delivery_id).where(
            DELIVERIES.c.subscriber == reported.subscriber,
            DELIVERIES.c.delivery_id.in_(reported.delivery_ids),
        )
    ).scalars()
    rows = [
        {
            "delivery_id": delivery_id,
            "stage": reported.stage,
            "person": reported.person,
            "at_us": reported.at_us,
        }
        for delivery_id in made
    ]
    if rows:
        connection.execute(insert_new(REPORTS), rows)
    return len(rows)


def write_message(connection: Connection, message: Message) -> None:
    """Remember a message that the log holds."""
    row = {
        "message_id": message.message_id,
        "unit_id": message.unit_id,
        "text": message.text,
        "person": message.person,
        "issued_us": message.issued_us,
        "expires_us": message.expires_us,
        "supersedes": message.supersedes,
        "encounter_id": message.encounter_id,
    }
    connection.execute(insert_new(MESSAGES), [row])


def read_messages(connection: Connection, unit_id: str, limit: int) -> list[SentMessage]:
    """Return the newest messages to a unit, newest first."""
    newest = select(MESSAGES).where(MESSAGES.c.unit_id == unit_id)
    rows = connection.execute(newest.order_by(MESSAGES.c.issued_us.desc()).limit(limit)).all()
    named = RECEIPTS.c.message_id.in_([row.message_id for row in rows])
    receipts: dict[str, list[MessageReceipt]] = {}
    for row in connection.execute(select(RECEIPTS).where(named).order_by(RECEIPTS.c.stage)):
        answer = None if row.answer is None else CrewAnswer(row.answer)
        receipt = MessageReceipt(
            row.message_id, row.unit_id, ReceiptStage(row.stage), row.person, row.at_us, answer
        )
        receipts.setdefault(row.message_id, []).append(receipt)
    return [SentMessage(_message(row), receipts.get(row.message_id, [])) for row in rows]


def read_units_positions(connection: Connection) -> dict[int, int]:
    """Return how far `units` was read, by partition; empty when it never was."""
    rows = connection.execute(select(POSITIONS).where(POSITIONS.c.topic == UNITS.name))
    return {row.partition: row.position for row in rows}


def write_units(
    connection: Connection, positions: Mapping[int, int], receipts: Sequence[MessageReceipt]
) -> None:
    """Record receipts found in `units` and how far it was read."""
    write_receipts(connection, receipts)
    rows = [
        {"topic": UNITS.name, "partition": partition, "position": position, "first": 0}
        for partition, position in positions.items()
    ]
    write_rows(connection, _POSITION, rows)


def _message(row: Row[Any]) -> Message:
    return Message(
        message_id=row.message_id,
        unit_id=row.unit_id,
        text=row.text,
        person=row.person,
        issued_us=row.issued_us,
        expires_us=row.expires_us,
        supersedes=row.supersedes,
        encounter_id=row.encounter_id,
    )

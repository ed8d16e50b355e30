"""Statements about the fold: its journal, its positions, and what it said."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from command_center.positions import Position, Vector
from command_center.store.often import insert_new, write_rows
from command_center.store.tables import (
    ACTIONS,
    BOOKS,
    CHANGES,
    DELIVERIES,
    ENTRIES,
    POSITIONS,
    RECEIPTS,
    REPORTS,
    STRIPS,
)
from command_center.store.values import Kept, Step, StoredAnswer, StoredChange, StoredEntry
from wire.alarms import MessageReceipt
from wire.topics import ALARMS

_SET_POSITION: Final = (
    update(POSITIONS)
    .where(POSITIONS.c.topic == ALARMS.name, POSITIONS.c.partition == bindparam("which"))
    .values(position=bindparam("reached"))
)
_NEW_ENTRY: Final = insert(ENTRIES)
_NEW_CHANGE: Final = insert(CHANGES)
_NEW_ANSWER: Final = insert_new(ACTIONS)
_NEW_RECEIPT: Final = insert_new(RECEIPTS)
_NEW_STRIP: Final = insert_new(STRIPS)


def write_step(connection: Connection, step: Step) -> None:
    """Write what one batch of entries does."""
    write_rows(connection, _NEW_ENTRY, [entry._asdict() for entry in step.entries])
    write_rows(connection, _NEW_CHANGE, [_change_row(change) for change in step.changes])
    reached = [{"which": part, "reached": position} for part, position in step.positions.items()]
    write_rows(connection, _SET_POSITION, reached)
    answers = [{"request_id": i, **answer._asdict()} for i, answer in step.answers.items()]
    write_rows(connection, _NEW_ANSWER, answers)
    write_receipts(connection, step.receipts)
    write_rows(connection, _NEW_STRIP, [asdict(strip) for strip in step.strips])
    for partition, state in step.books.items():
        connection.execute(delete(ENTRIES).where(ENTRIES.c.partition == partition))
        connection.execute(delete(BOOKS).where(BOOKS.c.partition == partition))
        packed = msgspec.msgpack.encode(state)
        connection.execute(insert(BOOKS).values(partition=partition, state=packed))


def write_receipts(connection: Connection, receipts: Iterable[MessageReceipt]) -> None:
    """Remember receipts; one that is repeated is the same."""
    rows = [
        {
            "message_id": receipt.message_id,
            "unit_id": receipt.unit_id,
            "stage": int(receipt.stage),
            "person": receipt.person,
            "at_us": receipt.at_us,
            "answer": receipt.answer and int(receipt.answer),
        }
        for receipt in receipts
    ]
    write_rows(connection, _NEW_RECEIPT, rows)


def read_kept(connection: Connection) -> Kept:
    """Return the fold as it was written last; without positions when it never was."""
    where = POSITIONS.c.topic == ALARMS.name
    positions = connection.execute(select(POSITIONS.c.partition, POSITIONS.c.position).where(where))
    books = connection.execute(select(BOOKS.c.partition, BOOKS.c.state))
    entries = connection.execute(select(ENTRIES).order_by(ENTRIES.c.partition, ENTRIES.c.offset))
    return Kept(
        {row.partition: row.position for row in positions},
        {row.partition: msgspec.msgpack.decode(row.state) for row in books},
        [StoredEntry(row.partition, row.offset, row.entry) for row in entries],
    )


def begin_at(connection: Connection, firsts: dict[int, int]) -> None:
    """Forget what was folded of these partitions and begin at these offsets."""
    for partition, first in firsts.items():
        for table in (POSITIONS, BOOKS, ENTRIES, CHANGES):
            mine = table.c.partition == partition
            if table is POSITIONS:
                mine = and_(mine, table.c.topic == ALARMS.name)
            connection.execute(delete(table).where(mine))
        row = {"topic": ALARMS.name, "partition": partition, "position": first, "first": first}
        connection.execute(insert(POSITIONS).values(row))


def too_old(connection: Connection, vector: Vector) -> bool:
    """Tell whether changes that follow these positions are no longer kept."""
    firsts = connection.execute(
        select(POSITIONS.c.partition, POSITIONS.c.first).where(POSITIONS.c.topic == ALARMS.name)
    )
    return any(vector[row.partition].offset < row.first for row in firsts)


def read_changes(
    connection: Connection, partition: int, start: Position, end: Position, limit: int
) -> list[StoredChange]:
    """Return the oldest changes of a partition in ``[start, end)``."""
    place = CHANGES.c.offset, CHANGES.c.ordinal
    rows = connection.execute(
        select(CHANGES)
        .where(
            CHANGES.c.partition == partition,
            CHANGES.c.offset.between(start.offset, end.offset),
            (CHANGES.c.offset > start.offset) | (CHANGES.c.ordinal >= start.ordinal),
            (CHANGES.c.offset < end.offset) | (CHANGES.c.ordinal < end.ordinal),
        )
        .order_by(*place)
        .limit(limit)
    )
    return [
        StoredChange(r.partition, r.offset, r.ordinal, r.alarm_id, r.revision, r.alarm)
        for r in rows
    ]


def read_answer(connection: Connection, request_id: str) -> StoredAnswer | None:
    """Return how this request was answered, if it was."""
    found = select(ACTIONS.c.alarm, ACTIONS.c.kind).where(ACTIONS.c.request_id == request_id)
    row = connection.execute(found).one_or_none()
    return None if row is None else StoredAnswer(row.alarm, row.kind)


def prune(connection: Connection, kept: int) -> None:
    """Let go of the oldest changes and deliveries beyond the newest ``kept`` of each."""
    newest = connection.execute(select(func.max(CHANGES.c.number))).scalar_one() or 0
    gone = CHANGES.c.number <= newest - kept
    last = func.max(CHANGES.c.offset).label("last")
    lost = connection.execute(
        select(CHANGES.c.partition, last).where(gone).group_by(CHANGES.c.partition)
    )
    for row in lost.all():
        mine = and_(POSITIONS.c.topic == ALARMS.name, POSITIONS.c.partition == row.partition)
        connection.execute(update(POSITIONS).where(mine).values(first=row.last + 1))
    connection.execute(delete(CHANGES).where(gone))
    made = connection.execute(select(func.max(DELIVERIES.c.number))).scalar_one() or 0
    old = DELIVERIES.c.number <= made - kept
    connection.execute(
        delete(REPORTS).where(
            REPORTS.c.delivery_id.in_(select(DELIVERIES.c.delivery_id).where(old))
        )
    )
    connection.execute(delete(DELIVERIES).where(old))


def _change_row(change: StoredChange) -> dict[str, Any]:
    return {
        "partition": change.partition,
        "offset": change.offset,
        "ordinal": change.ordinal,
        "alarm_id": change.alarm_id,
        "revision": change.revision,
        "alarm": change.alarm,
    }

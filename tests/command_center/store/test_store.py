"""The store keeps fold and positions together, and lets go of what is old."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from command_center.positions import PARTITIONS, Position
from command_center.store.store import Store
from command_center.store.tables import RECEIPTS
from command_center.store.values import Delivered, Reported, Step, StoredChange, StoredEntry
from tests.command_center.night import encounter
from wire.alarms import MessageReceipt
from wire.unit_items import ReceiptStage


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path / 'deep' / 'center.sqlite'}")
    await opened.begin_at(dict.fromkeys(range(PARTITIONS), 0))
    yield opened
    await opened.close()


def _step(offset: int, *ordinals: int) -> Step:
    changes = [StoredChange(0, offset, n, b"a" * 16, 1, b"alarm") for n in ordinals]
    return Step([StoredEntry(0, offset, b"entry")], changes, {0: offset + 1})


def _vector(position: Position) -> tuple[Position, ...]:
    return (position, *[Position(0)] * (PARTITIONS - 1))


async def test_a_step_that_fails_leaves_nothing(store: Store) -> None:
    """Fold and position are one transaction."""
    await store.write(_step(0, 0))
    with pytest.raises(IntegrityError):
        await store.write(Step([StoredEntry(0, 5, b"entry")], _step(0, 0).changes, {0: 6}))
    kept = await store.kept()
    assert kept.positions[0] == 1
    assert [entry.offset for entry in kept.entries] == [0]


async def test_changes_are_read_from_any_position_to_any_other(store: Store) -> None:
    """Half-open, by offset and ordinal, a page at a time."""
    for step in (_step(0, 0), _step(1, 0, 1, 2), _step(2), _step(3, 0)):
        await store.write(step)
    found = await store.changes(0, Position(1, 1), Position(3, 0), 10)
    assert [change.position for change in found] == [(1, 1), (1, 2)]
    page = await store.changes(0, Position(0), Position(9), 3)
    assert [change.position for change in page] == [(0, 0), (1, 0), (1, 1)]


async def test_what_is_let_go_is_said_to_be_gone(store: Store) -> None:
    """A position is too old exactly when a change after it is not kept any more."""
    for offset in range(5):
        await store.write(_step(offset, 0))
    await store.prune(2)
    assert await store.too_old(_vector(Position(2, 1)))
    assert not await store.too_old(_vector(Position(3)))
    assert len(await store.changes(0, Position(0), Position(9), 10)) == 2


async def test_a_book_takes_the_place_of_its_entries(store: Store) -> None:
    """And of the book before it."""
    await store.write(_step(0))
    for state in ({"old": 1}, {"new": [b"x"]}):
        await store.write(Step([], [], {0: 1}, books={0: state}))
    kept = await store.kept()
    assert kept.entries == []
    assert kept.books == {0: {"new": [b"x"]}}


async def test_a_receipt_that_comes_twice_is_kept_once(store: Store) -> None:
    """By `alarms` or by `units`, again after a restart: the same."""
    receipt = MessageReceipt(encounter(1), "unit-1", ReceiptStage.VIEWED, "crew", 5)
    await store.write(Step([], [], {0: 1}, receipts=[receipt]))
    await store.write_units({0: 7, 1: 8}, [receipt])
    assert await store.units_positions() == {0: 7, 1: 8}
    rows = await store._run(lambda connection: connection.execute(select(RECEIPTS)).all())
    assert [row.person for row in rows] == ["crew"]


async def test_a_report_counts_only_what_was_delivered_to_its_subscriber(store: Store) -> None:
    """Repeating a delivery or a report changes nothing."""
    made = Delivered(b"d" * 16, "desk", b"a" * 16, 1)
    await store.write_delivered([made])
    await store.write_delivered([made])
    for subscriber, counted in (("desk", 1), ("desk", 1), ("other", 0)):
        reported = Reported(subscriber, [b"d" * 16, b"e" * 16], 2, None, 9)
        assert await store.write_reported(reported) == counted

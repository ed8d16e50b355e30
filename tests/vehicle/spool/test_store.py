"""The tables of the spool: groups stand or fall together, bounded tables stay bounded."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from vehicle.spool.store import (
    MESSAGES_PER_UNIT,
    QUARANTINE_FRAMES,
    Acknowledgement,
    Depth,
    Entry,
    Refusal,
    Snapshot,
    SpooledFrame,
    SpoolStore,
    StoredMessage,
)

SEGMENT = b"s" * 16


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SpoolStore]:
    store = SpoolStore(tmp_path / "spool.sqlite")
    yield store
    store.close()


def frame(sequence: int) -> SpooledFrame:
    return SpooledFrame("A1", 2, SEGMENT, sequence, b"12345")


def test_a_group_that_fails_leaves_nothing(store: SpoolStore) -> None:
    """A snapshot is never without the frame that it covers, nor the frame without it."""
    unwritable = Snapshot("A1", "book", object())  # type: ignore[arg-type]
    with pytest.raises(sqlite3.Error):
        store.write([frame(1), unwritable])
    assert store.depth() == Depth(0, 0)
    store.write([frame(1)])
    assert store.depth() == Depth(1, 5)


def test_a_full_disk_does_not_part_a_frame_from_its_segment(store: SpoolStore) -> None:
    """What a disk takes only when it has room again is found by the name that it was given."""
    database = store._database
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")
    many = [SpooledFrame("A1", 2, SEGMENT, n, bytes(1_000)) for n in range(1, 6)]
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.write(many)
    database.execute("PRAGMA max_page_count = 1000000")
    store.write(many)
    store.write([SpooledFrame("A1", 1, b"t" * 16, 1, b"another segment")])
    state = store.unit("A1")
    assert [(one.segment, one.last) for one in state.segments] == [(SEGMENT, 5), (b"t" * 16, 1)]


def test_an_acknowledgement_says_what_it_freed(store: SpoolStore) -> None:
    """The bound of the spool counts what is really there; a repetition frees nothing."""
    store.write([frame(n) for n in range(1, 11)])
    assert store.write([Acknowledgement("A1", 2, SEGMENT, 4)]) == Depth(4, 20)
    assert store.write([Acknowledgement("A1", 2, SEGMENT, 4)]) == Depth(0, 0)
    assert store.depth() == Depth(6, 30)


def test_the_quarantine_keeps_the_newest(store: SpoolStore) -> None:
    """However much is refused, the quarantine stays within its bound."""
    excess = 5
    entries: list[Entry] = []
    for number in range(1, QUARANTINE_FRAMES + excess + 1):
        entries += [frame(number), Refusal("A1", 2, SEGMENT, number, "OUT_OF_RANGE", "", "")]
    store.write(entries)
    kept = [one.refusal.sequence for one in store.quarantined()]
    assert kept == list(range(excess + 1, QUARANTINE_FRAMES + excess + 1))


def test_messages_keep_their_furthest_stage_and_are_bounded(store: SpoolStore) -> None:
    """A stage never goes back; the newest messages of a unit stay."""
    store.write([StoredMessage("A1", "m", 3, b"body"), StoredMessage("A1", "m", 1, b"body")])
    assert [one.stage for one in store.unit("A1").messages] == [3]
    store.write([StoredMessage("A1", f"m{n}", 1, b"") for n in range(MESSAGES_PER_UNIT)])
    held = store.unit("A1").messages
    assert len(held) == MESSAGES_PER_UNIT
    assert "m" not in {one.message_id for one in held}

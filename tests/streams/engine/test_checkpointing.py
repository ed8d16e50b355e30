import msgspec
import pytest

from clinical.alarms.identity import FrameRef
from ports.log.port import Record
from streams.engine.checkpointing import (
    SNAPSHOT_MAX_US,
    SNAPSHOT_MIN_US,
    VERSION,
    Ledger,
    Recovered,
    Snapshot,
    marker_checkpoint,
    recover,
    snapshot_checkpoint,
    snapshot_interval_us,
)
from streams.engine.contained import StoredWatch
from streams.engine.partition_clock import Hold, PartitionClock, Point
from tests.streams.engine.night import SEGMENT, encounter
from wire.records import (
    COVERED_KEY,
    HEADERS_CHECKPOINT,
    Checkpoint,
    encode_checkpoint,
    encounter_key,
)


def point(offset: int) -> Point:
    holds = (Hold(1, 2), Hold(3, None))
    return Point(offset, PartitionClock(offset * 10, offset, healthy_us=offset, holds=holds))


def snapshot(number: int, offset: int, closed_us: int | None = None) -> Snapshot:
    watch = msgspec.Raw(msgspec.msgpack.encode({"heard": offset}))
    last = FrameRef("unit-1", 2, SEGMENT, 7, 0)
    return Snapshot(encounter(number), point(offset), StoredWatch(watch, 1, last, closed_us))


def record(key: bytes, checkpoint: Checkpoint | None) -> Record:
    value = None if checkpoint is None else encode_checkpoint(checkpoint)
    return Record("checkpoints.patients.a", 0, 0, key, value, HEADERS_CHECKPOINT)


def stored(*snapshots: Snapshot) -> list[Record]:
    return [record(encounter_key(s.encounter_id), snapshot_checkpoint(s)) for s in snapshots]


def marker(offset: int) -> Record:
    return record(COVERED_KEY, marker_checkpoint(point(offset)))


def test_what_is_stored_comes_back() -> None:
    assert recover([*stored(snapshot(1, 30)), marker(20)]) == Recovered(
        point(20), (snapshot(1, 30),), ()
    )


def test_the_start_is_the_lowest_of_marker_and_snapshots() -> None:
    """A worker that had lost the partition may have written an old snapshot once more."""
    found = recover([*stored(snapshot(1, 30), snapshot(2, 12)), marker(20)])
    assert found.start == point(12)


def test_of_each_key_the_newest_record_counts() -> None:
    found = recover([marker(5), *stored(snapshot(1, 30)), *stored(snapshot(1, 40)), marker(35)])
    assert found == Recovered(point(35), (snapshot(1, 40),), ())


def test_a_closed_encounter_does_not_hold_the_start_back() -> None:
    found = recover([*stored(snapshot(1, 5, closed_us=50)), marker(20)])
    assert found.start == point(20)
    assert len(found.snapshots) == 1


def test_a_tombstone_leaves_nothing() -> None:
    found = recover([*stored(snapshot(1, 5)), record(encounter_key(encounter(1)), None), marker(9)])
    assert found == Recovered(point(9), (), ())


def test_without_a_marker_the_input_is_read_from_the_beginning() -> None:
    assert recover(stored(snapshot(1, 5))).start is None
    assert recover([]) == Recovered(None, (), ())


@pytest.mark.parametrize(
    "strange",
    [
        Checkpoint(VERSION + 1, 3, b"\x80"),
        Checkpoint(VERSION, 3, b"\x80"),
        Checkpoint(VERSION, 3, None),
    ],
)
def test_an_unknown_layout_is_ignored_said_so_and_rebuilt_from_the_beginning(
    strange: Checkpoint,
) -> None:
    key = encounter_key(encounter(2))
    found = recover([*stored(snapshot(1, 30)), record(key, strange), marker(20)])
    assert found == Recovered(None, (snapshot(1, 30),), (key.decode(),))


def test_an_unknown_key_is_ignored() -> None:
    assert recover([record(b"x", Checkpoint(VERSION, 1, b""))]).ignored == ("x",)


def test_checkpoints_of_another_log_are_recognised() -> None:
    found = recover([*stored(snapshot(1, 30)), marker(20)])
    assert found.beyond(29)
    assert not found.beyond(30)


def test_snapshots_are_spread_over_ten_to_thirty_seconds() -> None:
    intervals = [snapshot_interval_us(encounter(number)) for number in range(1_000)]
    assert min(intervals) >= SNAPSHOT_MIN_US
    assert max(intervals) < SNAPSHOT_MAX_US
    tenths = {
        (each - SNAPSHOT_MIN_US) * 10 // (SNAPSHOT_MAX_US - SNAPSHOT_MIN_US) for each in intervals
    }
    assert tenths == set(range(10))


def test_covered_is_the_lowest_point_from_which_an_encounter_could_be_rebuilt() -> None:
    ledger = Ledger()
    assert ledger.covered(point(50)) == point(50)
    ledger.opened(encounter(1), point(10))
    ledger.durable(snapshot(2, 30))
    assert ledger.covered(point(50)) == point(10)
    ledger.durable(snapshot(1, 40))
    assert ledger.covered(point(50)) == point(30)
    ledger.durable(snapshot(2, 45, closed_us=1))
    assert ledger.covered(point(50)) == point(40)
    assert ledger.covered(point(35)) == point(35)

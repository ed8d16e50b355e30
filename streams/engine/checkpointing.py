"""When to snapshot which encounter, what the partition is covered to, and how to come back.

Every snapshot carries the offset of the first record that it has not seen, and the partition's
clock before that record. The marker ``covered`` says: each live encounter has a durable snapshot
at or after this point, or began after it. A worker that takes the partition over goes to the
lowest of marker and snapshots, restores the clock of that point, and lets each encounter skip
what its snapshot has seen; so it walks through the same states as the worker before it. (A
snapshot can lie before the marker when a worker that had lost the partition wrote once more.)

Snapshots are spread over time by a hash of the encounter id, so that they never come at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

import msgspec

from clinical.instant import SECOND_US
from ports.log.port import Record
from streams.engine.contained import StoredWatch
from streams.engine.partition_clock import PartitionClock, Point
from wire.reading import Unreadable
from wire.records import COVERED_KEY, Checkpoint, decode_checkpoint, encounter_of_key

VERSION: Final = 2
"""Layout of a stored state; another one is ignored and rebuilt from the input."""

SNAPSHOT_MIN_US: Final = 10 * SECOND_US
"""Shortest time between two snapshots of an encounter to which nothing happens."""

SNAPSHOT_MAX_US: Final = 30 * SECOND_US
"""Longest such time."""

MARKER_EVERY_US: Final = 5 * SECOND_US
"""Time between two markers, if there is anything new to say."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of an encounter at a point of the partition."""

    encounter_id: str
    point: Point
    stored: StoredWatch

    @property
    def live(self) -> bool:
        """Whether the encounter can still change."""
        return self.stored.closed_us is None


class _StoredEncounter(msgspec.Struct, frozen=True):
    clock: PartitionClock
    watch: StoredWatch


@dataclass(frozen=True, slots=True)
class Recovered:
    """What the checkpoint topic of a partition says."""

    start: Point | None
    """Where to go on; None: from the oldest record kept."""
    snapshots: tuple[Snapshot, ...]
    ignored: tuple[str, ...]
    """Keys whose layout is unknown; those encounters are rebuilt from the input."""

    def beyond(self, end: int) -> bool:
        """Say whether any of it lies after the end of the partition: it is of another log."""
        points = [snapshot.point for snapshot in self.snapshots]
        return any(
            point.offset > end
            for point in (points if self.start is None else [*points, self.start])
        )


def snapshot_interval_us(encounter_id: str) -> int:
    """Return the time between two snapshots of a quiet encounter, microseconds."""
    spread_us = SNAPSHOT_MAX_US - SNAPSHOT_MIN_US
    return SNAPSHOT_MIN_US + crc32(encounter_id.encode()) % spread_us


def snapshot_checkpoint(snapshot: Snapshot) -> Checkpoint:
    """Return the snapshot as it is stored."""
    state = _StoredEncounter(snapshot.point.clock, snapshot.stored)
    return Checkpoint(VERSION, snapshot.point.offset, msgspec.msgpack.encode(state))


def marker_checkpoint(covered: Point) -> Checkpoint:
    """Return the marker as it is stored; its state is the clock."""
    return Checkpoint(VERSION, covered.offset, msgspec.msgpack.encode(covered.clock))


def recover(records: Iterable[Record]) -> Recovered:
    """Read what a checkpoint partition holds; of each key the newest record counts."""
    newest = {record.key: record.value for record in records if record.key is not None}
    marker: Point | None = None
    snapshots: list[Snapshot] = []
    ignored: list[str] = []
    for key, value in newest.items():
        if value is None:
            continue
        try:
            found = _read(key, decode_checkpoint(value))
        except (Unreadable, msgspec.MsgspecError):
            ignored.append(key.decode(errors="replace"))
        else:
            if isinstance(found, Snapshot):
                snapshots.append(found)
            else:
                marker = found
    return recovered(marker, snapshots, ignored)


def recovered(
    marker: Point | None, snapshots: Iterable[Snapshot], ignored: Iterable[str]
) -> Recovered:
    """Find where to go on: the lowest point, or the beginning when something has to be rebuilt."""
    kept, lost = tuple(snapshots), tuple(ignored)
    if marker is None or lost:
        return Recovered(None, kept, lost)
    points = [snapshot.point for snapshot in kept if snapshot.live]
    return Recovered(min([marker, *points], key=_offset), kept, lost)


def _read(key: bytes, checkpoint: Checkpoint) -> Snapshot | Point:
    encounter_id = encounter_of_key(key)
    if checkpoint.version != VERSION or (encounter_id is None and key != COVERED_KEY):
        message = "a checkpoint of another layout"
        raise Unreadable(message)
    state = checkpoint.state or b""
    if encounter_id is None:
        return Point(checkpoint.next_offset, msgspec.msgpack.decode(state, type=PartitionClock))
    stored = msgspec.msgpack.decode(state, type=_StoredEncounter)
    return Snapshot(encounter_id, Point(checkpoint.next_offset, stored.clock), stored.watch)


def _offset(point: Point) -> int:
    return point.offset


@dataclass(slots=True)
class Ledger:
    """From where each live encounter of a partition could be rebuilt."""

    _points: dict[str, Point] = field(default_factory=dict)

    def opened(self, encounter_id: str, before: Point) -> None:
        """An encounter began with the record at this point; nothing of it is durable."""
        self._points.setdefault(encounter_id, before)

    def holds(self, encounter_id: str) -> bool:
        """Tell whether an encounter can hold the marker back."""
        return encounter_id in self._points

    def forgotten(self, encounter_id: str) -> None:
        """An encounter is of no interest any longer and holds nothing back."""
        self._points.pop(encounter_id, None)

    def durable(self, snapshot: Snapshot) -> None:
        """A snapshot is durable; that of a closed encounter holds nothing back."""
        if not snapshot.live:
            self._points.pop(snapshot.encounter_id, None)
        else:
            self._points[snapshot.encounter_id] = snapshot.point

    def covered(self, settled: Point) -> Point:
        """Return the point to which all is covered, when all is durable before ``settled``."""
        return min([settled, *self._points.values()], key=_offset)

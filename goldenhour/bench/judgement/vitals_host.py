"""The vitals job as an app of the real worker: its partitions on Faust, its bands in a topic.

The state of a whole partition is one snapshot, taken as time goes on; a worker that takes the
partition over goes on from there.
"""

from typing import Final

import msgspec

from clinical.alarms.priority import Source
from clinical.instant import SECOND_US
from goldenhour.bench.judgement.vitals_job import BandChange, VitalsJob
from ports.log.port import Record
from streams.engine.apps import HostedApp
from streams.engine.checkpointing import Ledger, Recovered, Snapshot
from streams.engine.contained import StoredWatch
from streams.engine.outputs import Outputs, Send
from streams.engine.partition_clock import PartitionClock, Point
from wire.frames import to_frame
from wire.records import decode_batch
from wire.topics import ENCOUNTER_PARTITIONS, Topic

SNAPSHOT_EVERY_US: Final = 5 * SECOND_US

_HOUR_MS: Final = 3_600_000
FRAMES: Final = Topic("bench.vitals", ENCOUNTER_PARTITIONS, _HOUR_MS)
BANDS: Final = Topic("bench.bands", ENCOUNTER_PARTITIONS, _HOUR_MS)
STORED_ITEMS: Final = Topic("bench.stored.items", ENCOUNTER_PARTITIONS, None)
STORED_BATCHES: Final = Topic("bench.stored.batches", ENCOUNTER_PARTITIONS, None)
TOPICS: Final = (FRAMES, BANDS, STORED_ITEMS, STORED_BATCHES)

_ALL: Final = "all"
"""Stands for an encounter in the key of the snapshot."""


class VitalsHost:
    """One partition of the vitals job."""

    def __init__(self, partition: int, bands: str = BANDS.name, *, batches: bool) -> None:
        """Begin with nothing known; by ``on_batch``, or else by ``on_item``."""
        self._partition = partition
        self._bands = bands
        self._batches = batches
        self._job = VitalsJob()
        self._next_offset = 0
        self._stored_us = 0
        self.ledger = Ledger()

    @property
    def reached(self) -> Point:
        """The next record to take."""
        return Point(self._next_offset, PartitionClock(self._job.newest_us))

    def restore(self, found: Recovered, oldest_offset: int) -> tuple[str, ...]:
        """Go on from the snapshot, or begin at the oldest record."""
        self._next_offset = oldest_offset
        for snapshot in found.snapshots:
            if snapshot.point.offset >= oldest_offset:
                self._next_offset = snapshot.point.offset
                self._job.restore(msgspec.msgpack.decode(snapshot.stored.watch))
        self.ledger.opened(_ALL, self.reached)
        self._stored_us = self._job.newest_us
        return found.ignored

    def on_record(self, offset: int, record: Record) -> Outputs:
        """Do the job to the record at this offset."""
        self._next_offset = offset + 1
        value, before = record.value or b"", self._job.frames
        if self._batches:
            changes = self._job.on_batch(value)
        else:
            frames = [to_frame(handle) for handle in decode_batch(value).frames]
            changes = [change for frame in frames for change in self._job.on_item(frame)]
        facts = tuple([self._send(change) for change in changes])
        frames_judged = self._job.frames - before
        return Outputs(self._next_offset, facts, self._snapshots(), frames_judged, None, (), 0)

    def _snapshots(self) -> tuple[Snapshot, ...]:
        if self._job.newest_us - self._stored_us < SNAPSHOT_EVERY_US:
            return ()
        self._stored_us = self._job.newest_us
        state = msgspec.Raw(msgspec.msgpack.encode(self._job.snapshot()))
        return (Snapshot(_ALL, self.reached, StoredWatch(state, 0, None, None)),)

    def _send(self, change: BandChange) -> Send:
        value = f"{change.captured_us} {change.total} {change.band}".encode()
        return Send(self._bands, self._partition, change.encounter_id.encode(), value, ())


def vitals_app(
    source: Topic = FRAMES, bands: Topic = BANDS, stored: Topic | None = None, *, batches: bool
) -> HostedApp:
    """Return the app, by ``on_batch`` or by ``on_item``."""
    return HostedApp(
        source,
        {Source.CENTER_A: stored or (STORED_BATCHES if batches else STORED_ITEMS)},
        lambda partition, _: VitalsHost(partition, bands.name, batches=batches),
    )

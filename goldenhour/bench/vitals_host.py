"""The vitals job as an app of the real worker: its partitions on Faust, its bands in a topic.

It keeps no snapshots and no marker; a worker that takes a partition over begins anew. The topic for
checkpoints is there because every app has one.
"""

from typing import Final

from clinical.alarms.priority import Source
from goldenhour.bench.vitals_job import BandChange, VitalsJob
from ports.log.port import Record
from streams.engine.apps import HostedApp
from streams.engine.checkpointing import Ledger, Recovered
from streams.engine.outputs import Outputs, Send
from streams.engine.partition_clock import PartitionClock, Point
from wire.frames import to_frame
from wire.records import decode_batch
from wire.topics import ENCOUNTER_PARTITIONS, Topic

_HOUR_MS: Final = 3_600_000
FRAMES: Final = Topic("bench.vitals", ENCOUNTER_PARTITIONS, _HOUR_MS)
BANDS: Final = Topic("bench.bands", ENCOUNTER_PARTITIONS, _HOUR_MS)
STORED: Final = Topic("bench.stored", ENCOUNTER_PARTITIONS, None)
TOPICS: Final = (FRAMES, BANDS, STORED)


class VitalsHost:
    """One partition of the vitals job."""

    def __init__(self, partition: int, *, batches: bool) -> None:
        """Begin with nothing known; by ``on_batch``, or else by ``on_item``."""
        self._partition = partition
        self._batches = batches
        self._job = VitalsJob()
        self._next_offset = 0
        self.ledger = Ledger()

    @property
    def reached(self) -> Point:
        """The next record to take."""
        return Point(self._next_offset, PartitionClock())

    def restore(self, found: Recovered, oldest_offset: int) -> tuple[str, ...]:
        """Begin at the oldest record, whatever was stored."""
        del found
        self._next_offset = oldest_offset
        return ()

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
        return Outputs(self._next_offset, facts, (), self._job.frames - before, None, (), 0)

    def _send(self, change: BandChange) -> Send:
        value = f"{change.captured_us} {change.total} {change.band}".encode()
        return Send(BANDS.name, self._partition, change.encounter_id.encode(), value, ())


def vitals_app(*, batches: bool) -> HostedApp:
    """Return the app, by ``on_batch`` or by ``on_item``."""
    return HostedApp(
        FRAMES,
        {Source.CENTER_A: STORED},
        lambda partition, _: VitalsHost(partition, batches=batches),
    )

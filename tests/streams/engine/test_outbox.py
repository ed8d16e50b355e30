import asyncio
from collections.abc import Sequence

import pytest

from clinical.alarms.priority import Source
from ports.log.memory_log import MemoryLog
from ports.log.port import LogLost, Record, TopicPartition
from streams.engine import outbox as outbox_module
from streams.engine.checkpointing import recover
from streams.engine.host import PartitionHost
from streams.engine.outbox import Outbox
from streams.engine.watches import PatientWatches
from tests.streams.engine.night import WELL, batch, frame, night, tick
from wire.records import COVERED_KEY, decode_checkpoint
from wire.topics import ALARMS, CHECKPOINTS_PATIENTS_A, PATIENTS, PICTURE

CHECKPOINTS = TopicPartition(CHECKPOINTS_PATIENTS_A.name, 0)
ALARMS_0 = TopicPartition(ALARMS.name, 0)


class Bench:
    """A host with an outbox on a log in memory."""

    def __init__(self, log: MemoryLog, outbox: Outbox, host: PartitionHost) -> None:
        self.log, self.outbox, self.host = log, outbox, host

    @classmethod
    async def open(cls) -> "Bench":
        log = MemoryLog()
        host = PartitionHost(0, Source.CENTER_A, PatientWatches())
        writer = await log.writer()
        outbox = Outbox(writer, 0, CHECKPOINTS_PATIENTS_A, host.ledger, lambda: host.reached)
        return cls(log, outbox, host)

    async def take(self, *records: Record) -> None:
        for record in records:
            await self.outbox.put(self.host.on_record(record.offset, record))

    async def checkpoints(self) -> list[Record]:
        return await self.log.read_to_end(CHECKPOINTS)


async def test_no_snapshot_is_sent_before_the_facts_that_it_rests_on_are_durable() -> None:
    bench = await Bench.open()
    bench.log.hold()
    await bench.take(batch(0, 0, frame(1, 1, 0, WELL)))
    bench.log.release()
    assert await bench.checkpoints() == []
    await bench.take(tick(1, 0.5))
    assert [record.key for record in await bench.checkpoints()][:1] != []


async def test_no_marker_passes_a_snapshot_that_is_not_durable() -> None:
    bench = await Bench.open()
    await bench.take(*night(seconds=20, ill_from=3, ill_until=10))
    bench.log.hold()
    extra = night(seconds=60, ill_from=3, ill_until=10)[40:]
    await bench.take(*extra)
    found = recover(await bench.checkpoints())
    assert found.start is not None
    assert found.start.offset <= min(each.point.offset for each in found.snapshots)
    bench.log.release()


class NoSnapshotConfirmed:
    """A writer to which everything is confirmed at once but the snapshots of encounters."""

    def __init__(self) -> None:
        self.markers: list[int] = []

    async def send(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> asyncio.Future[int]:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if key == COVERED_KEY and value is not None:
            self.markers.append(decode_checkpoint(value).next_offset)
        if topic != CHECKPOINTS_PATIENTS_A.name or key == COVERED_KEY:
            future.set_result(0)
        return future

    async def close(self) -> None:
        """Hold nothing."""


async def test_no_marker_passes_the_beginning_of_an_encounter_without_a_durable_snapshot() -> None:
    host = PartitionHost(0, Source.CENTER_A, PatientWatches())
    writer = NoSnapshotConfirmed()
    outbox = Outbox(writer, 0, CHECKPOINTS_PATIENTS_A, host.ledger, lambda: host.reached)
    records = [tick(number, number) for number in range(20)]
    records.append(batch(20, 20, frame(1, 1, 20, WELL)))
    records += [tick(number, number) for number in range(21, 60)]
    for record in records:
        await outbox.put(host.on_record(record.offset, record))
    assert writer.markers[-1] == 20


async def test_a_flush_leaves_a_marker_and_every_fact() -> None:
    bench = await Bench.open()
    records = night(seconds=40, ill_from=3, ill_until=10)
    await bench.take(*records)
    await bench.outbox.flush()
    found = recover(await bench.checkpoints())
    assert found.start is not None
    assert found.start.offset >= len(records) - 2 * 31
    assert len(found.snapshots) == 3
    assert await bench.log.read_to_end(ALARMS_0)


async def test_without_live_encounters_the_marker_follows_the_ticks() -> None:
    bench = await Bench.open()
    await bench.take(*[tick(number, number) for number in range(30)])
    await bench.outbox.flush()
    found = recover(await bench.checkpoints())
    assert found.start == bench.host.reached


async def test_a_fact_that_is_lost_stops_the_worker() -> None:
    bench = await Bench.open()
    bench.log.hold()
    await bench.take(batch(0, 0, frame(1, 1, 0, WELL)))
    bench.log.sever()
    bench.log.mend()
    with pytest.raises(LogLost):
        await bench.take(tick(1, 0.5))


async def test_judging_waits_when_too_much_is_unconfirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "UNCONFIRMED_MAX", 10)
    bench = await Bench.open()
    bench.log.hold()
    taking = asyncio.ensure_future(bench.take(*[tick(number, number) for number in range(30)]))
    for _ in range(100):
        await asyncio.wait([taking], timeout=0)
    assert not taking.done()
    assert bench.host.reached.offset == 11
    bench.log.release()
    await taking
    assert bench.host.reached.offset == 30


async def test_the_topics_of_the_outputs_exist() -> None:
    bench = await Bench.open()
    await bench.take(*night(seconds=15, ill_from=2, ill_until=8))
    assert bench.host.reached.offset == 30
    assert PATIENTS.partitions == ALARMS.partitions == CHECKPOINTS_PATIENTS_A.partitions


async def test_pictures_and_checkpoints_go_by_the_writer_for_bulk_and_alarms_by_their_own() -> None:
    """While bulk is held up, alarms and states are durable; no snapshot passes its facts."""
    alarms, bulk = MemoryLog(), MemoryLog()
    host = PartitionHost(0, Source.CENTER_A, PatientWatches())
    outbox = Outbox(
        await alarms.writer(),
        0,
        CHECKPOINTS_PATIENTS_A,
        host.ledger,
        lambda: host.reached,
        bulk=await bulk.writer(),
    )
    bulk.hold()
    for record in night(seconds=30, ill_from=3, ill_until=20):
        await outbox.put(host.on_record(record.offset, record))
    assert await alarms.read_to_end(ALARMS_0) != []
    assert await alarms.read_to_end(CHECKPOINTS) == []
    assert await alarms.read_to_end(TopicPartition(PICTURE.name, 0)) == []
    assert await bulk.read_to_end(CHECKPOINTS) == []
    bulk.release()
    await outbox.flush()
    assert await bulk.read_to_end(CHECKPOINTS) != []
    assert await bulk.read_to_end(ALARMS_0) == []

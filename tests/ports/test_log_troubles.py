"""What goes wrong with a log, shown on the twin, and on a real Kafka as far as it can be ordered.

Kafka compacts in its own time and loses no answer on demand, so those two are the twin's alone;
that the newest of each key counts either way is in test_log.py.
"""

import asyncio

import pytest

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from ports.log.memory_log import MemoryLog
from ports.log.port import EARLIEST, Log, LogLost, Record, TopicPartition
from streams.engine.apps import HostedApp
from streams.engine.host import PartitionHost
from streams.engine.memory_worker import MemoryWorker
from streams.engine.partition_runner import Runners
from streams.engine.watches import PatientWatches
from tests.patience import PATIENCE_MS
from tests.ports.conftest import Subject
from tests.streams.engine.night import encounter, night
from wire.alarms import decode_entry
from wire.topics import ALARMS, Topic

Said = tuple[bytes, int]
"""Alarm id and revision."""


async def append(log: Log, partition: TopicPartition, *values: bytes, key: bytes | None) -> None:
    writer = await log.writer()
    futures = [await writer.send(*partition, value, key=key) for value in values]
    await asyncio.gather(*futures)
    await writer.close()


async def test_a_partition_that_moves_is_read_on_where_it_was_left(subject: Subject) -> None:
    """A rebalance: whoever takes over begins at the position handed on; nothing is read past."""
    await append(subject.log, subject.at(0), b"a", b"b", b"c", b"d", key=None)
    first = await subject.log.reader({subject.at(0): EARLIEST})
    seen = await first.read(max_records=2, timeout_ms=PATIENCE_MS)
    second = await subject.log.reader(first.positions())
    await first.close()
    while len(seen) < 4:
        seen += await second.read(max_records=10, timeout_ms=PATIENCE_MS)
    assert [record.value for record in seen] == [b"a", b"b", b"c", b"d"]
    await second.close()


async def test_a_zombie_is_not_kept_from_writing(subject: Subject) -> None:
    """Who lost a partition may write once more, behind the new owner: nobody is fenced off."""
    zombie, owner = await subject.log.writer(), await subject.log.writer()
    where = TopicPartition(subject.compacted, 0)
    await (await owner.send(*where, b"new", key=b"e/1"))
    await (await zombie.send(*where, b"old", key=b"e/1"))
    records = await subject.log.read_to_end(where)
    assert {record.key: record.value for record in records} == {b"e/1": b"old"}
    await zombie.close()
    await owner.close()


async def test_what_is_sent_twice_is_there_twice(subject: Subject) -> None:
    """Idempotence is a writer's own; a second writer's copy is a record like any other."""
    for _ in range(2):
        await append(subject.log, subject.at(0), b"frame", key=None)
    records = await subject.log.read_to_end(subject.at(0))
    assert [(record.offset, record.value) for record in records] == [(0, b"frame"), (1, b"frame")]


async def test_a_lost_answer_says_nothing_about_the_record() -> None:
    """An unknown commit: the record is there, its writer hears LogLost and sends again."""
    log = MemoryLog()
    where = TopicPartition(ALARMS.name, 0)
    writer = await log.writer()
    with log.losing_answers():
        lost = await writer.send(*where, b"alarm")
    with pytest.raises(LogLost):
        await lost
    assert await (await writer.send(*where, b"alarm")) == 1
    assert [record.value for record in await log.read_to_end(where)] == [b"alarm", b"alarm"]
    await writer.close()


async def test_a_reader_passes_over_what_compaction_took() -> None:
    """Positions in a gap are good, offsets stay, and of each key the newest is left."""
    topic = Topic("compacted", 1, retention_ms=None)
    log = MemoryLog([topic])
    where = TopicPartition(topic.name, 0)
    for number in range(6):
        await append(log, where, b"%d" % number, key=b"%d" % (number % 2))
    log.compact(where)
    reader = await log.reader({where: 2})
    records = await reader.read(max_records=10, timeout_ms=PATIENCE_MS)
    assert [(record.offset, record.value) for record in records] == [(4, b"4"), (5, b"5")]
    await append(log, where, b"6", key=b"0")
    (after,) = await reader.read(max_records=10, timeout_ms=PATIENCE_MS)
    assert after.offset == 6


async def test_workers_that_lose_and_gain_partitions_say_what_one_would(subject: Subject) -> None:
    """Rebalance and zombie: what all of them wrote is, each word once, what a replay says."""
    patients = Topic(subject.topic, 2, retention_ms=3_600_000)
    app = HostedApp(
        patients,
        {Source.CENTER_A: Topic(subject.checkpoints, 2, retention_ms=None)},
        lambda partition, source: PartitionHost(partition, source, PatientWatches()),
    )
    alarms = [TopicPartition(ALARMS.name, partition) for partition in range(2)]
    begun = await subject.log.end_positions(alarms)
    records = night(seconds=40, ill_from=5, ill_until=30)
    writer = await subject.log.writer()
    writers = [writer]

    async def happen(part: slice) -> None:
        for record in records[part]:
            for partition in range(2):
                await writer.send(patients.name, partition, record.value, headers=record.headers)

    async def worker(*partitions: int) -> MemoryWorker:
        writers.append(await subject.log.writer())
        runners = Runners(subject.log, writers[-1], Source.CENTER_A, app)
        return await MemoryWorker.open(subject.log, runners, partitions)

    async def judge(one: MemoryWorker, end: int) -> None:
        while any(runner.next_offset < end for runner in one._runners.values()):
            await one.step(PATIENCE_MS)

    third = len(records) // 3
    await happen(slice(0, third))
    zombie = await worker(0, 1)
    await judge(zombie, third)
    heir = await worker(1)
    await happen(slice(third, 2 * third))
    await judge(heir, 2 * third)
    await judge(zombie, 2 * third)
    await heir.close()
    await zombie.close()
    last = await worker(0, 1)
    await happen(slice(2 * third, len(records)))
    await judge(last, len(records))
    await last.close()
    for one in writers:
        await one.close()
    for partition in range(2):
        said = await _said(subject.log, alarms[partition], begun[alarms[partition]])
        assert said == _replayed(await subject.log.read_to_end(subject.at(partition)))


async def _said(log: Log, where: TopicPartition, begun: int) -> dict[Said, Transition]:
    entries = [
        decode_entry(record.value or b"")
        for record in await log.read_to_end(where)
        if record.offset >= begun and record.key == encounter(0).encode()
    ]
    return {(e.alarm_id, e.revision): e for e in entries if isinstance(e, Transition)}


def _replayed(records: list[Record]) -> dict[Said, Transition]:
    host = PartitionHost(records[0].partition, Source.CENTER_A, PatientWatches())
    said: dict[Said, Transition] = {}
    for record in records:
        for one in host.on_record(record.offset, record).transitions:
            said[one.alarm_id, one.revision] = one
    return said

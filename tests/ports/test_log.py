"""What both drivers of the log promise: one file, run on memory and on a real Kafka."""

import asyncio

import pytest

from ports.clock import SystemClock
from ports.log.port import (
    EARLIEST,
    LATEST,
    Log,
    LogLost,
    LogReader,
    OffsetGone,
    Record,
    TopicPartition,
)
from tests.patience import PATIENCE_MS
from tests.ports.conftest import Subject


async def write(log: Log, topic: str, partition: int, values: list[bytes]) -> list[int]:
    """Append values and return their offsets once all are durable."""
    writer = await log.writer()
    futures = [await writer.send(topic, partition, value) for value in values]
    offsets = [await future for future in futures]
    await writer.close()
    return offsets


async def read(reader: LogReader, count: int) -> list[Record]:
    """Read at least ``count`` records, or fail the test."""
    records: list[Record] = []
    while len(records) < count:
        block = await reader.read(max_records=1_000, timeout_ms=PATIENCE_MS)
        assert block, f"only {len(records)} of {count} records came"
        records += block
    return records


async def test_the_future_gives_the_offset_of_the_durable_record(subject: Subject) -> None:
    """Offsets of a partition are consecutive, and the record lies at the offset given."""
    offsets = await write(subject.log, subject.topic, 0, [b"a", b"b", b"c"])
    assert offsets == [0, 1, 2]
    kept = await subject.log.read_to_end(subject.at(0))
    assert [(record.offset, record.value) for record in kept] == [(0, b"a"), (1, b"b"), (2, b"c")]


async def test_a_record_comes_back_as_it_was_sent(subject: Subject) -> None:
    """Key, value and headers with their order survive; so does an empty value."""
    writer = await subject.log.writer()
    headers = [("type", b"ambulance.log.v1.Tick"), ("v", b"1")]
    await (await writer.send(subject.topic, 1, b"\x00\xff", key=b"k", headers=headers))
    await (await writer.send(subject.topic, 1, b""))
    await writer.close()
    full, empty = await subject.log.read_to_end(subject.at(1))
    assert full == Record(subject.topic, 1, 0, b"k", b"\x00\xff", tuple(headers))
    assert empty == Record(subject.topic, 1, 1, None, b"", ())


async def test_a_tombstone_is_a_value_of_none(subject: Subject) -> None:
    writer = await subject.log.writer()
    await (await writer.send(subject.compacted, 0, b"state", key=b"k"))
    await (await writer.send(subject.compacted, 0, None, key=b"k"))
    await writer.close()
    records = await subject.log.read_to_end(TopicPartition(subject.compacted, 0))
    assert records[-1].key == b"k"
    assert records[-1].value is None


async def test_concurrent_sends_keep_the_order_of_their_calls(subject: Subject) -> None:
    """Many sends at once, larger together than any buffer: each partition keeps call order."""
    writer = await subject.log.writer()
    filling = bytes(20_000)
    sends = [
        writer.send(subject.topic, number % 2, number.to_bytes(4) + filling)
        for number in range(200)
    ]
    await asyncio.gather(*await asyncio.gather(*sends))
    await writer.close()
    for partition in (0, 1):
        records = await subject.log.read_to_end(subject.at(partition))
        numbers = [int.from_bytes((record.value or b"")[:4]) for record in records]
        assert numbers == list(range(partition, 200, 2))


async def test_sending_needs_no_waiting_for_the_previous_record(subject: Subject) -> None:
    """The futures of queued records all complete, in the order of offsets."""
    writer = await subject.log.writer()
    futures = [await writer.send(subject.topic, 0, b"%d" % number) for number in range(50)]
    assert await asyncio.gather(*futures) == list(range(50))
    await writer.close()


async def test_close_waits_until_what_is_queued_is_durable(subject: Subject) -> None:
    writer = await subject.log.writer()
    futures = [await writer.send(subject.topic, 0, b"x") for _ in range(20)]
    await writer.close()
    assert [future.result() for future in futures] == list(range(20))


async def test_a_closed_writer_loses_and_says_so(subject: Subject) -> None:
    writer = await subject.log.writer()
    await writer.close()
    await writer.close()
    lost = await writer.send(subject.topic, 0, b"too late")
    with pytest.raises(LogLost):
        await lost
    assert await subject.log.read_to_end(subject.at(0)) == []


async def test_a_closed_reader_says_so(subject: Subject) -> None:
    reader = await subject.log.reader({subject.at(0): EARLIEST})
    await reader.close()
    with pytest.raises(LogLost):
        await reader.read(max_records=1, timeout_ms=10)


async def test_earliest_and_latest_are_resolved_when_the_reader_opens(subject: Subject) -> None:
    """LATEST means after the newest record at the time of asking, and misses nothing later."""
    await write(subject.log, subject.topic, 0, [b"old"] * 3)
    reader = await subject.log.reader({subject.at(0): LATEST, subject.at(1): EARLIEST})
    assert reader.positions() == {subject.at(0): 3, subject.at(1): 0}
    await write(subject.log, subject.topic, 0, [b"new"])
    assert [record.value for record in await read(reader, 1)] == [b"new"]
    assert reader.positions() == {subject.at(0): 4, subject.at(1): 0}
    await reader.close()


async def test_reading_resumes_at_a_position(subject: Subject) -> None:
    """A position is the offset of the next record; the end itself is one."""
    await write(subject.log, subject.topic, 0, [b"%d" % number for number in range(10)])
    reader = await subject.log.reader({subject.at(0): 7})
    assert [record.offset for record in await read(reader, 3)] == [7, 8, 9]
    await reader.close()
    at_end = await subject.log.reader({subject.at(0): 10})
    assert await at_end.read(max_records=5, timeout_ms=20) == []
    await at_end.close()


async def test_max_records_bounds_a_read_and_loses_none(subject: Subject) -> None:
    await write(subject.log, subject.topic, 0, [b"%d" % number for number in range(10)])
    reader = await subject.log.reader({subject.at(0): EARLIEST})
    seen: list[int] = []
    while len(seen) < 10:
        block = await reader.read(max_records=3, timeout_ms=PATIENCE_MS)
        assert 1 <= len(block) <= 3
        seen += [record.offset for record in block]
        assert reader.positions() == {subject.at(0): seen[-1] + 1}
    assert seen == list(range(10))
    await reader.close()


async def test_a_read_without_records_is_empty_after_its_timeout(subject: Subject) -> None:
    reader = await subject.log.reader({subject.at(0): EARLIEST})
    assert await reader.read(max_records=1, timeout_ms=20) == []
    assert reader.positions() == {subject.at(0): 0}
    await reader.close()


async def test_a_waiting_read_wakes_for_a_record(subject: Subject) -> None:
    reader = await subject.log.reader({subject.at(0): LATEST})
    waiting = asyncio.ensure_future(reader.read(max_records=1, timeout_ms=PATIENCE_MS))
    await write(subject.log, subject.topic, 0, [b"news"])
    assert [record.value for record in await waiting] == [b"news"]
    await reader.close()


async def test_every_reader_sees_every_record(subject: Subject) -> None:
    """Readers belong to no group: none takes a record from another."""
    partitions = {subject.at(0): EARLIEST, subject.at(1): EARLIEST}
    readers = [await subject.log.reader(partitions) for _ in range(3)]
    await write(subject.log, subject.topic, 0, [b"a", b"b"])
    await write(subject.log, subject.topic, 1, [b"c"])
    for reader in readers:
        records = await read(reader, 3)
        assert sorted(record.value or b"" for record in records) == [b"a", b"b", b"c"]
        assert reader.positions() == {subject.at(0): 2, subject.at(1): 1}
        await reader.close()


async def test_end_positions_lie_after_the_newest_record(subject: Subject) -> None:
    await write(subject.log, subject.topic, 1, [b"a", b"b"])
    ends = await subject.log.end_positions([subject.at(0), subject.at(1)])
    assert ends == {subject.at(0): 0, subject.at(1): 2}


async def test_an_extent_is_what_is_kept(subject: Subject) -> None:
    """From the oldest record that retention left to the end; of an empty partition, nothing."""
    await write(subject.log, subject.topic, 1, [b"a", b"b", b"c"])
    await subject.delete_before(subject.at(1), 2)
    kept = await subject.log.extents([subject.at(0), subject.at(1)])
    assert kept == {subject.at(0): (0, 0), subject.at(1): (2, 3)}


async def test_an_instant_is_a_position(subject: Subject) -> None:
    """That of the first record written at it or later; where there is none, the end."""
    clock = SystemClock()
    before_us = clock.now_us()
    await write(subject.log, subject.topic, 0, [b"a"])
    while clock.now_us() < before_us + 10_000:
        await clock.sleep_us(1_000)
    between_us = clock.now_us()
    await clock.sleep_us(2_000)
    await write(subject.log, subject.topic, 0, [b"b", b"c"])
    partitions = [subject.at(0), subject.at(1)]
    found = [
        await subject.log.positions_at(partitions, at_us)
        for at_us in (before_us - 60_000_000, between_us, clock.now_us() + 60_000_000)
    ]
    assert [places[subject.at(0)] for places in found] == [0, 1, 3]
    assert [places[subject.at(1)] for places in found] == [0, 0, 0]


async def test_a_compacted_topic_read_to_its_end_gives_the_newest_of_each_key(
    subject: Subject,
) -> None:
    """Whether or not compaction has run, the last value read of a key is its newest."""
    writer = await subject.log.writer()
    for number in range(20):
        await writer.send(subject.compacted, 0, b"%d" % number, key=b"e/%d" % (number % 3))
    await (await writer.send(subject.compacted, 0, None, key=b"e/0"))
    await writer.close()
    partition = TopicPartition(subject.compacted, 0)
    folded = {record.key: record.value for record in await subject.log.read_to_end(partition)}
    assert folded == {b"e/0": None, b"e/1": b"19", b"e/2": b"17"}


async def test_reading_to_the_end_of_an_empty_partition_ends(subject: Subject) -> None:
    assert await subject.log.read_to_end(subject.at(0)) == []


async def test_a_position_outside_what_is_kept_is_gone(subject: Subject) -> None:
    """Neither skipped to the oldest nor clamped to the newest: the caller must know."""
    await write(subject.log, subject.topic, 0, [b"%d" % number for number in range(5)])
    await subject.delete_before(subject.at(0), 3)
    for position in (0, 2, 6):
        with pytest.raises(OffsetGone):
            await subject.log.reader({subject.at(0): position})
    reader = await subject.log.reader({subject.at(0): EARLIEST})
    assert reader.positions() == {subject.at(0): 3}
    assert [record.offset for record in await read(reader, 2)] == [3, 4]
    await reader.close()


async def test_a_partition_that_lost_all_its_records_reads_as_empty(subject: Subject) -> None:
    await write(subject.log, subject.topic, 0, [b"a", b"b"])
    await subject.delete_before(subject.at(0), 2)
    assert await subject.log.read_to_end(subject.at(0)) == []


async def test_a_reader_of_nothing_reads_nothing(subject: Subject) -> None:
    reader = await subject.log.reader({})
    assert await reader.read(max_records=1, timeout_ms=10) == []
    assert reader.positions() == {}
    await reader.close()

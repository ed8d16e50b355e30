"""What the twin offers beyond the log: order across partitions, and failures on demand."""

import asyncio

import pytest

from ports.log.memory_log import MemoryLog
from ports.log.port import EARLIEST, LATEST, LogLost, OffsetGone, TopicPartition
from wire.topics import ENCOUNTERS, PATIENTS, TOPICS

FIRST = TopicPartition(PATIENTS.name, 0)
SECOND = TopicPartition(PATIENTS.name, 1)
STATES = TopicPartition(ENCOUNTERS.name, 0)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


async def test_it_has_the_topics_of_the_table(log: MemoryLog) -> None:
    """Every partition exists from the start, and no other does."""
    known = [TopicPartition(topic.name, n) for topic in TOPICS for n in range(topic.partitions)]
    assert await log.end_positions(known) == dict.fromkeys(known, 0)
    writer = await log.writer()
    with pytest.raises(KeyError):
        await writer.send("unheard_of", 0, b"")


async def test_partitions_are_merged_in_the_order_of_sending(log: MemoryLog) -> None:
    """The same sends always give the same sequence, also when it is read piece by piece."""
    writer = await log.writer()
    for number in range(9):
        await writer.send(PATIENTS.name, number * 7 % 2, b"%d" % number)
    reader = await log.reader({SECOND: EARLIEST, FIRST: EARLIEST})
    values = []
    while block := await reader.read(max_records=2, timeout_ms=0):
        values += [record.value for record in block]
    assert values == [b"%d" % number for number in range(9)]


async def test_a_record_is_durable_at_once(log: MemoryLog) -> None:
    writer = await log.writer()
    assert (await writer.send(PATIENTS.name, 0, b"x")).result() == 0


async def test_what_is_held_is_neither_confirmed_nor_seen_until_released(log: MemoryLog) -> None:
    writer = await log.writer()
    reader = await log.reader({FIRST: LATEST})
    log.hold()
    held = [await writer.send(PATIENTS.name, 0, b"%d" % number) for number in range(3)]
    assert not any(future.done() for future in held)
    assert await reader.read(max_records=9, timeout_ms=0) == []
    log.release()
    assert [future.result() for future in held] == [0, 1, 2]
    seen = await reader.read(max_records=9, timeout_ms=0)
    assert [record.value for record in seen] == [b"0", b"1", b"2"]


async def test_closing_waits_for_what_is_held(log: MemoryLog) -> None:
    writer = await log.writer()
    log.hold()
    await writer.send(PATIENTS.name, 0, b"x")
    closing = asyncio.ensure_future(writer.close())
    await asyncio.wait([closing], timeout=0.01)
    assert not closing.done()
    log.release()
    await closing


async def test_a_severed_log_loses_what_is_held_and_what_is_sent(log: MemoryLog) -> None:
    """Nothing lost is written later, and after mending the writer and the reader go on."""
    writer = await log.writer()
    reader = await log.reader({FIRST: LATEST})
    log.hold()
    held = await writer.send(PATIENTS.name, 0, b"held")
    log.sever()
    sent = await writer.send(PATIENTS.name, 0, b"sent")
    for lost in (held, sent):
        with pytest.raises(LogLost):
            await lost
    assert await reader.read(max_records=9, timeout_ms=0) == []
    log.mend()
    log.release()
    await (await writer.send(PATIENTS.name, 0, b"again"))
    seen = await reader.read(max_records=9, timeout_ms=0)
    assert [record.value for record in seen] == [b"again"]


async def test_retention_that_overtakes_an_open_reader_is_told(log: MemoryLog) -> None:
    """The reader must not step over a gap that it never saw."""
    writer = await log.writer()
    reader = await log.reader({FIRST: EARLIEST})
    for number in range(3):
        await writer.send(PATIENTS.name, 0, b"%d" % number)
    log.delete_before(FIRST, 2)
    with pytest.raises(OffsetGone):
        await reader.read(max_records=9, timeout_ms=0)


async def test_compaction_keeps_the_newest_of_each_key_at_its_offset(log: MemoryLog) -> None:
    """A reader steps over the gaps, wherever it stands."""
    writer = await log.writer()
    for number in range(6):
        await writer.send(ENCOUNTERS.name, 0, b"%d" % number, key=b"ab"[number % 2 :][:1])
    early = await log.reader({STATES: 1})
    log.compact(STATES)
    kept = await log.read_to_end(STATES)
    assert [(record.offset, record.key, record.value) for record in kept] == [
        (4, b"a", b"4"),
        (5, b"b", b"5"),
    ]
    assert await early.read(max_records=1, timeout_ms=0) == kept[:1]
    assert await early.read(max_records=9, timeout_ms=0) == kept[1:]
    assert early.positions() == {STATES: 6}

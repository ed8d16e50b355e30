"""The gateway's own reading of the log: whole before it serves, and not stopped by one record."""

import asyncio
from collections.abc import Mapping
from typing import cast

from clinical.alarms.priority import Source
from ports.clock import VirtualClock
from ports.log.memory_log import MemoryLog
from ports.log.port import Log, LogReader, Record, TopicPartition
from streams.gateway.following.catch_up import OVER_US, WINDOW_FIRST, CatchUp
from streams.gateway.following.ownership import Ownership
from streams.gateway.following.positions import OLDEST
from streams.gateway.following.tails import (
    READ_RECORDS,
    READ_WAIT_MS,
    JudgementTail,
    TickTail,
    open_caches,
)
from streams.gateway.following.ticks import CLOCK_DISAGREEMENT_US, ForeignClock, Ticker
from tests.streams.gateway.station import ENCOUNTER, UNIT, own, until
from wire.partition import partition_of
from wire.picture import Picture, encode_picture
from wire.records import HEADERS_PICTURE
from wire.topics import ALARMS, DOWNLINK, ENCOUNTERS, PICTURE


async def test_an_unreadable_record_is_passed(log: MemoryLog) -> None:
    """What somebody else wrote wrongly does not keep a gateway from serving."""
    writer = await log.writer()
    partition = partition_of(ENCOUNTER, ENCOUNTERS.partitions)
    for topic in (ENCOUNTERS, ALARMS, DOWNLINK):
        await writer.send(topic.name, partition, b"\xff", key=b"key")
        await writer.send(topic.name, partition, None, key=b"key")
    await own(log, UNIT)
    ownership = Ownership()
    exchange, tail = await open_caches(log, ownership)
    await tail.catch_up()
    assert ownership.recipient(ENCOUNTER) == UNIT
    assert exchange.since(UNIT, OLDEST) == []
    await tail.close()


async def test_a_state_that_is_gone_makes_its_encounter_unknown(log: MemoryLog) -> None:
    """A tombstone in `encounters` is taken over."""
    await own(log, UNIT)
    writer = await log.writer()
    partition = partition_of(ENCOUNTER, ENCOUNTERS.partitions)
    await writer.send(ENCOUNTERS.name, partition, None, key=ENCOUNTER.encode())
    ownership = Ownership()
    _, tail = await open_caches(log, ownership)
    await tail.catch_up()
    assert ownership.recipient(ENCOUNTER) is None
    await tail.close()


async def test_a_gateway_hears_the_ticks_of_another(log: MemoryLog) -> None:
    """A clock that is off makes the listener doubt its own."""
    clock = VirtualClock(10**15)
    wrong = VirtualClock(10**15 + CLOCK_DISAGREEMENT_US + 1)
    foreign = ForeignClock("own")
    tail = await TickTail.open(log, foreign, clock)
    other = Ticker(
        writer=await log.writer(), clock=wrong, gateway_id="other", foreign=ForeignClock("other")
    )
    listening = asyncio.create_task(tail.run())
    await other.tick(0)
    await until(lambda: not foreign.agrees(clock.now_us()))
    listening.cancel()
    await tail.close()


class Lending:
    """A log of which it is seen how many readers of it are open."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self.readers = 0

    async def reader(self, positions: Mapping[TopicPartition, int]) -> LogReader:
        reader = await self._log.reader(positions)
        self.readers += 1
        closing = reader.close

        async def close() -> None:
            self.readers -= 1
            await closing()

        reader.close = close  # type: ignore[method-assign]
        return reader

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)


async def test_how_far_the_workers_are_is_read_while_somebody_waits(log: MemoryLog) -> None:
    """What is no picture is passed."""
    clock = VirtualClock(10**15)
    catch_up = CatchUp(clock)
    lending = Lending(log)
    following = asyncio.create_task(JudgementTail(cast("Log", lending), catch_up, clock).run())
    await catch_up.room(catch_up.ticket(), WINDOW_FIRST, lambda: False)
    waiting = asyncio.create_task(catch_up.room(catch_up.ticket(), 1, lambda: False))
    await until(lambda: lending.readers == 1)
    writer = await log.writer()
    await writer.send(PICTURE.name, 0, b"\xff", headers=HEADERS_PICTURE)
    clock.advance(1)
    for partition in range(PICTURE.partitions):
        assert not waiting.done()
        picture = Picture(partition, clock.now_us(), Source.CENTER_A, ())
        await writer.send(PICTURE.name, partition, encode_picture(picture), headers=HEADERS_PICTURE)
    await until(waiting.done)
    clock.advance(OVER_US + 1)
    await until(lambda: lending.readers == 0)
    following.cancel()


class Watched:
    """A reader of which it is seen how it is asked, and what it gives."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self.asked: list[tuple[int, int]] = []
        self.given: list[int] = []

    async def read(self, *, max_records: int, timeout_ms: int) -> list[Record]:
        self.asked.append((max_records, timeout_ms))
        records = await self._reader.read(max_records=max_records, timeout_ms=timeout_ms)
        self.given.append(len(records))
        return records

    def __getattr__(self, name: str) -> object:
        return getattr(self._reader, name)


async def test_no_more_is_read_at_once_and_nothing_waited_for_longer_than_the_bounds(
    log: MemoryLog,
) -> None:
    """READ_RECORDS of what is there, so that frames have their turn; READ_WAIT_MS for a first."""
    writer = await log.writer()
    for _ in range(READ_RECORDS + 1):
        await writer.send(ENCOUNTERS.name, 0, b"\xff", key=b"key")
    _, tail = await open_caches(log, Ownership())
    watched = Watched(tail._reader)
    tail._reader = watched  # type: ignore[assignment]
    await tail.catch_up()
    assert watched.given == [READ_RECORDS, 1]
    following = asyncio.create_task(tail.run())
    await until(lambda: watched.given[2:] == [0])
    assert set(watched.asked) == {(READ_RECORDS, READ_WAIT_MS)}
    following.cancel()
    await tail.close()

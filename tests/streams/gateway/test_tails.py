"""The gateway's own reading of the log: whole before it serves, and not stopped by one record."""

import asyncio

from ports.clock import VirtualClock
from ports.log.memory_log import MemoryLog
from streams.gateway.ownership import Ownership
from streams.gateway.positions import OLDEST
from streams.gateway.tails import TickTail, open_caches
from streams.gateway.ticks import CLOCK_DISAGREEMENT_US, ForeignClock, Ticker
from tests.streams.gateway.station import ENCOUNTER, UNIT, own, until
from wire.partition import partition_of
from wire.topics import ALARMS, DOWNLINK, ENCOUNTERS


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
    await other.tick()
    await until(lambda: not foreign.agrees(clock.now_us()))
    listening.cancel()
    await tail.close()

"""Ticks: time for every partition, and a gateway that knows when its clock is not to be trusted."""

import asyncio
from collections import Counter
from math import ceil

from ports.clock import VirtualClock
from ports.log.memory_log import MemoryLog
from ports.log.port import TopicPartition
from streams.gateway.following.ticks import (
    BEATS,
    CLOCK_DISAGREEMENT_US,
    FOREIGN_KEPT_US,
    TICK_US,
    UNCONFIRMED_TICKS,
    ForeignClock,
    Ticker,
)
from wire.records import Tick, decode_tick
from wire.topics import IMAGES, PATIENTS, Topic

NOW_US = 1_700_000_000_000_000


async def ticks(log: MemoryLog, partition: int = 0, topic: Topic = PATIENTS) -> list[Tick]:
    records = await log.read_to_end(TopicPartition(topic.name, partition))
    return [decode_tick(record.value or b"") for record in records]


async def tick_all(ticker: Ticker) -> None:
    """Let a second pass in no time."""
    for beat in range(BEATS):
        await ticker.tick(beat)


def foreign(stamped_us: int) -> Tick:
    return Tick("other", stamped_us, healthy=True)


def test_a_gateway_alone_trusts_its_clock() -> None:
    """One's own ticks prove nothing."""
    clock = ForeignClock("own")
    clock.hear(Tick("own", NOW_US - 10**9, healthy=True), NOW_US)
    assert clock.agrees(NOW_US)


def test_a_gateway_over_a_second_from_another_is_unhealthy() -> None:
    """In either direction, and until the other agrees again or is gone."""
    clock = ForeignClock("own")
    for distance_us in (-CLOCK_DISAGREEMENT_US, CLOCK_DISAGREEMENT_US):
        clock.hear(foreign(NOW_US + distance_us), NOW_US)
        assert clock.agrees(NOW_US)
    for distance_us in (-CLOCK_DISAGREEMENT_US - 1, CLOCK_DISAGREEMENT_US + 1):
        clock.hear(foreign(NOW_US + distance_us), NOW_US)
        assert not clock.agrees(NOW_US)
    assert not clock.agrees(NOW_US + FOREIGN_KEPT_US)
    assert clock.agrees(NOW_US + FOREIGN_KEPT_US + 1)
    clock.hear(foreign(NOW_US), NOW_US)
    assert clock.agrees(NOW_US)


async def test_images_are_judged_by_the_same_time() -> None:
    """Each partition of `images` gets the ticks that `patients` gets."""
    log, clock = MemoryLog(), VirtualClock(NOW_US)
    ticker = Ticker(
        writer=await log.writer(), clock=clock, gateway_id="g", foreign=ForeignClock("g")
    )
    await tick_all(ticker)
    for partition in range(IMAGES.partitions):
        assert await ticks(log, partition, IMAGES) == [Tick("g", NOW_US, healthy=True)]


async def test_each_second_each_partition_gets_one_tick() -> None:
    """The stamps follow the clock, with the health as it is then."""
    log, clock, other = MemoryLog(), VirtualClock(NOW_US), ForeignClock("g")
    ticker = Ticker(writer=await log.writer(), clock=clock, gateway_id="g", foreign=other)
    running = asyncio.create_task(ticker.run())
    await clock.run_for(2 * TICK_US - 1)
    other.hear(foreign(0), clock.now_us())
    await clock.run_for(TICK_US)
    running.cancel()
    for partition in range(PATIENTS.partitions):
        turn_us = NOW_US + partition % BEATS * TICK_US // BEATS
        assert await ticks(log, partition) == [
            Tick("g", turn_us, healthy=True),
            Tick("g", turn_us + TICK_US, healthy=True),
            Tick("g", turn_us + 2 * TICK_US, healthy=False),
        ]


async def test_the_ticks_of_the_partitions_are_spread_over_the_second() -> None:
    """So that no frame waits for a look at every patient of the worker."""
    log, clock = MemoryLog(), VirtualClock(NOW_US)
    ticker = Ticker(
        writer=await log.writer(), clock=clock, gateway_id="g", foreign=ForeignClock("g")
    )
    running = asyncio.create_task(ticker.run())
    await clock.run_for(TICK_US - 1)
    running.cancel()
    stamps = [tick.stamped_us for p in range(PATIENTS.partitions) for tick in await ticks(log, p)]
    assert len(stamps) == PATIENTS.partitions
    assert max(Counter(stamps).values()) <= ceil(PATIENTS.partitions / BEATS)


async def test_seconds_in_which_the_gateway_stood_still_are_left_out() -> None:
    """Every partition goes on with one tick, stamped with the time that it is then."""
    log, clock = MemoryLog(), VirtualClock(NOW_US)
    ticker = Ticker(
        writer=await log.writer(), clock=clock, gateway_id="g", foreign=ForeignClock("g")
    )
    log.hold()
    running = asyncio.create_task(ticker.run())
    await clock.run_for(1)
    clock.advance(5 * TICK_US)
    log.release()
    await clock.run_for(TICK_US)
    running.cancel()
    for partition in range(PATIENTS.partitions):
        stamps = [tick.stamped_us for tick in await ticks(log, partition)]
        assert 1 <= len(stamps) <= 3
        assert stamps[-1] >= NOW_US + 5 * TICK_US


async def test_a_log_that_stands_still_is_not_flooded_with_old_time() -> None:
    """Ticks that are not confirmed are few, and it goes on when they are."""
    log, clock = MemoryLog(), VirtualClock(NOW_US)
    writer = await log.writer()
    ticker = Ticker(writer=writer, clock=clock, gateway_id="g", foreign=ForeignClock("g"))
    log.hold()
    for _ in range(10):
        await tick_all(ticker)
    log.release()
    await clock.run_for(1)
    assert len(await ticks(log)) == UNCONFIRMED_TICKS
    log.sever()
    await tick_all(ticker)
    log.mend()
    await clock.run_for(1)
    await tick_all(ticker)
    assert len(await ticks(log)) == UNCONFIRMED_TICKS + 1

"""Waveforms are read only while somebody watches, and what comes first is the last ten seconds."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest

from clinical.instant import SECOND_US
from clinical.signals.waveform import WaveformChunk
from command_center.waveforms import LOOKED_BACK, HeardChunk, WaveformTail
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog, MemoryReader
from ports.log.port import TopicPartition
from simulators.patients.ecg import RATE_HZ, SimulatedLead
from tests.browser.bedside import append_chunks
from tests.command_center.night import encounter
from wire.partition import partition_of
from wire.records import HEADERS_TICK, Tick, encode_tick
from wire.topics import WAVEFORMS

CLOCK = SystemClock()
WATCHED = encounter(1)
PLACE = partition_of(WATCHED, WAVEFORMS.partitions)
NEIGHBOUR = next(
    encounter(number)
    for number in range(2, 99)
    if partition_of(encounter(number), WAVEFORMS.partitions) == PLACE
)


class Reading:
    """A tail that is run, and what it told."""

    def __init__(self, log: MemoryLog) -> None:
        self.told: list[tuple[str, HeardChunk]] = []
        self.tail = WaveformTail(log, CLOCK, lambda *heard: self.told.append(heard))

    async def until(self, count: int) -> list[int]:
        """Wait until so many chunks were told; return their first samples."""
        while len(self.told) < count:
            await CLOCK.sleep_us(1_000)
        return [heard.chunk.first_sample for _, heard in self.told]


class CountedLog(MemoryLog):
    """A log that counts the readers of waveforms."""

    opened = 0

    async def reader(self, positions: Mapping[TopicPartition, int]) -> MemoryReader:
        self.opened += 1
        return await super().reader(positions)


@pytest.fixture
def log() -> CountedLog:
    return CountedLog()


@pytest.fixture
async def reading(log: CountedLog) -> AsyncIterator[Reading]:
    reading = Reading(log)
    running = asyncio.create_task(reading.tail.run())
    yield reading
    running.cancel()


def chunks(count: int, end_us: int) -> list[WaveformChunk]:
    """A second each, the last of which ends at an instant."""
    lead = SimulatedLead("II", seed=1)
    ends = range(end_us - (count - 1) * SECOND_US, end_us + 1, SECOND_US)
    return [lead.record(RATE_HZ, 75, at_us) for at_us in ends]


async def record(log: MemoryLog, encounter_id: str, count: int) -> WaveformChunk:
    """Let seconds pass in the log, each received as it ends; return the newest."""
    recorded = chunks(count, CLOCK.now_us())
    for chunk in recorded:
        await append_chunks(log, encounter_id, [chunk], chunk.end_us)
    return recorded[-1]


async def test_nothing_is_read_while_nobody_watches(reading: Reading, log: CountedLog) -> None:
    """And nothing any more when the last one has gone."""
    await record(log, WATCHED, 3)
    assert (log.opened, reading.tail.partitions) == (0, frozenset())
    reading.tail.watch(WATCHED)
    await reading.until(3)
    assert (log.opened, reading.tail.partitions) == (1, frozenset({PLACE}))
    reading.tail.unwatch(WATCHED)
    while reading.tail.partitions:
        await CLOCK.sleep_us(1_000)
    await record(log, WATCHED, 1)
    assert log.opened == 1
    assert len(reading.told) == 3


async def test_the_last_ten_seconds_come_first_and_then_what_arrives(
    reading: Reading, log: CountedLog
) -> None:
    """What a gateway received longer ago is not shown live; nothing comes twice."""
    newest = await record(log, WATCHED, 30)
    assert reading.tail.watch(WATCHED) == []
    firsts = await reading.until(10)
    assert firsts == list(range(firsts[0], newest.first_sample + 1, RATE_HZ))
    assert 9 <= len(firsts) <= 11
    begun = len(firsts)
    await record(log, WATCHED, 1)
    await reading.until(begun + 1)
    assert {encounter_id for encounter_id, _ in reading.told} == {WATCHED}


async def test_a_second_patient_of_a_partition_is_there_at_once(
    reading: Reading, log: CountedLog
) -> None:
    """Their last seconds were kept; the partition has one reader, whoever watches."""
    reading.tail.watch(WATCHED)
    await record(log, WATCHED, 1)
    await record(log, NEIGHBOUR, 3)
    await record(log, WATCHED, 1)
    await reading.until(2)
    assert [encounter_id for encounter_id, _ in reading.told] == [WATCHED, WATCHED]
    assert len(reading.tail.watch(NEIGHBOUR)) == 3
    assert log.opened == 1


async def test_a_reader_begins_a_bounded_way_before_the_end(
    reading: Reading, log: CountedLog
) -> None:
    """However long the log is; and where retention has taken that, at the oldest record."""
    for _ in range(LOOKED_BACK + 50):
        await append_chunks(log, NEIGHBOUR, [], CLOCK.now_us())
    await record(log, WATCHED, 1)
    place = TopicPartition(WAVEFORMS.name, PLACE)
    log.delete_before(place, LOOKED_BACK + 20)
    reading.tail.watch(WATCHED)
    assert len(await reading.until(1)) == 1


async def test_what_cannot_be_read_costs_its_neighbours_nothing(
    reading: Reading, log: CountedLog
) -> None:
    """Neither bytes that are nothing nor a record of another kind."""
    writer = await log.writer()
    await writer.send(WAVEFORMS.name, PLACE, b"\xff", headers=())
    tick = encode_tick(Tick("gateway", CLOCK.now_us(), healthy=True))
    await writer.send(WAVEFORMS.name, PLACE, tick, headers=HEADERS_TICK)
    await record(log, WATCHED, 1)
    reading.tail.watch(WATCHED)
    await reading.until(1)


async def test_a_reading_that_fails_begins_again(reading: Reading, log: CountedLog) -> None:
    """Retention that overtakes a reader costs the strip a hole, and nobody else anything."""
    reading.tail.watch(WATCHED)
    await record(log, WATCHED, 1)
    await reading.until(1)
    await record(log, WATCHED, 1)
    log.delete_before(TopicPartition(WAVEFORMS.name, PLACE), 2)
    while log.opened < 2:
        await CLOCK.sleep_us(1_000)
    await record(log, WATCHED, 1)
    await reading.until(2)

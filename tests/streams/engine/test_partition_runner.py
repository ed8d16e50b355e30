"""Kill the worker anywhere: what the log holds in the end is what it would have held."""

from functools import cache

import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.items import EncounterChange, EncounterEvent
from ports.log.memory_log import MemoryLog
from ports.log.port import Extent, Record, TopicPartition
from streams.engine.checkpointing import recover
from streams.engine.partition_runner import PartitionRunner, Runners
from tests.streams.engine.night import ILL, WELL, batch, frame, night, tick
from wire.alarms import decode_entry
from wire.frames import Lane
from wire.topics import ALARMS, CHECKPOINTS_PATIENTS_A, ENCOUNTERS, PATIENTS

Effects = tuple[dict[object, bytes | None], dict[bytes | None, bytes | None]]
"""Alarm entries by what makes one word the same as another, and encounters by id."""

INPUT = TopicPartition(PATIENTS.name, 0)
CHECKPOINTS = TopicPartition(CHECKPOINTS_PATIENTS_A.name, 0)


@cache
def eventful_night() -> tuple[Record, ...]:
    """Patient 0 is ill, patient 1 falls silent, patient 2 ends, patient 3 comes late."""
    records: list[Record] = []
    for second in range(70):
        sequence = second + 1
        frames = [frame(0, sequence, second, ILL if 10 <= second < 40 else WELL)]
        if second < 30:
            frames.append(frame(1, sequence, second, WELL))
        if second < 25:
            frames.append(frame(2, sequence, second, WELL))
        if second == 25:
            event = EncounterEvent(EncounterChange.ENDED)
            frames.append(frame(2, 1, second, event, lane=Lane.ALARM))
        if second >= 45:
            frames.append(frame(3, second - 44, second, ILL))
        records.append(batch(len(records), second + 0.1, *frames))
        records.append(tick(len(records), second + 0.5))
    return tuple(records)


async def log_of(records: tuple[Record, ...]) -> MemoryLog:
    log = MemoryLog()
    writer = await log.writer()
    for record in records:
        await writer.send(PATIENTS.name, 0, record.value, headers=record.headers)
    return log


async def open_runner(log: MemoryLog) -> PartitionRunner:
    runners = Runners(log, await log.writer(), Source.CENTER_A)
    return (await runners.open([0]))[0]


async def run_until(log: MemoryLog, runner: PartitionRunner, end: int) -> None:
    for record in (await log.read_to_end(INPUT))[runner.next_offset : end]:
        await runner.take(record)


async def effects(log: MemoryLog) -> Effects:
    """What a reader that ignores repetitions is left with."""
    alarms: dict[object, bytes | None] = {}
    for record in await log.read_to_end(TopicPartition(ALARMS.name, 0)):
        entry = decode_entry(record.value or b"")
        key = (
            (entry.alarm_id, entry.source, entry.revision)
            if isinstance(entry, Transition)
            else record.value
        )
        assert alarms.setdefault(key, record.value) == record.value
    states = await log.read_to_end(TopicPartition(ENCOUNTERS.name, 0))
    return alarms, {record.key: record.value for record in states}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def undisturbed() -> Effects:
    """What is left when nobody is killed."""
    log = await log_of(eventful_night())
    runner = await open_runner(log)
    await run_until(log, runner, len(eventful_night()))
    await runner.flush()
    return await effects(log)


async def test_a_kill_at_any_record_changes_nothing_in_effect(undisturbed: Effects) -> None:
    assert len(undisturbed[0]) >= 8
    for boundary in range(0, len(eventful_night()), 3):
        log = await log_of(eventful_night())
        await run_until(log, await open_runner(log), boundary)
        second = await open_runner(log)
        await run_until(log, second, len(eventful_night()))
        await second.flush()
        assert await effects(log) == undisturbed, f"killed before record {boundary}"


@settings(max_examples=30, deadline=None)
@given(
    kills=st.lists(
        st.tuples(st.integers(1, 60), st.integers(0, 10), st.booleans()), min_size=1, max_size=6
    )
)
async def test_kills_with_unconfirmed_writes_change_nothing_in_effect(
    undisturbed: Effects, kills: list[tuple[int, int, bool]]
) -> None:
    """Each worker gets so far, then the log confirms nothing more, then the worker dies."""
    log = await log_of(eventful_night())
    for confirmed, unconfirmed, compacted in kills:
        runner = await open_runner(log)
        await run_until(log, runner, runner.next_offset + confirmed)
        log.hold()
        await run_until(log, runner, runner.next_offset + unconfirmed)
        log.sever()
        log.mend()
        if compacted:
            log.compact(CHECKPOINTS)
    last = await open_runner(log)
    await run_until(log, last, len(eventful_night()))
    await last.flush()
    assert await effects(log) == undisturbed


async def test_a_restart_goes_on_near_the_end() -> None:
    """At most the snapshot interval and the marker interval are judged again."""
    records = tuple(night(seconds=200, ill_from=20, ill_until=60))
    log = await log_of(records)
    runner = await open_runner(log)
    await run_until(log, runner, len(records))
    assert (await open_runner(log)).next_offset >= len(records) - 2 * 36


async def test_a_worker_that_had_lost_the_partition_may_write_once_more(
    undisturbed: Effects,
) -> None:
    """Its old snapshots then stand behind the marker; the next worker goes back to them."""
    log = await log_of(eventful_night())
    slow = await open_runner(log)
    await run_until(log, slow, 50)
    quick = await open_runner(log)
    await run_until(log, quick, 130)
    await run_until(log, slow, 80)
    last = await open_runner(log)
    assert last.next_offset <= 80
    await run_until(log, last, len(eventful_night()))
    await last.flush()
    assert await effects(log) == undisturbed


async def test_the_oldest_input_may_be_gone() -> None:
    log = await log_of(eventful_night())
    log.delete_before(INPUT, 40)
    assert (await open_runner(log)).next_offset == 40


async def test_checkpoints_of_another_log_are_left_aside() -> None:
    old = await log_of(eventful_night())
    runner = await open_runner(old)
    await run_until(old, runner, len(eventful_night()))
    new = await log_of(eventful_night()[:20])
    writer = await new.writer()
    for record in await old.read_to_end(CHECKPOINTS):
        await writer.send(
            CHECKPOINTS.topic, 0, record.value, key=record.key, headers=record.headers
        )
    assert recover(await new.read_to_end(CHECKPOINTS)).beyond(20)
    assert (await open_runner(new)).next_offset == 0


async def test_without_partitions_the_log_is_not_asked() -> None:
    """Faust asks again during a rebalance; a question about nothing must not disturb it."""

    class Silent(MemoryLog):
        async def extents(self, partitions: object) -> dict[TopicPartition, Extent]:
            raise AssertionError(partitions)

    log = Silent()
    assert await Runners(log, await log.writer(), Source.CENTER_A).open([]) == {}

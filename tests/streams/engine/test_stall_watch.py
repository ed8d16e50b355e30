"""A worker is watched from beside Faust, by the log's own word."""

import asyncio
from collections.abc import Sequence

import pytest

from clinical.instant import SECOND_US
from ports.clock import VirtualClock
from ports.log.memory_log import MemoryLog
from ports.log.port import LogLost, TopicPartition
from streams.engine.metrics import Progress
from streams.engine.stall import STALLED_US
from streams.engine.stall_watch import WorkerStalled, until_stalled
from tests.streams.engine.night import tick
from wire.topics import PATIENTS


class Worker:
    """Holds partition 0 and stands at an offset."""

    def __init__(self) -> None:
        self.next_offset = 0

    def progress(self) -> list[Progress]:
        return [Progress(0, self.next_offset, None)]


class DeafLog(MemoryLog):
    """A log that does not answer."""

    async def end_positions(
        self, partitions: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        raise LogLost


async def fed(log: MemoryLog, records: int) -> MemoryLog:
    writer = await log.writer()
    for second in range(records):
        record = tick(second, second)
        await writer.send(PATIENTS.name, 0, record.value, headers=record.headers)
    return log


async def watched(log: MemoryLog, worker: Worker, seconds: int) -> "asyncio.Task[None]":
    clock = VirtualClock()
    watching = asyncio.ensure_future(until_stalled(worker, PATIENTS.name, log, clock))
    await clock.run_for(seconds * SECOND_US)
    return watching


async def test_a_worker_that_stands_before_records_is_stalled() -> None:
    """The message says where."""
    watching = await watched(await fed(MemoryLog(), 3), Worker(), STALLED_US // SECOND_US + 2)
    with pytest.raises(WorkerStalled, match="partitions 0 of patients"):
        await watching


async def test_a_worker_that_has_judged_everything_is_not() -> None:
    worker = Worker()
    worker.next_offset = 3
    watching = await watched(await fed(MemoryLog(), 3), worker, 60)
    assert not watching.done()
    watching.cancel()


async def test_a_log_that_does_not_answer_is_not_the_workers_fault() -> None:
    watching = await watched(await fed(DeafLog(), 3), Worker(), 60)
    assert not watching.done()
    watching.cancel()


async def test_nothing_is_asked_about_a_worker_that_gets_on() -> None:
    """To ask costs a connection each second."""
    asked: list[Sequence[TopicPartition]] = []

    class AskedLog(MemoryLog):
        async def end_positions(
            self, partitions: Sequence[TopicPartition]
        ) -> dict[TopicPartition, int]:
            asked.append(partitions)
            return await super().end_positions(partitions)

    class Moving(Worker):
        def progress(self) -> list[Progress]:
            self.next_offset += self.next_offset < 5
            return super().progress()

    watching = await watched(await fed(AskedLog(), 5), Moving(), 4)
    assert asked == []
    watching.cancel()
    watching = await watched(await fed(AskedLog(), 5), Moving(), 8)
    assert asked == [[TopicPartition(PATIENTS.name, 0)]] * 3
    watching.cancel()

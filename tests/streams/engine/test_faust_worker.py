import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from clinical.alarms.priority import Source
from clinical.instant import SECOND_US
from ports.clock import VirtualClock
from ports.log.memory_log import MemoryLog
from ports.log.port import Record, TopicPartition
from streams.engine.faust_consumer import ResumingConsumer
from streams.engine.faust_parts import TP
from streams.engine.faust_worker import (
    LOST_IN_A_ROW_MAX,
    ROUND_US,
    TURN_US,
    TURNS_TO_SEND,
    FaustWorker,
    RecordsMissing,
)
from streams.engine.outputs import Outputs
from streams.engine.pace import REST_MOST_US
from streams.engine.partition_runner import PartitionRunner, Runners
from streams.engine.settings import WorkerSettings
from streams.engine.waveform_host import WAVEFORMS_APP
from tests.command_center.night import transition
from tests.patience import PATIENCE_S
from tests.streams.engine.night import tick
from tests.streams.engine.strips import ill_and_well, records_of
from wire.records import HEADERS_RHYTHM_FINDING
from wire.topics import PATIENTS, WAVEFORMS


class Seen:
    """A worker without a broker, and what became of what it was given."""

    def __init__(self, worker: FaustWorker, observed: list[int], sought: list[Any]) -> None:
        self.worker, self.observed, self.sought = worker, observed, sought

    async def give(self, *offsets: int) -> None:
        for offset in offsets:
            await self.worker._take(message_at(offset))


def message_at(offset: int) -> Any:  # noqa: ANN401 - stands for a message of Faust
    return message_of(tick(offset, offset), offset)


def message_of(record: Record, offset: int) -> Any:  # noqa: ANN401 - stands for a message of Faust
    return SimpleNamespace(
        topic=record.topic,
        partition=0,
        offset=offset,
        key=None,
        value=record.value,
        headers=list(record.headers),
    )


@pytest.fixture
async def seen(tmp_path: Path) -> Seen:
    log = MemoryLog()
    observed: list[int] = []
    sought: list[Any] = []

    def observe(outputs: Outputs) -> None:
        observed.append(outputs.next_offset)

    async def seek(partition: TP, offset: int) -> None:
        sought.append((partition, offset))

    runners = Runners(log, await log.writer(), Source.CENTER_A)
    worker = FaustWorker(WorkerSettings(home=tmp_path), runners, observe, VirtualClock())
    worker._runners = await runners.open([0])
    worker._app.consumer = SimpleNamespace(seek=seek)  # type: ignore[assignment]
    return Seen(worker, observed, sought)


async def test_records_are_taken_in_order_and_those_before_the_next_are_passed_over(
    seen: Seen,
) -> None:
    await seen.give(0, 1, 0, 1, 2)
    assert seen.observed == [1, 2, 3]


async def test_after_a_hole_the_consumer_is_sent_back_once(seen: Seen) -> None:
    await seen.give(0, 5, 6, 7)
    assert seen.observed == [1]
    assert seen.sought == [(TP(PATIENTS.name, 0), 1)]
    await seen.give(1, 2)
    assert seen.observed == [1, 2, 3]


async def test_a_consumer_that_does_not_go_back_ends_the_worker(seen: Seen) -> None:
    with pytest.raises(RecordsMissing):
        await seen.give(*range(1, LOST_IN_A_ROW_MAX + 2))


async def test_records_of_a_partition_that_was_let_go_are_passed_over(seen: Seen) -> None:
    await seen.worker._let_go()
    await seen.give(0)
    assert seen.observed == []


async def test_a_fetcher_that_ends_without_a_word_ends_the_worker(
    seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fetching returns, and nobody would be told."""
    monkeypatch.setattr(ResumingConsumer, "should_stop", property(lambda _: True))
    consumer = ResumingConsumer.__new__(ResumingConsumer)
    consumer._worker = seen.worker
    await consumer._drain_messages(cast("Any", None))
    with pytest.raises(RecordsMissing, match="stopped fetching"):
        await asyncio.wait_for(seen.worker.ended(), PATIENCE_S)


async def test_a_bundle_is_taken_in_order(seen: Seen) -> None:
    await seen.worker._judge(stream_of([message_at(offset) for offset in range(4)]))
    assert seen.observed == [1, 2, 3, 4]


async def test_within_a_bundle_all_else_has_its_turn(tmp_path: Path) -> None:
    """A worker that judged for long without a turn would send no heartbeat and lose all."""
    log, clock, order = MemoryLog(), VirtualClock(), list[object]()

    def observe(outputs: Outputs) -> None:
        order.append(outputs.next_offset)
        clock.advance(TURN_US)

    runners = Runners(log, await log.writer(), Source.CENTER_A)
    worker = FaustWorker(WorkerSettings(home=tmp_path), runners, observe, clock)
    worker._runners = await runners.open([0])
    asyncio.get_running_loop().call_soon(order.append, "heartbeat")
    await worker._judge(stream_of([message_at(offset) for offset in range(3)]))
    assert order == [1, "heartbeat", 2, 3]


async def test_an_alarm_does_not_wait_for_the_rest_of_its_bundle(tmp_path: Path) -> None:
    """It is on its way before the next record is judged, where others do without a turn."""
    log, clock, order = MemoryLog(), VirtualClock(), list[object]()
    runners = Runners(log, await log.writer(), Source.CENTER_A)
    sending: list[asyncio.Task[None]] = []

    async def send() -> None:
        for _ in range(TURNS_TO_SEND - 1):
            await clock.sleep_us(0)
        order.append("sent")

    def observe(outputs: Outputs) -> None:
        order.append(outputs.next_offset)
        if outputs.transitions:
            sending.append(asyncio.create_task(send()))

    worker = FaustWorker(WorkerSettings(home=tmp_path), runners, observe, clock)
    (runner,) = (await runners.open([0])).values()
    worker._runners = {0: _Alarming(runner, 1)}  # type: ignore[dict-item]
    await worker._judge(stream_of([message_at(offset) for offset in range(4)]))
    assert order == [1, 2, "sent", 3, 4]


@dataclass
class _Alarming:
    """A runner of which one record leads to an alarm."""

    runner: PartitionRunner
    alarming: int
    gathered: int = 0
    pressing: bool = False

    @property
    def next_offset(self) -> int:
        return self.runner.next_offset

    async def take(self, record: Record, *, later: bool) -> Outputs:
        outputs = await self.runner.take(record, later=later)
        said = (transition(1, 1),) if record.offset == self.alarming else ()
        return outputs._replace(transitions=said)


async def test_a_busy_worker_rests_between_fetches(tmp_path: Path) -> None:
    log, clock = MemoryLog(), VirtualClock()
    runners = Runners(log, await log.writer(), Source.CENTER_A)
    worker = FaustWorker(
        WorkerSettings(home=tmp_path), runners, lambda _: clock.advance(SECOND_US), clock
    )
    worker._runners = await runners.open([0])
    assert worker.rest_us() == 0
    await worker._judge(stream_of([message_at(0)]))
    assert 0 < worker.rest_us() <= REST_MOST_US


async def test_how_far_each_partition_is_judged_is_what_is_committed(seen: Seen) -> None:
    await seen.give(0, 1)
    assert seen.worker.positions() == {TP(PATIENTS.name, 0): 2}


def stream_of(records: list[Any]) -> Any:  # noqa: ANN401 - stands for a stream of Faust
    """A stream of one bundle."""

    async def events() -> AsyncIterator[Any]:
        yield SimpleNamespace(message=SimpleNamespace(records=records))

    return SimpleNamespace(events=events, channel=SimpleNamespace(queue=asyncio.Queue()))


async def test_what_partitions_gather_is_judged_in_one_round_soon(tmp_path: Path) -> None:
    """Nothing is judged before the round; then the leads of all partitions are told of."""
    log, clock = MemoryLog(), VirtualClock()
    observed: list[Outputs] = []
    runners = Runners(log, await log.writer(), Source.CENTER_A, WAVEFORMS_APP)
    worker = FaustWorker(WorkerSettings(home=tmp_path), runners, observed.append, clock)
    worker._runners = await runners.open([0, 1])
    for record in records_of(4, off_from=9, off_until=9):
        for runner in worker._runners.values():
            await runner.take(record, later=True)
    await worker._gathered()
    await clock.run_for(ROUND_US - 1)
    assert all(runner.gathered for runner in worker._runners.values())
    assert observed == []
    await clock.run_for(1)
    assert [runner.gathered for runner in worker._runners.values()] == [0, 0]
    assert [outputs.next_offset for outputs in observed] == [4, 4]


async def test_a_patient_whose_next_second_may_decide_does_not_wait_for_the_round(
    tmp_path: Path,
) -> None:
    """Fibrillation is told of without a moment of the clock; a heart that goes on waits."""
    log, clock = MemoryLog(), VirtualClock()
    runners = Runners(log, await log.writer(), Source.CENTER_A, WAVEFORMS_APP)
    worker = FaustWorker(WorkerSettings(home=tmp_path), runners, lambda _: None, clock)
    worker._runners = await runners.open([0])
    waited: list[bool] = []
    found: list[int] = []
    for offset, record in enumerate(ill_and_well()):
        before = len(await _findings(log))
        await worker._take(message_of(record, offset))
        await worker._gathered()
        waited.append(worker._runners[0].gathered > 0)
        await clock.run_for(ROUND_US)
        found.append(len(await _findings(log)) - before)
    assert all(waited[4:12])
    assert not any(waited[15:])
    assert any(found[15:])
    await worker.stop()


async def test_partitions_taken_away_within_a_round_lose_and_repeat_nothing(
    tmp_path: Path,
) -> None:
    """What was gathered and not judged is not told; whoever gets the partition next tells it.

    They are taken away just after each record that something is found in. Here it is the same
    worker that gets them back, and the round that was awaited comes then.
    """
    records = ill_and_well()
    whole = await _told(tmp_path, records, [])
    assert len(whole) == 5
    again = await _told(tmp_path, records, [4, 18, 23, 28])
    assert list(dict.fromkeys(again)) == whole


async def _told(folder: Path, records: list[Record], taken_away: list[int]) -> list[bytes]:
    """Return the findings of a rhythm that a worker leaves in the log, a round each third record.

    Its partition is taken away within a round before each of these records, and comes back.
    """
    log, clock = MemoryLog(), VirtualClock()
    writer = await log.writer()
    for record in records:
        await writer.send(WAVEFORMS.name, 0, record.value, headers=record.headers)
    runners = Runners(log, writer, Source.CENTER_A, WAVEFORMS_APP)
    worker = FaustWorker(WorkerSettings(home=folder), runners, lambda _: None, clock)
    worker._runners = await runners.open([0])
    breaks = [*taken_away, len(records)]
    while breaks:
        runner = worker._runners[0]
        if runner.next_offset == breaks[0]:
            del breaks[0]
            before = len(await _findings(log))
            assert runner.gathered or not breaks
            await worker._let_go()
            assert len(await _findings(log)) == before
            if breaks:
                worker._runners = await runners.open([0])
            continue
        await worker._take(message_of(records[runner.next_offset], runner.next_offset))
        if runner.next_offset in breaks[:-1]:
            continue
        await worker._gathered()
        if runner.next_offset % 3 == 0:
            await clock.run_for(ROUND_US)
    await worker.stop()
    return await _findings(log)


async def _findings(log: MemoryLog) -> list[bytes]:
    return [
        record.value or b""
        for record in await log.read_to_end(TopicPartition(PATIENTS.name, 0))
        if record.headers == HEADERS_RHYTHM_FINDING
    ]


async def test_a_round_that_fails_ends_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, clock = MemoryLog(), VirtualClock()
    runners = Runners(log, await log.writer(), Source.CENTER_A, WAVEFORMS_APP)

    async def failing(*_: object) -> list[Outputs]:
        raise RecordsMissing

    monkeypatch.setattr(runners, "judge", failing)
    worker = FaustWorker(WorkerSettings(home=tmp_path), runners, lambda _: None, clock)
    worker._runners = await runners.open([0])
    for record in records_of(3, off_from=9, off_until=9):
        await worker._runners[0].take(record, later=True)
    await worker._gathered()
    await clock.run_for(ROUND_US)
    with pytest.raises(RecordsMissing):
        await asyncio.wait_for(worker.ended(), PATIENCE_S)

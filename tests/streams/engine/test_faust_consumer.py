"""Faust's consumer on our loop: bundles, rests, and what happens when partitions go away."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ports.clock import VirtualClock
from streams.engine.faust_consumer import OnOneLoop, ResumingConsumer
from streams.engine.faust_parts import TP
from tests.patience import PATIENCE_S

A, B, GONE = (TP("patients", number) for number in range(3))


class Judging:
    """Whom the records are for."""

    def __init__(self) -> None:
        self.rest = 0
        self.crowded = False
        self.ended = 0
        self.judged = {A: 7}

    async def resume(self, consumer: ResumingConsumer) -> Mapping[TP, int]:
        del consumer
        return self.judged

    def positions(self) -> Mapping[TP, int]:
        return self.judged

    def rest_us(self) -> int:
        return self.rest

    def fetching_ended(self) -> None:
        self.ended += 1


@pytest.fixture
def judging() -> Judging:
    return Judging()


@pytest.fixture
def consumer(judging: Judging, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - without Faust
    """A consumer without an app: what of Faust it calls is put in its place by each test."""
    monkeypatch.setattr(ResumingConsumer, "should_stop", property(lambda _: False))
    made = cast("Any", ResumingConsumer.__new__(ResumingConsumer))
    made._worker, made._clock = judging, VirtualClock()
    made.flow_active, made.suspend_flow = True, asyncio.Event()
    made.app = SimpleNamespace(
        flow_control=SimpleNamespace(is_active=lambda: True), should_stop=False
    )
    return made


def record(offset: int) -> Any:  # noqa: ANN401 - stands for a record of aiokafka
    return SimpleNamespace(offset=offset)


def fetched(consumer: Any, *answers: Any) -> None:  # noqa: ANN401
    """Let the consumer fetch these, one after the other."""
    coming = iter(answers)

    async def wait_next_records(_: float) -> Any:  # noqa: ANN401
        return next(coming), {A, B}

    consumer._wait_next_records = wait_next_records
    consumer._to_message = lambda partition, last: SimpleNamespace(tp=partition, last=last)


async def test_what_was_fetched_together_comes_as_one_bundle(consumer: Any) -> None:  # noqa: ANN401
    """Nothing is left out, the order within a partition is kept, and no partition is strange."""
    fetched(consumer, {A: [record(1), record(2)], GONE: [record(9)], B: [record(5)]})
    bundles = [each async for each in consumer.getmany(1.0)]
    assert [(tp, [it.offset for it in bundle.records]) for tp, bundle in bundles] == [
        (B, [1, 2, 5])
    ]


async def test_nothing_fetched_is_no_bundle(consumer: Any) -> None:  # noqa: ANN401
    fetched(consumer, {}, {GONE: [record(9)]})
    assert [each async for each in consumer.getmany(1.0)] == []
    assert [each async for each in consumer.getmany(1.0)] == []


async def test_what_comes_while_partitions_change_is_fetched_again(consumer: Any) -> None:  # noqa: ANN401
    """Nothing of it is judged, and the consumer goes back to where its runners go on."""
    sought: list[bool] = []

    async def perform_seek() -> None:
        sought.append(True)

    consumer.perform_seek, consumer.flow_active = perform_seek, False
    fetched(consumer, {A: [record(1)]})
    assert [each async for each in consumer.getmany(1.0)] == []
    assert sought == [True]


async def test_a_bundle_is_handed_to_the_agent_at_once(consumer: Any) -> None:  # noqa: ANN401
    handed: list[object] = []

    async def callback(bundle: object) -> None:
        handed.append(bundle)

    consumer.callback = callback
    await consumer._hand_over("bundle")
    assert handed == ["bundle"]


@pytest.mark.parametrize("suspended", [False, True])
async def test_nobody_waits_for_the_agent_when_partitions_go_away(
    consumer: Any,  # noqa: ANN401
    judging: Judging,
    suspended: bool,  # noqa: FBT001
) -> None:
    """Where the agent has no room, or may not go on, the wait ends with the assignment."""
    judging.crowded = not suspended
    consumer.app.flow_control.is_active = lambda: not suspended
    ended: list[int] = []

    async def wait_first(*waits: Any) -> None:  # noqa: ANN401
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        ended.extend(index for index, task in enumerate(tasks) if task.done())
        tasks[0].cancel()

    async def callback(_: object) -> None:
        await asyncio.Event().wait()

    consumer.wait_first, consumer.callback = wait_first, callback
    handing = asyncio.ensure_future(consumer._hand_over("bundle"))
    consumer.suspend_flow.set()
    await asyncio.wait_for(handing, PATIENCE_S)
    assert ended == [1]


async def test_what_is_judged_is_what_is_committed(consumer: Any) -> None:  # noqa: ANN401
    """No acknowledgement is counted: the runners know how far they are."""
    assert list(consumer._filter_tps_with_pending_acks()) == [A]
    assert (consumer._new_offset(A), consumer._new_offset(B)) == (7, None)


async def resting(judging: Judging, clock: VirtualClock) -> Any:  # noqa: ANN401
    """Return a fetch that rests as its worker says."""
    driver = cast("Any", OnOneLoop.__new__(OnOneLoop))
    driver._worker, driver._clock = judging, clock

    async def fetch(*_: object) -> bool:
        return True

    return driver._rested(fetch)


async def test_a_fetch_rests_as_its_worker_says(judging: Judging) -> None:
    clock = VirtualClock()
    fetch = await resting(judging, clock)
    assert await fetch() is True
    judging.rest = 5_000
    fetching = asyncio.ensure_future(fetch())
    await clock.run_for(4_999)
    assert not fetching.done()
    await clock.run_for(1)
    assert await fetching is True


async def test_a_rest_that_nobody_waits_for_any_more_is_an_empty_fetch(judging: Judging) -> None:
    """Raised out of aiokafka's routine it would end all fetching without a word."""
    clock = VirtualClock()
    judging.rest = 5_000
    fetching = asyncio.ensure_future((await resting(judging, clock))())
    await clock.run_for(1)
    fetching.cancel()
    assert await fetching is False


async def test_what_faust_would_do_in_the_thread_is_done_here() -> None:
    driver = cast("Any", OnOneLoop.__new__(OnOneLoop))

    async def later(number: int) -> int:
        return number

    assert await driver.call_thread(later, 2) == 2
    assert await driver.call_thread(lambda: 3) == 3

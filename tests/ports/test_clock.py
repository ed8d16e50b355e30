"""Both clocks keep the promises of the port; the virtual one is deterministic besides."""

import asyncio

import pytest

from ports.clock import Clock, SystemClock, VirtualClock
from tests.patience import PATIENCE_S

SECOND_US = 1_000_000


async def _nap(clock: Clock, duration_us: int, woken: list[tuple[int, int]]) -> None:
    await clock.sleep_us(duration_us)
    woken.append((duration_us, clock.monotonic_us()))


async def test_the_system_clock_sleeps_at_least_as_long_as_asked() -> None:
    clock = SystemClock()
    before_us = clock.monotonic_us()
    await clock.sleep_us(2_000)
    assert clock.monotonic_us() - before_us >= 1_900


def test_the_system_clock_tells_this_century_in_microseconds() -> None:
    assert 1_600_000_000 * SECOND_US < SystemClock().now_us() < 4_100_000_000 * SECOND_US


@pytest.mark.parametrize("clock", [SystemClock(), VirtualClock()], ids=["system", "virtual"])
async def test_a_sleep_that_is_not_positive_only_yields(clock: Clock) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await clock.sleep_us(0)
        await clock.sleep_us(-5)


async def test_sleepers_wake_in_order_of_deadline_and_see_their_own_time() -> None:
    """Whoever slept longer wakes later, whatever the order in which they fell asleep."""
    clock = VirtualClock()
    woken: list[tuple[int, int]] = []
    async with asyncio.TaskGroup() as tasks:
        for duration_us in (30, 10, 20):
            tasks.create_task(_nap(clock, duration_us, woken))
        await clock.run_for(25)
        assert woken == [(10, 10), (20, 20)]
        await clock.run_for(5)
    assert woken == [(10, 10), (20, 20), (30, 30)]


async def test_advance_wakes_only_those_whose_deadline_has_passed() -> None:
    clock = VirtualClock()
    woken: list[tuple[int, int]] = []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_nap(clock, 10, woken))
        tasks.create_task(_nap(clock, 40, woken))
        await clock.run_for(0)
        clock.advance(20)
        assert clock.sleepers == 1
        await clock.run_for(20)
    assert woken == [(10, 20), (40, 40)]


async def test_a_task_that_sleeps_again_is_woken_again_within_one_run() -> None:
    clock = VirtualClock()
    beats: list[int] = []

    async def beat() -> None:
        while True:
            await clock.sleep_us(SECOND_US)
            beats.append(clock.monotonic_us())

    task = asyncio.create_task(beat())
    await clock.run_for(3 * SECOND_US)
    task.cancel()
    assert beats == [SECOND_US, 2 * SECOND_US, 3 * SECOND_US]


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock = VirtualClock()
    task = asyncio.create_task(clock.sleep_us(10))
    await clock.run_for(0)
    task.cancel()
    await clock.run_for(20)
    assert clock.sleepers == 0
    assert clock.monotonic_us() == 20


def test_the_wall_may_step_but_the_monotonic_clock_does_not() -> None:
    clock = VirtualClock(now_us=SECOND_US)
    clock.advance(5)
    clock.step_wall(-10)
    assert (clock.now_us(), clock.monotonic_us()) == (SECOND_US - 5, 5)


def test_a_clock_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        VirtualClock().advance(-1)

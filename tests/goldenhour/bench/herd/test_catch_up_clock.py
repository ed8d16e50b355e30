"""A clock that begins in the past is moved by hand, and then goes with the real one."""

import asyncio

from goldenhour.bench.herd.catch_up_clock import FOLLOW_US, CatchUpClock
from ports.clock import VirtualClock

NOW_US = 1_800_000_000_000_000
HOUR_US = 3_600_000_000


async def test_it_begins_behind_and_stands_still_until_it_is_moved() -> None:
    real = VirtualClock(NOW_US)
    clock = CatchUpClock(real, HOUR_US)
    assert clock.now_us() == NOW_US - HOUR_US
    real.advance(1_000_000)
    assert clock.now_us() == NOW_US - HOUR_US
    assert clock.behind_us == HOUR_US + 1_000_000
    await clock.advance(60_000_000)
    assert clock.now_us() == NOW_US - HOUR_US + 60_000_000
    assert clock.monotonic_us() == 60_000_000


async def test_it_never_overtakes_the_real_clock() -> None:
    real = VirtualClock(NOW_US)
    clock = CatchUpClock(real, 1_000_000)
    await clock.advance(HOUR_US)
    assert clock.now_us() == NOW_US
    assert clock.behind_us == 0


async def test_once_joined_it_is_the_real_clock_and_neither_time_runs_backwards() -> None:
    real = VirtualClock(NOW_US)
    clock = CatchUpClock(real, 10_000_000)
    await clock.advance(4_000_000)
    clock.join()
    assert clock.now_us() == NOW_US
    assert clock.monotonic_us() == 10_000_000
    real.advance(5_000)
    assert clock.now_us() == NOW_US + 5_000
    assert clock.monotonic_us() == 10_005_000


async def test_who_fell_asleep_before_is_woken_in_time_after() -> None:
    real = VirtualClock(NOW_US)
    clock = CatchUpClock(real, 1_000_000)
    sleeper = asyncio.create_task(clock.sleep_us(1_500_000))
    await clock.advance(1_000_000)
    clock.join()
    following = asyncio.create_task(clock.follow())
    await real.run_for(400_000)
    assert not sleeper.done()
    await real.run_for(100_000 + 2 * FOLLOW_US)
    assert sleeper.done()
    await real.run_for(2 * FOLLOW_US)
    assert following.done()

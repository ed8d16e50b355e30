"""The past waits for the judgement, in the order of those who ask; what is live waits for none."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from clinical.instant import SECOND_US
from clinical.watch.carry import BACKLOG_US
from ports.clock import SystemClock, VirtualClock
from streams.gateway.following.catch_up import (
    BEHIND_US,
    CROWD,
    CROWD_MOST_US,
    CROWD_WITHIN_US,
    FORGOTTEN_US,
    IN_TIME_US,
    LOOKED_US,
    OVER_US,
    WINDOW_FIRST,
    WINDOW_LEAST,
    WINDOW_MOST,
    Allowance,
    Arrivals,
    CatchUp,
)
from tests.streams.gateway.station import Frames
from wire.topics import PICTURE

NOW_US = 1_790_000_000 * SECOND_US
STEPS_PER_S = 20


def stay() -> bool:
    """No stream is gone."""
    return False


@asynccontextmanager
async def waiting(
    catch_up: CatchUp, ticket: int, frames: int
) -> AsyncIterator["asyncio.Task[None]"]:
    """A stream that asks for room."""
    task = asyncio.create_task(catch_up.room(ticket, frames, stay))
    await settled()
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def judged(catch_up: CatchUp, clock: VirtualClock) -> None:
    """Hear that everything so far is judged."""
    clock.advance(1)
    for partition in range(PICTURE.partitions):
        catch_up.judged(partition, clock.now_us())
    assert catch_up.goes_on()
    await settled()


async def settled() -> None:
    """Let everybody do what can be done now."""
    for _ in range(20):
        await SystemClock().sleep_us(0)


def filled(at_us: int) -> Allowance:
    """An allowance of two partitions with no room left."""
    allowance = Allowance(NOW_US, partitions=2)
    allowance.let_in(10**9, at_us)
    return allowance


def look(allowance: Allowance, *, judged_ago_us: int, second: int) -> float:
    """Let every partition be judged up to so long ago, look, and return what is allowed."""
    at_us = NOW_US + second * LOOKED_US
    allowance.let_in(1, at_us)
    allowance.has_room(at_us)
    for partition in range(2):
        allowance.judged(partition, at_us - judged_ago_us)
    allowance.look(at_us)
    return allowance.window


def test_the_window_grows_while_it_is_full_and_the_judgement_keeps_up() -> None:
    """Up to a bound; whoever does not use it up learns nothing about what can be borne."""
    allowance = filled(NOW_US + 60 * SECOND_US)
    seen = [look(allowance, judged_ago_us=SECOND_US, second=second) for second in range(1, 20)]
    assert seen[0] > WINDOW_FIRST
    assert seen == sorted(seen)
    assert seen[-1] == WINDOW_MOST
    calm = look(Allowance(NOW_US, partitions=2), judged_ago_us=0, second=1)
    assert calm == WINDOW_FIRST


def test_a_judgement_that_falls_behind_is_given_half_as_much_and_then_slowly_more() -> None:
    allowance = filled(NOW_US + 60 * SECOND_US)
    before = look(allowance, judged_ago_us=SECOND_US, second=1)
    assert look(allowance, judged_ago_us=BEHIND_US + 1, second=10) == before / 2
    assert look(allowance, judged_ago_us=IN_TIME_US + 1, second=11) == before / 2
    again = look(allowance, judged_ago_us=IN_TIME_US, second=12)
    assert before / 2 < again < before
    for second in range(20, 30):
        least = look(allowance, judged_ago_us=20 * SECOND_US, second=second)
    assert least == WINDOW_LEAST


def test_the_slowest_partition_counts_by_the_quickest_channel() -> None:
    """A second channel that is behind, or gone, holds nothing up."""
    at_us = NOW_US + SECOND_US
    allowance = filled(at_us)
    allowance.judged(0, at_us + 1)
    assert not allowance.has_room(at_us)
    allowance.judged(1, at_us + 1)
    allowance.judged(1, NOW_US - SECOND_US)
    assert allowance.has_room(at_us)


def test_where_nobody_judges_a_spool_empties_slowly() -> None:
    let_in_us = NOW_US + SECOND_US
    allowance = filled(let_in_us)
    assert not allowance.has_room(let_in_us + FORGOTTEN_US - 1)
    assert allowance.has_room(let_in_us + FORGOTTEN_US + 1)


@settings(max_examples=40)
@given(bearable=st.integers(800, 30_000), live=st.integers(0, 400))
def test_what_is_live_is_never_far_behind_whatever_the_workers_can_bear(
    bearable: int, live: int
) -> None:
    """And the past of many units still gets through, with most of what is to spare.

    A worker judges so many frames a second in the order of the log, in which live frames lie and as
    much of the past as is allowed; a picture each second says how far it has come.
    """
    allowance = Allowance(NOW_US, partitions=1)
    log: deque[tuple[int, float]] = deque()
    past, longest_us = 0, 0
    steps = 120 * STEPS_PER_S
    for step in range(steps):
        at_us = NOW_US + step * SECOND_US // STEPS_PER_S
        log.append((at_us, live / STEPS_PER_S))
        while allowance.has_room(at_us):
            allowance.let_in(64, at_us)
            log.append((at_us, 64))
            past += 64
        spare = bearable / STEPS_PER_S
        while log and spare > 0:
            came_us, frames = log.popleft()
            longest_us = max(longest_us, at_us - came_us)
            if frames > spare:
                log.appendleft((came_us, frames - spare))
            spare -= frames
        if step % STEPS_PER_S == 0:
            allowance.judged(0, log[0][0] - 1 if log else at_us)
            allowance.look(at_us)
    assert longest_us <= 5 * SECOND_US
    assert past >= 0.6 * (bearable - live) * steps / STEPS_PER_S


@pytest.mark.parametrize(
    ("age_us", "past"), [(0, False), (BACKLOG_US, False), (BACKLOG_US + 1, True)]
)
def test_frames_are_of_the_past_when_the_newest_of_them_is(age_us: int, *, past: bool) -> None:
    """What cannot be read is left to whoever refuses it."""
    catch_up, frames = CatchUp(VirtualClock(NOW_US)), Frames()
    old, newest = (frames(1, captured_us=NOW_US - age) for age in (10 * BACKLOG_US, age_us))
    sealed = [pb.SealedFrame(sequence=1, frame=old), pb.SealedFrame(sequence=2, frame=newest)]
    assert catch_up.of_the_past(sealed) is past
    assert not catch_up.of_the_past([])
    assert not catch_up.of_the_past([pb.SealedFrame(sequence=1, frame=b"\xff")])


async def test_who_came_first_goes_on_before_those_behind() -> None:
    """A stream whose next frames come while others wait is before all that came after it."""
    clock = VirtualClock(NOW_US)
    catch_up = CatchUp(clock)
    first, second, third = (catch_up.ticket() for _ in range(3))
    await catch_up.room(first, WINDOW_FIRST, stay)
    async with (
        waiting(catch_up, third, 1) as last,
        waiting(catch_up, second, 1) as between,
        waiting(catch_up, first, WINDOW_FIRST) as again,
    ):
        assert catch_up.waiting == 3
        await judged(catch_up, clock)
        assert (again.done(), between.done(), last.done()) == (True, False, False)
        await judged(catch_up, clock)
        assert (between.done(), last.done()) == (True, True)
    assert catch_up.waiting == 0


def test_a_crowd_is_many_units_in_little_time() -> None:
    arrivals = Arrivals()
    for number in range(CROWD - 1):
        arrivals.came(number)
    assert not arrivals.crowded(CROWD)
    arrivals.came(CROWD_WITHIN_US)
    assert arrivals.crowded(CROWD_WITHIN_US)
    assert not arrivals.crowded(CROWD_WITHIN_US + 1)


def test_a_crowd_that_does_not_end_holds_the_past_up_for_so_long_at_most() -> None:
    """However many units come and go, what others held gets through."""
    arrivals = Arrivals()
    for at_us in range(0, 2 * CROWD_MOST_US, CROWD_WITHIN_US // CROWD):
        arrivals.came(at_us)
        crowded = arrivals.crowded(at_us)
        assert crowded or at_us < CROWD_WITHIN_US or at_us > CROWD_MOST_US
    assert not crowded


async def test_the_past_waits_while_units_arrive_in_a_crowd() -> None:
    """Who comes back last is heard before the past of those who came first."""
    clock = VirtualClock(NOW_US)
    catch_up = CatchUp(clock)
    for _ in range(CROWD):
        catch_up.arrived()
    async with waiting(catch_up, catch_up.ticket(), 1) as task:
        assert not task.done()
        clock.advance(CROWD_WITHIN_US)
        await judged(catch_up, clock)
        assert task.done()


async def test_who_is_gone_takes_no_room_and_holds_up_nobody() -> None:
    clock = VirtualClock(NOW_US)
    catch_up = CatchUp(clock)
    gone, staying = catch_up.ticket(), catch_up.ticket()
    await catch_up.room(gone, WINDOW_FIRST, stay)
    async with waiting(catch_up, gone, 10**6) as cancelled, waiting(catch_up, staying, 1) as task:
        cancelled.cancel()
        await catch_up.room(gone, 10**6, lambda: True)
        await judged(catch_up, clock)
        assert task.done()


async def test_the_judgement_is_followed_only_while_somebody_has_to_wait() -> None:
    """Once nobody had to for a while, the next backlog begins like the first."""
    clock = VirtualClock(NOW_US)
    catch_up = CatchUp(clock)
    begun = asyncio.create_task(catch_up.begun())
    await catch_up.room(catch_up.ticket(), WINDOW_FIRST, stay)
    await settled()
    assert not begun.done()
    async with waiting(catch_up, catch_up.ticket(), 1):
        assert begun.done()
        clock.advance(LOOKED_US)
        assert catch_up.goes_on()
    assert catch_up.window > WINDOW_FIRST
    clock.advance(OVER_US)
    assert not catch_up.goes_on()
    assert catch_up.window == WINDOW_FIRST

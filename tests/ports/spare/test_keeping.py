"""The keeper of a spare, with processes that die as soon as they are started."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process

from ports.clock import SystemClock
from ports.spare.keeping import (
    SPARE_BACK_OFF_FIRST_US,
    SPARE_BACK_OFF_MOST_US,
    SpareKeeper,
)
from tests.patience import PATIENCE_S


class _Hurried(SystemClock):
    """Notes how long it was asked to sleep, and does not."""

    def __init__(self) -> None:
        self.pauses_us: list[int] = []

    async def sleep_us(self, duration_us: int) -> None:
        self.pauses_us.append(duration_us)
        await super().sleep_us(0)


async def _pauses(starts: int, *, fails: bool) -> list[int]:
    """Return the pauses before the first restarts of a spare that never gets loaded."""
    clock, enough = _Hurried(), asyncio.Event()

    async def start() -> Process:
        if len(clock.pauses_us) == starts:
            enough.set()
            await asyncio.Event().wait()
        if fails:
            message = "no memory"
            raise OSError(message)
        return await asyncio.create_subprocess_exec(
            sys.executable, "-S", "-c", "", stdin=PIPE, stdout=PIPE
        )

    keeper = SpareKeeper("toy", start, clock)
    keeper.keep()
    async with asyncio.timeout(PATIENCE_S):
        await enough.wait()
    assert keeper.take() is None
    await keeper.stop()
    return clock.pauses_us


async def test_a_spare_that_cannot_be_started_is_tried_ever_later() -> None:
    """The pause doubles up to its bound, so that what cannot be had costs next to nothing."""
    pauses_us = await _pauses(8, fails=True)
    assert pauses_us[:3] == [SPARE_BACK_OFF_FIRST_US << doubled for doubled in range(3)]
    assert pauses_us[-1] == SPARE_BACK_OFF_MOST_US


async def test_a_spare_that_dies_before_it_is_loaded_is_tried_ever_later() -> None:
    """It is the same whether it was started and died, or could not be started."""
    pauses_us = await _pauses(3, fails=False)
    assert pauses_us == [SPARE_BACK_OFF_FIRST_US << doubled for doubled in range(3)]

"""A listener for tests that remembers, and lets a test wait for what it wants to hear."""

import asyncio
from collections.abc import Callable

from ports.clock import SystemClock
from vehicle.session import SequenceRef
from vehicle.spool_store import Refusal
from wire.frames import Lane

_STEP_US = 5_000
_STEPS = 6_000


class Hearing:
    """Everything that a client told."""

    def __init__(self) -> None:
        self.refs: list[SequenceRef] = []
        self.through: dict[tuple[Lane, bytes], int] = {}
        self.refusals: list[Refusal] = []

    def captured(self, ref: SequenceRef) -> None:
        self.refs.append(ref)

    def acknowledged(self, unit_id: str, lane: Lane, segment: bytes, through: int) -> None:
        assert through > self.through.get((lane, segment), 0), "acknowledgements only grow"
        self.through[lane, segment] = through

    def refused(self, refusal: Refusal) -> None:
        self.refusals.append(refusal)


async def until(condition: Callable[[], object]) -> None:
    """Return once a condition holds; fail after half a minute."""
    clock = SystemClock()
    for _ in range(_STEPS):
        if condition():
            return
        await clock.sleep_us(_STEP_US)
    message = "the condition did not come about"
    raise AssertionError(message)


async def bounded(wait: "asyncio.Future[object] | asyncio.Task[object]") -> object:
    """Wait, at most half a minute."""
    return await asyncio.wait_for(wait, _STEPS * _STEP_US / 1_000_000)

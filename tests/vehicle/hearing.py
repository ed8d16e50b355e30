"""A listener for tests that remembers, and lets a test wait for what it wants to hear."""

import asyncio
from collections.abc import Callable

from ports.clock import SystemClock
from tests.patience import PATIENCE_S
from vehicle.lane.session import SequenceRef
from vehicle.spool.store import Refusal
from wire.frames import Lane

_STEP_US = 5_000


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
    """Return once a condition holds; TimeoutError when it never does."""
    clock = SystemClock()
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await clock.sleep_us(_STEP_US)


async def bounded(wait: "asyncio.Future[object] | asyncio.Task[object]") -> object:
    """Wait for what must come."""
    return await asyncio.wait_for(wait, PATIENCE_S)

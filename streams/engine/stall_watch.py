"""Watches over a worker from beside Faust, with a connection of its own (``stall``)."""

import asyncio
from collections.abc import Sequence
from typing import NoReturn, Protocol

from ports.clock import Clock
from ports.log.port import Log, TopicPartition
from streams.engine.metrics import Progress
from streams.engine.stall import ASKED_EVERY_US, LoopWatch, Stall


class WorkerStalled(Exception):  # noqa: N818 - named for what happened
    """Partitions grow and are not judged."""


class Progressing(Protocol):
    """What is watched."""

    def progress(self) -> list[Progress]:
        """Return how far each partition is judged."""
        ...


async def beat(loop_watch: LoopWatch, clock: Clock) -> NoReturn:
    """Say again and again that the event loop turns, until cancelled."""
    while True:
        loop_watch.beat()
        await clock.sleep_us(ASKED_EVERY_US)


async def until_stalled(worker: Progressing, topic: str, log: Log, clock: Clock) -> NoReturn:
    """Watch until a partition is stalled.

    While the log does not answer nothing is known, and the time without progress begins anew.

    Raises:
        WorkerStalled: the worker does not get on.
    """
    stall = Stall()
    while True:
        await clock.sleep_us(ASKED_EVERY_US)
        positions = {one.partition: one.next_offset for one in worker.progress()}
        try:
            ends = await _ends(log, topic, stall.still(positions))
        except Exception:  # noqa: BLE001 - whatever the client says, the log does not answer
            stall = Stall()
            continue
        stalled = stall.judge(positions, ends, clock.monotonic_us())
        if stalled:
            message = f"no progress in partitions {', '.join(map(str, stalled))} of {topic}"
            raise WorkerStalled(message)


async def _ends(log: Log, topic: str, partitions: Sequence[int]) -> dict[int, int]:
    if not partitions:
        return {}
    asked = [TopicPartition(topic, partition) for partition in partitions]
    async with asyncio.timeout(ASKED_EVERY_US / 1e6 * 2):
        found = await log.end_positions(asked)
    return {each.partition: end for each, end in found.items()}

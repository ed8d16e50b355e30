"""Micro-batches: the frames of one partition of one topic, gathered into one record.

The stream engine pays per record, whatever is in it, so frames are gathered while the log is busy
with the batch before: a batch closes when that one is confirmed and the gap has passed since it
was closed. After a quiet time a frame therefore goes at once. The gap is short while it gathers a
frame or none, and grows with the frames of the batch before, up to ``BATCH_GAP_MOST_MS``. A frame
of the ALARM lane closes the batch at once in any case, and what was gathered before it goes with
it, in order.

``Gathering`` decides, given the time; ``Batcher`` waits and sends.
"""

import asyncio
from asyncio import Future
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import Final

from ports.clock import Clock
from ports.log.port import LogWriter
from streams.gateway.metrics import GatewayMetrics
from streams.gateway.uplink.pledges import Pledge, settle
from wire.limits import BATCH_BYTES, BATCH_FRAMES, BATCH_GAP_MOST_MS, BATCH_GAP_MS
from wire.records import HEADERS_BATCH, encode_batch

_MS_US: Final = 1_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Frames that go into one record, and the pledges that hang on it."""

    frames: list[bytes]
    pledges: list[Pledge]


class Gathering:
    """The frames that wait for their batch to close, and the decision when it does."""

    def __init__(self, gap_us: int = BATCH_GAP_MS * _MS_US) -> None:
        self._shortest_us = self._gap_us = gap_us
        self._longest_us = max(gap_us, BATCH_GAP_MOST_MS * _MS_US)
        self._waiting: deque[tuple[bytes, Pledge]] = deque()
        self._bytes = 0
        self._unconfirmed = 0
        self._closed_us: int | None = None

    def __bool__(self) -> bool:
        """Say whether any frame waits."""
        return bool(self._waiting)

    @property
    def idle(self) -> bool:
        """Whether no frame waits and no batch is unconfirmed."""
        return not self._waiting and self._unconfirmed == 0

    def add(self, frame: bytes, pledge: Pledge) -> None:
        """Let a frame wait for the next batch."""
        self._waiting.append((frame, pledge))
        self._bytes += len(frame)

    def due_in_us(self, now_us: int) -> int | None:
        """Return how long the batch stays open, 0 for not at all, None until something happens."""
        if not self._waiting or self._unconfirmed:
            return None
        full = len(self._waiting) >= BATCH_FRAMES or self._bytes >= BATCH_BYTES
        if full or self._closed_us is None:
            return 0
        return max(0, self._closed_us + self._gap_us - now_us)

    def close(self, now_us: int) -> Batch:
        """Close the batch within its bounds, leaving out frames whose segment was lost.

        Sent after a lost frame they would make its repetition look like a duplicate.
        """
        batch = Batch([], [])
        size_bytes = 0
        while self._waiting and len(batch.frames) < BATCH_FRAMES:
            frame, pledge = self._waiting[0]
            if batch.frames and size_bytes + len(frame) > BATCH_BYTES:
                break
            self._waiting.popleft()
            self._bytes -= len(frame)
            if pledge.segment.lost:
                pledge.break_off()
                continue
            batch.frames.append(frame)
            batch.pledges.append(pledge)
            size_bytes += len(frame)
        self._closed_us = now_us
        grown_us = self._shortest_us * len(batch.frames)
        self._gap_us = min(max(grown_us, self._shortest_us), self._longest_us)
        self._unconfirmed += bool(batch.frames)
        return batch

    def confirm(self) -> None:
        """Note that the fate of a closed batch is known."""
        self._unconfirmed -= 1


class Batcher:
    """Sends the batches of one partition; one task each, whatever the number of units."""

    def __init__(
        self,
        topic: str,
        partition: int,
        *,
        writer: LogWriter,
        clock: Clock,
        gateway_id: str,
        metrics: GatewayMetrics,
        gap_us: int,
    ) -> None:
        self._topic = topic
        self._partition = partition
        self._writer = writer
        self._clock = clock
        self._gateway_id = gateway_id
        self._metrics = metrics
        self._gathering = Gathering(gap_us)
        self._stirred = asyncio.Event()

    def add(self, frame: bytes, pledge: Pledge) -> None:
        """Send a frame with the next batch."""
        self._gathering.add(frame, pledge)
        self._stirred.set()

    async def run(self) -> None:
        """Close batches when they are due, until cancelled."""
        while True:
            wait_us = self._gathering.due_in_us(self._clock.monotonic_us())
            if wait_us is None:
                self._stirred.clear()
                await self._stirred.wait()
            elif wait_us > 0:
                await self._clock.sleep_us(wait_us)
            else:
                await self._send()

    async def flush(self) -> None:
        """Send all that waits, at once."""
        while self._gathering:
            await self._send()

    async def drain(self) -> None:
        """Send all that waits and wait until the fate of every batch is known."""
        await self.flush()
        while not self._gathering.idle:
            self._stirred.clear()
            await self._stirred.wait()

    async def _send(self) -> None:
        closed_us = self._clock.monotonic_us()
        batch = self._gathering.close(closed_us)
        if not batch.frames:
            return
        value = encode_batch(self._clock.now_us(), self._gateway_id, batch.frames)
        future = await self._writer.send(self._topic, self._partition, value, headers=HEADERS_BATCH)
        future.add_done_callback(partial(self._settle, batch, closed_us))

    def _settle(self, batch: Batch, closed_us: int, future: Future[int]) -> None:
        self._gathering.confirm()
        self._stirred.set()
        self._metrics.batch_settled(
            len(batch.frames),
            waited_us=closed_us - batch.pledges[0].received_us,
            confirmed_us=self._clock.monotonic_us() - closed_us,
            durable=settle(batch.pledges, future),
        )

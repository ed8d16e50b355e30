"""Micro-batches: the frames of one partition of one topic, gathered into one record.

The stream engine pays per record, whatever is in it, so frames are gathered while the log is busy
with the batch before: a batch closes when that one is confirmed and the gap has passed since it
was closed. After a quiet time a frame therefore goes at once. The gap is short while it gathers a
frame or none, and grows with the frames of the batches before, up to ``BATCH_GAP_MOST_MS``.

The log also pays per request, gateway and worker with it, so the partitions of a topic keep one
beat: where one of them is due, those go along that wait for their gap alone. One request then takes
what would be four, and one fetch finds it.

A frame of the ALARM lane closes the batch of its partition at once in any case, and what was
gathered before it goes with it, in order. Only where ``UNCONFIRMED_HURRIED`` batches of it are
unconfirmed it waits for one of them: the log takes one after the other, so a further record would
wait there, and where many say something at once each would be one.

``Gathering`` decides, given the time; ``Beat`` waits, and ``Batcher`` sends.
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
from wire.topics import Topic

UNCONFIRMED_HURRIED: Final = 2
"""Batches of a partition that may be unconfirmed while a frame of the ALARM lane is sent at once:
one is under way, and one lies ready to follow it."""

_MS_US: Final = 1_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Frames that go into one record, and the pledges that hang on it."""

    frames: list[bytes]
    pledges: list[Pledge]


class Gap:
    """The time from one batch to the next, common to some partitions of a topic."""

    def __init__(self, shortest_us: int = BATCH_GAP_MS * _MS_US, partitions: int = 1) -> None:
        """Begin with the shortest."""
        self._shortest_us = self.us = shortest_us
        self._longest_us = max(shortest_us, BATCH_GAP_MOST_MS * _MS_US)
        self._partitions = partitions

    def follow(self, frames: int) -> None:
        """Go by the frames that all partitions had in the beat before."""
        grown_us = self._shortest_us * frames // self._partitions
        self.us = min(max(grown_us, self._shortest_us), self._longest_us)


class Gathering:
    """The frames that wait for their batch to close, and the decision when it does."""

    def __init__(self, gap: Gap) -> None:
        self._gap = gap
        self._waiting: deque[tuple[bytes, Pledge]] = deque()
        self._bytes = 0
        self._unconfirmed = 0
        self._hurried = False
        self._closed_us: int | None = None

    def __bool__(self) -> bool:
        """Say whether any frame waits."""
        return bool(self._waiting)

    @property
    def idle(self) -> bool:
        """Whether no frame waits and no batch is unconfirmed."""
        return not self._waiting and self._unconfirmed == 0

    def add(self, frame: bytes, pledge: Pledge) -> bool:
        """Let a frame wait for the next batch; say whether that can change when it is due."""
        self._waiting.append((frame, pledge))
        self._bytes += len(frame)
        return len(self._waiting) == 1 or self._full

    def hurry(self) -> bool:
        """Let what waits wait for no gap; say whether it can go now."""
        self._hurried = True
        return self._unconfirmed < UNCONFIRMED_HURRIED

    @property
    def ready(self) -> bool:
        """Whether a batch can go, be it due or not."""
        return bool(self._waiting) and not self._unconfirmed

    def due_in_us(self, now_us: int) -> int | None:
        """Return how long the batch stays open, 0 for not at all, None until something happens."""
        if not self.ready:
            return None
        if self._full or self._hurried or self._closed_us is None:
            return 0
        return max(0, self._closed_us + self._gap.us - now_us)

    @property
    def _full(self) -> bool:
        return len(self._waiting) >= BATCH_FRAMES or self._bytes >= BATCH_BYTES

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
        self._hurried = self._hurried and bool(self._waiting)
        self._closed_us = now_us
        self._unconfirmed += bool(batch.frames)
        return batch

    def confirm(self) -> None:
        """Note that the fate of a closed batch is known."""
        self._unconfirmed -= 1


class Batcher:
    """Sends the batches of one partition."""

    def __init__(
        self,
        topic: str,
        partition: int,
        gap: Gap,
        *,
        writer: LogWriter,
        clock: Clock,
        gateway_id: str,
        metrics: GatewayMetrics,
        stirred: asyncio.Event,
    ) -> None:
        """Gather; ``stirred`` is set when there is something to decide anew."""
        self._topic = topic
        self._partition = partition
        self._writer = writer
        self._clock = clock
        self._gateway_id = gateway_id
        self._metrics = metrics
        self._stirred = stirred
        self.gathering = Gathering(gap)

    def add(self, frame: bytes, pledge: Pledge) -> None:
        """Send a frame with the next batch."""
        if self.gathering.add(frame, pledge):
            self._stirred.set()

    async def send(self) -> int:
        """Send what waits, within the bounds of a batch; return how many frames."""
        closed_us = self._clock.monotonic_us()
        batch = self.gathering.close(closed_us)
        if batch.frames:
            value = encode_batch(self._clock.now_us(), self._gateway_id, batch.frames)
            future = await self._writer.send(
                self._topic, self._partition, value, headers=HEADERS_BATCH
            )
            future.add_done_callback(partial(self._settle, batch, closed_us))
        return len(batch.frames)

    async def flush(self) -> None:
        """Send all that waits, at once."""
        while self.gathering:
            await self.send()

    async def drain(self) -> None:
        """Send all that waits and wait until the fate of every batch is known."""
        await self.flush()
        while not self.gathering.idle:
            self._stirred.clear()
            await self._stirred.wait()

    def _settle(self, batch: Batch, closed_us: int, future: Future[int]) -> None:
        self.gathering.confirm()
        self._stirred.set()
        self._metrics.batch_settled(
            len(batch.frames),
            waited_us=closed_us - batch.pledges[0].received_us,
            confirmed_us=self._clock.monotonic_us() - closed_us,
            durable=settle(batch.pledges, future),
        )


class Beat:
    """The batches of all partitions of a topic; one task, whatever the number of units."""

    def __init__(
        self,
        topic: Topic,
        *,
        writer: LogWriter,
        clock: Clock,
        gateway_id: str,
        metrics: GatewayMetrics,
        gap_us: int,
    ) -> None:
        self._clock = clock
        self._stirred = asyncio.Event()
        self._gap = Gap(gap_us, topic.partitions)
        self._timers: dict[int, asyncio.Task[None]] = {}
        """What stirs when a batch is due, by that instant."""
        self.batchers = [
            Batcher(
                topic.name,
                partition,
                self._gap,
                writer=writer,
                clock=clock,
                gateway_id=gateway_id,
                metrics=metrics,
                stirred=self._stirred,
            )
            for partition in range(topic.partitions)
        ]

    async def run(self) -> None:
        """Close batches when they are due, until cancelled."""
        try:
            while True:
                wait_us = self._due_in_us()
                if wait_us == 0:
                    ready = [each for each in self.batchers if each.gathering.ready]
                    self._gap.follow(sum([await each.send() for each in ready]))
                    continue
                if wait_us is not None:
                    self._stir_in(wait_us)
                self._stirred.clear()
                await self._stirred.wait()
        finally:
            for timer in self._timers.values():
                timer.cancel()

    def _stir_in(self, wait_us: int) -> None:
        """See to it that is decided anew in so long, or before."""
        due_us = self._clock.monotonic_us() + wait_us
        if min(self._timers, default=due_us + 1) > due_us:
            stirring = self._stir_later(due_us, wait_us)
            self._timers[due_us] = asyncio.get_running_loop().create_task(stirring)

    async def _stir_later(self, due_us: int, wait_us: int) -> None:
        await self._clock.sleep_us(wait_us)
        del self._timers[due_us]
        self._stirred.set()

    def _due_in_us(self) -> int | None:
        """Return when the first partition is due, None until something happens."""
        now_us = self._clock.monotonic_us()
        waits = [each.gathering.due_in_us(now_us) for each in self.batchers]
        return min([wait_us for wait_us in waits if wait_us is not None], default=None)

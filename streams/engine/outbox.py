"""The order in which things become durable: facts, then snapshots that rest on them, then marker.

A snapshot says "all before this offset is done". If it were durable before the alarms of those
records, a crash in between would lose the alarms for ever. So facts are sent at once and not
waited for (an alarm waits for nobody), a snapshot is held until all facts sent before it are
confirmed, and the marker moves only over confirmed snapshots.

Pictures and checkpoints are large and nobody's life hangs on them: they go by a writer of their
own, because an idempotent producer has one request under way, and an alarm that has just missed it
would wait for all that is in it. They wait a moment for one another, so that fewer requests go.

Bound: 1,000 unconfirmed facts; then the partition waits for the log. A fact that the log does
not confirm raises LogLost: the worker stops, and whoever restarts it goes on from the marker.
"""

from asyncio import Future
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from ports.log.port import LogWriter
from streams.engine.apps import Covering
from streams.engine.checkpointing import MARKER_EVERY_US, Snapshot
from streams.engine.outputs import Outputs, Send, marker_send, snapshot_send
from streams.engine.partition_clock import Point
from wire.topics import PICTURE, Topic

BULK_LINGER_MS: Final = 50
"""Longest that pictures and checkpoints wait for one another: a request costs more than they."""

UNCONFIRMED_MAX: Final = 1_000
"""Facts of a partition that may wait for confirmation."""


class _Held(NamedTuple):
    facts_before: int
    snapshots: tuple[Snapshot, ...]
    reached: Point


class Outbox:
    """Writes the outputs of one partition."""

    def __init__(
        self,
        writer: LogWriter,
        partition: int,
        checkpoints: Topic,
        ledger: Covering,
        reached: Callable[[], Point],
        *,
        bulk: LogWriter | None = None,
    ) -> None:
        self._writer = writer
        self._bulk = bulk or writer
        self._in_bulk = frozenset({PICTURE.name, checkpoints.name})
        self._partition = partition
        self._checkpoints = checkpoints
        self._ledger = ledger
        self._reached = reached
        self._settled = reached()
        self._marker = reached()
        self._marker_us = 0
        self._sent = 0
        self._facts: deque[Future[int]] = deque()
        self._held: deque[_Held] = deque()
        self._storing: deque[tuple[Future[int], Snapshot]] = deque()

    async def put(self, outputs: Outputs) -> None:
        """Send what a record led to.

        Raises:
            LogLost: the log did not confirm an earlier record.
        """
        for fact in outputs.facts:
            self._facts.append(await self._send(fact))
        self._sent += len(outputs.facts)
        self._hold(outputs.snapshots)
        await self._advance()
        while len(self._facts) > UNCONFIRMED_MAX:
            await self._facts[0]
            await self._advance()

    async def flush(self) -> None:
        """Wait until all is durable, with a marker that says so.

        Raises:
            LogLost: the log did not confirm a record.
        """
        await self._advance()
        while self._facts or self._storing:
            await (self._facts[0] if self._facts else self._storing[0][0])
            await self._advance()
        covered = self._ledger.covered(self._settled)
        if covered.offset > self._marker.offset:
            await (await self._mark(covered))

    def _hold(self, snapshots: tuple[Snapshot, ...]) -> None:
        last = self._held[-1] if self._held else None
        if last and last.facts_before == self._sent and not (snapshots or last.snapshots):
            self._held.pop()
        self._held.append(_Held(self._sent, snapshots, self._reached()))

    async def _advance(self) -> None:
        while self._facts and self._facts[0].done():
            self._facts.popleft().result()
        confirmed = self._sent - len(self._facts)
        while self._held and self._held[0].facts_before <= confirmed:
            held = self._held.popleft()
            for snapshot in held.snapshots:
                sent = await self._send(snapshot_send(self._partition, self._checkpoints, snapshot))
                self._storing.append((sent, snapshot))
            self._settled = held.reached
        while self._storing and self._storing[0][0].done():
            future, snapshot = self._storing.popleft()
            future.result()
            self._ledger.durable(snapshot)
        await self._mark_if_due()

    async def _mark_if_due(self) -> None:
        now_us = self._settled.clock.now_us
        if now_us - self._marker_us < MARKER_EVERY_US:
            return
        covered = self._ledger.covered(self._settled)
        if covered.offset > self._marker.offset:
            self._marker_us = now_us
            self._facts.append(await self._mark(covered))
            self._sent += 1

    async def _mark(self, covered: Point) -> Future[int]:
        self._marker = covered
        return await self._send(marker_send(self._partition, self._checkpoints, covered))

    async def _send(self, send: Send) -> Future[int]:
        writer = self._bulk if send.topic in self._in_bulk else self._writer
        return await writer.send(
            send.topic, send.partition, send.value, key=send.key, headers=send.headers
        )

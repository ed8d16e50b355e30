"""Each machine's connection to the one log: what is sent arrives later, and is confirmed later yet.

Behind it is the log twin (``ports.log.memory_log``). What a writer sends in one moment travels
together and in order, as a producer's batch does. A machine that dies leaves what is on its way to
chance: it may still be written, but never a later record of a writer without the earlier ones.
While the log stalls nothing arrives; while a writer is held its own records do not, and those of
all others pass them; while the log is ``doubtful``, some confirmations are lost: the record is in
the log or is not, and its writer only hears LogLost.
"""

import asyncio
from asyncio import Future
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Final, NamedTuple

from goldenhour.world.clock import EPOCH_US
from goldenhour.world.schedule import Machine, Schedule
from ports.log.memory_log import MemoryLog
from ports.log.port import Extent, LogLost, Record, TopicPartition

WRITERS_HELD: Final = 3
"""Of the writers that a machine opens one after the other, every so manieth is held together."""

LEAST_US: Final = 500
MOST_US: Final = 4_000
"""Shortest and longest time of a request, or of its answer."""


class _Sent(NamedTuple):
    partition: TopicPartition
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    durable: Future[int]


@dataclass(slots=True)
class Broker:
    """The log's own side: what it holds, and how well it does."""

    schedule: Schedule
    rng: Random
    log: MemoryLog = field(init=False)
    stalled_until_us: int = 0
    held_until_us: dict[tuple[Machine, int], int] = field(default_factory=dict)
    """Until when the writes of some writers of a machine do not arrive."""
    doubtful_until_us: int = 0
    doubt: float = 0.5
    """Part of the requests whose answer is lost, while the log is doubtful."""

    def __post_init__(self) -> None:
        """Begin with an empty log, whose records bear the world's time."""
        self.log = MemoryLog(now_us=lambda: EPOCH_US + self.schedule.now_us)

    def delay_us(self) -> int:
        """Draw how long a request or an answer takes, beginning now."""
        stalled_us = max(0, self.stalled_until_us - self.schedule.now_us)
        return stalled_us + LEAST_US + int(self.rng.random() * (MOST_US - LEAST_US))

    @property
    def doubtful(self) -> bool:
        """Draw whether an answer is lost."""
        return self.schedule.now_us < self.doubtful_until_us and self.rng.random() < self.doubt


class MachineLog:
    """A Log: one machine's connection."""

    def __init__(self, machine: Machine, broker: Broker) -> None:
        self._machine = machine
        self._broker = broker
        self._writers = count()

    async def writer(self) -> "MachineWriter":
        """Open a writer."""
        return MachineWriter(self._machine, self._broker, next(self._writers) % WRITERS_HELD)

    async def reader(self, positions: Mapping[TopicPartition, int]) -> "MachineReader":
        """Open a reader at these positions; OffsetGone as the log says."""
        await self._asked()
        return MachineReader(self._machine, self._broker, self._broker.log.resolved(positions))

    async def end_positions(
        self, partitions: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """Return the position after the newest record of each partition."""
        await self._asked()
        return await self._broker.log.end_positions(partitions)

    async def extents(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, Extent]:
        """Return what is kept of each partition."""
        await self._asked()
        return await self._broker.log.extents(partitions)

    async def positions_at(
        self, partitions: Sequence[TopicPartition], at_us: int
    ) -> dict[TopicPartition, int]:
        """Return where each partition holds its first record written at this instant or later."""
        await self._asked()
        return await self._broker.log.positions_at(partitions, at_us)

    async def read_to_end(self, topic_partition: TopicPartition) -> list[Record]:
        """Return every record kept in a partition."""
        await self._asked()
        return await self._broker.log.read_to_end(topic_partition)

    async def _asked(self) -> None:
        answered: Future[None] = Future(loop=self._machine)
        schedule = self._broker.schedule
        when_us = schedule.now_us + self._broker.delay_us()
        schedule.at(when_us, _resolve, answered, machine=self._machine)
        await answered


class MachineWriter:
    """A LogWriter of one machine."""

    def __init__(self, machine: Machine, broker: Broker, held_as: int) -> None:
        self._machine = machine
        self._broker = broker
        self._held_as = held_as
        self._gathered: list[_Sent] = []
        self._leaves_us = -1
        self._arrives_us = 0
        self._pending: dict[Future[int], None] = {}
        self._broken = False
        self._closed = False

    async def send(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> Future[int]:
        """Let a record leave with what else is sent in this moment."""
        durable: Future[int] = Future(loop=self._machine)
        if self._closed:
            durable.set_exception(LogLost("the writer is closed"))
            return durable
        schedule = self._broker.schedule
        if self._leaves_us != schedule.now_us:
            self._leaves_us = schedule.now_us
            self._gathered = []
            held_us = self._broker.held_until_us.get((self._machine, self._held_as), 0)
            arrives_us = max(schedule.now_us, held_us) + self._broker.delay_us()
            self._arrives_us = max(self._arrives_us, arrives_us)
            schedule.at(self._arrives_us, self._arrive, self._gathered)
        where = TopicPartition(topic, partition)
        self._gathered.append(_Sent(where, key, value, tuple(headers), durable))
        self._pending[durable] = None
        return durable

    async def close(self) -> None:
        """Wait until the fate of all that was sent is known."""
        self._closed = True
        while self._pending:
            await asyncio.wait(list(self._pending))

    def _arrive(self, sent: list[_Sent]) -> None:
        """Happen at the broker."""
        broker = self._broker
        if self._machine.dead:
            self._broken = self._broken or broker.rng.random() < 0.5  # noqa: PLR2004 - a coin
            if self._broken:
                return
        lost = broker.doubtful
        if not (lost and broker.rng.random() < 0.5):  # noqa: PLR2004 - a coin
            offsets = [broker.log.write(s.partition, s.key, s.value, s.headers) for s in sent]
        else:
            offsets = []
        answer_us = broker.schedule.now_us + broker.delay_us()
        broker.schedule.at(
            answer_us, self._answer, sent, None if lost else offsets, machine=self._machine
        )

    def _answer(self, sent: list[_Sent], offsets: list[int] | None) -> None:
        for index, one in enumerate(sent):
            self._pending.pop(one.durable, None)
            if one.durable.done():
                continue
            if offsets is None:
                one.durable.set_exception(LogLost("the answer was lost"))
                one.durable.exception()  # whoever does not ask is not blamed
            else:
                one.durable.set_result(offsets[index])


class MachineReader:
    """A LogReader of one machine."""

    def __init__(
        self, machine: Machine, broker: Broker, positions: dict[TopicPartition, int]
    ) -> None:
        self._machine = machine
        self._broker = broker
        self._positions = positions
        self._waiting: Future[None] | None = None
        self._coming = False
        self._closed = False
        self._more = True
        """Whether there may be records that were not taken."""
        broker.log.listen(positions, self._grown)

    async def read(self, *, max_records: int, timeout_ms: int) -> list[Record]:
        """Return up to max_records in the order of sending, empty after timeout_ms without any."""
        taken = self._taken(max_records)
        if taken:
            return taken
        waiting: Future[None] = Future(loop=self._machine)
        self._waiting = waiting
        schedule = self._broker.schedule
        due = schedule.at(
            schedule.now_us + timeout_ms * 1_000, _resolve, waiting, machine=self._machine
        )
        try:
            await waiting
        finally:
            due.cancel()
            self._waiting = None
        return self._taken(max_records)

    def positions(self) -> dict[TopicPartition, int]:
        """Return the position of each partition read."""
        return dict(self._positions)

    async def close(self) -> None:
        """Read no more."""
        self._closed = True
        self._broker.log.forget(self._positions, self._grown)

    def _taken(self, max_records: int) -> list[Record]:
        if self._closed:
            message = "the reader is closed"
            raise LogLost(message)
        if not self._more or self._broker.schedule.now_us < self._broker.stalled_until_us:
            return []
        taken = self._broker.log.take(self._positions, max_records)
        self._more = len(taken) >= max_records
        return taken

    def _grown(self) -> None:
        """Hear at the broker that there is something to fetch."""
        self._more = True
        if self._machine.dead:
            self._broker.log.forget(self._positions, self._grown)
        elif self._waiting is not None and not self._coming:
            self._coming = True
            when_us = self._broker.schedule.now_us + self._broker.delay_us()
            self._broker.schedule.at(when_us, self._fetched, machine=self._machine)

    def _fetched(self) -> None:
        self._coming = False
        if self._waiting is not None:
            _resolve(self._waiting)


def _resolve(future: "Future[None]") -> None:
    if not future.done():
        future.set_result(None)

"""The in-memory twin of the Faust worker: the same runners, driven by a reader of the log.

It has all partitions of the app's topic, unless told which, and no group. It runs on any Log, so a
test can also drive it over a real one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from ports.log.port import Log, LogReader, TopicPartition
from streams.engine.partition_runner import PartitionRunner, Runners

RECORDS_AT_ONCE: Final = 500
"""Most records taken in one read."""

READ_TIMEOUT_MS: Final = 200
"""Longest wait of one read."""

Judge = Callable[[Iterable[PartitionRunner]], Awaitable[object]]
"""Judges what runners have gathered."""


class MemoryWorker:
    """Judges partitions in this process."""

    def __init__(
        self, reader: LogReader, runners: dict[int, PartitionRunner], judge: Judge
    ) -> None:
        self._reader = reader
        self._runners = runners
        self._judge = judge

    @classmethod
    async def open(
        cls, log: Log, runners: Runners, partitions: Iterable[int] | None = None
    ) -> "MemoryWorker":
        """Restore these partitions, all when none are named, and go to where each goes on."""
        wanted = range(runners.topic.partitions) if partitions is None else partitions
        restored = await runners.open(wanted)
        positions = {
            TopicPartition(runners.topic.name, partition): runner.next_offset
            for partition, runner in restored.items()
        }
        return cls(await log.reader(positions), restored, runners.judge)

    async def step(self, timeout_ms: int = READ_TIMEOUT_MS) -> int:
        """Judge the records that are there, or come in time; return how many.

        Raises:
            LogLost: the log did not confirm what was written.
        """
        records = await self._reader.read(max_records=RECORDS_AT_ONCE, timeout_ms=timeout_ms)
        for record in records:
            await self._runners[record.partition].take(record, later=True)
        await self._judge(self._runners.values())
        return len(records)

    async def run(self, stop: asyncio.Event) -> None:
        """Judge until told to stop, then let go."""
        while not stop.is_set():
            await self.step()
        await self.close()

    async def close(self) -> None:
        """Wait until all is durable, and let go of the log."""
        for runner in self._runners.values():
            await runner.flush()
        await self._reader.close()

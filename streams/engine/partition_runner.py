"""One partition at work: its host, its outbox, and how both come up from the checkpoints.

The Faust worker and the in-memory worker hand records to runners and do nothing else.
"""

import asyncio
from collections.abc import Iterable

from clinical.alarms.priority import Source
from ports.log.port import EARLIEST, Log, LogWriter, Record, TopicPartition
from ports.logging import get_logger
from streams.engine.checkpointing import Recovered, recover
from streams.engine.host import PartitionHost
from streams.engine.outbox import Outbox
from streams.engine.outputs import CHECKPOINTS, Outputs
from streams.engine.watches import PatientWatches, Watches
from wire.topics import PATIENTS

_log = get_logger(__name__)


class PartitionRunner:
    """Takes the records of one partition in order and writes what they lead to."""

    def __init__(
        self, host: PartitionHost, writer: LogWriter, partition: int, source: Source
    ) -> None:
        self._host = host
        self._outbox = Outbox(writer, partition, source, host.ledger, lambda: host.reached)

    @property
    def next_offset(self) -> int:
        """Offset of the only record that can be taken next."""
        return self._host.reached.offset

    async def take(self, record: Record) -> Outputs:
        """Judge the record at ``next_offset`` and send what follows from it.

        Raises:
            LogLost: the log did not confirm an earlier record; this runner is done.
        """
        outputs = self._host.on_record(record.offset, record)
        await self._outbox.put(outputs)
        return outputs

    async def flush(self) -> None:
        """Wait until all that was concluded is durable; LogLost when it cannot be known."""
        await self._outbox.flush()


class Runners:
    """Opens runners on a log, for one channel."""

    def __init__(
        self, log: Log, writer: LogWriter, source: Source, watches: Watches | None = None
    ) -> None:
        self._log = log
        self._writer = writer
        self._source = source
        self._watches = watches or PatientWatches()

    async def open(self, partitions: Iterable[int]) -> dict[int, PartitionRunner]:
        """Restore these partitions from what this channel stored."""
        inputs = [TopicPartition(PATIENTS.name, partition) for partition in partitions]
        if not inputs:
            return {}
        ends = await self._log.end_positions(inputs)
        reader = await self._log.reader(dict.fromkeys(inputs, EARLIEST))
        oldest = reader.positions()
        await reader.close()
        restored = await asyncio.gather(
            *(self._restored(each.partition, oldest[each], ends[each]) for each in inputs)
        )
        return {each.partition: runner for each, runner in zip(inputs, restored, strict=True)}

    async def _restored(self, partition: int, oldest: int, end: int) -> PartitionRunner:
        checkpoints = TopicPartition(CHECKPOINTS[self._source].name, partition)
        found = recover(await self._log.read_to_end(checkpoints))
        if found.beyond(end):
            _log.error("checkpoints_of_another_log", partition=partition, end=end)
            found = Recovered(None, (), ())
        host = PartitionHost(partition, self._source, self._watches)
        rebuilt = host.restore(found, oldest)
        _log.info(
            "partition_restored",
            partition=partition,
            next_offset=host.reached.offset,
            behind=end - host.reached.offset,
            snapshots=len(found.snapshots),
            rebuilt_from_input=len(rebuilt),
        )
        return PartitionRunner(host, self._writer, partition, self._source)

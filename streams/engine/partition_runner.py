"""One partition at work: its host, its outbox, and how both come up from the checkpoints.

The Faust worker and the in-memory worker hand records to runners and do nothing else.
"""

import asyncio
from collections.abc import Iterable

from clinical.alarms.priority import Source
from ports.log.port import Log, LogWriter, Record, TopicPartition
from ports.logging import get_logger
from streams.engine.apps import PATIENTS_APP, Gathering, Host, HostedApp
from streams.engine.checkpointing import Recovered, recover
from streams.engine.outbox import Outbox
from streams.engine.outputs import Outputs
from wire.topics import Topic

_log = get_logger(__name__)


class PartitionRunner:
    """Takes the records of one partition in order and writes what they lead to."""

    def __init__(self, host: Host, outbox: Outbox) -> None:
        self.host = host
        self._gathering = host if isinstance(host, Gathering) else None
        self._outbox = outbox

    @property
    def next_offset(self) -> int:
        """Offset of the only record that can be taken next."""
        return self.host.reached.offset

    async def take(self, record: Record, *, later: bool = False) -> Outputs:
        """Judge the record at ``next_offset`` and send what follows from it.

        ``later`` says that a host may gather it, for ``Runners.judge``.

        Raises:
            LogLost: the log did not confirm an earlier record; this runner is done.
        """
        if later and self._gathering is not None:
            outputs = self._gathering.gather(record.offset, record)
        else:
            outputs = self.host.on_record(record.offset, record)
        await self.put(outputs)
        return outputs

    @property
    def gathered(self) -> int:
        """How much was taken and waits for judgement."""
        return 0 if self._gathering is None else self._gathering.gathered

    @property
    def pressing(self) -> bool:
        """Whether any of what was gathered should not wait."""
        return self._gathering is not None and self._gathering.pressing

    async def put(self, outputs: Outputs) -> None:
        """Send what the host concluded.

        Raises:
            LogLost: the log did not confirm an earlier record; this runner is done.
        """
        await self._outbox.put(outputs)

    async def flush(self) -> None:
        """Wait until all that was concluded is durable; LogLost when it cannot be known."""
        await self._outbox.flush()


class Runners:
    """Opens runners on a log, for one channel of an app."""

    def __init__(
        self,
        log: Log,
        writer: LogWriter,
        source: Source,
        app: HostedApp = PATIENTS_APP,
        *,
        bulk: LogWriter | None = None,
    ) -> None:
        """Write to ``log`` by ``writer``, and by ``bulk``, if given, what no alarm waits for."""
        self._log = log
        self._writer = writer
        self._bulk = bulk or writer
        self._source = source
        self._app = app

    @property
    def topic(self) -> Topic:
        """What the app reads."""
        return self._app.topic

    async def judge(self, runners: Iterable[PartitionRunner]) -> list[Outputs]:
        """Judge what some runners of this app have gathered, and send what follows from it.

        Raises:
            LogLost: the log did not confirm an earlier record.
        """
        waiting = [runner for runner in runners if runner.gathered]
        if not waiting or self._app.together is None:
            return []
        outputs = self._app.together([runner.host for runner in waiting])
        for runner, led_to in zip(waiting, outputs, strict=True):
            await runner.put(led_to)
        return outputs

    async def open(self, partitions: Iterable[int]) -> dict[int, PartitionRunner]:
        """Restore these partitions from what this channel stored."""
        inputs = [TopicPartition(self.topic.name, partition) for partition in partitions]
        if not inputs:
            return {}
        kept = await self._log.extents(inputs)
        restored = await asyncio.gather(
            *(self._restored(each.partition, *kept[each]) for each in inputs)
        )
        return {each.partition: runner for each, runner in zip(inputs, restored, strict=True)}

    async def _restored(self, partition: int, oldest: int, end: int) -> PartitionRunner:
        checkpoints = self._app.checkpoints[self._source]
        stored = TopicPartition(checkpoints.name, partition)
        found = recover(await self._log.read_to_end(stored))
        if found.beyond(end):
            _log.error("checkpoints_of_another_log", partition=partition, end=end)
            found = Recovered(None, (), ())
        host = self._app.host(partition, self._source)
        rebuilt = host.restore(found, oldest)
        _log.info(
            "partition_restored",
            topic=self.topic.name,
            partition=partition,
            next_offset=host.reached.offset,
            behind=end - host.reached.offset,
            snapshots=len(found.snapshots),
            rebuilt_from_input=len(rebuilt),
        )
        outbox = Outbox(
            self._writer,
            partition,
            checkpoints,
            host.ledger,
            lambda: host.reached,
            bulk=self._bulk,
        )
        return PartitionRunner(host, outbox)

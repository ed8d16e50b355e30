"""Where the peers meet: a broker, a folder, and a fresh name for every run."""

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

from bench.peers.assignment import Assignment, checkpoints_of
from bench.peers.roster import Peer
from ports.clock import Clock
from ports.log.kafka_admin import create_topics
from ports.log.kafka_log import KafkaLog
from wire.topics import ENCOUNTER_PARTITIONS, Topic

_HOUR_MS: Final = 3_600_000


@dataclass(slots=True)
class Ring:
    """What all runs share."""

    bootstrap: str
    folder: Path
    clock: Clock
    _numbers: "count[int]" = field(default_factory=count)

    @property
    def log(self) -> KafkaLog:
        """A connection to the log."""
        return KafkaLog(self.bootstrap, client_id="bench-peers")

    async def make(self, *names: str) -> None:
        """Make topics."""
        topics = [Topic(name, ENCOUNTER_PARTITIONS, _HOUR_MS) for name in names]
        await create_topics(self.bootstrap, topics, self.clock)

    async def assign(self, peer: Peer, source: str) -> tuple[Assignment, Path]:
        """Return what a new run of a peer is told, with topics for what it says, and its log."""
        group = f"{peer.engine}-{next(self._numbers)}".replace("_", "-")
        sink = f"said.{group}"
        await self.make(sink)
        checkpoints = Topic(checkpoints_of(sink), ENCOUNTER_PARTITIONS, None)
        await create_topics(self.bootstrap, [checkpoints], self.clock)
        folder = self.folder / group
        told = Assignment(
            bootstrap=self.bootstrap,
            source=source,
            sink=sink,
            group=group,
            folder=folder,
            partitions=ENCOUNTER_PARTITIONS,
            batched=peer.batched,
            variant=peer.variant or "plain",
        )
        return told, self.folder / f"{group}.log"

"""What a peer says, read from its topic as it comes."""

import asyncio
from collections.abc import Iterable
from typing import Final, Self

from bench.peers.processes import KeptPeer, PeerProcess
from bench.peers.traffic import Said
from ports.clock import Clock
from ports.log.port import EARLIEST, Log, LogReader, TopicPartition
from wire.topics import ENCOUNTER_PARTITIONS

LOOK_EVERY_US: Final = 2_000
"""So fine is the processor time taken at the moment when the last change was said."""

_READ_RECORDS: Final = 10_000
_READ_MS: Final = 100


class Listener:
    """Hears every record of a topic, and when it came."""

    def __init__(self, reader: LogReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self.first_us: dict[Said, int] = {}
        """When each change was said first."""
        self.records = 0
        self.heard_us = 0
        """When the newest record came."""
        self._reading = asyncio.ensure_future(self._read())

    @classmethod
    async def of(cls, log: Log, topic: str, clock: Clock) -> Self:
        """Listen to a topic from its beginning."""
        partitions = [TopicPartition(topic, number) for number in range(ENCOUNTER_PARTITIONS)]
        return cls(await log.reader(dict.fromkeys(partitions, EARLIEST)), clock)

    async def close(self) -> None:
        """Stop listening."""
        self._reading.cancel()
        await asyncio.wait([self._reading])
        await self._reader.close()

    async def until_said(
        self, peer: PeerProcess | KeptPeer, expected: Iterable[Said], quiet_s: float
    ) -> set[Said]:
        """Wait until all of it was said, or nothing came for so long; return what is missing.

        Raises:
            PeerEnded: the peer does not run any more.
        """
        missing = set(expected)
        since_us = self._clock.now_us()
        while missing and self._clock.now_us() - max(since_us, self.heard_us) < quiet_s * 1e6:
            await self._clock.sleep_us(LOOK_EVERY_US)
            peer.check()
            self._reading.done() and self._reading.result()
            missing -= self.first_us.keys()
        return missing

    async def _read(self) -> None:
        while True:
            records = await self._reader.read(max_records=_READ_RECORDS, timeout_ms=_READ_MS)
            now_us = self._clock.now_us()
            for record in records:
                self.first_us.setdefault((record.key or b"", record.value or b""), now_us)
            if records:
                self.records += len(records)
                self.heard_us = now_us

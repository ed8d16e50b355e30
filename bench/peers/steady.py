"""Latency at a fixed rate, and what a kill -9 costs: frames as they come, one peer at a time.

A frame is due at its own moment and stamped with that moment, sent or not; so a sender that is late
counts against the figure. Frames of micro-batches are gathered for ``GATHERING_US``, and that
counts too. The latency of a change is from the frame that made it to its record as read back.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bench.peers.listening import Listener
from bench.peers.processes import KeptPeer, PeerProcess, start
from bench.peers.ring import Ring
from bench.peers.roster import Peer
from bench.peers.traffic import Said, Sent, batched, expected, sent, single
from clinical.instant import SECOND_US
from clinical.items import Vitals
from goldenhour.bench.figures import summary
from ports.clock import Clock
from ports.log.port import LogWriter

GATHERING_US: Final = 20_000
SINGLE_US: Final = 1_000
WARM_UP_S: Final = 5
AFTER_KILL_S: Final = 12
STARTING_S: Final = 60.0
CURRENT_US: Final = 200_000
LOOK_EVERY_US: Final = 100_000
QUIET_S: Final = 15.0
_BEFORE_KILL_US: Final = 500_000
"""A change of so shortly before a kill may be held up by it."""


@dataclass(slots=True)
class Sender:
    """Sends the frames of encounters at 1 Hz, spread over the second, until it is stopped."""

    topic: str
    writer: LogWriter
    clock: Clock
    vitals: Sequence[tuple[str, Vitals]]
    per_s: int
    batches: bool
    frames: list[Sent] = field(default_factory=list)
    stopping: bool = False

    async def run(self) -> None:
        """Send until stopped."""
        begin_us = self.clock.now_us()
        confirmed: list[asyncio.Future[int]] = []
        while not self.stopping:
            await self.clock.sleep_us(GATHERING_US if self.batches else SINGLE_US)
            due = self._due(begin_us)
            for it in batched(due) if self.batches else single(due):
                sending = self.writer.send(self.topic, it.partition, it.value, key=it.key)
                confirmed.append(await sending)
        await asyncio.gather(*confirmed)

    def _due(self, begin_us: int) -> list[Sent]:
        """Return the frames that were due since the last time."""
        upto = (self.clock.now_us() - begin_us) * self.per_s // SECOND_US
        due: list[Sent] = []
        for number in range(len(self.frames), min(upto, len(self.vitals))):
            encounter_id, item = self.vitals[number]
            due.append(sent(encounter_id, begin_us + number * SECOND_US // self.per_s, item))
        self.frames += due
        return due


async def steady(
    ring: Ring, peer: Peer, vitals: Sequence[tuple[str, Vitals]], per_s: int, seconds: int
) -> dict[str, Any]:
    """Return latency over so many seconds, and what a kill after them costs."""
    source = f"steady.{peer.engine}.{len(list(ring.folder.iterdir()))}"
    await ring.make(source)
    told, log = await ring.assign(peer, source)
    listener = await Listener.of(ring.log, told.sink, ring.clock)
    writer = await ring.log.writer()
    process: PeerProcess | KeptPeer
    if peer.spare:
        process = await KeptPeer.start(peer, told, ring.folder, ring.clock)
    else:
        process = await start(peer, told, log)
    sender = Sender(source, writer, ring.clock, vitals, per_s, peer.batched)
    sending = asyncio.ensure_future(sender.run())
    try:
        await _caught_up(listener, process, ring.clock)
        await ring.clock.sleep_us(WARM_UP_S * SECOND_US)
        begin_us, begin_s = ring.clock.now_us(), process.processor_s()
        await ring.clock.sleep_us(seconds * SECOND_US)
        process.check()
        killed_us, spent_s = ring.clock.now_us(), process.processor_s() - begin_s
        memory_mb = process.memory_mb() if isinstance(process, KeptPeer) else None
        process = await process.kill_and_start()
        await ring.clock.sleep_us(AFTER_KILL_S * SECOND_US)
        sender.stopping = True
        await sending
        must = expected(sender.frames)
        missing = await listener.until_said(process, must, QUIET_S)
    finally:
        sending.cancel()
        await process.kill()
        await listener.close()
        await writer.close()
    return {
        "frames_per_s": per_s,
        "memory_mb_with_spare": memory_mb,
        "processor_share": round(spent_s / seconds, 3),
        "latency": summary(_latencies_ms(listener, begin_us, killed_us - _BEFORE_KILL_US)),
        "kill": {
            "recovery_s": _longest_s(listener, killed_us - _BEFORE_KILL_US),
            "missing": len(missing),
            "extra": len(listener.first_us.keys() - must),
            "duplicates": listener.records - len(listener.first_us),
        },
    }


async def _caught_up(listener: Listener, process: PeerProcess | KeptPeer, clock: Clock) -> None:
    """Wait until a peer speaks of what is new: it has started, and what had waited is done."""
    begin_us = clock.monotonic_us()
    while clock.monotonic_us() - begin_us < STARTING_S * SECOND_US:
        newest_us = max(map(_captured_us, listener.first_us), default=0)
        if clock.now_us() - newest_us < CURRENT_US:
            return
        process.check()
        await clock.sleep_us(LOOK_EVERY_US)


def _latencies_ms(listener: Listener, begin_us: int, end_us: int) -> list[float]:
    said = [(_captured_us(it), at_us) for it, at_us in listener.first_us.items()]
    return [(at_us - us) / 1_000 for us, at_us in said if begin_us <= us < end_us]


def _longest_s(listener: Listener, begin_us: int) -> float | None:
    """Return the longest that a change of after this instant took; None: none was said."""
    latencies_ms = _latencies_ms(listener, begin_us, 1 << 62)
    return round(max(latencies_ms) / 1_000, 3) if latencies_ms else None


def _captured_us(said: Said) -> int:
    return int(said[1].split()[0])

"""Frames per CPU-second: a topic that is full already, from the peer's start to the last change.

A second run over the first frames alone takes what starting costs away. Processor time is that of
the peer's processes, taken when the last change has arrived on its topic.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.peers.listening import Listener
from bench.peers.processes import start
from bench.peers.ring import Ring
from bench.peers.roster import Peer
from bench.peers.traffic import Entry, Said, Sent, batched, digest, expected, single
from goldenhour.bench.programs.weighing import weigh
from ports.log.port import LogWriter

QUIET_S: Final = 60.0
"""A peer that says nothing for so long has said what it will."""

_AT_ONCE: Final = 2_000
"""Records that may be unconfirmed while a topic is filled."""


@dataclass(frozen=True, slots=True)
class Full:
    """Topics with the same frames in both shapes, and what must be said of them."""

    name: str
    frames: int
    expected: frozenset[Said]

    def topic(self, peer: Peer) -> str:
        """Return the topic that a peer reads."""
        return f"{self.name}.{'batched' if peer.batched else 'single'}"


async def fill(ring: Ring, name: str, frames: Sequence[Sent]) -> Full:
    """Lay frames into a topic of each shape."""
    full = Full(name, len(frames), frozenset(expected(frames)))
    await ring.make(f"{name}.batched", f"{name}.single")
    writer = await ring.log.writer()
    await _append(writer, f"{name}.batched", batched(frames))
    await _append(writer, f"{name}.single", single(frames))
    await writer.close()
    return full


async def throughput(ring: Ring, peer: Peer, few: Full, full: Full) -> dict[str, Any]:
    """Return what the peer does to full topics."""
    start_s = (await _course(ring, peer, few))["processor_s"]
    course = await _course(ring, peer, full)
    spent_s = course["processor_s"] - start_s
    rate = int((full.frames - few.frames) / spent_s) if spent_s > 0 else None
    return {"frames_per_cpu_s": rate, "start_cpu_s": start_s, **course}


async def _course(ring: Ring, peer: Peer, full: Full) -> dict[str, Any]:
    told, log = await ring.assign(peer, full.topic(peer))
    listener = await Listener.of(ring.log, told.sink, ring.clock)
    begin_us = ring.clock.monotonic_us()
    process = await start(peer, told, log)
    try:
        missing = await listener.until_said(process, full.expected, QUIET_S)
        spent_s = process.processor_s()
        seconds = (ring.clock.monotonic_us() - begin_us) / 1e6
        resident_mb = (await weigh(process.pid)).resident_mb
    finally:
        await process.kill()
        await listener.close()
    return {
        "frames": full.frames,
        "processor_s": round(spent_s, 2),
        "seconds": round(seconds, 2),
        "resident_mb": round(resident_mb, 1),
        "changes": len(listener.first_us),
        "missing": len(missing),
        "extra": len(listener.first_us.keys() - full.expected),
        "duplicates": listener.records - len(listener.first_us),
        "digest": digest(listener.first_us),
        "equal": digest(listener.first_us) == digest(full.expected),
    }


async def _append(writer: LogWriter, topic: str, entries: Iterable[Entry]) -> None:
    waiting: list[asyncio.Future[int]] = []
    for it in entries:
        waiting.append(await writer.send(topic, it.partition, it.value, key=it.key))
        if len(waiting) >= _AT_ONCE:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)

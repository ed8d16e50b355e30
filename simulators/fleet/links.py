"""Links that fail on schedule: a TCP proxy in front of the gateway for each unit with a fault.

``delay`` holds every byte back for a while, ``stall`` holds bytes until it is over, ``drop`` breaks
the connections once a second but takes new ones, ``thin`` carries so many kilobits a second each
way, ``cut`` breaks them and takes none. Units whose links are to stay whole go to the gateway
directly. A link can have a rate for good: each way is then one queue, first in, first out, for all
its connections, as a modem's is, and what fills it delays everything behind.

Bounds: a direction holds at most ``CHUNKS_HELD`` chunks; beyond that the sender has to wait, as on
a link that is full.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from ports.clock import Clock
from simulators.scenario import Fault
from simulators.story import SECOND_US, Story

CHUNK_BYTES: Final = 65_536
THIN_CHUNK_BYTES: Final = 1_400
"""Bytes that a thin link takes at once: about a packet."""

BYTES_PER_KBIT: Final = 125
CHUNKS_HELD: Final = 256
DROP_EVERY_S: Final = 1.0


class Pipe:
    """One way of a link that has a rate: says when bytes that come now are through. Without I/O."""

    def __init__(self) -> None:
        """Begin empty and without a limit."""
        self.bytes_per_s: float | None = None
        self._free_us = 0.0

    def through_us(self, size: int, now_us: int) -> int:
        """Take in bytes; return when the last of them has left, behind all that came before."""
        if self.bytes_per_s is None:
            return now_us
        self._free_us = max(self._free_us, now_us) + size * SECOND_US / self.bytes_per_s
        return int(self._free_us)


class FaultyLink:
    """The link of one unit."""

    def __init__(self, gateway: str, clock: Clock) -> None:
        """Prepare a whole link to the gateway, ``host:port``; ``open`` it before use."""
        host, _, port = gateway.rpartition(":")
        self._target = (host, int(port))
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._carriers: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._cut = False
        self._delay_us = 0
        self._up, self._down = Pipe(), Pipe()
        self._bytes_per_s: float | None = None
        """The rate for good."""
        self._thinned = False
        self.address = ""
        """Where the unit connects, ``host:port``."""

    async def open(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Break every connection and stop listening."""
        if self._server is not None:
            self._server.close()
        self.drop()
        for carrier in list(self._carriers):
            carrier.cancel()
        await asyncio.gather(*self._carriers, return_exceptions=True)

    def cut(self) -> None:
        """Break every connection and take no new one."""
        self._cut = True
        self.drop()

    def stall(self) -> None:
        """Hold every byte."""
        self._flowing.clear()

    def delay(self, delay_ms: int) -> None:
        """Hold every byte for so long, each way."""
        self._delay_us = delay_ms * 1_000

    def limit(self, bytes_per_s: float) -> None:
        """Carry no more than so much, each way; it stays so when the link is healed."""
        self._bytes_per_s = bytes_per_s
        self._rate(bytes_per_s)

    def thin(self, kbit_s: int) -> None:
        """Carry so many kilobits a second each way, packet by packet, until it is healed."""
        self._thinned = True
        self._rate(kbit_s * BYTES_PER_KBIT)

    def drop(self) -> None:
        """Break every connection."""
        for writer in list(self._writers):
            writer.transport.abort()

    def heal(self) -> None:
        """Be whole again."""
        self._cut = False
        self._delay_us = 0
        self._thinned = False
        self._rate(self._bytes_per_s)
        self._flowing.set()

    async def _accept(self, unit: asyncio.StreamReader, to_unit: asyncio.StreamWriter) -> None:
        if self._cut:
            to_unit.transport.abort()
            return
        try:
            gateway, to_gateway = await asyncio.open_connection(*self._target)
        except OSError:
            to_unit.transport.abort()
            return
        writers = {to_unit, to_gateway}
        self._writers |= writers
        carriers = {
            asyncio.create_task(self._carry(unit, to_gateway, self._up)),
            asyncio.create_task(self._carry(gateway, to_unit, self._down)),
        }
        self._carriers |= carriers
        await asyncio.wait(carriers)
        self._carriers -= carriers
        self._writers -= writers
        for writer in writers:
            writer.transport.abort()

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, pipe: "Pipe"
    ) -> None:
        """Carry one direction to its end; chunks under way overlap, so a delay costs no width."""
        held: asyncio.Queue[tuple[int, bytes]] = asyncio.Queue(CHUNKS_HELD)
        letting_go = asyncio.create_task(self._let_go(held, sink))
        try:
            with suppress(OSError):
                while chunk := await source.read(self._chunk_bytes):
                    through_us = pipe.through_us(len(chunk), self._clock.monotonic_us())
                    if self._thinned:
                        await self._clock.sleep_us(through_us - self._clock.monotonic_us())
                    await held.put((through_us + self._delay_us, chunk))
            await held.put((0, b""))
            await letting_go
        finally:
            letting_go.cancel()
            sink.transport.abort()

    @property
    def _chunk_bytes(self) -> int:
        return THIN_CHUNK_BYTES if self._thinned else CHUNK_BYTES

    def _rate(self, bytes_per_s: float | None) -> None:
        self._up.bytes_per_s = self._down.bytes_per_s = bytes_per_s

    async def _let_go(
        self, held: "asyncio.Queue[tuple[int, bytes]]", sink: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while True:
                due_us, chunk = await held.get()
                await self._clock.sleep_us(due_us - self._clock.monotonic_us())
                await self._flowing.wait()
                if not chunk or sink.is_closing():
                    return
                sink.write(chunk)
                await sink.drain()


class Links:
    """The links of a fleet and the faults that befall them."""

    def __init__(self, faults: Iterable[Fault], gateway: str, clock: Clock) -> None:
        """Prepare a link for every unit that a fault names."""
        self._faults = tuple(faults)
        self._gateway = gateway
        self._clock = clock
        self._links = {fault.unit: FaultyLink(gateway, clock) for fault in self._faults}
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, story: Story) -> None:
        """Listen, and let each fault happen at its second of the story."""
        for link in self._links.values():
            await link.open()
        self._tasks = [asyncio.create_task(self._befall(it, story)) for it in self._faults]

    def address(self, unit_id: str) -> str:
        """Return where a unit finds the gateway."""
        link = self._links.get(unit_id)
        return self._gateway if link is None else link.address

    def heal(self) -> None:
        """Make every link whole, for good."""
        for task in self._tasks:
            task.cancel()
        for link in self._links.values():
            link.heal()

    async def close(self) -> None:
        """End every link."""
        self.heal()
        for link in self._links.values():
            await link.close()

    async def _befall(self, fault: Fault, story: Story) -> None:
        link = self._links[fault.unit]
        await story.until(fault.at_s)
        end_s = fault.at_s + fault.for_s
        match fault.kind:
            case "delay":
                link.delay(fault.delay_ms)
            case "thin":
                link.thin(fault.kbit_s)
            case "stall":
                link.stall()
            case "cut":
                link.cut()
            case "drop":
                while (story.second() or 0) < end_s:
                    link.drop()
                    await self._clock.sleep_us(int(DROP_EVERY_S * SECOND_US))
        await story.until(end_s)
        link.heal()

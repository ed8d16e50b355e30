import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest

from ports.clock import SystemClock, VirtualClock
from simulators.fleet.links import FaultyLink, Links, Pipe
from simulators.scenario import Fault
from simulators.story import Story

TIMEOUT_S = 10


@pytest.fixture
async def echo() -> AsyncIterator[str]:
    """A server that says everything again."""

    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1_000):
                writer.write(data)
                await writer.drain()
        writer.transport.abort()

    server = await asyncio.start_server(repeat, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.fixture
async def link(echo: str) -> AsyncIterator[FaultyLink]:
    faulty = FaultyLink(echo, SystemClock())
    await faulty.open()
    yield faulty
    await faulty.close()


class Caller:
    """A connection through the link."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def hear(self) -> bytes:
        """Return what comes; empty when the connection broke."""
        with suppress(ConnectionResetError):
            return await asyncio.wait_for(self.reader.read(1_000), TIMEOUT_S)
        return b""


Call = Callable[[], Awaitable[Caller]]


@pytest.fixture
async def call(link: FaultyLink) -> AsyncIterator[Call]:
    """Connects through the link; hangs up at the end."""
    callers: list[Caller] = []

    async def connect() -> Caller:
        host, _, port = link.address.rpartition(":")
        callers.append(Caller(*await asyncio.open_connection(host, int(port))))
        return callers[-1]

    yield connect
    for caller in callers:
        caller.writer.close()
        with suppress(OSError):
            await caller.writer.wait_closed()


async def test_a_whole_link_carries_both_ways(link: FaultyLink, call: Call) -> None:
    caller = await call()
    caller.say(b"hello")
    assert await caller.hear() == b"hello"


async def test_a_stalled_link_loses_nothing(link: FaultyLink, call: Call) -> None:
    caller = await call()
    link.stall()
    caller.say(b"held")
    hearing = asyncio.ensure_future(caller.hear())
    done, _ = await asyncio.wait({hearing}, timeout=0.2)
    assert not done
    link.heal()
    assert await hearing == b"held"


async def test_a_slow_link_takes_its_time_each_way(link: FaultyLink, call: Call) -> None:
    clock = SystemClock()
    caller = await call()
    link.delay(100)
    began_us = clock.monotonic_us()
    caller.say(b"slow")
    assert await caller.hear() == b"slow"
    assert clock.monotonic_us() - began_us >= 200_000


async def test_a_cut_link_breaks_connections_and_takes_none(link: FaultyLink, call: Call) -> None:
    caller = await call()
    caller.say(b"hello")
    assert await caller.hear() == b"hello"
    link.cut()
    assert await caller.hear() == b""
    refused = await call()
    assert await refused.hear() == b""
    link.heal()
    again = await call()
    again.say(b"back")
    assert await again.hear() == b"back"


async def test_a_dropped_link_takes_new_connections(link: FaultyLink, call: Call) -> None:
    caller = await call()
    caller.say(b"hello")
    assert await caller.hear() == b"hello"
    link.drop()
    assert await caller.hear() == b""
    again = await call()
    again.say(b"back")
    assert await again.hear() == b"back"


async def test_faults_happen_at_their_second_of_the_story(echo: str) -> None:
    clock = VirtualClock(1_000_000_000)
    story = Story(clock)
    faults = [Fault(unit="A", at_s=10, for_s=5, kind="cut")]
    links = Links(faults, echo, clock)
    await links.open(story)
    link = links._links["A"]
    assert links.address("B") == echo
    assert links.address("A") == link.address != echo
    await clock.run_for(30_000_000)
    assert not link._cut, "the story has not begun"
    story.start()
    await clock.run_for(9_000_000)
    assert not link._cut
    await clock.run_for(2_000_000)
    assert link._cut
    await clock.run_for(5_000_000)
    assert not link._cut
    await links.close()


def test_a_link_with_a_rate_is_one_queue() -> None:
    """What comes behind waits for what came before, and an empty link carries at once."""
    pipe = Pipe()
    assert pipe.through_us(1_000_000, 5) == 5
    pipe.bytes_per_s = 1_000_000
    assert pipe.through_us(1_000, 10) == 1_010
    assert pipe.through_us(500, 10) == 1_510
    assert pipe.through_us(1_000, 5_000) == 6_000


async def test_a_limited_link_is_no_faster_than_its_rate(link: FaultyLink, call: Call) -> None:
    """Each way, and it stays so when the link is healed."""
    clock = SystemClock()
    caller = await call()
    link.limit(1_000)
    link.heal()
    began_us = clock.monotonic_us()
    caller.say(b"x" * 100)
    assert await caller.hear() == b"x" * 100
    assert clock.monotonic_us() - began_us >= 200_000


async def test_a_thin_link_is_whole_again_when_it_is_healed(link: FaultyLink, call: Call) -> None:
    """While it is thin all connections share its kilobits; healed, it carries at once."""
    clock = SystemClock()
    caller = await call()
    link.thin(8)
    began_us = clock.monotonic_us()
    caller.say(b"x" * 100)
    assert await caller.hear() == b"x" * 100
    assert clock.monotonic_us() - began_us >= 200_000
    link.heal()
    assert link._up.through_us(1_000_000, 5) == 5

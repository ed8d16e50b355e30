"""A link that dies without a word, and one that comes back, as a vehicle meets them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

import grpc
from grpc_health.v1 import health_pb2

from ports.clock import SystemClock
from ports.grpc_channel import open_channel
from ports.grpc_server import serve
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from google.protobuf.message import Message

Watching: TypeAlias = "grpc.aio.UnaryStreamCall[Message, health_pb2.HealthCheckResponse]"

STRIKES = 2  # pings that gRPC forgives a client by default before it hangs up
DEAD_LINK_US = 3_000_000
SLACK_US = 20_000_000  # for a machine that is busy: what gRPC does by itself takes a minute


async def check(channel: grpc.aio.Channel, *, wait_for_ready: bool = False) -> grpc.StatusCode:
    """Ask for the health of the server and return how the call ended."""
    ask = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        health_pb2.HealthCheckRequest.SerializeToString,
        health_pb2.HealthCheckResponse.FromString,
    )
    return await ask(health_pb2.HealthCheckRequest(), wait_for_ready=wait_for_ready).code()


def watch(channel: grpc.aio.Channel) -> Watching:
    """Open a stream that speaks only when the health of the server changes."""
    return channel.unary_stream(
        "/grpc.health.v1.Health/Watch",
        health_pb2.HealthCheckRequest.SerializeToString,
        health_pb2.HealthCheckResponse.FromString,
    )(health_pb2.HealthCheckRequest())


class Tunnel:
    """A TCP relay that can stop passing bytes without closing anything."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._open = asyncio.Event()
        self._open.set()
        self._passed = asyncio.Condition()
        self._blocks = 0
        self.connections = 0

    async def passed(self, blocks: int) -> None:
        """Return when so many more blocks of bytes have gone through, either way."""
        async with self._passed:
            goal = self._blocks + blocks
            await self._passed.wait_for(lambda: self._blocks >= goal)

    def silence(self) -> None:
        self._open.clear()

    @asynccontextmanager
    async def relay(self) -> AsyncIterator[str]:
        relaying: set[asyncio.Task[None]] = set()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            onward = await asyncio.open_connection("127.0.0.1", self._target_port)
            relaying.add(asyncio.create_task(self._pass(reader, onward[1])))
            relaying.add(asyncio.create_task(self._pass(onward[0], writer)))

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        try:
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task in relaying:
                task.cancel()
            await asyncio.gather(*relaying, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._open.wait()
                writer.write(data)
                async with self._passed:
                    self._blocks += 1
                    self._passed.notify_all()
        finally:
            writer.close()


async def test_a_link_that_falls_silent_is_found_dead_within_three_seconds() -> None:
    """An open stream fails although no byte of either side and no close ever arrives."""
    clock = SystemClock()
    server = await serve([], "127.0.0.1:0", services=[])
    tunnel = Tunnel(server.port)
    async with tunnel.relay() as address, open_channel(address) as channel:
        watching = watch(channel)
        async with asyncio.timeout(PATIENCE_S):
            await watching.read()
            await tunnel.passed(4)  # the link has been idle: two pings and their answers
            tunnel.silence()
            silent_us = clock.monotonic_us()
            code = await watching.code()
        assert code is grpc.StatusCode.UNAVAILABLE
        assert clock.monotonic_us() - silent_us <= DEAD_LINK_US + SLACK_US
    await server.stop(grace_ms=0)


async def test_an_idle_stream_is_kept_and_pinged_without_penalty() -> None:
    """Pings without data, more often than gRPC likes by default, do not end a stream."""
    server = await serve([], "127.0.0.1:0", services=[])
    tunnel = Tunnel(server.port)
    async with tunnel.relay() as address, open_channel(address) as channel:
        watching = watch(channel)
        async with asyncio.timeout(PATIENCE_S):
            await watching.read()
            await tunnel.passed(2 * (STRIKES + 2))  # pings and their answers
            await server.set_serving(False)
            seen = await watching.read()
        assert isinstance(seen, health_pb2.HealthCheckResponse)
        assert seen.status == health_pb2.HealthCheckResponse.NOT_SERVING
        watching.cancel()
    await server.stop(grace_ms=0)


async def test_channels_have_connections_of_their_own() -> None:
    server = await serve([], "127.0.0.1:0", services=[])
    tunnel = Tunnel(server.port)
    async with tunnel.relay() as address:
        for _ in range(2):
            async with open_channel(address) as one, open_channel(address) as other:
                before = tunnel.connections
                for channel in (one, other):
                    assert await check(channel) is grpc.StatusCode.OK
                assert tunnel.connections == before + 2
    await server.stop(grace_ms=0)


async def test_a_channel_finds_its_server_again() -> None:
    """Attempts go on at most half a second apart, so a returning server is soon found."""
    clock = SystemClock()
    server = await serve([], "127.0.0.1:0", services=[])
    async with open_channel(server.address) as channel:
        assert await check(channel) is grpc.StatusCode.OK
        await server.stop(grace_ms=0)
        for _ in range(3):
            assert await check(channel) is grpc.StatusCode.UNAVAILABLE
        back = await serve([], server.address, services=[])
        back_us = clock.monotonic_us()
        async with asyncio.timeout(PATIENCE_S):
            assert await check(channel, wait_for_ready=True) is grpc.StatusCode.OK
        assert clock.monotonic_us() - back_us <= 1_000_000 + SLACK_US
        await back.stop(grace_ms=0)

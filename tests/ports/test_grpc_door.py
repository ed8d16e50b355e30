"""Who may call a server that speaks mutual TLS, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from grpc_reflection.v1alpha import reflection_pb2

from ports.clock import SystemClock, VirtualClock
from ports.grpc_channel import open_channel
from ports.grpc_door import CALLS_PER_IDENTITY, REFRESH_US, Door
from ports.grpc_server import Server, serve
from ports.identity import Kind
from ports.tls import Tls, channel_credentials
from tests.patience import PATIENCE_S
from tests.ports.trust import DAY_US, Trust

HELD = "test.v1.HeldService"


class Held(grpc.GenericRpcHandler):
    """Answers nothing until the caller leaves."""

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[Empty, Empty] | None":
        if not handler_call_details.method.startswith(f"/{HELD}/"):
            return None
        return grpc.unary_unary_rpc_method_handler(
            self._hold, Empty.FromString, Empty.SerializeToString
        )

    @staticmethod
    async def _hold(_request: Empty, _context: object) -> Empty:
        await asyncio.Event().wait()
        return Empty()


class House:
    """A server with a door, and its keys."""

    def __init__(self, trust: Trust) -> None:
        self.trust = trust
        self.tls = trust.gateway()
        self.clock = VirtualClock(SystemClock().now_us())
        self.door = Door(self.tls, {Kind.UNIT}, self.clock)
        self.server: Server

    async def open(self) -> None:
        self.server = await serve(
            [lambda server: server.add_generic_rpc_handlers([Held()])],
            "127.0.0.1:0",
            services=[HELD],
            credentials=self.tls.server_credentials(),
            interceptors=[self.door],
        )

    def dial(self, tls: Tls) -> grpc.aio.Channel:
        credentials = channel_credentials(tls.material)
        return open_channel(self.server.address, credentials=credentials)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    opened = House(Trust.in_folder(tmp_path))
    await opened.open()
    yield opened
    await opened.server.stop(0)


def call(channel: grpc.aio.Channel) -> "grpc.aio.UnaryUnaryCall[Any, Empty]":
    hold: Any = channel.unary_unary(f"/{HELD}/Hold", Empty.SerializeToString, Empty.FromString)
    held: grpc.aio.UnaryUnaryCall[Any, Empty] = hold(Empty(), timeout=PATIENCE_S)
    return held


async def visits(house: House, count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while house.door.visits != count:
            await SystemClock().sleep_us(2_000)


async def test_a_call_stays_while_its_certificate_has_force(house: House) -> None:
    """Looking again ends nobody who may stay; who leaves is counted no longer."""
    async with house.dial(house.trust.tls("AMB-01")) as channel:
        held = call(channel)
        await visits(house, 1)
        house.door.look_again()
        await visits(house, 1)
        held.cancel()
        await visits(house, 0)


async def test_a_running_call_ends_when_its_certificate_is_revoked(house: House) -> None:
    """Within a second of the list, by the door's own watch."""
    watching = asyncio.create_task(house.door.watch())
    async with house.dial(house.trust.tls("AMB-01")) as channel:
        held = call(channel)
        await visits(house, 1)
        house.trust.revoke("AMB-01")
        await house.clock.run_for(REFRESH_US)
        assert await held.code() is grpc.StatusCode.UNAUTHENTICATED
        assert await held.details() == "the certificate is revoked"
    watching.cancel()


async def test_a_running_call_ends_when_its_certificate_runs_out(house: House) -> None:
    """TLS looked at the dates once; a call may last longer than they."""
    async with house.dial(house.trust.tls("AMB-01")) as channel:
        held = call(channel)
        await visits(house, 1)
        await house.clock.run_for(91 * DAY_US)
        house.door.look_again()
        assert await held.code() is grpc.StatusCode.UNAUTHENTICATED
        assert await held.details() == "the certificate has expired"


async def test_one_caller_has_so_many_calls_and_no_more(house: House) -> None:
    """The next is refused; another caller's is not."""
    async with (
        house.dial(house.trust.tls("AMB-01")) as channel,
        house.dial(house.trust.tls("AMB-02")) as other,
    ):
        held = [call(channel) for _ in range(CALLS_PER_IDENTITY)]
        await visits(house, CALLS_PER_IDENTITY)
        assert await call(channel).code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        call(other)
        await visits(house, CALLS_PER_IDENTITY + 1)
        held[0].cancel()
        await visits(house, CALLS_PER_IDENTITY)
        call(channel)
        await visits(house, CALLS_PER_IDENTITY + 1)


async def test_the_door_stands_before_reflection_too(house: House) -> None:
    """Every method, also those that stream their answers, asks who calls."""
    wanted = [reflection_pb2.ServerReflectionRequest(list_services="")]

    async def ask(tls: Tls) -> grpc.StatusCode:
        async with house.dial(tls) as channel:
            listing = channel.stream_stream(
                "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                reflection_pb2.ServerReflectionRequest.SerializeToString,
                reflection_pb2.ServerReflectionResponse.FromString,
            )(iter(wanted), timeout=PATIENCE_S)
            try:
                assert [answer async for answer in listing]
            except grpc.aio.AioRpcError as error:
                return error.code()
            return await listing.code()

    assert await ask(house.trust.tls("AMB-01")) is grpc.StatusCode.OK
    assert await ask(house.trust.tls("mallory", Kind.STAFF)) is grpc.StatusCode.PERMISSION_DENIED
    assert house.door.visits == 0


def test_a_door_is_never_false(tmp_path: Path) -> None:
    """GRPC passes over an interceptor that is false, and everybody would walk in."""
    assert bool(House(Trust.in_folder(tmp_path)).door)

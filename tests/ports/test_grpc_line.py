"""A renewed certificate is taken into use by the next call, and costs no running one."""

import asyncio
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty

from ports.clock import SystemClock
from ports.grpc_door import Door
from ports.grpc_line import Line
from ports.grpc_server import serve
from ports.identity import Kind, certificate_of
from tests.patience import PATIENCE_S
from tests.ports.trust import Trust

METHOD = "/test.v1.WhoService/Who"


class Names(grpc.GenericRpcHandler):
    """Tells the serial of the caller's certificate, as often as asked."""

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[Empty, bytes] | None":
        if handler_call_details.method != METHOD:
            return None
        return grpc.stream_stream_rpc_method_handler(self._name, Empty.FromString, bytes)

    @staticmethod
    async def _name(_requests: object, context: "grpc.aio.ServicerContext[Any, bytes]") -> None:
        certificate = certificate_of(context)
        assert certificate is not None
        while await context.read() is not grpc.aio.EOF:
            await context.write(f"{certificate.serial:x}".encode())


def who(channel: grpc.aio.Channel) -> "grpc.aio.StreamStreamCall[Any, bytes]":
    call: Any = channel.stream_stream(METHOD, Empty.SerializeToString, bytes)
    begun: grpc.aio.StreamStreamCall[Any, bytes] = call()
    return begun


async def serial(call: "grpc.aio.StreamStreamCall[Any, bytes]") -> str:
    async with asyncio.timeout(PATIENCE_S):
        await call.write(Empty())
        answer = await call.read()
    assert isinstance(answer, bytes)
    return answer.decode()


async def until_channels(line: Line, count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while line.channels != count:
            await SystemClock().sleep_us(2_000)


async def test_rotation_drops_no_stream(tmp_path: Path) -> None:
    """Both certificates serve side by side; the old channel goes with its last stream."""
    trust = Trust.in_folder(tmp_path)
    gateway = trust.gateway()
    server = await serve(
        [lambda grpc_server: grpc_server.add_generic_rpc_handlers([Names()])],
        "127.0.0.1:0",
        services=[],
        credentials=gateway.server_credentials(),
        interceptors=[Door(gateway, {Kind.UNIT}, SystemClock())],
    )
    tls = trust.tls("AMB-01")
    line = Line(server.address, tls)
    old = line.begin(who)
    first = await serial(old)
    trust.files("AMB-01")
    new = line.begin(who)
    second = await serial(new)
    assert first != second
    assert await serial(old) == first
    assert line.channels == 2
    await old.done_writing()
    assert await old.code() is grpc.StatusCode.OK
    await until_channels(line, 1)
    assert await serial(new) == second
    await line.close()
    await server.stop(0)


async def test_a_gateway_shows_its_new_certificate_and_keeps_its_streams(tmp_path: Path) -> None:
    """The server's own rotation: new handshakes see it, running streams go on."""
    trust = Trust.in_folder(tmp_path)
    gateway, tls = trust.gateway(), trust.tls("AMB-01")
    server = await serve(
        [lambda grpc_server: grpc_server.add_generic_rpc_handlers([Names()])],
        "127.0.0.1:0",
        services=[],
        credentials=gateway.server_credentials(),
    )
    one, other = Line(server.address, tls), Line(server.address, tls)
    running = one.begin(who)
    name = await serial(running)
    trust.files("gateway", Kind.GATEWAY)
    assert gateway.refresh()
    assert await serial(other.begin(who)) == name
    assert await serial(running) == name
    await one.close()
    await other.close()
    await server.stop(0)


async def test_without_tls_there_is_one_channel(tmp_path: Path) -> None:
    line = Line("127.0.0.1:1")
    line.begin(who).cancel()
    line.begin(who).cancel()
    assert line.channels == 1
    await line.close()
    assert line.channels == 0

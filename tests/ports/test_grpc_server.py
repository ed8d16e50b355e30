import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from ports.grpc_channel import open_channel, violations_of
from ports.grpc_server import (
    CALLS_PER_CONNECTION,
    CONNECTIONS_MOST,
    HANDSHAKE_MS,
    SERVER_OPTIONS,
    STREAM_WINDOW_BYTES,
    AddressRefused,
    Server,
    abort_with,
    serve,
)
from tests.patience import PATIENCE_S
from tests.ports.trust import Trust

SERVICE = "test.v1.RefusingService"
VIOLATIONS = [
    ("items[0].vitals.spo2_percent", "must be 0 to 100"),
    ("sequence", "must be 1 or more"),
]


class _Refusing(grpc.GenericRpcHandler):
    """Refuses every call of SERVICE with VIOLATIONS."""

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[Empty, Empty] | None":
        if not handler_call_details.method.startswith(f"/{SERVICE}/"):
            return None
        return grpc.unary_unary_rpc_method_handler(
            self._refuse, Empty.FromString, Empty.SerializeToString
        )

    @staticmethod
    async def _refuse(
        _request: Empty, context: "grpc.aio.ServicerContext[object, object]"
    ) -> Empty:
        await abort_with(context, grpc.StatusCode.INVALID_ARGUMENT, "refused", VIOLATIONS)


def register(server: grpc.aio.Server) -> None:
    server.add_generic_rpc_handlers([_Refusing()])


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    started = await serve([register], "127.0.0.1:0", services=[SERVICE])
    yield started
    await started.stop(grace_ms=0)


async def _health(server: Server, service: str) -> int:
    async with open_channel(server.address) as channel:
        return await _check(channel, service)


async def _check(channel: grpc.aio.Channel, service: str) -> int:
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        health_pb2.HealthCheckRequest.SerializeToString,
        health_pb2.HealthCheckResponse.FromString,
    )
    return (await check(health_pb2.HealthCheckRequest(service=service))).status


async def test_port_0_takes_a_free_port_and_says_which(server: Server) -> None:
    assert server.port > 0
    assert server.address == f"127.0.0.1:{server.port}"


async def test_a_server_is_healthy_until_it_is_told_otherwise(server: Server) -> None:
    """Draining shows in the health of the server and of each service, and can be undone."""
    assert await _health(server, "") == health_pb2.HealthCheckResponse.SERVING
    assert await _health(server, SERVICE) == health_pb2.HealthCheckResponse.SERVING
    await server.set_serving(False)
    assert await _health(server, "") == health_pb2.HealthCheckResponse.NOT_SERVING
    assert await _health(server, SERVICE) == health_pb2.HealthCheckResponse.NOT_SERVING
    await server.set_serving(True)
    assert await _health(server, SERVICE) == health_pb2.HealthCheckResponse.SERVING


async def test_reflection_lists_the_services(server: Server) -> None:
    async with open_channel(server.address) as channel:
        ask = channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            reflection_pb2.ServerReflectionRequest.SerializeToString,
            reflection_pb2.ServerReflectionResponse.FromString,
        )
        call = ask(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
        listed = [answer.list_services_response async for answer in call]
    names = {service.name for answer in listed for service in answer.service}
    assert {SERVICE, "grpc.health.v1.Health"} <= names


async def test_a_refusal_names_the_fields_at_fault(server: Server) -> None:
    """The pairs given to abort_with come back on the client, beside code and message."""
    async with open_channel(server.address) as channel:
        call = channel.unary_unary(f"/{SERVICE}/Any", Empty.SerializeToString, Empty.FromString)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(Empty())
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details() == "refused"
    assert violations_of(refused.value) == tuple(VIOLATIONS)


async def test_an_error_without_details_has_no_violations(server: Server) -> None:
    async with open_channel(server.address) as channel:
        call = channel.unary_unary("/no.Such/Method", Empty.SerializeToString, Empty.FromString)
        with pytest.raises(grpc.aio.AioRpcError) as unknown:
            await call(Empty())
    assert violations_of(unknown.value) == ()


async def test_a_busy_port_is_refused_by_naming_the_setting(server: Server) -> None:
    with pytest.raises(AddressRefused, match=f"{server.port} is busy.*GOLDENHOUR_ADDRESS"):
        await serve([], server.address, services=[], setting="GOLDENHOUR_ADDRESS")


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "192.0.2.1:7400", "7400"])
async def test_without_tls_only_loopback_is_served(address: str) -> None:
    with pytest.raises(AddressRefused, match=re.escape(address)):
        await serve([], address, services=[])


async def test_with_tls_another_address_may_be_served(tmp_path: Path) -> None:
    """What can be reached from outside asks every caller for a certificate."""
    tls = Trust.in_folder(tmp_path).gateway()
    credentials = tls.server_credentials()
    started = await serve([], "0.0.0.0:0", services=[], credentials=credentials)
    assert started.port > 0
    await started.stop(0)
    with pytest.raises(AddressRefused, match="not an IP address"):
        await serve([], "gateway.example.org:1", services=[], credentials=credentials)


@asynccontextmanager
async def served(**how: Any) -> AsyncIterator[Server]:  # noqa: ANN401 - what serve takes
    started = await serve([], "127.0.0.1:0", services=[], **how)
    try:
        yield started
    finally:
        await started.stop(0)


@contextmanager
def sockets(count: int) -> Iterator[list[socket.socket]]:
    opened = [socket.socket() for _ in range(count)]
    for one in opened:
        one.setblocking(False)  # noqa: FBT003 - the only way to say it
    try:
        yield opened
    finally:
        for one in opened:
            one.close()


async def _connect(one: socket.socket, server: Server) -> None:
    await asyncio.get_running_loop().sock_connect(one, (server.host, server.port))


async def _until_closed(one: socket.socket) -> None:
    with suppress(ConnectionResetError):
        async with asyncio.timeout(PATIENCE_S):
            while await asyncio.get_running_loop().sock_recv(one, 1_024):
                pass


async def test_a_half_open_connection_is_closed_when_its_time_is_over(tmp_path: Path) -> None:
    """One that says nothing at all, and one that stops in the middle of its first message."""
    credentials = Trust.in_folder(tmp_path).gateway().server_credentials()
    loop = asyncio.get_running_loop()
    async with served(credentials=credentials) as started:
        with sockets(2) as (silent, stuck):
            began = loop.time()
            await _connect(silent, started)
            await _connect(stuck, started)
            await loop.sock_sendall(stuck, bytes.fromhex("160301020001"))
            await asyncio.gather(_until_closed(silent), _until_closed(stuck))
            assert loop.time() - began >= HANDSHAKE_MS / 1_000 / 2


async def test_connections_beyond_the_bound_are_closed_at_once() -> None:
    """Those that stand are left alone."""
    few = [("grpc.max_allowed_incoming_connections", 3)]
    assert ("grpc.max_allowed_incoming_connections", CONNECTIONS_MOST) in SERVER_OPTIONS
    loop = asyncio.get_running_loop()
    async with served(options=few) as started:
        with sockets(4) as (*held, further):
            for one in held:
                await _connect(one, started)
                assert await loop.sock_recv(one, 1)
            await _connect(further, started)
            closing = {asyncio.ensure_future(_until_closed(one)): one for one in (*held, further)}
            done, waiting = await asyncio.wait(closing, return_when=asyncio.FIRST_COMPLETED)
            assert [closing[one] for one in done] == [further]
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


async def test_calls_beyond_the_bound_of_a_connection_wait() -> None:
    """HTTP/2 tells the client how many it may have; a further one waits for its turn."""
    few = [("grpc.max_concurrent_streams", 1)]
    assert ("grpc.max_concurrent_streams", CALLS_PER_CONNECTION) in SERVER_OPTIONS
    async with served(options=few) as started, open_channel(started.address) as channel:
        watch = channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            health_pb2.HealthCheckRequest.SerializeToString,
            health_pb2.HealthCheckResponse.FromString,
        )
        first = watch(health_pb2.HealthCheckRequest())
        await first.read()
        second = watch(health_pb2.HealthCheckRequest())
        waiting = asyncio.ensure_future(second.read())
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done, waiting.result()
        first.cancel()
        async with asyncio.timeout(PATIENCE_S):
            assert await waiting is not grpc.aio.EOF
        second.cancel()


_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEAD = 9
"""Bytes before what a frame of HTTP/2 holds: length, kind, flags, stream."""
_DATA, _SETTINGS, _PING = 0, 4, 6


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: bytearray
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            seen += data
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def _overheard(server: Server) -> AsyncIterator[tuple[str, bytearray, bytearray]]:
    """Stand between a client and the server; give where, and what each of them says."""
    said, answered = bytearray(), bytearray()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(server.host, server.port)
        await asyncio.gather(
            _pass_on(reader, far_writer, said), _pass_on(far_reader, writer, answered)
        )

    between = await asyncio.start_server(relay, "127.0.0.1", 0)
    async with between:
        host, port = between.sockets[0].getsockname()
        yield f"{host}:{port}", said, answered


def _frames(stream: bytearray) -> list[tuple[int, bytes]]:
    """Return kind and content of each frame."""
    frames: list[tuple[int, bytes]] = []
    at = 0
    while at + _HEAD <= len(stream):
        length = int.from_bytes(stream[at : at + 3])
        frames.append((stream[at + 3], bytes(stream[at + _HEAD : at + _HEAD + length])))
        at += _HEAD + length
    return frames


async def test_no_link_is_asked_by_pings_what_it_carries(server: Server) -> None:
    """A unit says little, and often: each message would go with a ping and its answer."""
    async with _overheard(server) as (address, said, answered), open_channel(address) as channel:
        for _ in range(3):
            await _check(channel, "")
    for stream in (_frames(said[len(_PREFACE) :]), _frames(answered)):
        kinds = [kind for kind, _ in stream]
        assert kinds.count(_DATA) >= 3
        assert _PING not in kinds


async def test_a_stream_has_a_fixed_window(server: Server) -> None:
    """What nobody reads is bounded, and a far link is filled."""
    async with _overheard(server) as (address, said, answered), open_channel(address) as channel:
        await _check(channel, "")
    window = b"\x00\x04" + STREAM_WINDOW_BYTES.to_bytes(4)
    for stream in (_frames(said[len(_PREFACE) :]), _frames(answered)):
        first = next(content for kind, content in stream if kind == _SETTINGS)
        assert window in [first[at : at + 6] for at in range(0, len(first), 6)]


async def test_a_stopped_server_frees_its_port(server: Server) -> None:
    await server.stop(grace_ms=0)
    again = await serve([], server.address, services=[])
    assert again.port == server.port
    await again.stop(grace_ms=0)

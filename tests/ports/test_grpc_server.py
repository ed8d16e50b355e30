import re
from collections.abc import AsyncIterator

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from ports.grpc_channel import open_channel, violations_of
from ports.grpc_server import AddressRefused, Server, abort_with, serve

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


async def test_a_stopped_server_frees_its_port(server: Server) -> None:
    await server.stop(grace_ms=0)
    again = await serve([], server.address, services=[])
    assert again.port == server.port
    await again.stop(grace_ms=0)

"""A command center on a real gRPC server over a log in memory, and a subscriber of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from google.rpc import error_details_pb2, status_pb2
from prometheus_client import CollectorRegistry

from ambulance.alerts.v1 import alert_service_pb2 as pb
from ambulance.alerts.v1 import alert_service_pb2_grpc
from ambulance.command.v1 import command_service_pb2_grpc
from command_center.center import Center
from command_center.feed import messages, service
from command_center.settings import CenterSettings
from ports.clock import Clock, SystemClock
from ports.grpc_server import STATUS_DETAILS_KEY, serve
from ports.log.memory_log import MemoryLog
from ports.objects.opening import open_objects
from tests.patience import PATIENCE_S


@dataclass
class Feed:
    """One subscription, read response by response."""

    call: "grpc.aio.UnaryStreamCall[pb.SubscribeRequest, pb.SubscribeResponse]"

    async def next(self) -> pb.SubscribeResponse:
        async with asyncio.timeout(PATIENCE_S):
            response = await self.call.read()
        assert isinstance(response, pb.SubscribeResponse), await self.call.code()
        return response

    async def until_caught_up(self) -> list[pb.SubscribeResponse]:
        """Everything up to caught_up, which comes last."""
        found = [await self.next()]
        while not found[-1].HasField("caught_up"):
            found.append(await self.next())
        return found

    async def end(self) -> grpc.StatusCode:
        """Read on until the center ends the call."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                while await self.call.read() is not grpc.aio.EOF:
                    pass
            except grpc.aio.AioRpcError as error:
                return error.code()
            return await self.call.code()


@dataclass
class Station:
    """A center that serves, and what a test needs around it."""

    center: Center
    channel: grpc.aio.Channel
    registry: CollectorRegistry
    address: str

    @property
    def alerts(self) -> "alert_service_pb2_grpc.AlertServiceAsyncStub":
        return alert_service_pb2_grpc.AlertServiceStub(self.channel)

    @property
    def commands(self) -> "command_service_pb2_grpc.CommandServiceAsyncStub":
        return command_service_pb2_grpc.CommandServiceStub(self.channel)

    def subscribe(self, token: bytes | None = None, subscriber: str = "desk") -> Feed:
        request = pb.SubscribeRequest(subscriber=subscriber, resume_token=token)
        return Feed(self.alerts.Subscribe(request))

    def figure(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"goldenhour_center_{name}", labels) or 0.0


@asynccontextmanager
async def station_at(
    log: MemoryLog, home: Path, clock: Clock | None = None, **settings: int
) -> AsyncIterator[Station]:
    """Run a center over a log for as long as the context lasts."""
    async with AsyncExitStack() as stack:
        registry = CollectorRegistry()
        chosen = CenterSettings.model_validate({"home": home, **settings})
        objects = open_objects(chosen.objects_place)
        center = await Center.open(chosen, clock or SystemClock(), log, registry, objects)
        stack.push_async_callback(center.close)
        running = asyncio.create_task(center.run())
        stack.callback(running.cancel)
        services = [service.SERVICE, messages.SERVICE]
        registrations = [center.alerts.register, center.commands.register]
        server = await serve(registrations, "127.0.0.1:0", services=services)
        stack.push_async_callback(server.stop, 0)
        options = [("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.aio.insecure_channel(server.address, options=options)
        stack.push_async_callback(channel.close)
        yield Station(center, channel, registry, server.address)


def violations(error: grpc.aio.AioRpcError) -> list[str]:
    """The field paths in a status."""
    metadata = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(bytes(metadata[STATUS_DETAILS_KEY]))
    bad = error_details_pb2.BadRequest()
    status.details[0].Unpack(bad)
    return [violation.field for violation in bad.field_violations]

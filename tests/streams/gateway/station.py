"""A gateway on a real gRPC server over a log in memory, and a unit to speak with it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from prometheus_client import CollectorRegistry

from ambulance.telemetry.v1 import frame_pb2
from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from ambulance.telemetry.v1 import telemetry_service_pb2_grpc as pb_grpc
from clinical.items import Vitals
from clinical.watch.encounter import EncounterState
from goldenhour.bench.holding import held_by, say_held
from ports.clock import SystemClock
from ports.grpc_channel import open_channel
from ports.grpc_door import Door
from ports.grpc_server import STATUS_DETAILS_KEY, Server, serve
from ports.log.port import Log, Record, TopicPartition
from ports.objects.memory import MemoryObjects
from ports.tls import Tls, channel_credentials
from streams.gateway.gateway import Gateway
from streams.gateway.main import UNITS_AND_CENTERS
from streams.gateway.service import SERVICE
from tests.patience import PATIENCE_S
from wire.frames import Frame, Lane, encode_frame
from wire.topics import Topic
from wire.unit_items import WireItem

UNIT = "AMB-1"
SEGMENT = b"segment-16-bytes"
ENCOUNTER = "01890a5d-ac96-774b-bcce-b302099a8057"
CAPTURED_US = 1_700_000_000_000_000


@dataclass(frozen=True)
class Frames:
    """Makes the frames of one stream."""

    unit_id: str = UNIT
    lane: Lane = Lane.VITALS
    segment: bytes = SEGMENT

    def __call__(
        self,
        sequence: int,
        *items: WireItem,
        encounter_id: str | None = ENCOUNTER,
        captured_us: int = CAPTURED_US,
    ) -> bytes:
        """Return a frame; without items, of vital signs."""
        said = items or (Vitals(heart_rate_bpm=60.0 + sequence % 100),)
        return encode_frame(
            Frame(
                self.unit_id,
                self.lane,
                self.segment,
                sequence,
                captured_us,
                None,
                None,
                encounter_id,
                said,
            )
        )


def opening(frames: Frames, next_sequence: int = 1) -> pb.UplinkRequest:
    """Return the first request of a stream."""
    return pb.UplinkRequest(
        open=pb.Open(
            unit_id=frames.unit_id,
            lane=frame_pb2.Lane.ValueType(frames.lane),
            segment=frames.segment,
            next_sequence=next_sequence,
        )
    )


@dataclass
class Line:
    """The unit's side of one uplink stream."""

    call: "grpc.aio.StreamStreamCall[pb.UplinkRequest, pb.UplinkResponse]"
    refused: dict[int, pb.Refused] = field(default_factory=dict)
    acknowledged: list[int] = field(default_factory=list)

    async def send(self, *sealed: tuple[int, bytes]) -> None:
        frames = [pb.SealedFrame(sequence=sequence, frame=data) for sequence, data in sealed]
        await self.call.write(pb.UplinkRequest(frames=pb.Frames(frames=frames)))

    async def next(self) -> pb.UplinkResponse:
        async with asyncio.timeout(PATIENCE_S):
            response = await self.call.read()
        assert isinstance(response, pb.UplinkResponse), await self.call.code()
        if response.HasField("refused"):
            self.refused[response.refused.sequence] = response.refused
        if response.HasField("acknowledged"):
            self.acknowledged.append(response.acknowledged.through_sequence)
        return response

    async def until_acknowledged(self, sequence: int) -> None:
        """Read on until an acknowledgement names this sequence."""
        before = len(self.acknowledged)
        while sequence not in self.acknowledged[before:]:
            await self.next()

    async def end(self) -> tuple[grpc.StatusCode, str]:
        """Read on until the gateway ends the stream."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                while await self.call.read() is not grpc.aio.EOF:
                    pass
            except grpc.aio.AioRpcError as error:
                return error.code(), error.details() or ""
            return await self.call.code(), await self.call.details()

    async def violations(self) -> list[tuple[str, str]]:
        """The field paths and descriptions in the status that ended the stream."""
        metadata = dict(await self.call.trailing_metadata())
        details = metadata[STATUS_DETAILS_KEY]
        assert isinstance(details, bytes)
        status = status_pb2.Status.FromString(details)
        bad = error_details_pb2.BadRequest()
        status.details[0].Unpack(bad)
        return [(v.field, v.description) for v in bad.field_violations]


@dataclass
class Station:
    """A gateway that serves, and what a test needs around it."""

    gateway: Gateway
    server: Server
    log: Log
    registry: CollectorRegistry
    channel: grpc.aio.Channel
    objects: MemoryObjects
    doors: list[Door] = field(default_factory=list)

    @property
    def stub(self) -> "pb_grpc.TelemetryServiceAsyncStub":
        return pb_grpc.TelemetryServiceStub(self.channel)

    def dial(self, tls: Tls) -> grpc.aio.Channel:
        """Return a further channel, of a unit that shows this certificate."""
        credentials = channel_credentials(tls.material)
        return open_channel(self.server.address, credentials=credentials)

    async def uplink(self, frames: Frames, next_sequence: int = 1) -> Line:
        """Open a stream and read its Opened."""
        line = Line(self.stub.Uplink())
        await line.call.write(opening(frames, next_sequence))
        assert (await line.next()).opened.next_sequence == next_sequence
        return line

    async def records(self, topic: Topic, kind: type[Message] | None = None) -> list[Record]:
        """All records of a topic, of one type if given."""
        found = []
        for partition in range(topic.partitions):
            found += await self.log.read_to_end(TopicPartition(topic.name, partition))
        if kind is None:
            return found
        wanted = kind.DESCRIPTOR.full_name.encode()
        return [record for record in found if dict(record.headers)["type"] == wanted]

    def figure(self, name: str, **labels: str) -> float:
        """The value of a metric now."""
        return self.registry.get_sample_value(f"goldenhour_gateway_{name}", labels) or 0.0


@asynccontextmanager
async def station_at(
    log: Log, gateway_id: str = "gateway-1", tls: Tls | None = None
) -> AsyncIterator[Station]:
    """Run a gateway over a log for as long as the context lasts; with ``tls`` for units alone."""
    async with AsyncExitStack() as stack:
        registry, objects = CollectorRegistry(), MemoryObjects()
        gateway = await Gateway.open(
            log,
            objects,
            clock=SystemClock(),
            gateway_id=gateway_id,
            batch_gap_ms=5,
            registry=registry,
        )
        stack.push_async_callback(gateway.close)
        running = asyncio.create_task(gateway.run())
        stack.callback(running.cancel)
        registrations = [gateway.service.register, gateway.imaging.register]
        doors = [] if tls is None else [Door(tls, UNITS_AND_CENTERS, SystemClock())]
        server = await serve(
            registrations,
            "127.0.0.1:0",
            services=[SERVICE],
            credentials=None if tls is None else tls.server_credentials(),
            interceptors=doors,
        )
        stack.push_async_callback(server.stop, 0)
        options = [("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.aio.insecure_channel(server.address, options=options)
        stack.push_async_callback(channel.close)
        yield Station(gateway, server, log, registry, channel, objects, doors)


def owned(
    unit_id: str,
    encounter_id: str = ENCOUNTER,
    *,
    offered_to: str | None = None,
    since_us: int = 0,
    previous: str | None = None,
) -> EncounterState:
    """The state of an open encounter."""
    return replace(
        held_by(unit_id, encounter_id),
        offered_to_unit_id=offered_to,
        owned_since_us=since_us,
        previous_unit_id=previous,
    )


async def own(log: Log, unit_id: str, encounter_id: str = ENCOUNTER) -> None:
    """Say in `encounters` that a unit owns an encounter."""
    await say_held(log, [owned(unit_id, encounter_id)])


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await SystemClock().sleep_us(2_000)

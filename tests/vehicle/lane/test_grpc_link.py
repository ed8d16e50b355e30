"""The gRPC edge: what the client hears when a link is gone or a gateway says nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ambulance.alerts.v1 import alarm_pb2
from ambulance.telemetry.v1 import telemetry_service_pb2
from clinical.alarms.transition import EncounterClosed
from tests.patience import PATIENCE_S
from tests.vehicle.gateway import FakeGateway
from vehicle.lane.grpc_link import GrpcLink, GrpcUplink
from vehicle.lane.link import Acknowledged, ClockReply, DownlinkArrival, LinkDown, Opened
from vehicle.lane.session import SealedFrame
from wire.alarms import from_entry
from wire.frames import Lane

SEGMENT = b"s" * 16


@pytest.fixture
async def uplink(gateway: FakeGateway) -> AsyncIterator[GrpcUplink]:
    link = GrpcLink(dict.fromkeys(Lane, gateway.address))
    yield link.uplink(Lane.VITALS)
    await link.close()


async def test_a_stream_speaks_the_values_of_the_link(
    gateway: FakeGateway, uplink: GrpcUplink
) -> None:
    """Open, frames and probe go out; their answers come back as frozen values."""
    gateway.offset_us = 77
    await uplink.open("A1", Lane.VITALS, SEGMENT, 5)
    assert await uplink.read() == Opened(256)
    await uplink.send([SealedFrame(5, b"five"), SealedFrame(6, b"six")])
    assert await uplink.read() == Acknowledged(6, 256)
    await uplink.probe(33)
    assert await uplink.read() == ClockReply(33, 77, 77)
    assert gateway.log == {("A1", 2, SEGMENT): {5: b"five", 6: b"six"}}


async def test_a_gap_ends_the_stream_with_the_gateways_words(uplink: GrpcUplink) -> None:
    """The client learns that the stream is over, and why."""
    await uplink.open("A1", Lane.VITALS, SEGMENT, 1)
    await uplink.read()
    await uplink.send([SealedFrame(3, b"three")])
    with pytest.raises(LinkDown, match="OUT_OF_RANGE: 1"):
        await uplink.read()


async def test_an_own_cancellation_is_no_lost_link(uplink: GrpcUplink) -> None:
    """A reader that is cancelled ends as cancelled; a cancelled stream is LinkDown."""
    await uplink.open("A1", Lane.VITALS, SEGMENT, 1)
    await uplink.read()
    reading = asyncio.create_task(uplink.read())
    await asyncio.wait([reading], timeout=0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    uplink.cancel()
    with pytest.raises(LinkDown):
        await uplink.read()


async def test_nobody_there_is_a_link_down() -> None:
    """Dialling a closed port fails at once instead of waiting."""
    link = GrpcLink(dict.fromkeys(Lane, "127.0.0.1:1"))
    stream = link.uplink(Lane.ALARM)

    async def dial() -> None:
        await stream.open("A1", Lane.ALARM, SEGMENT, 1)
        await stream.read()

    with pytest.raises(LinkDown):
        await asyncio.wait_for(dial(), PATIENCE_S)
    await link.close()


async def test_an_entry_of_a_newer_center_is_passed_over(gateway: FakeGateway) -> None:
    """Vehicles are upgraded last: what one cannot read of alarms never ends it, nor comes again."""
    known = EncounterClosed("0192f0c1-2b3c-7d4e-8f50-61728394a5b6", 7)
    later = alarm_pb2.AlarmEntry(transition=alarm_pb2.ConditionTransition(priority=99))  # type: ignore[arg-type]
    for number, entry in enumerate((alarm_pb2.AlarmEntry(), later, from_entry(known))):
        gateway.posts.put_nowait(
            telemetry_service_pb2.DownlinkResponse(
                alarm_entry=entry, resume_token=f"{number}".encode()
            )
        )
    link = GrpcLink(dict.fromkeys(Lane, gateway.address))
    arrivals = link.downlink("A1", None)
    heard = [await asyncio.wait_for(anext(arrivals), PATIENCE_S) for _ in range(3)]
    assert heard == [
        DownlinkArrival(None, b"0"),
        DownlinkArrival(None, b"1"),
        DownlinkArrival(known, b"2"),
    ]
    await arrivals.aclose()
    await link.close()

"""The gRPC edge: what the client hears when a link is gone or a gateway says nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.patience import PATIENCE_S
from tests.vehicle.gateway import FakeGateway
from vehicle.lane.grpc_link import GrpcLink, GrpcUplink
from vehicle.lane.link import Acknowledged, ClockReply, LinkDown, Opened
from vehicle.lane.session import SealedFrame
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

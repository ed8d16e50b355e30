"""Units of a large fleet: lanes of their own on one connection."""

from collections.abc import AsyncIterator

import pytest

from goldenhour.bench.fleet.shared_link import SharedLink
from ports.grpc_line import Line
from tests.vehicle.gateway import FakeGateway
from vehicle.lane.link import Acknowledged, Opened
from vehicle.lane.session import SealedFrame
from wire.frames import Lane


@pytest.fixture
async def line() -> AsyncIterator[tuple[FakeGateway, Line]]:
    gateway = FakeGateway()
    await gateway.start()
    line = Line(gateway.address)
    yield gateway, line
    await line.close()
    await gateway.cut()


async def test_units_share_a_connection_and_none_takes_it_from_the_others(
    line: tuple[FakeGateway, Line],
) -> None:
    """Each lane of each unit is a stream of its own; a unit that leaves ends no other."""
    gateway, shared = line
    first, second = SharedLink(shared), SharedLink(shared)
    for lane in (Lane.ALARM, Lane.VITALS):
        await first.uplink(lane).open("A1", lane, b"1" * 16, 1)
    await first.close()
    stream = second.uplink(Lane.VITALS)
    await stream.open("A2", Lane.VITALS, b"2" * 16, 1)
    assert await stream.read() == Opened(256)
    await stream.send([SealedFrame(1, b"one")])
    assert await stream.read() == Acknowledged(1, 256)
    assert gateway.log["A2", 2, b"2" * 16] == {1: b"one"}
    assert shared.channels == 1

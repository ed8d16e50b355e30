"""While a link is cut nothing answers; what waited fails when it is mended, and dials again."""

import asyncio

import pytest

from goldenhour.bench.herd.cut_link import CutLink, CutUplink
from vehicle.lane.grpc_link import GrpcLink, GrpcUplink
from vehicle.lane.link import LinkDown
from wire.frames import Lane


async def test_a_stream_dialled_in_the_tunnel_hears_nothing_until_its_end() -> None:
    link = CutLink(GrpcLink({Lane.ALARM: "127.0.0.1:1"}))
    stream = link.uplink(Lane.ALARM)
    assert isinstance(stream, CutUplink)
    opening = asyncio.create_task(stream.open("U", Lane.ALARM, b"s" * 16, 1))
    done, _ = await asyncio.wait([opening], timeout=0.01)
    assert not done
    link.mend()
    with pytest.raises(LinkDown):
        await opening


async def test_a_mended_link_is_the_real_one_and_a_cut_closes_it() -> None:
    link = CutLink(GrpcLink({Lane.ALARM: "127.0.0.1:1"}))
    link.mend()
    stream = link.uplink(Lane.ALARM)
    assert isinstance(stream, GrpcUplink)
    await link.cut()
    with pytest.raises(LinkDown):
        await stream.read()
    assert isinstance(link.uplink(Lane.ALARM), CutUplink)

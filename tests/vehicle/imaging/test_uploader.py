"""The real series from a unit to a gateway, through cuts of the link."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

import numpy as np
import pytest
from prometheus_client import CollectorRegistry
from pydicom import dcmread

from ports.clock import SystemClock, VirtualClock
from ports.grpc_server import serve
from ports.log.memory_log import MemoryLog
from ports.log.port import TopicPartition
from ports.objects.folder import FolderObjects
from simulators.fleet.links import FaultyLink
from simulators.fleet.scanner import unpack
from simulators.scenario import RECORDINGS
from streams.gateway.gateway import Gateway
from streams.gateway.imaging.service import SERVICE
from tests.patience import PATIENCE_S
from vehicle.imaging import uploader as uploading
from vehicle.imaging.link import GrpcImagingLink, Held, Progressed
from vehicle.imaging.series import Series, read_series
from vehicle.imaging.uploader import BULK_BACKOFF_FACTOR, Uploader
from vehicle.lane.backoff import Backoff
from vehicle.lane.link import LinkDown
from wire.images import ImageStored, object_key
from wire.records import decode_record
from wire.topics import IMAGES

ENCOUNTER = "01890a5d-ac96-774b-bcce-b302099a8057"
CUT_AT = (30, 75, 120, 165, 210)
"""Turns of the uploader; the series has over 250 pieces."""
POLL_US = 1_000
JITTER = Random(1)  # noqa: S311 - jitter, not a secret


@dataclass
class Pace:
    """Says when the uploader may send, and counts how often it asks."""

    free: asyncio.Event
    turns: int = 0
    on_turn: Callable[[int], None] = lambda _: None

    async def turn(self) -> None:
        self.turns += 1
        self.on_turn(self.turns)
        await self.free.wait()


@dataclass
class Road:
    """A gateway, a link that can be cut, and the uploader of a unit at its end."""

    gateway: Gateway
    link: FaultyLink
    log: MemoryLog
    objects: FolderObjects
    uploader: Uploader
    registry: CollectorRegistry
    pace: Pace

    async def stored(self) -> list[ImageStored]:
        """The references in the log, in the order of their writing."""
        found = []
        for partition in range(IMAGES.partitions):
            for record in await self.log.read_to_end(TopicPartition(IMAGES.name, partition)):
                value = decode_record(record.headers, record.value or b"")
                if isinstance(value, ImageStored):
                    found.append(value)
        return found


@pytest.fixture(scope="session")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    folder = unpack(RECORDINGS / "ct_head_ge.tar.xz", tmp_path_factory.mktemp("scan"))
    return read_series(folder, ENCOUNTER, scanned_us=1)


@pytest.fixture
async def road(tmp_path: Path) -> AsyncIterator[Road]:
    log, objects, clock = MemoryLog(), FolderObjects(tmp_path / "objects"), SystemClock()
    registry = CollectorRegistry()
    gateway = await Gateway.open(
        log,
        objects,
        clock=clock,
        gateway_id="gateway-1",
        batch_gap_ms=5,
        registry=registry,
    )
    server = await serve([gateway.imaging.register], "127.0.0.1:0", services=[SERVICE])
    link = FaultyLink(server.address, clock)
    await link.open()
    free = asyncio.Event()
    free.set()

    imaging = GrpcImagingLink(link.address)
    pace = Pace(free)
    uploader = Uploader("MCT-01", imaging, clock, JITTER, turn=pace.turn)
    road = Road(gateway, link, log, objects, uploader, registry, pace)
    yield road
    await uploader.close()
    await link.close()
    await server.stop(0)
    await gateway.close()


async def same_pixels(road: Road, series: Series) -> bool:
    """Whether every object in the store is the scanner's, byte by byte and pixel by pixel."""
    for one in series.objects:
        key = object_key(ENCOUNTER, series.series_uid, one.sop_uid)
        kept, sent = await road.objects.read(key), one.path.read_bytes()
        assert sha256(kept).digest() == one.sha256
        assert kept == sent
    folder = road.objects._folder / "sealed" / ENCOUNTER / series.series_uid
    return all(
        np.array_equal(dcmread(folder / one.sop_uid).pixel_array, dcmread(one.path).pixel_array)
        for one in series.objects
    )


async def test_the_real_series_is_pixel_identical_after_five_cuts(
    road: Road, series: Series
) -> None:
    """Cuts fall anywhere; the gateway takes no byte twice, and every pixel is the scanner's."""
    cuts: list[int] = []

    def cut(turns: int) -> None:
        if turns in CUT_AT:
            road.link.cut()
            road.link.heal()
            cuts.append(turns)

    road.pace.on_turn = cut
    session = await road.uploader.upload(series)
    assert len(cuts) == 5
    assert set(session.stored) == {one.sop_uid for one in series.objects}
    assert session.given_up == ()
    assert await same_pixels(road, series)
    taken = road.registry.get_sample_value("goldenhour_gateway_image_bytes_total")
    assert taken is not None
    assert taken <= sum(one.size_bytes for one in series.objects)


async def test_the_middle_slice_is_stored_first(road: Road, series: Series) -> None:
    """And the others follow outwards."""
    await road.uploader.upload(series)
    stored = await road.stored()
    assert [it.sop_uid for it in stored] == [one.sop_uid for one in series.objects]
    heights = sorted(it.slice.position_mm[2] for it in stored)
    assert stored[0].slice.position_mm[2] in heights[13:15]
    assert {heights[0], heights[-1]} <= {it.slice.position_mm[2] for it in stored[-3:]}


async def test_an_upload_waits_while_something_more_urgent_waits(
    road: Road, series: Series
) -> None:
    """Not one image is sent before its turn."""
    road.pace.free.clear()
    sending = asyncio.create_task(road.uploader.upload(series))
    while not road.pace.turns:
        await SystemClock().sleep_us(POLL_US)
    for one in series.objects:
        key = object_key(ENCOUNTER, series.series_uid, one.sop_uid)
        assert await road.objects.held_bytes(key) == 0
    road.pace.free.set()
    assert len((await sending).stored) == len(series.objects)


async def test_what_is_stored_is_not_sent_again(road: Road, series: Series) -> None:
    """A unit that starts anew offers the series again; nothing is sent and nothing is repeated."""
    await road.uploader.upload(series)
    turns = road.pace.turns
    again = await road.uploader.upload(series)
    assert len(again.stored) == len(series.objects)
    assert road.pace.turns <= turns + 1
    assert len(await road.stored()) == len(series.objects)


class Deaf:
    """A gateway that says nothing on the first streams, or ends them, and then holds it all."""

    def __init__(self, series: Series, first: int, *, silent: bool) -> None:
        self.held = Held(
            tuple(Progressed(one.sop_uid, one.size_bytes, stored=True) for one in series.objects),
            1,
        )
        self.first = first
        self.silent = silent
        self.dialled = 0

    def upload(self) -> "Deaf":
        self.dialled += 1
        return self

    async def open(self, unit_id: str, series: Series) -> None:
        if self.dialled <= self.first and not self.silent:
            raise LinkDown

    async def send(self, sop_uid: str, offset: int, data: bytes) -> None:
        raise AssertionError

    async def read(self) -> Held:
        if self.dialled <= self.first:
            await asyncio.Event().wait()
        return self.held

    def cancel(self) -> None:
        """Nothing runs here."""

    async def close(self) -> None:
        """Nothing is open here."""


async def test_a_gateway_that_does_not_say_what_it_holds_is_dialled_again(
    series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HELD_TIMEOUT_S is the longest wait for it."""
    monkeypatch.setattr(uploading, "HELD_TIMEOUT_S", 0.05)
    deaf = Deaf(series, 1, silent=True)
    uploader = Uploader("MCT-01", deaf, SystemClock(), JITTER, turn=asyncio.Event().wait)
    session = await asyncio.wait_for(uploader.upload(series), PATIENCE_S)
    assert session.done
    assert deaf.dialled == 2


async def test_an_upload_dials_more_rarely_than_a_lane_of_frames(series: Series) -> None:
    """BULK_BACKOFF_FACTOR times its wait."""
    clock, deaf = VirtualClock(), Deaf(series, 2, silent=False)
    uploader = Uploader("MCT-01", deaf, clock, Random(4), turn=asyncio.Event().wait)  # noqa: S311 - jitter
    sending = asyncio.create_task(uploader.upload(series))
    lane = Backoff(Random(4))  # noqa: S311 - jitter
    for dialled in (1, 2):
        wait_us = BULK_BACKOFF_FACTOR * lane.next_us()
        await clock.run_for(wait_us - 1)
        assert deaf.dialled == dialled
        await clock.run_for(1)
    assert (await asyncio.wait_for(sending, PATIENCE_S)).done
    assert deaf.dialled == 3

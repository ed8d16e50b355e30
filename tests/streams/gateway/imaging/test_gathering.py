"""Chunks that were read ahead: joined where they continue one another, and bounded."""

import asyncio

import pytest

from ambulance.imaging.v1 import imaging_service_pb2 as pb
from streams.gateway.imaging.gathering import CHUNKS_AHEAD, ReadAhead, runs, together
from streams.gateway.imaging.manifest import ExpectedObject
from streams.gateway.reception.opening import BadRequest

ONE, TWO = ExpectedObject("1.1", 300, b"1"), ExpectedObject("1.2", 300, b"2")
WANTED = {"1.1": ONE, "1.2": TWO}


def chunk(sop_uid: str, offset: int, data: bytes) -> pb.UploadRequest:
    return pb.UploadRequest(
        chunk=pb.Chunk(sop_instance_uid=sop_uid, offset_bytes=offset, data=data)
    )


class Unit:
    """Sends what it is given, and counts what was read of it."""

    def __init__(self, requests: list[pb.UploadRequest]) -> None:
        self._requests = iter(requests)
        self.read_count = 0

    async def read(self) -> object:
        await asyncio.sleep(0)  # noqa: TID251 - lets the other side run, waits for no time
        self.read_count += 1
        return next(self._requests, None)


def test_chunks_that_continue_one_another_are_one_write() -> None:
    requests = [
        chunk("1.1", 0, b"ab"),
        chunk("1.1", 2, b"c"),
        chunk("1.2", 0, b"de"),
        chunk("1.1", 3, b"f"),
        chunk("1.1", 9, b"g"),
    ]
    assert runs(requests, WANTED) == [
        (ONE, 0, b"abc"),
        (TWO, 0, b"de"),
        (ONE, 3, b"f"),
        (ONE, 9, b"g"),
    ]


@pytest.mark.parametrize(
    "bad",
    [
        pb.UploadRequest(manifest=pb.Manifest()),
        chunk("9.9", 0, b"x"),
        chunk("1.1", 0, b""),
        chunk("1.1", 299, b"xy"),
    ],
)
def test_what_is_no_chunk_of_the_series_is_refused(bad: pb.UploadRequest) -> None:
    with pytest.raises(BadRequest):
        runs([chunk("1.1", 0, b"ab"), bad], WANTED)


async def test_everything_is_read_once_and_in_order() -> None:
    sent = [chunk("1.1", place, b"x") for place in range(3 * CHUNKS_AHEAD)]
    got: list[pb.UploadRequest] = []
    async with ReadAhead(Unit(sent).read) as ahead:
        while taken := await ahead.next():
            got += taken
        assert await ahead.next() == []
    assert got == sent


async def test_a_store_that_is_busy_holds_the_unit_back() -> None:
    """So many chunks wait and one is in hand; nothing more is read until they are taken."""
    unit = Unit([chunk("1.1", place, b"x") for place in range(9 * CHUNKS_AHEAD)])
    async with ReadAhead(unit.read) as ahead:
        for _ in range(100 * CHUNKS_AHEAD):
            await asyncio.sleep(0)  # noqa: TID251 - lets the other side run, waits for no time
        assert unit.read_count == CHUNKS_AHEAD + 1
        assert len(await ahead.next()) == CHUNKS_AHEAD


async def test_an_error_of_the_stream_is_the_readers() -> None:
    async def broken() -> object:
        raise ConnectionError

    async with ReadAhead(broken) as ahead:
        with pytest.raises(ConnectionError):
            await ahead.next()


async def test_works_end_together_and_an_error_is_raised_as_it_is() -> None:
    """The other work is ended, so a stream never goes on with half of its handler."""
    ended = asyncio.Event()

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def fails() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await together(waits(), fails())
    assert ended.is_set()

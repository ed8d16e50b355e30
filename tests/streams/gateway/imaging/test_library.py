"""Where the gateway puts images: what it remembers, and how much it judges at once."""

import asyncio
from hashlib import sha256

import pytest
from prometheus_client import CollectorRegistry

from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from ports.log.port import TopicPartition
from ports.objects.memory import MemoryObjects
from streams.gateway.imaging import library as module
from streams.gateway.imaging.library import JUDGED_AT_ONCE, Library
from streams.gateway.imaging.manifest import ExpectedObject, Manifest
from tests.streams.gateway.station import ENCOUNTER, until
from wire.topics import IMAGES


def manifest(series: int, *data: bytes) -> Manifest:
    objects = [
        ExpectedObject(f"1.{series}.{number}", len(one), sha256(one).digest())
        for number, one in enumerate(data)
    ]
    return Manifest("MCT-1", ENCOUNTER, "1.2.1", f"1.2.{series}", 1, tuple(objects))


async def written(log: MemoryLog) -> int:
    """Return how many references the log holds."""
    partitions = [TopicPartition(IMAGES.name, number) for number in range(IMAGES.partitions)]
    return sum([len(await log.read_to_end(one)) for one in partitions])


async def test_what_is_remembered_as_written_is_bounded(
    log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WRITTEN_KEPT: a newer series is not written again, a forgotten one is, without effect."""
    monkeypatch.setattr(module, "WRITTEN_KEPT", 2)
    library = Library(MemoryObjects(), await log.writer(), SystemClock(), CollectorRegistry())
    for series in (1, 2, 3, 3, 2):
        await library.announce(manifest(series))
    assert await written(log) == 3
    await library.announce(manifest(1))
    assert await written(log) == 4


async def test_so_many_whole_objects_are_in_memory_to_be_judged(
    log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JUDGED_AT_ONCE: the others are not read before one of them is done."""
    objects, gate, read = MemoryObjects(), asyncio.Event(), list[str]()
    library = Library(objects, await log.writer(), SystemClock(), CollectorRegistry())
    series = manifest(1, *(bytes([number]) for number in range(JUDGED_AT_ONCE + 2)))
    for number, one in enumerate(series.objects):
        await library.take(series, one, 0, bytes([number]))
    read_part = objects.read_part

    async def slowly(key: str) -> bytes:
        read.append(key)
        await gate.wait()
        return await read_part(key)

    monkeypatch.setattr(objects, "read_part", slowly)
    judging = [asyncio.create_task(library.finish(series, one)) for one in series.objects]
    await until(lambda: len(library._judging._waiters or ()) == 2)
    assert len(read) == JUDGED_AT_ONCE
    gate.set()
    await asyncio.gather(*judging)
    assert len(read) == JUDGED_AT_ONCE + 2

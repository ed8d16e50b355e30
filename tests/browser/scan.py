"""A mobile CT unit with a real head: its slices go through the gateway's own library."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry

from clinical.alarms.priority import Source
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from ports.objects.folder import FolderObjects
from simulators.fleet.scanner import unpack
from simulators.scenario import RECORDINGS
from streams.engine.imaging_host import IMAGING_APP
from streams.engine.memory_worker import MemoryWorker
from streams.engine.partition_runner import Runners
from streams.gateway.imaging.library import Library, Progress
from streams.gateway.imaging.manifest import ExpectedObject, Manifest
from vehicle.imaging.series import Series, read_series

SERIES = "ct_head_ge.tar.xz"


@dataclass
class CtUnit:
    """The unit, its series, and how much of it was sent."""

    library: Library
    series: Series
    manifest: Manifest
    sent: int = 0

    @property
    def folder(self) -> Path:
        return self.series.objects[0].path.parent

    async def announce(self) -> None:
        await self.library.announce(self.manifest)

    async def send(self, count: int) -> None:
        """Send so many further slices, in the order of sending."""
        for one in self.series.objects[self.sent : self.sent + count]:
            wanted = ExpectedObject(one.sop_uid, one.size_bytes, one.sha256)
            data = await asyncio.to_thread(one.path.read_bytes)
            await self.library.take(self.manifest, wanted, 0, data)
            stored = await self.library.finish(self.manifest, wanted)
            assert stored == Progress(one.sop_uid, one.size_bytes, stored=True)
            self.sent += 1


@asynccontextmanager
async def scanning(
    log: MemoryLog, home: Path, encounter_id: str, unit_id: str = "MCT-01"
) -> AsyncIterator[CtUnit]:
    """Let a gateway and the app `imaging` run, over the store that the center of a home reads."""
    folder = await asyncio.to_thread(unpack, RECORDINGS / SERIES, home / "scan")
    clock = SystemClock()
    series = await asyncio.to_thread(read_series, folder, encounter_id, clock.now_us())
    writer = await log.writer()
    objects = FolderObjects(home / "objects")
    library = Library(objects, writer, clock, CollectorRegistry())
    manifest = Manifest(
        unit_id,
        encounter_id,
        series.study_uid,
        series.series_uid,
        series.scanned_us,
        tuple(ExpectedObject(it.sop_uid, it.size_bytes, it.sha256) for it in series.objects),
    )
    runners = Runners(log, await log.writer(), Source.CENTER_A, IMAGING_APP)
    worker = await MemoryWorker.open(log, runners)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        yield CtUnit(library, series, manifest)
    finally:
        stop.set()
        await running
        await writer.close()

"""The vehicle program with a scanner: drop folder and DICOM, against a real gateway."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client import CollectorRegistry
from pydicom import dcmread
from pydicom.filebase import DicomBytesIO

from ports.clock import SystemClock
from ports.grpc_server import serve
from ports.log.memory_log import MemoryLog
from ports.log.port import TopicPartition
from ports.objects.memory import MemoryObjects
from simulators.fleet.links import FaultyLink
from simulators.fleet.scanner import unpack
from simulators.scenario import RECORDINGS
from streams.gateway import service
from streams.gateway.gateway import Gateway
from streams.gateway.imaging import service as imaging
from tests.patience import PATIENCE_S
from vehicle.imaging.drop_folder import COMPLETE, MARK, Mark
from wire.images import ImageStored, SeriesAnnounced
from wire.records import decode_record
from wire.topics import IMAGES

ENCOUNTER = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
CLOCK = SystemClock()
POLL_US = 20_000
MEMORY_MOST_KB = 150_000


@dataclass
class Center:
    """A gateway with a log, an object store, and a link to it that can be cut."""

    log: MemoryLog
    objects: MemoryObjects
    registry: CollectorRegistry
    link: FaultyLink
    home: Path
    stack: AsyncExitStack

    async def said(self, kind: type) -> list[Any]:
        """What topic `images` holds of a kind."""
        records = [
            record
            for partition in range(IMAGES.partitions)
            for record in await self.log.read_to_end(TopicPartition(IMAGES.name, partition))
        ]
        values = [decode_record(record.headers, record.value or b"") for record in records]
        return [value for value in values if isinstance(value, kind)]

    async def stored(self, count: int) -> list[ImageStored]:
        """Wait until so many images are stored."""
        async with asyncio.timeout(PATIENCE_S):
            while len(found := await self.said(ImageStored)) < count:
                await CLOCK.sleep_us(POLL_US)
        return found

    @property
    def taken_bytes(self) -> float:
        return self.registry.get_sample_value("goldenhour_gateway_image_bytes_total") or 0.0

    async def launch(self, *options: str) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
        """Start a vehicle; return it with its ready line."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from vehicle.main import main; main()",
            "--unit-id", "MCT-1", "--gateway", self.link.address, "--home", str(self.home),
            "--encounter", ENCOUNTER, "--drain-s", str(PATIENCE_S), *options,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        self.stack.push_async_callback(_reap, process)
        assert process.stdout is not None
        ready = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
        return process, json.loads(ready)


async def _reap(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate(b"")


async def end(process: asyncio.subprocess.Process) -> None:
    """End the vehicle's source; it sends what it has and ends."""
    async with asyncio.timeout(PATIENCE_S):
        await process.communicate(b"")
    assert process.returncode == 0


@pytest.fixture
async def center(tmp_path: Path) -> AsyncIterator[Center]:
    log, objects, registry = MemoryLog(), MemoryObjects(), CollectorRegistry()
    gateway = await Gateway.open(
        log, objects, clock=CLOCK, gateway_id="gateway-1", batch_gap_ms=5, registry=registry
    )
    running = asyncio.create_task(gateway.run())
    server = await serve(
        [gateway.service.register, gateway.imaging.register],
        "127.0.0.1:0",
        services=[service.SERVICE, imaging.SERVICE],
    )
    link = FaultyLink(server.address, CLOCK)
    await link.open()
    async with AsyncExitStack() as stack:
        yield Center(log, objects, registry, link, tmp_path / "home", stack)
    await link.close()
    await server.stop(0)
    running.cancel()
    await gateway.close()


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the real series."""
    return unpack(RECORDINGS / "ct_head_ge.tar.xz", tmp_path_factory.mktemp("scan"))


def put(scan: Path, folder: Path) -> Path:
    """Copy a series under a name that is not looked at, say that it is complete, rename it."""
    draft = folder / ".copy"
    shutil.copytree(scan, draft)
    (draft / COMPLETE).touch()
    return draft.rename(folder / "series-1")


def size(scan: Path) -> int:
    return sum(path.stat().st_size for path in scan.glob("*.dcm"))


async def test_a_dropped_series_is_sent_once_whatever_is_restarted(
    center: Center, scan: Path, tmp_path: Path
) -> None:
    """It is stored as the scanner wrote it, for the patient on board, and marked."""
    drop = tmp_path / "drop"
    drop.mkdir()
    process, _ = await center.launch("--images", str(drop))
    series = put(scan, drop)
    await end(process)
    stored = await center.stored(28)
    assert {it.encounter_id for it in stored} == {ENCOUNTER}
    kept = {await center.objects.read(it.object_key) for it in stored}
    assert kept == {path.read_bytes() for path in scan.glob("*.dcm")}
    mark = json.loads((series / MARK).read_bytes())
    assert (mark["sent"], mark["stored"], mark["given_up"]) == (True, 28, 0)
    again, _ = await center.launch("--images", str(drop))
    await end(again)
    assert len(await center.said(SeriesAnnounced)) == 1
    assert center.taken_bytes == size(scan)


async def test_a_vehicle_killed_in_the_middle_forgets_nothing(
    center: Center, scan: Path, tmp_path: Path
) -> None:
    """Started again it goes on where the gateway's bytes end, for the same patient."""
    drop = tmp_path / "drop"
    drop.mkdir()
    process, _ = await center.launch("--images", str(drop))
    series = put(scan, drop)
    await center.stored(3)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert not Mark(**json.loads((series / MARK).read_bytes())).sent
    before = center.taken_bytes
    assert before < size(scan)
    again, _ = await center.launch("--images", str(drop))
    await end(again)
    assert len(await center.stored(28)) == 28
    assert center.taken_bytes == size(scan)


async def test_a_scanner_stores_over_dicom(center: Center, scan: Path, tmp_path: Path) -> None:
    """DCMTK's storescu sends the series; every pixel arrives, and the restart sends nothing."""
    process, ready = await center.launch("--dicom", "127.0.0.1:0")
    port = ready["dicom"].rpartition(":")[2]
    files = [str(path) for path in scan.glob("*.dcm")]
    sender = await asyncio.create_subprocess_exec(
        "storescu", "-aec", "GOLDENHOUR", "127.0.0.1", port, *files
    )
    assert await asyncio.wait_for(sender.wait(), PATIENCE_S) == 0
    await end(process)
    sent = {it.SOPInstanceUID: it.pixel_array for it in map(dcmread, scan.glob("*.dcm"))}
    for it in await center.stored(28):
        kept = dcmread(DicomBytesIO(await center.objects.read(it.object_key)))
        assert np.array_equal(kept.pixel_array, sent.pop(it.sop_uid))
    assert not sent
    announced = await center.said(SeriesAnnounced)
    assert [len(it.sop_uids) for it in announced] == [28]


async def test_a_vehicle_without_a_scanner_pays_nothing_for_one(center: Center) -> None:
    """No DICOM library is loaded, and the whole client stays within its memory."""
    code = (
        "import sys, vehicle.main, vehicle.imaging.scanner;"
        "sys.exit(bool({'pydicom', 'pynetdicom', 'obstore'} & set(sys.modules)))"
    )
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    loaded = await asyncio.create_subprocess_exec(sys.executable, "-c", code, env=path)
    assert await loaded.wait() == 0
    process, ready = await center.launch()
    assert ready["dicom"] is None
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    (resident,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
    assert int(resident) <= MEMORY_MOST_KB

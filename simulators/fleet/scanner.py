"""A CT scanner on a unit: at a second of the story it hands a recorded series to the uploader.

The series is real: the archive is unpacked beside the run's state, and its files are sent as they
are. The patient is somebody else than the one whose vital signs are simulated.
"""

import asyncio
import tarfile
from dataclasses import replace
from pathlib import Path
from random import Random

from ports.clock import Clock
from ports.logging import get_logger
from simulators.fleet.units import ClientUnit
from simulators.scenario import RECORDINGS, Scan
from simulators.story import Story
from vehicle.imaging.link import GrpcImagingLink
from vehicle.imaging.series import Series, read_series
from vehicle.imaging.uploader import Uploader

log = get_logger(__name__)


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack an archive of one series; return the folder of its files."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.partition(".")[0]


class Scanner:
    """One scan of one patient."""

    def __init__(
        self, scan: Scan, unit: ClientUnit, encounter_id: str, *, address: str, story: Story
    ) -> None:
        """Prepare; ``load`` the series, then ``run``."""
        self._scan = scan
        self._unit = unit
        self._encounter_id = encounter_id
        self._address = address
        self._story = story
        self._series: Series | None = None
        self._begun = False
        self._sent = asyncio.Event()

    async def load(self, folder: Path) -> None:
        """Unpack and read the series."""
        self._series = await asyncio.to_thread(_load, self._scan, folder, self._encounter_id)

    async def run(self, clock: Clock, rng: Random) -> None:
        """Wait for the scan, then send its series, whatever becomes of the link."""
        await self._story.until(self._scan.at_s)
        if self._series is None:
            return
        self._begun = True
        client = self._unit.client
        link = GrpcImagingLink(self._address, self._unit.tls)
        uploader = Uploader(self._unit.unit_id, link, clock, rng, turn=client.turn)
        try:
            session = await uploader.upload(replace(self._series, scanned_us=client.now_us()))
        finally:
            await uploader.close()
        self._sent.set()
        log.info("series sent", unit_id=self._unit.unit_id, slices=len(session.stored))

    async def drained(self) -> None:
        """Return once a series that was begun is sent."""
        if self._begun:
            await self._sent.wait()


def _load(scan: Scan, folder: Path, encounter_id: str) -> Series:
    return read_series(unpack(RECORDINGS / scan.series, folder), encounter_id, scanned_us=0)

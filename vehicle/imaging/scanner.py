"""The scanner's side of the vehicle program: drop folder, DICOM receiver, and their uploader.

A vehicle without a scanner builds none of this and loads no DICOM library.
"""

import asyncio
from random import Random
from typing import TYPE_CHECKING

from clinical.instant import SECOND_US
from ports.clock import Clock
from vehicle.client import VehicleClient
from vehicle.imaging.intake import Intake
from vehicle.imaging.link import GrpcImagingLink
from vehicle.imaging.uploader import Uploader
from vehicle.settings import VehicleSettings

if TYPE_CHECKING:
    from vehicle.imaging.receiver import Receiver


class Scanner:
    """What one vehicle does with the images of its scanner."""

    def __init__(self, intake: Intake, receiver: "Receiver | None") -> None:
        """Begin to look for series, with a receiver that listens already, or none."""
        self._intake = intake
        self._receiver = receiver
        self.work = asyncio.create_task(intake.run(), name="scanner")
        """Ends, with the error, when a bug ended it."""

    @property
    def address(self) -> str | None:
        """Where the scanner stores images by DICOM; None when it may not."""
        return None if self._receiver is None else self._receiver.address

    async def settled(self) -> None:
        """Return once every series that can be sent is sent; bound it with a timeout."""
        await self._intake.settled()

    async def stop(self) -> None:
        """End; what is not sent is sent after the next start."""
        if self._receiver is not None:
            await asyncio.to_thread(self._receiver.stop)
        self.work.cancel()
        await asyncio.gather(self.work, return_exceptions=True)
        await self._intake.close()


async def open_scanner(
    settings: VehicleSettings, client: VehicleClient, clock: Clock, rng: Random
) -> Scanner | None:
    """Return what the settings ask for; None when the vehicle has no scanner.

    Raises:
        OSError: the folder cannot be made, or the DICOM port is taken.
    """
    folder = settings.images_folder
    if folder is None:
        return None
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    receiver = None
    if settings.dicom_address is not None:
        from vehicle.imaging.receiver import Receiver  # noqa: PLC0415 - only with a scanner

        receiver = Receiver(settings.dicom_address, settings.dicom_ae_title, folder)
        await asyncio.to_thread(receiver.start)
    link = GrpcImagingLink(settings.imaging_address)
    intake = Intake(
        folder,
        Uploader(settings.unit_id, link, clock, rng, turn=client.turn),
        clock,
        quiet_us=int(settings.images_quiet_s * SECOND_US),
        encounters=lambda: client.encounters,
        now_us=client.now_us,
        busy=lambda name: receiver is not None and receiver.busy(name),
    )
    return Scanner(intake, receiver)

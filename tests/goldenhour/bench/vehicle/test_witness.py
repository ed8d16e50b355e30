"""What a bench sees of the log."""

import asyncio
from contextlib import suppress

from clinical.imaging.geometry import Slice
from goldenhour.bench.vehicle.witness import Witness
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from tests.patience import PATIENCE_S
from wire.images import ImageStored, encode_image_stored
from wire.records import HEADERS_IMAGE_STORED
from wire.topics import IMAGES

POLL_US = 5_000
PLACE = Slice((0, 0, 0), (1, 0, 0), (0, 1, 0), None, None)


async def test_a_reference_that_is_written_twice_is_one_image() -> None:
    """And what is no record of ours is passed over."""
    log, witness, clock = MemoryLog(), Witness(), SystemClock()
    writer = await log.writer()
    running = asyncio.create_task(witness.run(log, clock))
    one = ImageStored("encounter", "unit", "1.2", "1.1", "key", 1, b"d" * 32, PLACE, 5)
    two = ImageStored("encounter", "unit", "1.2", "1.3", "key", 1, b"d" * 32, PLACE, 7)
    async with asyncio.timeout(PATIENCE_S):
        while len(witness.stored.get("encounter", ())) < 2:
            await (await writer.send(IMAGES.name, 0, b"no record"))
            for it in (one, one, two):
                value = encode_image_stored(it)
                headers = HEADERS_IMAGE_STORED
                await (await writer.send(IMAGES.name, 0, value, key=b"k", headers=headers))
            await clock.sleep_us(POLL_US)
    assert [it.stamped_us for it in witness.stored["encounter"].values()] == [5, 7]
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

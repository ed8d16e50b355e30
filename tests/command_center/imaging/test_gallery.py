"""Who gets a slice, how often it is decoded, and what is said when there is none."""

import asyncio
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from clinical.watch.encounter import EncounterStatus
from command_center.imaging import gallery as gallery_module
from command_center.imaging.gallery import Gallery, Missing
from command_center.imaging.pixels import PackedSlice
from command_center.imaging.studies import Studies
from command_center.roster import Roster
from ports.objects.memory import MemoryObjects
from tests.command_center.imaging.samples import SERIES, dicom, stored
from tests.command_center.test_roster import STATE

WHO = STATE.encounter_id
GOOD = dicom(np.arange(6, dtype=np.int16).reshape(2, 3))


class CountedObjects(MemoryObjects):
    """Counts what is read."""

    reads = 0
    broken = False

    async def read(self, key: str) -> bytes:
        self.reads += 1
        if self.broken:
            raise OSError(key)
        return await super().read(key)


class Place:
    """A gallery and everything behind it."""

    def __init__(self) -> None:
        self.objects, self.studies, self.roster = CountedObjects(), Studies(), Roster()
        self.gallery = Gallery(self.objects, self.studies, self.roster)
        self.roster.on_encounter(STATE)

    async def keep(self, number: int, data: bytes = GOOD) -> None:
        reference = stored(number, who=WHO)
        await self.objects.append(reference.object_key, 0, data)
        await self.objects.seal(reference.object_key, sha256(data).digest())
        self.studies.on_stored(reference)

    async def ask(self, number: int, who: str = WHO) -> PackedSlice | Missing:
        return await self.gallery.slice(who, SERIES, f"{SERIES}.{number}")


async def test_a_slice_is_decoded_once_for_everybody() -> None:
    """Those who ask while it is decoded wait for it, those who come later find it."""
    place = Place()
    await place.keep(1)
    first, second = await asyncio.gather(place.ask(1), place.ask(1))
    assert isinstance(first, PackedSlice)
    assert (first.columns, first.rows) == (3, 2)
    assert first is second
    assert await place.ask(1) is first
    assert place.objects.reads == 1


async def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slice that nobody looked at for longest is decoded again."""
    place = Place()
    for number in (1, 2, 3):
        await place.keep(number)
    one = await place.ask(1)
    assert isinstance(one, PackedSlice)
    monkeypatch.setattr(gallery_module, "PACKED_BYTES", 2 * len(one.body))
    await place.ask(2)
    await place.ask(1)
    await place.ask(3)
    assert place.objects.reads == 3
    await place.ask(1)
    assert place.objects.reads == 3
    await place.ask(2)
    assert place.objects.reads == 4


async def test_only_patients_on_the_roster_have_images() -> None:
    """Not a stranger, and not one who was handed over."""
    place = Place()
    await place.keep(1)
    assert await place.ask(1, who="somebody") is Missing.NO_PATIENT
    place.roster.on_encounter(replace(STATE, status=EncounterStatus.HANDED_OVER))
    assert await place.ask(1) is Missing.NO_PATIENT
    assert place.objects.reads == 0


async def test_it_says_what_is_missing() -> None:
    """Not arrived, not in the store that is read, no picture, no answer: each by its name."""
    place = Place()
    await place.keep(1, b"no slice")
    place.studies.on_stored(stored(2, who=WHO))
    assert await place.ask(3) is Missing.NOT_STORED
    assert await place.ask(2) is Missing.NO_OBJECT
    assert await place.ask(1) is Missing.UNREADABLE
    place.objects.broken = True
    assert await place.ask(1) is Missing.STORE_FAILED
    place.objects.broken = False
    assert await place.ask(1) is Missing.UNREADABLE

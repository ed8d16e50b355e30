"""Gives out slices: only of patients on the roster, decoded once, never on the loop of the alarms.

Decoding takes tens of milliseconds of a processor; it runs in threads, ``DECODED_AT_ONCE`` at a
time, and what was packed is kept up to ``PACKED_BYTES``, the least recently looked at going first.
Who asks for a slice that is being decoded waits for the same one.
"""

import asyncio
from collections import OrderedDict
from enum import StrEnum
from typing import Final

from command_center.imaging.pixels import PackedSlice, pack
from command_center.imaging.studies import Studies
from command_center.roster import Roster
from ports.logging import get_logger
from ports.objects.port import NoObject, Objects
from wire.reading import Unreadable

DECODED_AT_ONCE: Final = 2
"""Slices that are read and decoded at a time; further ones wait."""

PACKED_BYTES: Final = 67_108_864
"""Packed slices kept in memory; beyond, the least recently looked at is decoded again."""

_log = get_logger(__name__)


class Missing(StrEnum):
    """Why there is no slice to give."""

    NO_PATIENT = "NO_PATIENT"
    """Nobody on the roster has this encounter."""
    NOT_STORED = "NOT_STORED"
    """The log knows of no such slice of this patient: it has not arrived."""
    NO_OBJECT = "NO_OBJECT"
    """The log refers to it, and the object store that this center reads does not hold it."""
    UNREADABLE = "UNREADABLE"
    """Its bytes are no picture that can be shown."""
    STORE_FAILED = "STORE_FAILED"
    """The object store did not answer."""


class Gallery:
    """The slices of the patients on the roster."""

    def __init__(self, objects: Objects, studies: Studies, roster: Roster) -> None:
        self._objects = objects
        self._studies = studies
        self._roster = roster
        self._packed: OrderedDict[str, PackedSlice] = OrderedDict()
        self._packed_bytes = 0
        self._coming: dict[str, asyncio.Task[PackedSlice | Missing]] = {}
        self._decoding = asyncio.Semaphore(DECODED_AT_ONCE)

    async def slice(
        self, encounter_id: str, series_uid: str, sop_uid: str
    ) -> PackedSlice | Missing:
        """Return one slice, or why there is none."""
        if self._roster.row(encounter_id) is None:
            return Missing.NO_PATIENT
        stored = self._studies.find(encounter_id, series_uid, sop_uid)
        if stored is None:
            return Missing.NOT_STORED
        key = stored.object_key
        if (known := self._packed.get(key)) is not None:
            self._packed.move_to_end(key)
            return known
        coming = self._coming.get(key)
        if coming is None:
            coming = self._coming[key] = asyncio.create_task(self._fetch(key))
        return await asyncio.shield(coming)

    async def _fetch(self, key: str) -> PackedSlice | Missing:
        try:
            async with self._decoding:
                packed = await asyncio.to_thread(pack, await self._objects.read(key))
        except NoObject:
            return self._lacking(Missing.NO_OBJECT, key)
        except Unreadable as error:
            return self._lacking(Missing.UNREADABLE, str(error))
        except OSError as error:
            return self._lacking(Missing.STORE_FAILED, str(error))
        finally:
            del self._coming[key]
        self._keep(key, packed)
        return packed

    def _lacking(self, why: Missing, error: str) -> Missing:
        _log.warning("slice not given", why=str(why), error=error)
        return why

    def _keep(self, key: str, packed: PackedSlice) -> None:
        self._packed[key] = packed
        self._packed_bytes += len(packed.body)
        while self._packed_bytes > PACKED_BYTES:
            _, oldest = self._packed.popitem(last=False)
            self._packed_bytes -= len(oldest.body)

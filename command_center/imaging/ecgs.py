"""The twelve-lead ECGs of patients: joined from their pieces, read in a thread, kept in the store.

What is shown beside a sheet was read by the same code that alarms, from the same samples. An ECG
that comes again, after a restart of the center, is the same row. A sheet is drawn when it is asked
for, in a thread, so that no alarm waits for one.
"""

import asyncio
from collections import OrderedDict
from typing import Any, Final

import msgspec

from clinical.twelve_lead.criteria import Person
from clinical.twelve_lead.drawing import drawing
from clinical.twelve_lead.ecg import EcgReading, EcgRecording, read
from clinical.twelve_lead.measurement import Measurement
from clinical.twelve_lead.pieces import Assembly, EcgPiece
from command_center.roster import Roster
from command_center.store.recorded import StoredEcg
from command_center.store.store import Store
from ports.logging import get_logger
from wire.frames import Frame
from wire.reading import Unreadable
from wire.twelve_lead import decode_ecg

ECGS_COMING: Final = 64
"""ECGs that are on their way; beyond, the one heard of longest ago is given up."""

ECGS_SHOWN: Final = 10
"""Newest ECGs of a patient on their page."""

_log = get_logger(__name__)
_Key = tuple[str, bytes]


class EcgShelf:
    """The ECGs of every patient."""

    def __init__(self, store: Store, roster: Roster) -> None:
        self._store = store
        self._roster = roster
        self._coming: OrderedDict[_Key, Assembly] = OrderedDict()
        self._whole: list[tuple[Frame, bytes, bytes]] = []
        self._revisions: dict[str, int] = {}
        self._kept = 0

    def take(self, frame: Frame) -> None:
        """Take the pieces of a frame; what is whole waits for ``settle``."""
        for piece in frame.items:
            if isinstance(piece, EcgPiece):
                self._take(frame, piece)

    async def settle(self) -> None:
        """Read what is whole and keep it."""
        while self._whole:
            frame, ecg_id, content = self._whole.pop(0)
            try:
                ecg = decode_ecg(content)
                reading = await asyncio.to_thread(_read, ecg)
            except (Unreadable, ValueError) as error:
                _log.warning("ecg not read", unit_id=frame.unit_id, error=str(error))
                continue
            encounter_id = frame.encounter_id or ""
            await self._store.write_ecg(
                StoredEcg(encounter_id, ecg_id, frame.unit_id, ecg.recorded_us, content, reading)
            )
            self._kept += 1
            self._revisions[encounter_id] = self._kept

    def revision(self, encounter_id: str) -> int:
        """Return a number that changes with whatever is kept of a patient."""
        return self._revisions.get(encounter_id, 0)

    def forget(self, encounter_id: str) -> None:
        """Let go of what is in memory about a patient; the store keeps the ECGs."""
        self._revisions.pop(encounter_id, None)

    async def of(self, encounter_id: str) -> list[dict[str, Any]]:
        """Return the newest ECGs of a patient as the board shows them, newest first."""
        stored = await self._store.ecgs(encounter_id, ECGS_SHOWN)
        return [
            {
                "id": ecg.ecg_id.hex(),
                "unit": ecg.unit_id,
                "recorded_us": ecg.recorded_us,
                **msgspec.json.decode(ecg.reading),
            }
            for ecg in stored
        ]

    async def sheet(self, encounter_id: str, ecg_id: str) -> str | None:
        """Return an ECG drawn as on paper, as SVG; None: no patient on the roster has it."""
        if self._roster.row(encounter_id) is None:
            return None
        for stored in await self._store.ecgs(encounter_id, ECGS_SHOWN):
            if stored.ecg_id.hex() == ecg_id:
                return await asyncio.to_thread(_sheet, stored)
        return None

    def _take(self, frame: Frame, piece: EcgPiece) -> None:
        key = (frame.encounter_id or "", piece.ecg_id)
        assembly = self._coming.setdefault(key, Assembly(piece.count))
        self._coming.move_to_end(key)
        try:
            assembly.take(piece)
        except ValueError as error:
            _log.warning("ecg not joined", unit_id=frame.unit_id, error=str(error))
            return
        if (content := assembly.whole) is not None:
            del self._coming[key]
            self._whole.append((frame, piece.ecg_id, content))
        elif len(self._coming) > ECGS_COMING:
            self._coming.popitem(last=False)


def _read(ecg: EcgRecording) -> bytes:
    reading = read(ecg.twelve(), ecg.person)
    return msgspec.json.encode({**_said(reading), **_measured(reading.measurement)})


def _said(reading: EcgReading) -> dict[str, Any]:
    infarction = reading.infarction
    return {
        "stemi": infarction.stemi,
        "territory": [wall.value for wall in infarction.territory],
        "criteria": list(infarction.criteria),
        "declined": infarction.declined and infarction.declined.value,
    }


def _measured(measurement: Measurement | None) -> dict[str, Any]:
    if measurement is None:
        return {"heart_rate_bpm": None, "qrs_ms": None, "leads": []}
    return {
        "heart_rate_bpm": round(measurement.heart_rate_bpm),
        "qrs_ms": round(measurement.qrs_ms),
        "leads": [
            {"lead": lead.value, "j_mv": round(level.j_mv, 2), "st60_mv": round(level.st60_mv, 2)}
            for lead, level in measurement.leads.items()
        ],
    }


def _sheet(stored: StoredEcg) -> str:
    ecg = decode_ecg(stored.content)
    return drawing(ecg.twelve(), _caption(stored.unit_id, ecg.person))


def _caption(unit_id: str, person: Person) -> str:
    age = "" if person.age_years is None else f"{person.age_years:g} y"
    return "   ".join(filter(None, (unit_id, person.sex or "", age)))

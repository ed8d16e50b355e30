"""The rhythm of a unit's patients, judged in the vehicle by the code that judges it at the center.

Each patient whose waveforms are captured has a ``Bed``. A frame is judged when it has its number,
so what is found names the same chunk as at the center, and an alarm has one id. Nothing of it is
stored: after a new start the judgement begins anew, and what was told of the rhythm before, which
the patient watch remembers, stands until the leads say otherwise. A patient who breaks the
judgement begins anew too.
"""

from collections.abc import Callable, Sequence
from typing import Final

from clinical.alarms.identity import FrameRef
from clinical.items import RhythmFinding
from clinical.rhythm.arrhythmia import Call
from clinical.rhythm.bed import Bed
from clinical.rhythm.telling import finding_of
from clinical.rhythm.ward import judge
from clinical.signals.waveform import WaveformChunk
from wire.frames import Frame

BEDS: Final = 64
"""Patients of one unit whose rhythm is judged at once; of a further one the patient fed longest ago
is let go, and left to the center until heard of again."""


class EdgeRhythms:
    """The beds of one unit."""

    def __init__(self, on_failure: Callable[[str], None]) -> None:
        """Begin without patients; ``on_failure`` is told the encounter that broke the judgement."""
        self._on_failure = on_failure
        self._beds: dict[str, Bed] = {}
        """The one fed longest ago first."""

    def on_frame(self, frame: Frame, now_us: int) -> list[RhythmFinding]:
        """Judge the waveforms of a numbered frame; return what is new of the patient's rhythm."""
        encounter_id = frame.encounter_id
        chunks = [(at, it) for at, it in enumerate(frame.items) if isinstance(it, WaveformChunk)]
        if encounter_id is None or not chunks:
            return []
        newest, _ = chunks[-1]
        ref = FrameRef(frame.unit_id, int(frame.lane), frame.segment, frame.sequence, newest)
        bed = self._bed(encounter_id)
        try:
            calls = _calls(bed, [chunk for _, chunk in chunks])
        except Exception:  # noqa: BLE001 - a failing judgement must never stop the captures
            self.forget(encounter_id)
            self._on_failure(encounter_id)
            return []
        return [finding_of(encounter_id, bed, call, ref, now_us) for call in calls]

    def forget(self, encounter_id: str) -> None:
        """Let a patient go: the encounter is over."""
        self._beds.pop(encounter_id, None)

    def _bed(self, encounter_id: str) -> Bed:
        bed = self._beds.pop(encounter_id, None) or Bed()
        if len(self._beds) >= BEDS:
            del self._beds[next(iter(self._beds))]
        self._beds[encounter_id] = bed
        return bed


def _calls(bed: Bed, chunks: Sequence[WaveformChunk]) -> list[Call]:
    """Return what is new; whatever broke the judgement is raised."""
    for chunk in chunks:
        bed.push(chunk)
    calls = []
    for _, said in judge([bed]):
        if isinstance(said, Exception):
            raise said
        calls.append(said)
    return calls

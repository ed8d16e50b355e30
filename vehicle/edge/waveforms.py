"""The waveforms of a unit's patients, judged in the vehicle by the code that judges at the center.

Of each patient whose waveforms are captured a ``LeadWatch`` says which ECG leads show nothing, and
a ``Bed`` what the rhythm is. A frame is judged when it has its number, so what is found names the
same chunk as at the center, and an alarm has one id. Nothing of it is stored: after a new start the
judgement begins anew, and what was told before, which the patient watch remembers, stands until the
leads say otherwise. A patient who breaks the judgement begins anew too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from clinical.alarms.identity import FrameRef
from clinical.items import LeadFinding, RhythmFinding
from clinical.rhythm.bed import Bed
from clinical.rhythm.leads import LeadWatch
from clinical.rhythm.telling import finding_of
from clinical.rhythm.ward import judge
from clinical.signals.waveform import WaveformChunk
from wire.frames import Frame

PATIENTS: Final = 64
"""Patients of one unit whose waveforms are judged at once; of a further one the patient fed longest
ago is let go, and left to the center until heard of again."""


@dataclass(frozen=True, slots=True)
class _Patient:
    leads: LeadWatch = field(default_factory=LeadWatch)
    bed: Bed = field(default_factory=Bed)


class EdgeWaveforms:
    """The leads and rhythms of the patients of one unit."""

    def __init__(self, on_failure: Callable[[str], None]) -> None:
        """Begin without patients; ``on_failure`` is told the encounter that broke the judgement."""
        self._on_failure = on_failure
        self._patients: dict[str, _Patient] = {}
        """The one fed longest ago first."""

    def on_frame(self, frame: Frame, now_us: int) -> list[LeadFinding | RhythmFinding]:
        """Judge the waveforms of a numbered frame; return what is new of leads and rhythm."""
        encounter_id = frame.encounter_id
        if encounter_id is None:
            return []
        patient = self._patient(encounter_id)
        try:
            return _found(patient, encounter_id, frame, now_us)
        except Exception:  # noqa: BLE001 - a failing judgement must never stop the captures
            self.forget(encounter_id)
            self._on_failure(encounter_id)
            return []

    def forget(self, encounter_id: str) -> None:
        """Let a patient go: the encounter is over."""
        self._patients.pop(encounter_id, None)

    def _patient(self, encounter_id: str) -> _Patient:
        patient = self._patients.pop(encounter_id, None) or _Patient()
        if len(self._patients) >= PATIENTS:
            del self._patients[next(iter(self._patients))]
        self._patients[encounter_id] = patient
        return patient


def _found(
    patient: _Patient, encounter_id: str, frame: Frame, now_us: int
) -> list[LeadFinding | RhythmFinding]:
    """Return what is new; whatever broke the judgement is raised."""
    found: list[LeadFinding | RhythmFinding] = []
    newest: FrameRef | None = None
    for index, item in enumerate(frame.items):
        if not isinstance(item, WaveformChunk):
            continue
        newest = FrameRef(frame.unit_id, int(frame.lane), frame.segment, frame.sequence, index)
        patient.bed.push(item)
        verdict = patient.leads.on_chunk(item)
        if verdict is not None:
            found.append(
                LeadFinding(encounter_id, item.lead, verdict.fault, verdict.at_us, newest, now_us)
            )
    if newest is None:
        return []
    for _, said in judge([patient.bed]):
        if isinstance(said, Exception):
            raise said
        found.append(finding_of(encounter_id, patient.bed, said, newest, now_us))
    return found

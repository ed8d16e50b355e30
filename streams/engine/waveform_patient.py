"""One patient of the ``waveforms`` app: each lead's quality, and the bed that shows the rhythm."""

from dataclasses import dataclass, field
from typing import Any, Final, Self

import msgspec

from clinical.alarms.identity import FrameRef
from clinical.instant import SECOND_US
from clinical.rhythm.bed import LEADS_MAX, Bed
from clinical.rhythm.run import kind_of
from clinical.signals.alarm_window import SignalKind
from clinical.signals.lead_quality import LeadFault, LeadQuality, Verdict
from clinical.signals.waveform import WaveformChunk
from streams.engine.contained import StoredWatch

REPEATED_US: Final = 5 * SECOND_US
"""Between two findings of one fault that lasts, by the unit's clock."""

_NO_FRAME: Final = FrameRef(unit_id="", lane=0, segment=b"", sequence=0, item=0)


@dataclass(slots=True)
class _Lead:
    quality: LeadQuality = field(default_factory=LeadQuality)
    said: Verdict | None = None
    """The verdict that was said last."""


class WaveformPatient:
    """All that is remembered of one patient."""

    __slots__ = ("_leads", "bed", "encounter_id", "frame", "heard_us", "snapshot_due_us", "stamp")

    def __init__(self, encounter_id: str, heard_us: int) -> None:
        """Begin with nothing known."""
        self.encounter_id = encounter_id
        self.heard_us = heard_us
        """When anything came last, by the partition's time."""
        self.snapshot_due_us = 0
        self.frame = _NO_FRAME
        """The newest chunk."""
        self.stamp = 0
        """When a gateway received it."""
        self.bed = Bed()
        self._leads: dict[str, _Lead] = {}

    def take(self, chunk: WaveformChunk, frame: FrameRef, stamped_us: int) -> Verdict | None:
        """Take a chunk; return what is new about its lead."""
        self.frame, self.stamp = frame, stamped_us
        self.bed.push(chunk)
        if kind_of(chunk.lead) is not SignalKind.ECG:
            return None
        lead = self._leads.get(chunk.lead)
        if lead is None:
            if len(self._leads) >= LEADS_MAX:
                return None
            lead = self._leads[chunk.lead] = _Lead()
        verdict = lead.quality.on_chunk(chunk)
        if verdict is None or not _is_news(lead.said, verdict):
            return None
        lead.said = verdict
        return verdict

    def store(self) -> StoredWatch:
        """Return all that is remembered, as it is stored."""
        state = {
            "heard_us": self.heard_us,
            "leads": {
                name: [
                    lead.quality.snapshot(),
                    lead.said and lead.said.at_us,
                    lead.said and lead.said.fault and lead.said.fault.value,
                ]
                for name, lead in self._leads.items()
            },
            "bed": self.bed.snapshot(),
        }
        return StoredWatch(msgspec.Raw(msgspec.msgpack.encode(state)), 0, self.frame, None)

    @classmethod
    def restore(cls, encounter_id: str, stored: StoredWatch) -> Self:
        """Return a patient as it was stored."""
        state: dict[str, Any] = msgspec.msgpack.decode(stored.watch)
        patient = cls(encounter_id, state["heard_us"])
        patient.frame = stored.last or _NO_FRAME
        for name, (quality, at_us, fault) in state["leads"].items():
            lead = patient._leads[name] = _Lead()
            lead.quality.restore(quality)
            if at_us is not None:
                lead.said = Verdict(None if fault is None else LeadFault(fault), at_us)
        patient.bed = Bed.restore(state["bed"])
        return patient


def _is_news(said: Verdict | None, verdict: Verdict) -> bool:
    if said is None or said.fault is not verdict.fault:
        return True
    return verdict.fault is not None and verdict.at_us - said.at_us >= REPEATED_US

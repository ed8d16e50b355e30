"""One patient of the ``waveforms`` app: each lead's quality, and the bed that shows the rhythm."""

from typing import Any, Final, Self

import msgspec

from clinical.alarms.identity import FrameRef
from clinical.rhythm.bed import Bed
from clinical.rhythm.leads import LeadWatch
from clinical.signals.lead_quality import Verdict
from clinical.signals.waveform import WaveformChunk
from streams.engine.contained import StoredWatch

_NO_FRAME: Final = FrameRef(unit_id="", lane=0, segment=b"", sequence=0, item=0)


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
        self._leads = LeadWatch()

    def take(self, chunk: WaveformChunk, frame: FrameRef, stamped_us: int) -> Verdict | None:
        """Take a chunk; return what is new about its lead."""
        self.frame, self.stamp = frame, stamped_us
        self.bed.push(chunk)
        return self._leads.on_chunk(chunk)

    def store(self) -> StoredWatch:
        """Return all that is remembered, as it is stored."""
        state = {
            "heard_us": self.heard_us,
            "leads": self._leads.snapshot(),
            "bed": self.bed.snapshot(),
        }
        return StoredWatch(msgspec.Raw(msgspec.msgpack.encode(state)), 0, self.frame, None)

    @classmethod
    def restore(cls, encounter_id: str, stored: StoredWatch) -> Self:
        """Return a patient as it was stored."""
        state: dict[str, Any] = msgspec.msgpack.decode(stored.watch)
        patient = cls(encounter_id, state["heard_us"])
        patient.frame = stored.last or _NO_FRAME
        patient._leads.restore(state["leads"])
        patient.bed = Bed.restore(state["bed"])
        return patient

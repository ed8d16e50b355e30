"""What is new about the ECG leads of one patient: a fault that begins, that lasts, or that is over.

Vehicle and center tell of the same leads by it, and under the same alarm, since what is told names
the chunk that decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from clinical.instant import SECOND_US
from clinical.rhythm.bed import LEADS_MAX
from clinical.rhythm.run import kind_of
from clinical.signals.alarm_window import SignalKind
from clinical.signals.lead_quality import LeadFault, LeadQuality, Verdict
from clinical.signals.waveform import WaveformChunk

REPEATED_US: Final = 5 * SECOND_US
"""Between two verdicts about one fault that lasts, by the unit's clock."""


@dataclass(slots=True)
class _Lead:
    quality: LeadQuality = field(default_factory=LeadQuality)
    said: Verdict | None = None
    """The verdict that was said last."""


class LeadWatch:
    """The leads of one patient. ``on_chunk`` takes their chunks as they come."""

    __slots__ = ("_leads",)

    def __init__(self) -> None:
        """Begin with none known."""
        self._leads: dict[str, _Lead] = {}

    def on_chunk(self, chunk: WaveformChunk) -> Verdict | None:
        """Take a chunk; return what is new about its lead."""
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

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            name: [
                lead.quality.snapshot(),
                lead.said and lead.said.at_us,
                lead.said and lead.said.fault and lead.said.fault.value,
            ]
            for name, lead in self._leads.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        for name, (quality, at_us, fault) in state.items():
            lead = self._leads[name] = _Lead()
            lead.quality.restore(quality)
            if at_us is not None:
                lead.said = Verdict(None if fault is None else LeadFault(fault), at_us)


def _is_news(said: Verdict | None, verdict: Verdict) -> bool:
    if said is None or said.fault is not verdict.fault:
        return True
    return verdict.fault is not None and verdict.at_us - said.at_us >= REPEATED_US

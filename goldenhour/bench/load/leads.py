"""The waveforms of the load: two ECG leads at 250 Hz for each unit, in chunks of a second.

A load must be cheap, or it measures itself: a few leads are synthesised once, ten seconds of each,
and every unit plays one of them again and again under its own instants.
"""

from dataclasses import replace
from typing import Final

from clinical.instant import SECOND_US
from clinical.signals.waveform import WaveformChunk
from simulators.patients.ecg import RATE_HZ, SimulatedLead

LEADS: Final = ("I", "II")
_PLAYED_S: Final = 10
_HEARTS_BPM: Final = (64.0, 72.0, 80.0, 96.0)


class LeadBank:
    """What has been synthesised, by heart, second and lead."""

    def __init__(self) -> None:
        """Synthesise."""
        self._chunks = [
            [
                [lead.record(RATE_HZ, heart_bpm, SECOND_US) for lead in leads]
                for _ in range(_PLAYED_S)
            ]
            for seed, heart_bpm in enumerate(_HEARTS_BPM)
            for leads in [[SimulatedLead(name, seed) for name in LEADS]]
        ]

    def second(self, unit: int, second: int, end_us: int) -> list[WaveformChunk]:
        """Return a chunk of each lead of a unit, the last sample captured at ``end_us``."""
        played = self._chunks[unit % len(_HEARTS_BPM)][second % _PLAYED_S]
        first = second * RATE_HZ
        return [replace(chunk, start_us=end_us - SECOND_US, first_sample=first) for chunk in played]

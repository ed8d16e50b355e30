"""A stretch of one lead's waveform, in the counts of its converter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from clinical.instant import SECOND_US

SAMPLE_MIN: Final = -32_768
"""Least sample, in counts: 16 bits."""

SAMPLE_MAX: Final = 32_767
"""Greatest sample, in counts."""


@dataclass(frozen=True, slots=True)
class WaveformChunk:
    """Samples of one ECG lead, without a hole."""

    lead: str
    """As the device names it, for example "II"."""
    rate_hz: float
    scale_uv_per_bit: float
    """Microvolts of one count."""
    start_us: int
    """When the first sample was captured."""
    first_sample: int
    """Position of the first sample since the lead began, from 0."""
    samples: Sequence[int]
    """Counts, each within 16 bits."""
    lowest: int = SAMPLE_MIN
    """The least count that the converter can give."""
    highest: int = SAMPLE_MAX
    """The greatest count that the converter can give."""
    attached: bool | None = None
    """Whether the device sees the electrodes on the patient; None: it does not say."""

    @property
    def end_sample(self) -> int:
        """Position of the first sample after this chunk."""
        return self.first_sample + len(self.samples)

    @property
    def end_us(self) -> int:
        """When the first sample after this chunk is captured."""
        return self.start_us + round(len(self.samples) * SECOND_US / self.rate_hz)

"""A twelve-lead ECG as its recorder took it, and what is read off it.

Reading finds the beats with the live detector, measures what they have in common, and judges the
measurement; a given recording always reads the same. It costs a tenth of a second of a processor,
so it is done where no alarm waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from clinical.signals.recorded import detect
from clinical.signals.resampling import WORKING_RATE_HZ
from clinical.twelve_lead.criteria import Person
from clinical.twelve_lead.infarction import Infarction, judge
from clinical.twelve_lead.leads import INDEPENDENT, Lead, TwelveLead, twelve_lead
from clinical.twelve_lead.measurement import Measurement, measure
from clinical.twelve_lead.median_beat import median_beat

RATE_MIN_HZ: Final = 100.0
"""Fewer samples per second show no QRS complex to the millimetre."""

RATE_MAX_HZ: Final = 2_000.0
SHORTEST_S: Final = 5.0
LONGEST_S: Final = 15.0
"""Longest recording; ten seconds are usual."""

_MV_PER_UV: Final = 0.001


class UnfitError(ValueError):
    """A recording is no twelve-lead ECG: the sender's fault; the words name the field."""


@dataclass(frozen=True, slots=True)
class EcgRecording:
    """All leads from the same instant on, in counts of their converter."""

    recorded_us: int
    rate_hz: float
    scale_uv_per_bit: float
    leads: Mapping[Lead, Sequence[int]]
    person: Person = field(default_factory=Person)

    def twelve(self) -> TwelveLead:
        """Return all twelve leads in millivolts.

        Raises:
            UnfitError: it is no twelve-lead ECG.
            LeadsMissingError: it lacks a lead that does not follow from others.
        """
        lengths = {len(samples) for samples in self.leads.values()}
        if len(lengths) != 1:
            message = "leads: they are not equally long"
            raise UnfitError(message)
        if not RATE_MIN_HZ <= self.rate_hz <= RATE_MAX_HZ:
            message = f"rate_hz: must be {RATE_MIN_HZ:g} to {RATE_MAX_HZ:g}"
            raise UnfitError(message)
        if not SHORTEST_S <= lengths.pop() / self.rate_hz <= LONGEST_S:
            message = f"leads: must be {SHORTEST_S:g} to {LONGEST_S:g} s long"
            raise UnfitError(message)
        scale_mv = self.scale_uv_per_bit * _MV_PER_UV
        return twelve_lead(
            self.rate_hz,
            {
                lead: np.asarray(counts, np.float64) * scale_mv
                for lead, counts in self.leads.items()
            },
        )


@dataclass(frozen=True, slots=True)
class EcgReading:
    """What is read off an ECG."""

    measurement: Measurement | None
    """None: too few beats are alike."""
    infarction: Infarction


def read(twelve: TwelveLead, person: Person) -> EcgReading:
    """Measure and judge an ECG."""
    measurement = measured(twelve)
    return EcgReading(measurement, judge(measurement, person))


def measured(twelve: TwelveLead) -> Measurement | None:
    """Find the beats with the live detector and measure what they have in common."""
    beats = detect([twelve.leads[lead] for lead in INDEPENDENT], twelve.rate_hz)
    peaks = [round(beat.sample * twelve.rate_hz / WORKING_RATE_HZ) for beat in beats]
    common = median_beat(twelve, peaks)
    if common is None:
        return None
    return measure(common, 60.0 * twelve.rate_hz / float(np.median(np.diff(peaks))))

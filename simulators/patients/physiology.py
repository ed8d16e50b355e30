"""A patient as a monitor shows one: seeded, well, or getting worse along a course.

Every number is a pure function of the patient's seed, the second, and how far the course has gone;
the same seed gives the same patient. A well patient wanders a little around a healthy baseline and
never comes near a limit. A course adds to it, in proportion to its severity between 0 and 1:
drifts grow linearly until they are full, an arrest is there at once. ``rate`` compresses a drift
that takes half an hour at a bedside into the seconds of a story.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import pi, sin
from random import Random
from typing import Final

from clinical.items import Vitals
from clinical.vitals import Consciousness, Quality, Vital

PRESSURE_EVERY_S: Final = 60
PRESSURE_EVERY_ILL_S: Final = 10
"""A crew measures more often once a patient gets worse."""
TEMPERATURE_EVERY_S: Final = 300
TEMPERATURE_EVERY_ILL_S: Final = 30
STATED_EVERY_S: Final = 300
"""Consciousness and oxygen are stated at the start, when they change, and this often."""
ARTEFACT_PROBABILITY: Final = 0.01
"""Of a second in which the pulse oximeter slips."""
ARREST_DESATURATION_PER_S: Final = 0.5
"""How fast saturation falls without circulation, percentage points."""

_SECONDS: Final = 1_000_003


class Course(StrEnum):
    """What happens to a patient."""

    WELL = "WELL"
    SEPSIS = "SEPSIS"
    BLEEDING = "BLEEDING"
    HYPOXIA = "HYPOXIA"
    ARREST = "ARREST"


@dataclass(frozen=True, slots=True)
class Body:
    """The vital signs before a monitor rounds them; units as in ``Vitals``."""

    heart_rate_bpm: float
    respiration_per_min: float
    spo2_percent: float
    systolic_mmhg: float
    diastolic_mmhg: float
    temperature_c: float


@dataclass(frozen=True, slots=True)
class Drift:
    """What a course adds at full severity, how long it takes, and what the mind does."""

    added: Body
    full_after_s: float
    """Seconds from onset to full severity at rate 1."""
    consciousness: Consciousness
    altered_from: float
    """Severity from which the patient is no longer alert."""


_DRIFTS: Final[dict[Course, Drift]] = {
    Course.SEPSIS: Drift(Body(55, 14, -5, -45, -25, 2.2), 1_800, Consciousness.NEW_CONFUSION, 0.7),
    Course.BLEEDING: Drift(Body(62, 11, -2, -62, -30, -0.5), 900, Consciousness.VOICE, 0.9),
    Course.HYPOXIA: Drift(Body(34, 15, -18, 8, 4, 0), 600, Consciousness.NEW_CONFUSION, 0.8),
}


@dataclass(frozen=True, slots=True)
class Patient:
    """One simulated patient."""

    seed: int
    course: Course = Course.WELL
    rate: float = 1.0
    """How many times faster than at a bedside a drift goes."""

    def severity(self, ill_s: float | None) -> float:
        """Return how far the course has gone, 0 to 1, so many seconds after its onset."""
        drift = _DRIFTS.get(self.course)
        if ill_s is None or ill_s < 0 or drift is None:
            return 0.0
        return min(1.0, ill_s * self.rate / drift.full_after_s)

    def body(self, second: int, ill_s: float | None) -> Body:
        """Return the vital signs at a second of observation; ``ill_s`` None: the onset is ahead."""
        well = self._well(second)
        if self.course is Course.ARREST and ill_s is not None and ill_s >= 0:
            saturation = max(40.0, well.spo2_percent - ARREST_DESATURATION_PER_S * ill_s)
            return replace(well, heart_rate_bpm=0, respiration_per_min=0, spo2_percent=saturation)
        severity = self.severity(ill_s)
        return _worse(well, _DRIFTS[self.course].added, severity) if severity else well

    def consciousness(self, ill_s: float | None) -> Consciousness:
        """Return how the patient responds."""
        if self.course is Course.ARREST and ill_s is not None and ill_s >= 0:
            return Consciousness.UNRESPONSIVE
        drift = _DRIFTS.get(self.course)
        if drift is not None and self.severity(ill_s) >= drift.altered_from:
            return drift.consciousness
        return Consciousness.ALERT

    def artefact(self, second: int) -> bool:
        """Tell whether the pulse oximeter slips in this second."""
        return self._chance(second, 1).random() < ARTEFACT_PROBABILITY

    def _well(self, second: int) -> Body:
        baseline = Random(self.seed)  # noqa: S311 - a patient, not a secret
        heart, respiration = baseline.uniform(60, 82), baseline.uniform(14, 17.5)
        saturation, systolic = baseline.uniform(97.4, 98.6), baseline.uniform(118, 138)
        diastolic, temperature = baseline.uniform(66, 82), baseline.uniform(36.5, 37.3)
        slow = sin(2 * pi * (second / baseline.uniform(90, 200) + baseline.random()))
        slower = sin(2 * pi * (second / baseline.uniform(240, 500) + baseline.random()))
        chance = self._chance(second, 0)
        return Body(
            heart + 3 * slow + _noise(chance, 1.0),
            respiration + slower + _noise(chance, 0.3),
            saturation + 0.4 * slower + _noise(chance, 0.2),
            systolic + 3 * slow + _noise(chance, 1.0),
            diastolic + 2 * slow + _noise(chance, 1.0),
            temperature + 0.05 * slower + _noise(chance, 0.02),
        )

    def _chance(self, second: int, of: int) -> Random:
        return Random((self.seed * _SECONDS + second) * 2 + of)  # noqa: S311 - as above


def _noise(chance: Random, sigma: float) -> float:
    """Return noise of this deviation, at most twice of it: a well patient has no outliers."""
    return max(-2 * sigma, min(2 * sigma, chance.gauss(0, sigma)))


def _worse(well: Body, added: Body, severity: float) -> Body:
    return Body(
        well.heart_rate_bpm + severity * added.heart_rate_bpm,
        well.respiration_per_min + severity * added.respiration_per_min,
        well.spo2_percent + severity * added.spo2_percent,
        well.systolic_mmhg + severity * added.systolic_mmhg,
        well.diastolic_mmhg + severity * added.diastolic_mmhg,
        well.temperature_c + severity * added.temperature_c,
    )


class SimulatedMonitor:
    """The monitor on one patient: what it shows each second, and how often the crew measures."""

    def __init__(self, patient: Patient) -> None:
        """Attach it; nothing was shown yet."""
        self._patient = patient
        self._second = -1
        self._stated: Consciousness | None = None

    def show(self, ill_s: float | None) -> Vitals:
        """Return what is shown at the next second, so many seconds after the onset, if any."""
        self._second += 1
        second, patient = self._second, self._patient
        body = patient.body(second, ill_s)
        ill = patient.course is not Course.WELL and ill_s is not None and ill_s >= 0
        pulse = body.heart_rate_bpm > 0
        slipped = pulse and patient.artefact(second)
        pressure = pulse and second % (PRESSURE_EVERY_ILL_S if ill else PRESSURE_EVERY_S) == 0
        warmth = second % (TEMPERATURE_EVERY_ILL_S if ill else TEMPERATURE_EVERY_S) == 0
        stated = self._state(patient.consciousness(ill_s))
        return Vitals(
            heart_rate_bpm=round(body.heart_rate_bpm),
            pulse_rate_bpm=round(body.heart_rate_bpm),
            respiration_per_min=round(body.respiration_per_min),
            spo2_percent=min(100, round(body.spo2_percent)),
            systolic_mmhg=round(body.systolic_mmhg) if pressure else None,
            diastolic_mmhg=round(body.diastolic_mmhg) if pressure else None,
            temperature_c=round(body.temperature_c, 1) if warmth else None,
            consciousness=stated,
            on_oxygen=None if stated is None else False,
            marks={Vital.SPO2: Quality.ARTEFACT, Vital.PULSE_RATE: Quality.ARTEFACT}
            if slipped
            else {},
        )

    def _state(self, consciousness: Consciousness) -> Consciousness | None:
        if consciousness is self._stated and self._second % STATED_EVERY_S:
            return None
        self._stated = consciousness
        return consciousness

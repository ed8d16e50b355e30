"""The vital signs that this project judges: names, units, physiological limits.

A vital carries its unit in its name and is spelled the same in proto, Python, CSV and log.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final


class Vital(StrEnum):
    """A numeric vital sign; the value is the field name everywhere."""

    HEART_RATE = "heart_rate_bpm"
    PULSE_RATE = "pulse_rate_bpm"
    RESPIRATION = "respiration_per_min"
    SPO2 = "spo2_percent"
    SYSTOLIC = "systolic_mmhg"
    DIASTOLIC = "diastolic_mmhg"
    TEMPERATURE = "temperature_c"


class Consciousness(StrEnum):
    """ACVPU scale (RCP 2017, National Early Warning Score 2)."""

    ALERT = "A"
    NEW_CONFUSION = "C"
    VOICE = "V"
    PAIN = "P"
    UNRESPONSIVE = "U"


class Spo2Scale(Enum):
    """NEWS2 oxygen-saturation scale; scale 2 only on a prescribed 88-92 % target."""

    SCALE_1 = 1
    SCALE_2 = 2


class Quality(StrEnum):
    """Why a value may not be judged. A value without a quality mark is good."""

    ARTEFACT = "ARTEFACT"
    SENSOR_OFF = "SENSOR_OFF"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Limits:
    """Closed interval outside which a value is not a measurement of a living or dead human."""

    lowest: float
    highest: float


PLAUSIBLE: Final[dict[Vital, Limits]] = {
    Vital.HEART_RATE: Limits(0, 400),
    Vital.PULSE_RATE: Limits(0, 400),
    Vital.RESPIRATION: Limits(0, 120),
    Vital.SPO2: Limits(0, 100),
    Vital.SYSTOLIC: Limits(0, 350),
    Vital.DIASTOLIC: Limits(0, 300),
    Vital.TEMPERATURE: Limits(10, 47),
}

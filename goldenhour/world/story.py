"""What befalls the patients: plain walks through well and ill, drawn per encounter.

A patient is no part of the system: a vehicle that crashes finds the same patient after its restart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from clinical.items import CrewEvent, CrewFinding, Vitals
from clinical.vitals import Consciousness
from wire.unit_items import WireItem

_S: Final = 1_000_000

WELL: Final = {
    "heart_rate_bpm": 78.0,
    "respiration_per_min": 16.0,
    "spo2_percent": 97.0,
    "systolic_mmhg": 124.0,
}

ILL: Final = (
    {"heart_rate_bpm": 0.0},
    {"heart_rate_bpm": 32.0},
    {"heart_rate_bpm": 168.0},
    {"spo2_percent": 78.0},
    {"spo2_percent": 86.0, "respiration_per_min": 28.0},
    {"respiration_per_min": 4.0},
    {"systolic_mmhg": 70.0, "heart_rate_bpm": 128.0},
)
"""What can be wrong; each crosses a limit of the catalogue."""

_ILL_AT_FIRST_S: Final = 90
"""Where patients are well no longer than this, everybody who is taken over is ill."""

_ILL_MOST_S: Final = 40
_CREW: Final = (CrewFinding.NO_PULSE, CrewFinding.PULSE_FELT, CrewFinding.AIRWAY_SECURED)


@dataclass(slots=True)
class Patient:
    """One encounter's patient."""

    encounter_id: str
    rng: Random
    well_most_s: int
    _state: dict[str, float] | None = None
    _until_us: int = 0

    def items(self, now_us: int) -> tuple[WireItem, ...]:
        """Return what the monitor shows now."""
        if now_us >= self._until_us:
            self._turn(now_us)
        values = WELL if self._state is None else {**WELL, **self._state}
        jitter = self.rng.randrange(-2, 3)
        pulse = values["heart_rate_bpm"]
        return (
            Vitals(
                heart_rate_bpm=pulse + jitter if pulse else pulse,
                respiration_per_min=values["respiration_per_min"],
                spo2_percent=values["spo2_percent"],
                systolic_mmhg=values["systolic_mmhg"],
                temperature_c=36.9,
                consciousness=Consciousness.ALERT,
                on_oxygen=False,
            ),
        )

    def asides(self) -> Sequence[WireItem]:
        """Return what is said beside the vital signs now and then, of one lane."""
        drawn = self.rng.random()
        if drawn < 0.02:  # noqa: PLR2004 - a rare word of the crew
            return (CrewEvent(self.rng.choice(_CREW)),)
        return ()

    def _turn(self, now_us: int) -> None:
        """Let a patient who is well fall ill, and one who is ill get well.

        Whoever is taken over is ill, as a rule; the longer patients are well, the fewer are.
        """
        first = not self._until_us and self.well_most_s > _ILL_AT_FIRST_S
        well = first and self.rng.random() * self.well_most_s > _ILL_AT_FIRST_S
        if self._state is None and now_us and not well:
            self._state = self.rng.choice(ILL)
            self._until_us = now_us + int(self.rng.uniform(2, _ILL_MOST_S) * _S)
        else:
            self._state = None
            self._until_us = now_us + int(self.rng.uniform(2, self.well_most_s) * _S)

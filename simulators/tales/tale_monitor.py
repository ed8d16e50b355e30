"""The monitor on the patient of a tale: the same every time for a seed, told at any rate.

Each patient has numbers of their own, off the tale's by a little for good, and an illness that goes
a little faster or slower than the tale's. Around that the numbers of a monitor scatter: not anew
every second, because a monitor averages and a body has inertia, but as a process that forgets with
``FORGETS_S``. Scatter and disturbances are not compressed when a tale is told faster.
"""

from math import exp, sqrt
from random import Random
from typing import Final

from clinical.items import Vitals
from clinical.vitals import Consciousness, Quality, Vital
from simulators.patients.physiology import Body
from simulators.tales.tale import BODY, Course, Disturbance, Tale

FORGETS_S: Final = 20.0
"""After so long what scatters has forgotten all but a third of where it was."""
OWN_PACE: Final = 0.06
"""An illness goes faster or slower than the tale's by at most this share."""
STATED_EVERY_MIN: Final = 5.0
"""How often the crew states consciousness and oxygen, beside every change."""
TEMPERATURE_EVERY_MIN: Final = 15.0

_SCATTER: Final = Body(1.2, 0.5, 0.4, 2.0, 1.5, 0.03)
_OWN: Final = Body(2.5, 0.6, 0.4, 3.0, 2.0, 0.1)
"""By how much at most a patient differs from the tale."""
_KEPT: Final = exp(-1 / FORGETS_S)
_PULSE_SCATTER_BPM: Final = 1.0
_MOVING_BPM: Final = (40.0, 170.0)
_MOVING_PERCENT: Final = (80.0, 93.0)
_CUFF_FADES_S: Final = 6.0
_CUFF_PERCENT: Final = 86.0


class TaleMonitor:
    """Shows one patient once a second."""

    def __init__(self, tale: Tale, seed: int, rate: float = 1.0) -> None:
        """Attach it; ``rate`` is how many times faster than at the bedside the tale is told."""
        self._tale = tale
        self._rate = rate
        self._course = Course(tale)
        self._chance = Random(f"{seed}/{tale.name}")  # noqa: S311 - a patient, not a secret
        self._pace = 1 + self._chance.uniform(-OWN_PACE, OWN_PACE)
        spread = [getattr(_OWN, vital) for vital in BODY]
        self._own = [self._chance.uniform(-most, most) for most in spread]
        self._scatter = [0.0] * len(BODY)
        self._pressure_due = self._temperature_due = self._stated_due = 0.0
        self._stated: tuple[Consciousness, bool] | None = None

    def show(self, ill_s: float | None) -> Vitals:
        """Return what is shown so many seconds into the tale; None: it is ahead."""
        told = max(ill_s or 0.0, 0.0) / 60 * self._rate
        minute = told * self._pace
        body = self._body(minute)
        stated = self._state(minute, told)
        disturbance = self._tale.disturbed(told, self._rate)
        pulse, saturation, marks = self._finger(body, disturbance, told)
        pressure = body.heart_rate_bpm > 0 and told >= self._pressure_due
        if pressure:
            self._pressure_due = told + self._course.pressure_every_min(minute)
        warmth = told >= self._temperature_due
        if warmth:
            self._temperature_due = told + TEMPERATURE_EVERY_MIN
        return Vitals(
            heart_rate_bpm=round(body.heart_rate_bpm),
            pulse_rate_bpm=pulse,
            respiration_per_min=round(body.respiration_per_min),
            spo2_percent=saturation,
            systolic_mmhg=round(body.systolic_mmhg) if pressure else None,
            diastolic_mmhg=round(body.diastolic_mmhg) if pressure else None,
            temperature_c=round(body.temperature_c, 1) if warmth else None,
            consciousness=None if stated is None else stated[0],
            on_oxygen=None if stated is None else stated[1],
            marks=marks,
        )

    def _body(self, minute: float) -> Body:
        """Return the vital signs before the monitor rounds them; what has stopped stays at 0."""
        fresh = sqrt(1 - _KEPT**2)
        course = self._course.body(minute)
        values: dict[str, float] = {}
        for place, vital in enumerate(BODY):
            sigma = getattr(_SCATTER, vital) * self._tale.scatter
            chance = max(-2.0, min(2.0, self._chance.gauss(0, 1)))
            self._scatter[place] = _KEPT * self._scatter[place] + fresh * sigma * chance
            value = getattr(course, vital)
            around = value + self._own[place] + self._scatter[place]
            values[str(vital)] = max(around, 1.0) if value >= 1 else 0.0
        values[Vital.SPO2] = min(values[Vital.SPO2], 100.0)
        return Body(**values)

    def _finger(
        self, body: Body, disturbance: Disturbance | None, told: float
    ) -> tuple[float | None, float | None, dict[Vital, Quality]]:
        """Return pulse rate, saturation and marks as the pulse oximeter has them."""
        chance = self._chance
        if body.heart_rate_bpm <= 0:
            return 0, None, {}
        pulse = float(round(body.heart_rate_bpm + chance.gauss(0, _PULSE_SCATTER_BPM)))
        saturation = float(round(body.spo2_percent))
        if disturbance is None:
            return pulse, saturation, {}
        if disturbance.kind == "SENSOR_OFF":
            off = Quality.SENSOR_OFF
            return None, None, {Vital.SPO2: off, Vital.PULSE_RATE: off}
        if disturbance.kind == "MOTION":
            shaken = float(round(chance.uniform(*_MOVING_BPM)))
            return shaken, float(round(chance.uniform(*_MOVING_PERCENT))), {}
        squeezed_s = (told - disturbance.minute) * 60 / self._rate
        if squeezed_s < _CUFF_FADES_S:
            return max(pulse - 8 * squeezed_s, 30.0), _CUFF_PERCENT, {}
        return None, None, {}

    def _state(self, minute: float, told: float) -> tuple[Consciousness, bool] | None:
        """Return what the crew states now of consciousness and oxygen, if anything."""
        now = (self._course.consciousness(minute), self._course.on_oxygen(minute))
        if now == self._stated and told < self._stated_due:
            return None
        self._stated, self._stated_due = now, told + STATED_EVERY_MIN
        return now

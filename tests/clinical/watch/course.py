"""A patient over hours, for the tests of this folder: a frame every few seconds, into a watch."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import msgspec

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.items import CrewExamination, EncounterChange, EncounterEvent, Item, Vitals
from clinical.vitals import Consciousness
from clinical.watch.patient import PatientWatch
from tests.clinical.watch.bedside import at, capture

WELL = Vitals(
    heart_rate_bpm=72,
    pulse_rate_bpm=72,
    respiration_per_min=16,
    spo2_percent=97,
    systolic_mmhg=124,
    diastolic_mmhg=80,
    temperature_c=36.8,
    consciousness=Consciousness.ALERT,
    on_oxygen=False,
)
EVERY_S = 5

Course = Callable[[float], Vitals]
"""What the monitor shows after so many minutes."""


class Said(NamedTuple):
    """One transition, short."""

    minute: int
    cause: str
    phase: str
    priority: str


class Encounter:
    """One patient under the watch."""

    def __init__(
        self,
        *,
        age_years: int | None = None,
        pregnant: bool | None = None,
        source: Source = Source.CENTER_A,
    ) -> None:
        """Open the encounter; ``source`` is who judges."""
        self.watch = PatientWatch("encounter-1", source)
        self.transitions: list[Transition] = []
        self._second = 0
        self._sequence = 1
        self._take(EncounterEvent(EncounterChange.OPENED, age_years=age_years, pregnant=pregnant))

    def live(self, course: Course, minutes: int, *, late_s: float = 0) -> "Encounter":
        """Go on for so many minutes."""
        begin = self._second
        while self._second < begin + 60 * minutes:
            self._take(course((self._second - begin) / 60), late_s)
            self._second += EVERY_S
        return self

    def examines(self, examination: CrewExamination) -> "Encounter":
        """Go on after an examination by the crew."""
        self._take(examination)
        return self

    def end(self) -> "Encounter":
        """End the encounter."""
        self._take(EncounterEvent(EncounterChange.ENDED))
        return self

    def restored(self) -> "Encounter":
        """Go on with a watch that was restored from its snapshot."""
        plain = msgspec.msgpack.decode(msgspec.msgpack.encode(self.watch.snapshot()))
        self.watch = PatientWatch.restore(plain)
        return self

    @property
    def said(self) -> list[Said]:
        """Everything that was said, in order."""
        return [
            Said((x.learned_us - at(0)) // 60_000_000, x.cause, x.phase.value, x.priority.name)
            for x in self.transitions
        ]

    def causes(self) -> list[str]:
        """Return the cause of every alarm that began, in order."""
        return [one.cause for one in self.said if one.phase == "START"]

    def _take(self, item: Item, late_s: float = 0) -> None:
        self._sequence += 1
        origin = capture(self._second, self._sequence, received=self._second + late_s)
        found = self.watch.on_item(item, origin, origin.received_us)
        self.transitions += [x for x in found if isinstance(x, Transition)]


def well(_: float) -> Vitals:
    """Show a patient to whom nothing happens."""
    return WELL


def rising(rate: float) -> Course:
    """Show a heart rate that rises by so much a minute, and everything else as it was."""

    def shown(minute: float) -> Vitals:
        beats = round(72 + rate * minute)
        return replace(WELL, heart_rate_bpm=beats, pulse_rate_bpm=beats)

    return shown


def bleeding(minute: float) -> Vitals:
    """Show a heart rate that rises and a pressure that falls, both still in their bands."""
    beats = round(72 + minute * 0.6)
    return replace(
        WELL,
        heart_rate_bpm=beats,
        pulse_rate_bpm=beats,
        systolic_mmhg=round(138 - minute * 0.9),
    )

"""The alarms of the live patient watch over a table of vital signs, one row a second and patient.

Each patient has a watch of their own, the one that judges in the vehicle, fed row by row with a
tick after each, as it would be live. What it raises by the limits of the catalogue and about the
signals themselves is told; its two NEWS2 causes are not, since a table of four vital signs is no
set of observations (``lab scores`` scores those). The end of a patient's rows ends the encounter,
and with it what still holds.

Every physical line after the header is one row. An empty cell, or NaN, is a missing measurement; a
cell that is no finite number is an artefact. Neither is ever taken for zero.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.threshold import HOLDS_US
from clinical.alarms.transition import Reason, Transition
from clinical.instant import SECOND_US
from clinical.items import Capture, EncounterChange, EncounterEvent, Item, Vitals
from clinical.vitals import Quality, Vital
from clinical.watch.patient import Emissions, PatientWatch
from clinical.watch.scores.situated import SituatedScore
from goldenhour.lab.cells import read_header, split_line
from goldenhour.lab.command import UnreadableError

OUT_COLUMNS: Final = ("patient", "raised_s", "ended_s", "cause", "priority")
VITAL_OF: Final = {
    "heart_rate_bpm": Vital.HEART_RATE,
    "pulse_bpm": Vital.PULSE_RATE,
    "respiration_per_min": Vital.RESPIRATION,
    "spo2_percent": Vital.SPO2,
}
IN_COLUMNS: Final = ("patient", "second", *VITAL_OF)

_LANE: Final = 2
_SEGMENT: Final = bytes(16)
_EPOCH_US: Final = 1_000_000 * SECOND_US
"""Where second 0 lies, so that every instant of a table is one of the stream's."""


@dataclass(slots=True)
class Alarm:
    """One alarm of one patient, from raised to over."""

    cause: str
    priority: Priority
    """The highest that it reached."""
    raised_s: float
    reason: Reason | None = None
    """Why it was raised, or rose last."""
    ended_s: float | None = None


class Bedside:
    """One patient of a table: the watch, and what it has raised."""

    def __init__(self, patient: str) -> None:
        """Begin with nothing measured."""
        self.alarms: dict[bytes, Alarm] = {}
        self._watch = PatientWatch(patient, Source.EDGE)
        self._sequence = 0
        self._now_us = 0

    def measure(self, second: float, vitals: Vitals, told: Iterable[Item] = ()) -> None:
        """Judge one row with what was told before it, and the time since the row before it."""
        at_us = _EPOCH_US + round(second * SECOND_US)
        for now_us in range(
            self._now_us + SECOND_US, min(at_us, self._now_us + HOLDS_US), SECOND_US
        ):
            self._note(self._watch.on_tick(now_us, 0))
        for item in told:
            self._take(item, at_us)
        self._take(vitals, at_us)
        self._note(self._watch.on_tick(self._now_us, 0))

    @property
    def situated(self) -> tuple[SituatedScore, ...]:
        """The scores by situation at the newest row; none while nobody said anything of it."""
        return self._watch.row().situated

    def end(self) -> None:
        """End the encounter with its last row."""
        self._take(EncounterEvent(EncounterChange.ENDED), self._now_us)

    def _take(self, item: Item, at_us: int) -> None:
        self._sequence += 1
        self._now_us = max(self._now_us, at_us)
        frame = FrameRef("lab", _LANE, _SEGMENT, self._sequence, 0)
        capture = Capture(frame, at_us, self._now_us, "lab")
        self._note(self._watch.on_item(item, capture, self._now_us))

    def _note(self, emissions: Emissions) -> None:
        for said in emissions:
            if isinstance(said, Transition) and not said.recorded_only:
                self._fold(said)

    def _fold(self, said: Transition) -> None:
        if said.phase is Phase.START:
            raised_s = _s(said.learned_us)
            self.alarms[said.alarm_id] = Alarm(said.cause, said.priority, raised_s, said.reason)
            return
        alarm = self.alarms[said.alarm_id]
        if said.priority > alarm.priority:
            alarm.priority, alarm.reason = said.priority, said.reason
        if said.until_us is not None:
            alarm.ended_s = max(alarm.raised_s, _s(said.until_us))


def about_a_signal(alarm: Alarm) -> bool:
    """Tell whether an alarm is by a limit or about a signal: NEWS2's are not."""
    rule = RULES[alarm.cause]
    return rule.category is Category.TECHNICAL or rule.vital is not None


def _s(instant_us: int) -> float:
    return (instant_us - _EPOCH_US) / SECOND_US


def replay_lines(lines: Iterable[str]) -> Iterator[Sequence[str]]:
    """Yield the header and one row of ``OUT_COLUMNS`` for each alarm, patient after patient.

    Raises:
        UnreadableError: the header lacks a column or has it twice, or a row names no patient or no
            second; the message names column and line.

    """
    yield OUT_COLUMNS
    for patient, bedside in judged(lines).items():
        told = filter(about_a_signal, bedside.alarms.values())
        for alarm in sorted(told, key=lambda x: (x.raised_s, x.cause)):
            ended = "" if alarm.ended_s is None else _decimal(alarm.ended_s)
            name = alarm.priority.name.lower()
            yield (patient, _decimal(alarm.raised_s), ended, alarm.cause, name)


def judged(lines: Iterable[str]) -> dict[str, Bedside]:
    """Return every patient of a table, in order of appearance, judged to the end.

    Raises:
        UnreadableError: as by ``replay_lines``.

    """
    bedsides: dict[str, Bedside] = {}
    for patient, second, vitals in read_rows(lines):
        bedside = bedsides.get(patient)
        if bedside is None:
            bedside = bedsides[patient] = Bedside(patient)
        bedside.measure(second, vitals)
    for bedside in bedsides.values():
        bedside.end()
    return bedsides


def read_rows(lines: Iterable[str]) -> Iterator[tuple[str, float, Vitals]]:
    """Yield patient, second and vital signs of every row of a CSV table.

    Raises:
        UnreadableError: as by ``replay_lines``.

    """
    remaining = iter(lines)
    header = read_header(next(remaining, ""), IN_COLUMNS)
    for number, line in enumerate(remaining, 2):
        if not line.strip():
            continue
        cells = dict(zip(header, split_line(line), strict=False))
        patient = cells.get("patient", "").strip()
        second = _number(cells.get("second", ""))
        if not patient or second is None or not 0 <= second < 1e9:  # noqa: PLR2004 - 30 years
            column = "second" if patient else "patient"
            message = f"line {number} has no usable {column}"
            raise UnreadableError(message)
        yield patient, second, _vitals(cells)


def _vitals(cells: dict[str, str]) -> Vitals:
    numbers: dict[str, float] = {}
    marks: dict[Vital, Quality] = {}
    for column, vital in VITAL_OF.items():
        text = cells.get(column, "").strip()
        if not text or text.lower() == "nan":
            continue
        number = _number(text)
        if number is None:
            marks[vital] = Quality.ARTEFACT
        else:
            numbers[vital.value] = number
    return Vitals(
        heart_rate_bpm=numbers.get(Vital.HEART_RATE),
        pulse_rate_bpm=numbers.get(Vital.PULSE_RATE),
        respiration_per_min=numbers.get(Vital.RESPIRATION),
        spo2_percent=numbers.get(Vital.SPO2),
        marks=marks,
    )


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _decimal(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")

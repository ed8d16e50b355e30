"""The quick way for the quiet majority: a row of vital signs that leads to nothing.

``PatientWatch.on_item`` is the reference and takes anything. But nearly every row only makes newer
what is in order already: the next of its stream, on time, every number calm, nothing standing in
any processor. Such a row is *quiet*. Itself it leads to no finding, and what it leaves behind can
be written down without asking the processors one by one. ``Quiet.take`` either proves a row quiet
and leaves exactly the state that ``on_item`` would, but for what the next paragraph names, or
changes nothing and says so; the caller then goes the way of the reference. No other module looks
into processors that are not its own; the check-suite holds both ways together, snapshot by
snapshot (``tests/clinical/watch/checks.py``).

Three things are judged by their own names, and may find something. The first row of a minute closes
the one before, which trend and outlook judge. A row that lacks a watched vital, or has it marked as
anything but a sensor that is off, is quiet as well; ``judging`` says how long the vital has gone
unjudged, until it is back. The scores by situation of a patient of whom the crew has said anything
of injury or infection are read off each row. A child's limits and scores are not those of the
tables here: no row of a child is quiet.

A number is *calm* when it is plausible, violates no limit of the catalogue and scores less than 3
points of NEWS2. Those at the printed precision of their chart are a table. Zero is never calm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from clinical.items import NOTHING_ELSE, Vitals, VitalsRow
from clinical.scores.news2 import MEDIUM_TOTAL, SINGLE_RED
from clinical.vitals import PLAUSIBLE, Quality, Spo2Scale, Vital
from clinical.watch.at_center.silence import Silence
from clinical.watch.bedside import Bedside
from clinical.watch.carry import BACKLOG_US, SPO2, VITALS, Carry
from clinical.watch.ordering import FUTURE_US, ITEM, NEWEST_US, SEQUENCE, STEPPED, Ordering
from clinical.watch.scores.scoring import CHARTS, SCALE_2_CHARTS
from clinical.watch.vital_signs.judging import WATCHED
from clinical.watch.vital_signs.limits import CALM


def calm_points(vital: int, value: float, *, scale_2: bool = False) -> int | None:
    """Return the points of NEWS2 that a calm number scores; None when it is not calm."""
    limits, (lowest, highest) = PLAUSIBLE[VITALS[vital]], CALM[vital]
    if not max(limits.lowest, lowest) <= value <= min(limits.highest, highest) or not value:
        return None
    charts = SCALE_2_CHARTS if scale_2 and vital == SPO2 else (CHARTS[vital],)
    points = max(chart.points(value) or 0 for chart in charts if chart) if charts[0] else 0
    return None if points >= SINGLE_RED else points


def _table(vital: int, *, scale_2: bool) -> Mapping[float, int]:
    limits = PLAUSIBLE[VITALS[vital]]
    chart = CHARTS[vital]
    steps = 1 if chart is None else chart.steps_per_unit
    grid = [
        step / steps for step in range(int(limits.lowest * steps), int(limits.highest * steps) + 1)
    ]
    points = {value: calm_points(vital, value, scale_2=scale_2) for value in grid}
    return {value: score for value, score in points.items() if score is not None}


_CALM: Final = tuple(_table(vital, scale_2=False) for vital in range(len(VITALS)))
_CALM_SCALE_2: Final = tuple(_table(vital, scale_2=True) for vital in range(len(VITALS)))

_UNWATCHED: Final[Mapping[tuple[int, ...], tuple[int, ...]]] = {
    present: tuple(vital for vital in WATCHED if vital not in present)
    for count in range(len(VITALS) + 1)
    for present in combinations(range(len(VITALS)), count)
}
"""Which of the watched vitals a row lacks, by those that it has."""


_NO_SCREEN: Final[list[int]] = []
_SENSOR_OFF: Final = Quality.SENSOR_OFF


@dataclass(slots=True)
class Quiet:
    """What the processors of one patient have in common while nothing happens."""

    bedside: Bedside
    ordering: Ordering
    silence: Silence | None
    """None where silence is not judged."""
    _cleared: list[int] = field(default_factory=lambda: _NO_SCREEN)
    """The screen that was last found to clear the patient; a screen is never changed in place."""

    def still(self) -> bool:
        """Tell whether nothing stands that a row or the passing of time could move.

        Stillness lasts until a processor is handed something by its own name.
        """
        bedside = self.bedside
        return not (
            True in bedside.limits.stirred
            or bedside.scoring.stands
            or bedside.scoring.again.waiting
            or bedside.scoring.doubts.stand
            or bedside.child_scoring.stands
            or bedside.child_scoring.again.waiting
            or bedside.situation.again.due_us is not None
            or bedside.sensors.conditions
            or self.ordering.suspect_us is not None
            or bedside.leads.stand
            or bedside.foreign.heard_us
            or bedside.interventions.stand
            or bedside.rising.stand
            or (self.silence is not None and self.silence.stands)
        )

    def take(
        self, row: VitalsRow, owner: str, received_us: int, ingress_us: int | None = None
    ) -> bool | None:
        """Take a row over if it is quiet; else change nothing and return None.

        Returns whether it, or the one before, lacks a vital, so that ``judging`` has to be asked.
        The patient is an adult and still, ``owner`` holds the patient, and nothing that was
        captured later than this row has been taken before.
        """
        _, unit_id, lane, segment, sequence, captured_us, _, vitals, numbers, rest = row
        stream = self.ordering.streams.get((unit_id, lane, segment))
        if (
            stream is None
            or sequence <= stream[SEQUENCE]
            or captured_us < stream[NEWEST_US]
            or stream[STEPPED]
            or unit_id != owner
            or not -FUTURE_US <= received_us - captured_us <= BACKLOG_US
            or (self.silence is not None and received_us < self.silence.received_us)
        ):
            return None
        bedside = self.bedside
        carry = bedside.carry
        if rest is not NOTHING_ELSE and not _known(rest, carry):
            return None
        if rest.marks:
            vitals, numbers = _unmarked(vitals, numbers, rest.marks)
        screen = self._screen(vitals, numbers)
        if screen is None:
            return None
        stream[SEQUENCE], stream[ITEM], stream[NEWEST_US] = sequence, 0, captured_us
        scoring, judging = bedside.scoring, bedside.judging
        scoring.screen = self._cleared = screen
        scoring.again.newest_us = captured_us
        values, instants = carry.values, carry.captured_us
        for vital, value in zip(vitals, numbers, strict=True):
            values[vital] = value
            instants[vital] = captured_us
        if rest is not NOTHING_ELSE:
            _repeat(rest, carry, captured_us)
        if self.silence is not None:
            self.silence.on_row(row, received_us, ingress_us)
        if judging.stirred or self._lacks(vitals):
            return True
        if captured_us > judging.now_us:
            judging.now_us, judging.backlog_us = captured_us, None
        return False

    def _lacks(self, vitals: tuple[int, ...]) -> bool:
        """Tell whether a watched vital that was ever measured is none of these."""
        unwatched, measured_us = _UNWATCHED[vitals], self.bedside.carry.captured_us
        return bool(unwatched) and any(measured_us[vital] for vital in unwatched)

    def _screen(self, vitals: tuple[int, ...], numbers: tuple[float, ...]) -> list[int] | None:
        """Return the screen with these numbers; None when it is not calm."""
        before = screen = self.bedside.scoring.screen
        scale_2 = self.bedside.carry.spo2_scale is Spo2Scale.SCALE_2
        tables = _CALM_SCALE_2 if scale_2 else _CALM
        for vital, value in zip(vitals, numbers, strict=True):
            points = tables[vital].get(value)
            if points is None:
                points = calm_points(vital, value, scale_2=scale_2)
                if points is None:
                    return None
            if points != screen[vital]:
                if screen is before:
                    screen = before.copy()
                screen[vital] = points
        if screen is not self._cleared and (sum(screen) >= MEDIUM_TOTAL or SINGLE_RED in screen):
            return None
        return screen


def _known(rest: Vitals, carry: Carry) -> bool:
    """Tell whether what a row says beside its numbers is known already, but for what it marks."""
    return not (
        _SENSOR_OFF in rest.marks.values()
        or (rest.consciousness is not None and rest.consciousness is not carry.consciousness)
        or (rest.on_oxygen is not None and rest.on_oxygen is not carry.on_oxygen)
        or (rest.spo2_scale is not None and rest.spo2_scale is not carry.spo2_scale)
    )


def _unmarked(
    vitals: tuple[int, ...], numbers: tuple[float, ...], marks: Mapping[Vital, Quality]
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return those numbers, and of which vitals they are, that are not marked."""
    kept = [
        (vital, n) for vital, n in zip(vitals, numbers, strict=True) if VITALS[vital] not in marks
    ]
    return tuple([vital for vital, _ in kept]), tuple([number for _, number in kept])


def _repeat(rest: Vitals, carry: Carry, captured_us: int) -> None:
    """Make as new as the row what it repeats."""
    if rest.consciousness is not None:
        carry.consciousness_us = captured_us
    if rest.on_oxygen is not None:
        carry.oxygen_us = captured_us
    if rest.spo2_scale is not None:
        carry.scale_us = captured_us

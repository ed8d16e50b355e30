"""NEWS2 on the newest values, and the two alarms that its chart asks for.

Every item of vital signs is scored with what is carried from before. What was never measured is
MISSING, what has aged out is STALE; either way the score is refused, and its lower bound and any
single 3 still alarm. A patient never gets better for want of data: an alarm that holds while the
score becomes refused stays until a complete score says that it is over, or until the score turns
out not to be for this patient (age, pregnancy). Ageing alone therefore never begins or ends an
alarm. How an alarm lasts while the score comes and goes is told in ``bands``.

A value that something speaks against (``doubting``) begins no alarm here while it is doubted: the
score is refused, and its lower bound goes without it.

A backlog is scored at its end, on what is then still fresh: what was over before it was learned of
is not sounded.

Most items change nothing. The *screen* is an upper bound of the score, the sum of the points of
whatever is carried, kept up one vital at a time; only a patient whom it does not clear, or who
has an alarm, is scored in full.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.identity import FrameRef
from clinical.alarms.rule import Cause
from clinical.scores import news2
from clinical.scores.chart import Chart, RefusalReason, Refused, Result
from clinical.scores.news2 import HIGH_TOTAL, MEDIUM_TOTAL, SINGLE_RED, News2Inputs
from clinical.vitals import Consciousness, Spo2Scale, Vital
from clinical.watch.carry import (
    HEART_RATE,
    PULSE_RATE,
    SPO2,
    VITALS,
    Carry,
    Reading,
    Taken,
)
from clinical.watch.encounter import EncounterState
from clinical.watch.finding import NO_FINDINGS, Findings
from clinical.watch.scores.again import Again
from clinical.watch.scores.bands import Bands
from clinical.watch.scores.doubting import NOTHING_BESIDE, Beside, Doubts

_OXYGEN: Final = len(VITALS)
_CONSCIOUSNESS: Final = _OXYGEN + 1
_PARTS: Final = _CONSCIOUSNESS + 1

_CHART_OF: Final[Mapping[Vital, Chart]] = {
    Vital.HEART_RATE: news2.HEART_RATE,
    Vital.PULSE_RATE: news2.HEART_RATE,
    Vital.RESPIRATION: news2.RESPIRATION,
    Vital.SPO2: news2.SPO2_SCALE_1,
    Vital.SYSTOLIC: news2.SYSTOLIC,
    Vital.TEMPERATURE: news2.TEMPERATURE,
}
CHARTS: Final = tuple(_CHART_OF.get(vital) for vital in VITALS)
_ALERT: Final = Consciousness.ALERT
_SCALE_2: Final = Spo2Scale.SCALE_2
SCALE_2_CHARTS: Final = (news2.SPO2_SCALE_2_ON_AIR, news2.SPO2_SCALE_2_ON_OXYGEN)
_MEASURED: Final = tuple(
    (vital.value, VITALS.index(vital))
    for vital in (
        Vital.RESPIRATION,
        Vital.SPO2,
        Vital.SYSTOLIC,
        Vital.HEART_RATE,
        Vital.TEMPERATURE,
    )
)
_MEASURED_VITALS: Final = tuple(vital for _, vital in _MEASURED)
_NOT_FOR_THIS_PATIENT: Final = frozenset({RefusalReason.AGE, RefusalReason.PREGNANT})


class Scoring:
    """NEWS2 of one patient."""

    __slots__ = ("_bands", "_carry", "again", "doubts", "screen")

    def __init__(self, carry: Carry) -> None:
        """Begin with nothing scored; ``carry`` holds the newest values."""
        self._carry = carry
        self.doubts = Doubts(carry)
        self._bands = Bands(Cause.NEWS2_HIGH, Cause.NEWS2_MEDIUM)
        self.screen = [0] * _PARTS
        """Points by part; it is never changed in place, so the same list is the same points."""
        self.again = Again()

    def on_item(  # noqa: PLR0917 - an item, its patient, and what is doubted of it
        self,
        taken: Taken,
        state: EncounterState,
        captured_us: int,
        frame: FrameRef,
        now_us: int,
        beside: Beside = NOTHING_BESIDE,
    ) -> Findings:
        """Score after an item of vital signs whose values ``carry`` has taken over.

        An item captured before the newest one completes the record only.
        """
        self._screen_for(taken.live or taken.backlog)
        again = self.again
        if not again.accept(captured_us):
            return NO_FINDINGS
        if self._cleared() and not beside.doubted:
            self.doubts.fade(taken.live, captured_us, beside)
            return NO_FINDINGS
        self.doubts.on_item(taken.live, captured_us, beside)
        doubted, backlog = bool(self.doubts.contradicted), bool(taken.backlog)
        if not again.at_once(frame, now_us, doubted=doubted, backlog=backlog):
            return NO_FINDINGS
        return self._judge(self.inputs(state, now_us), captured_us, frame)

    @property
    def stands(self) -> bool:
        """Tell whether either alarm holds."""
        return self._bands.stands

    @property
    def high(self) -> bool:
        """Tell whether NEWS2_HIGH holds."""
        return self._bands.high

    @property
    def due_us(self) -> int | None:
        """When a backlog that waits is scored, or what is doubted."""
        return self.again.due_us

    def on_tick(self, state: EncounterState, now_us: int) -> Findings:
        """Score the end of a backlog, and what is doubted, once nothing has come for a while."""
        due = self.again.take(now_us)
        if due is None:
            return NO_FINDINGS
        if due.believed:
            self.doubts.clear()
        return self._judge(self.inputs(state, now_us), due.captured_us, due.frame)

    def inputs(self, state: EncounterState, now_us: int) -> News2Inputs:
        """Return what of the newest values may be scored at ``now_us``, but for the doubted.

        The pulse felt by the pleth stands in where no heart rate may be judged.
        """
        carry, doubts = self._carry, self.doubts
        values: dict[str, Any] = {}
        unusable: dict[str, RefusalReason] = {}
        for name, vital in _MEASURED:
            source = vital
            if vital == HEART_RATE and not carry.fresh(HEART_RATE, now_us):
                source = PULSE_RATE if carry.fresh(PULSE_RATE, now_us) else HEART_RATE
            if source in doubts.contradicted:
                unusable[name] = RefusalReason.IMPLAUSIBLE
            elif carry.fresh(source, now_us):
                values[name] = carry.values[source]
            elif carry.values[source] is not None:
                unusable[name] = RefusalReason.STALE
        consciousness = carry.assessed(now_us)
        if consciousness is None and carry.consciousness is not None:
            unusable["consciousness"] = RefusalReason.STALE
        return News2Inputs(
            **values,
            spo2_scale=carry.spo2_scale,
            on_oxygen=carry.on_oxygen,
            consciousness=consciousness,
            age_years=state.age_years,
            pregnant=state.pregnant,
            unusable=unusable,
        )

    def score(self, state: EncounterState, now_us: int) -> int | Refused:
        """Return the total at ``now_us``, or why there is none.

        While everything is known and fresh, the points of the screen are the parts of the score.
        """
        carry = self._carry
        if (
            (state.age_years is None or state.age_years >= news2.YOUNGEST_YEARS)
            and not state.pregnant
            and not self.doubts.stand
            and carry.spo2_scale is not _SCALE_2
            and carry.on_oxygen is not None
            and carry.assessed(now_us) is not None
            and carry.all_fresh(_MEASURED_VITALS, now_us)
        ):
            return sum(self.screen) - self.screen[PULSE_RATE]
        result = news2.score(self.inputs(state, now_us))
        return result if isinstance(result, Refused) else result.total

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        return self._bands.close(at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            **self.again.snapshot(),
            **self._bands.snapshot(),
            "doubts": self.doubts.snapshot(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; ``carry`` has been restored before."""
        self._bands.restore(state)
        self.again.restore(state)
        self.doubts.restore(state.get("doubts", {}))
        values = enumerate(self._carry.values)
        self._screen_for(tuple((vital, value) for vital, value in values if value is not None))

    def _screen_for(self, readings: tuple[Reading, ...]) -> None:
        """Bring the upper bound of each part up to date."""
        carry, screen = self._carry, self.screen.copy()
        for vital, value in readings:
            chart = CHARTS[vital]
            if chart is not None:
                screen[vital] = chart.points(value) or 0
        saturation = carry.values[SPO2]
        if saturation is not None:
            screen[SPO2] = (
                max(chart.points(saturation) or 0 for chart in SCALE_2_CHARTS)
                if carry.spo2_scale is _SCALE_2
                else news2.SPO2_SCALE_1.points(saturation) or 0
            )
        screen[_OXYGEN] = 2 if carry.on_oxygen else 0
        consciousness = carry.consciousness
        alert = consciousness is _ALERT or consciousness is None
        screen[_CONSCIOUSNESS] = 0 if alert else SINGLE_RED
        self.screen = screen

    def _cleared(self) -> bool:
        """Tell whether no score of what is carried could change anything."""
        return sum(self.screen) < MEDIUM_TOTAL and SINGLE_RED not in self.screen and not self.stands

    def _judge(self, inputs: News2Inputs, captured_us: int, frame: FrameRef) -> Findings:
        result = news2.score(inputs)
        if isinstance(result, Refused) and _foreign(result):
            return self.close(captured_us)
        high, medium = self._reached(result)
        if self._bands.settled(high=high, medium=medium):
            return NO_FINDINGS
        values = _explanation(inputs, result)
        return self._bands.reach(captured_us, frame, values, high=high, medium=medium)

    def _reached(self, result: Result) -> tuple[bool, bool]:
        """Return whether the band of each alarm is reached, or may be for all that is known."""
        high = result.at_least >= HIGH_TOTAL
        medium = result.at_least >= MEDIUM_TOTAL or result.any_three
        if isinstance(result, Refused):
            high = high or self._bands.high
            medium = medium or self._bands.stands
        return high, medium


def _foreign(result: Refused) -> bool:
    return any(x.reason in _NOT_FOR_THIS_PATIENT for x in result.reasons)


def _explanation(inputs: News2Inputs, result: Result) -> dict[str, float | str]:
    """Return the score and the values that it rests on, by field name."""
    values: dict[str, float | str] = {
        "news2_at_least" if isinstance(result, Refused) else "news2_total": result.at_least
    }
    for column in result.parts:
        value = getattr(inputs, column)
        values[column] = str(value) if isinstance(value, bool | Consciousness) else value
    return values

"""National PEWS on the newest values of a child, and the two alarms that its bands ask for.

It stands beside ``scoring``: NEWS2 refuses a child, and this refuses everybody else. What no
monitor shows (effort of breathing, capillary refill, how much oxygen) is never known here, so the
score of a child is its lower bound, and a graver band may be hidden: the refusal says what is
missing. An alarm begins on that lower bound or on the level of consciousness alone. It ends when
everything that monitors and crew do state is known and the bound is below its band again; while any
of that is missing it stays, because nobody gets better for want of data. How an alarm lasts while
the score comes and goes is told in ``bands``.

A backlog is scored at its end, on what is then still fresh.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.identity import FrameRef
from clinical.alarms.rule import Cause
from clinical.scores import npews
from clinical.scores.chart import RefusalReason, Refused, Response, Result
from clinical.scores.choice import EarlyWarning, choose
from clinical.scores.npews import OXYGEN
from clinical.scores.observed import Observed
from clinical.scores.points import AGE, CONSCIOUSNESS
from clinical.vitals import Consciousness, Vital
from clinical.watch.carry import HEART_RATE, PULSE_RATE, VITALS, Carry
from clinical.watch.encounter import EncounterState
from clinical.watch.finding import NO_FINDINGS, Findings
from clinical.watch.scores.again import Again
from clinical.watch.scores.bands import Bands
from clinical.watch.scores.doubting import Doubts
from clinical.watch.scores.shown import PictureScore, shown_score

_MEASURED: Final = (Vital.RESPIRATION, Vital.HEART_RATE, Vital.SYSTOLIC, Vital.SPO2)
_STATED: Final = frozenset({*_MEASURED, CONSCIOUSNESS})
"""What ends an alarm must be known."""
_MEDIUM_TOTAL, _HIGH_TOTAL = 5, 9
_NOT_AWAKE: Final = frozenset({Consciousness.VOICE, Consciousness.PAIN, Consciousness.UNRESPONSIVE})


class ChildScoring:
    """National PEWS of one patient."""

    __slots__ = ("_bands", "_carry", "_doubts", "again")

    def __init__(self, carry: Carry, doubts: Doubts) -> None:
        """Begin with nothing scored; ``carry`` holds the newest values, ``doubts`` judges them."""
        self._carry = carry
        self._doubts = doubts
        self._bands = Bands(Cause.NPEWS_HIGH, Cause.NPEWS_MEDIUM)
        self.again = Again()

    @property
    def stands(self) -> bool:
        """Tell whether either alarm holds."""
        return self._bands.stands

    @property
    def due_us(self) -> int | None:
        """When a backlog that waits is scored, or what is doubted."""
        return self.again.due_us

    def on_item(
        self,
        state: EncounterState,
        captured_us: int,
        frame: FrameRef,
        now_us: int,
        *,
        backlog: bool,
    ) -> Findings:
        """Score after an item of vital signs that ``carry`` has taken over.

        An item captured before the newest one completes the record only.
        """
        if not for_child(state):
            self.again.forget()
            return self.close(captured_us) if self.stands else NO_FINDINGS
        if not self.again.accept(captured_us):
            return NO_FINDINGS
        doubted = bool(self._doubts.contradicted)
        if not self.again.at_once(frame, now_us, doubted=doubted, backlog=backlog):
            return NO_FINDINGS
        return self._judge(self.observed(state, now_us), captured_us, frame)

    def on_tick(self, state: EncounterState, now_us: int) -> Findings:
        """Score the end of a backlog, and what is doubted, once nothing has come for a while.

        What waited of somebody who is no child, as is known by now, is not for this score.
        """
        due = self.again.take(now_us)
        if due is None:
            return NO_FINDINGS
        if not for_child(state):
            self.again.forget()
            return self.close(due.captured_us)
        if due.believed:
            self._doubts.clear()
        return self._judge(self.observed(state, now_us), due.captured_us, due.frame)

    def observed(self, state: EncounterState, now_us: int) -> Observed:
        """Return what of the newest values may be scored at ``now_us``, but for the doubted."""
        carry, doubts = self._carry, self._doubts
        numbers: dict[str, float] = {}
        unusable: dict[str, RefusalReason] = {}
        for name in _MEASURED:
            vital = VITALS.index(name)
            if vital == HEART_RATE and not carry.fresh(HEART_RATE, now_us):
                vital = PULSE_RATE if carry.fresh(PULSE_RATE, now_us) else HEART_RATE
            value = carry.values[vital]
            if vital in doubts.contradicted:
                unusable[name] = RefusalReason.IMPLAUSIBLE
            elif value is not None and carry.fresh(vital, now_us):
                numbers[name] = value
            elif value is not None:
                unusable[name] = RefusalReason.STALE
        if state.age_years is not None:
            numbers[AGE] = state.age_years
        level = carry.assessed(now_us)
        if level is None and carry.consciousness is not None:
            unusable[CONSCIOUSNESS] = RefusalReason.STALE
        return Observed(numbers, consciousness=level, on_oxygen=carry.on_oxygen, unusable=unusable)

    def shown(self, state: EncounterState, now_us: int) -> PictureScore | None:
        """Return the score of a child as a row shows it; None for everybody else."""
        if not for_child(state):
            return None
        observed = self.observed(state, now_us)
        result = npews.score(observed)
        return shown_score(EarlyWarning.NPEWS, result, band_of(result, observed.consciousness))

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        return self._bands.close(at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty for whom nothing was ever scored here."""
        if not self.again.newest_us:
            return {}
        return {**self.again.snapshot(), **self._bands.snapshot()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; an empty one is the beginning."""
        if not state:
            return
        self._bands.restore(state)
        self.again.restore(state)

    def _judge(self, observed: Observed, captured_us: int, frame: FrameRef) -> Findings:
        result = npews.score(observed)
        known = not isinstance(result, Refused) or not any(
            reason.column in _STATED for reason in result.reasons
        )
        asleep = observed.consciousness in _NOT_AWAKE
        high = result.at_least >= _HIGH_TOTAL or asleep
        medium = result.at_least >= _MEDIUM_TOTAL
        if not known:
            high = high or self._bands.high
            medium = medium or self._bands.stands
        if self._bands.settled(high=high, medium=medium):
            return NO_FINDINGS
        values = _explanation(observed, result)
        return self._bands.reach(captured_us, frame, values, high=high, medium=medium)


def for_child(state: EncounterState) -> bool:
    """Tell whether a patient is scored here."""
    return choose(state.age_years, pregnant=state.pregnant).used is EarlyWarning.NPEWS


def band_of(result: Result, level: Consciousness | None) -> Response | None:
    """Return the band of a score or, where it was refused, of what it is at least."""
    if level is None or level is Consciousness.NEW_CONFUSION:
        level = Consciousness.ALERT
    return npews.band(result.at_least, level)


def _explanation(observed: Observed, result: Result) -> dict[str, float | str]:
    """Return the score and the values that it rests on, by field name."""
    refused = isinstance(result, Refused)
    values: dict[str, float | str] = {
        "npews_at_least" if refused else "npews_total": result.at_least
    }
    values |= {
        name: observed.numbers[name] for name in (*_MEASURED, AGE) if name in observed.numbers
    }
    if OXYGEN in result.parts:
        values[OXYGEN] = str(observed.on_oxygen)
    if observed.consciousness is not None:
        values[CONSCIOUSNESS] = str(observed.consciousness)
    return values

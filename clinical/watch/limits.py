"""Threshold causes of the catalogue, by age, on the newest values and on what comes late.

Live values feed the live conditions; delays are event time, and a tick lets a run mature while its
newest value still holds and may still be judged. An alarm never ends because data stopped.

Late and backlog values feed the late line of each cause (``late.py``), except that a backlog value
continues a live run that already stands: it is the next thing known of it. What matures on a late
line is compared with the newest value of its vital:

- a live value is fresh and holds too: the alarm sounds at once, and the live condition adopts the
  run, so that live data ends it;
- it is fresh and clear: the run is recorded when it ends, or when nothing late comes for a second;
- there is no fresh live value: after a second without late data the alarm sounds if the newest
  value of all holds, else the run is recorded. On a link that is always slow late data never
  pauses: there a fresh backlog value that holds is waited for no longer than ``OVERDUE_AFTER_US``.

While the live alarm is active it keeps its own id; a late run is then at most recorded.

A patient in whom nothing stands costs two comparisons per value.
"""

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, Final

from clinical.alarms.catalogue import CATALOGUE
from clinical.alarms.childhood import group_of, rules_of
from clinical.alarms.condition import Change, Changes, ThresholdCondition
from clinical.alarms.identity import FrameRef
from clinical.alarms.patience import Trust
from clinical.alarms.priority import Phase
from clinical.alarms.rule import AlarmRule, Comparison
from clinical.vitals import Vital
from clinical.watch.carry import HEART_RATE, PULSE_RATE, VITALS, Carry, Reading, Taken
from clinical.watch.due import EVERY_TICK
from clinical.watch.finding import NO_FINDINGS, Finding, Findings
from clinical.watch.late import LateLine
from clinical.watch.trust import WITNESSES, stands_in, trust_of

_Rules = tuple[tuple[AlarmRule, ...], ...]


def _by_vital(rules: tuple[AlarmRule, ...]) -> _Rules:
    return tuple(tuple(rule for rule in rules if rule.vital is vital) for vital in VITALS)


_RULES: Final = _by_vital(CATALOGUE)


def _calm_range(rules: tuple[AlarmRule, ...]) -> tuple[float, float]:
    """Return the closed interval in which no rule of a vital is violated."""
    lowest, highest = -inf, inf
    for bound in (level.bound for rule in rules for level in rule.levels):
        if bound is not None and bound.comparison is Comparison.BELOW:
            lowest = max(lowest, bound.limit)
        elif bound is not None:
            highest = min(highest, bound.limit)
    return lowest, highest


def _calm_by_vital(rules: _Rules) -> tuple[tuple[float, float], ...]:
    """Return it by vital; the pulse rate is judged as the heart rate where it stands in for it."""
    return tuple(
        _calm_range(rules[HEART_RATE if vital == PULSE_RATE else vital])
        for vital in range(len(VITALS))
    )


CALM: Final = _calm_by_vital(_RULES)
"""Of an adult, by vital."""

_GROUP: Final = "for_group"
"""Name in a snapshot of whose bounds are used, beside the names of causes."""


class Limit:
    """One threshold cause of one patient: its live condition and its late line."""

    __slots__ = ("_carry", "_frame", "late", "live", "rule", "vital")

    def __init__(self, rule: AlarmRule, vital: int, carry: Carry) -> None:
        """Begin with nothing violated; ``carry`` holds the newest values."""
        self.rule = rule
        self.vital = vital
        self.live = ThresholdCondition(rule)
        self.late = LateLine(rule)
        self._carry = carry

    @property
    def stirred(self) -> bool:
        """Tell whether anything stands, live or late."""
        return self.live.frame is not None or self.late.stirred

    @property
    def doubted(self) -> bool:
        """Tell whether a violation is contradicted, and is no alarm yet."""
        live = self.live
        return live.frame is not None and live.raised is None and live.trust is Trust.DOUBTED

    def on_live(
        self, value: float, at_us: int, frame: FrameRef, now_us: int, trust: Trust | None = None
    ) -> Findings:
        """Judge a live value, and what stands on the late line against it.

        ``trust`` is what the newest values of the other vitals say, unless it is given.
        """
        if trust is None:
            trust = trust_of(self.vital, self._carry)
        findings = self._say(self.live.sample(value, at_us, frame, trust))
        return findings + self._compare(now_us) if self.late.matured else findings

    def on_backlog(self, value: float, at_us: int, frame: FrameRef, now_us: int) -> Findings:
        """Judge a value that is the newest but was long under way."""
        if self.live.frame is not None:
            return self.on_live(value, at_us, frame, now_us)
        return self.on_late(value, at_us, frame, now_us)

    def on_late(self, value: float, at_us: int, frame: FrameRef, now_us: int) -> Findings:
        """Judge a value on the late line."""
        findings = self.late.sample(value, at_us, frame, now_us)
        findings = tuple(x for x in findings if not self._within_live_alarm(x.change.since_us))
        return findings + self._compare(now_us) if self.late.matured else findings

    def on_tick(self, now_us: int) -> Findings:
        """Let runs mature as time passes, and decide what stands on the late line."""
        expires_us = self._carry.expires_us(self.vital)
        findings = self._say(self.live.tick(min(now_us, expires_us)))
        if not self.late.stirred:
            return findings
        newest = self.late.newest_us == self._carry.captured_us[self.vital]
        if newest and self.late.settled(now_us):
            self.late.mature(min(now_us, expires_us), now_us)
        return findings + self._compare(now_us) if self.late.matured else findings

    def close(self, at_us: int) -> Findings:
        """End what holds, and record what stood on the late line."""
        return self._say(self.live.withdraw(at_us)) + self.late.record()

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {"live": self.live.snapshot(), "late": self.late.snapshot()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self.live.restore(state["live"])
        self.late.restore(state["late"])

    def _compare(self, now_us: int) -> Findings:
        """Sound, record or hold back the matured run of the late line."""
        settled = self.late.settled(now_us)
        if self.live.raised is not None:
            return self._recorded() if settled else NO_FINDINGS
        if self._newest_holds() and (settled or self._known_to_hold(now_us)):
            return self._sound()
        return self._recorded() if settled else NO_FINDINGS

    def _known_to_hold(self, now_us: int) -> bool:
        """Tell whether the newest value is fresh, and live or past waiting for."""
        live = self._carry.captured_us[self.vital] > self.late.newest_us
        return self._carry.fresh(self.vital, now_us) and (live or self.late.overdue(now_us))

    def _newest_holds(self) -> bool:
        value = self._carry.values[self.vital]
        bound = self.rule.levels[0].bound
        return value is not None and bound is not None and bound.held_by(value)

    def _sound(self) -> Findings:
        """Let the live condition adopt the late run, judge it on the newest value, and say so."""
        self.live.adopt(self.late.hand_over())
        frame, value = self.live.frame, self._carry.values[self.vital]
        if frame is None or value is None:
            return NO_FINDINGS
        began_us, raised_us = self.live.began_us, self.live.raised_us
        self.live.sample(value, self._carry.captured_us[self.vital], frame)
        priority = self.live.raised or self.rule.levels[0].priority
        return self._say((Change(Phase.START, priority, began_us, raised_us, frame, value),))

    def _recorded(self) -> Findings:
        """Record the run of the late line, unless the live alarm already tells of that time."""
        return tuple(
            x for x in self.late.record() if not self._within_live_alarm(x.change.since_us)
        )

    def _within_live_alarm(self, since_us: int) -> bool:
        if self.live.raised is None:
            return False
        return self.live.began_us <= since_us

    def _say(self, changes: Changes) -> Findings:
        if not changes:
            return NO_FINDINGS
        return tuple(Finding(self.rule, "", x, self._values(x)) for x in changes)

    def _values(self, change: Change) -> Mapping[str, float | str]:
        if change.value is None:
            return {}
        trust = self.live.trust
        vital = Vital.PULSE_RATE if trust is Trust.STOOD_IN else self.rule.vital
        said: dict[str, float | str] = {str(vital): change.value}
        if trust in {Trust.CONFIRMED, Trust.DOUBTED}:
            values = self._carry.values
            said |= {str(VITALS[x]): values[x] or 0.0 for x in WITNESSES[self.vital]}
        return said


class Limits:
    """The threshold causes of one patient."""

    __slots__ = ("_calm", "_carry", "_group", "_limits", "stirred")

    def __init__(self, carry: Carry) -> None:
        """Begin with nothing violated, for an adult; ``carry`` holds the newest values."""
        self._carry = carry
        self._use(None)
        self.stirred = [False] * len(VITALS)

    def rule(self, cause: str) -> AlarmRule:
        """Return the rule of a cause as it is for this patient's age."""
        return next(rule for rule in rules_of(self._group) if rule.cause == cause)

    def suit(self, age_years: int | None, at_us: int) -> Findings:
        """Judge by the bounds for this age from now on; end what holds by others."""
        group = group_of(age_years)
        if group == self._group:
            return NO_FINDINGS
        findings = self.close(at_us)
        self._use(group)
        return findings

    def on_item(self, taken: Taken, captured_us: int, frame: FrameRef, now_us: int) -> Findings:
        """Judge the values of an item that ``carry`` has taken over."""
        findings = NO_FINDINGS
        stirred, calm = self.stirred, self._calm
        for vital, value in taken.live:
            lowest, highest = calm[vital]
            if stirred[vital] or not lowest <= value <= highest:
                for limit in self._limits[vital]:
                    findings += limit.on_live(value, captured_us, frame, now_us)
                self._note(vital)
            if vital == PULSE_RATE and stands_in(self._carry, captured_us):
                findings += self._standing_in(value, captured_us, frame, now_us)
        if taken.backlog:
            findings += self._each(taken.backlog, Limit.on_backlog, captured_us, frame, now_us)
        if taken.late:
            findings += self._each(taken.late, Limit.on_late, captured_us, frame, now_us)
        return findings

    @property
    def due_us(self) -> int | None:
        """Each tick while anything stands: a run serves its wait, a late line is decided."""
        return EVERY_TICK if True in self.stirred else None

    def on_tick(self, now_us: int) -> Findings:
        """Let what stands mature, sound, or be recorded."""
        findings = NO_FINDINGS
        if True not in self.stirred:
            return findings
        for vital, stirred in enumerate(self.stirred):
            if stirred:
                for limit in self._limits[vital]:
                    findings += limit.on_tick(now_us)
                self._note(vital)
        return findings

    def doubted(self) -> tuple[int, ...]:
        """Return the vitals, by index, whose violation a second signal has contradicted so far."""
        if True not in self.stirred:
            return ()
        return tuple(
            vital
            for vital, limits in enumerate(self._limits)
            if self.stirred[vital] and any(limit.doubted for limit in limits)
        )

    def sounding(self) -> tuple[int, ...]:
        """Return the vitals, by index, of which an alarm by a limit holds."""
        if True not in self.stirred:
            return ()
        return tuple(
            vital
            for vital, limits in enumerate(self._limits)
            if any(limit.live.raised is not None for limit in limits)
        )

    def close(self, at_us: int) -> Findings:
        """End what holds, and record what was held back."""
        findings = NO_FINDINGS
        for vital, limits in enumerate(self._limits):
            for limit in limits:
                findings += limit.close(at_us)
            self._note(vital)
        return findings

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data: of each cause in which anything stands."""
        group = {} if self._group is None else {_GROUP: self._group}
        return group | {
            limit.rule.cause.value: limit.snapshot()
            for limits in self._limits
            for limit in limits
            if limit.stirred
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self._use(state.get(_GROUP))
        for vital, limits in enumerate(self._limits):
            for limit in limits:
                if limit.rule.cause.value in state:
                    limit.restore(state[limit.rule.cause.value])
            self._note(vital)

    def _use(self, group: int | None) -> None:
        rules = _by_vital(rules_of(group))
        self._group = group
        self._calm = CALM if group is None else _calm_by_vital(rules)
        self._limits = tuple(
            tuple(Limit(rule, vital, self._carry) for rule in found)
            for vital, found in enumerate(rules)
        )

    def _each(
        self,
        readings: tuple[Reading, ...],
        judge: Callable[[Limit, float, int, FrameRef, int], Findings],
        captured_us: int,
        frame: FrameRef,
        now_us: int,
    ) -> Findings:
        findings = NO_FINDINGS
        for vital, value in readings:
            for limit in self._limits[vital]:
                findings += judge(limit, value, captured_us, frame, now_us)
            self._note(vital)
        return findings

    def _standing_in(self, value: float, at_us: int, frame: FrameRef, now_us: int) -> Findings:
        """Judge a pulse rate as the heart rate, which is missing."""
        findings = NO_FINDINGS
        for limit in self._limits[HEART_RATE]:
            findings += limit.on_live(value, at_us, frame, now_us, Trust.STOOD_IN)
        self._note(HEART_RATE)
        return findings

    def _note(self, vital: int) -> None:
        self.stirred[vital] = any(limit.stirred for limit in self._limits[vital])

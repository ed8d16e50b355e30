"""Threshold causes of the catalogue, by age, on the newest values and on what comes late.

Live values feed the live conditions; delays are event time, and a tick lets a run mature while its
newest value still holds and may still be judged. An alarm never ends because data stopped.

Each cause has a live condition and a late line (``limit.py``).

A patient in whom nothing stands costs two comparisons per value.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Any, Final

from clinical.alarms.childhood import group_of, rules_of
from clinical.alarms.identity import FrameRef
from clinical.alarms.patience import Trust
from clinical.alarms.rule import AlarmRule, Comparison
from clinical.alarms.safe_limits import Violation, adjusted, limits_of, violation, with_limits
from clinical.alarms.staff_limit import LimitSet
from clinical.watch.carry import HEART_RATE, PULSE_RATE, VITALS, Carry, Reading, Taken
from clinical.watch.due import earliest
from clinical.watch.finding import NO_FINDINGS, Findings
from clinical.watch.trust import stands_in
from clinical.watch.vital_signs.limit import Limit

_Rules = tuple[tuple[AlarmRule, ...], ...]


def _by_vital(rules: tuple[AlarmRule, ...]) -> _Rules:
    return tuple(tuple(rule for rule in rules if rule.vital is vital) for vital in VITALS)


@cache
def _rules_by_cause(group: int | None) -> Mapping[str, AlarmRule]:
    """Return the rules of an age, before staff have set anything."""
    return {rule.cause: rule for rule in rules_of(group)}


@cache
def _rules_by_vital(group: int | None) -> _Rules:
    return _by_vital(tuple(_rules_by_cause(group).values()))


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


CALM: Final = _calm_by_vital(_rules_by_vital(None))
"""Of an adult, by vital."""

_GROUP: Final = "for_group"
"""Name in a snapshot of whose bounds are used, beside the names of causes."""

_BOUNDS: Final = "bounds"
_CITATION: Final = "citation"
"""Names in the snapshot of a cause whose alarm is judged by other bounds than begin one now."""

_NO_BOUNDS: Final[Mapping[str, Any]] = MappingProxyType({})
"""Of a rule whose bounds are those of the age."""


class Limits:
    """The threshold causes of one patient."""

    __slots__ = ("_calm", "_carry", "_group", "_limits", "_own", "_rules", "own", "stirred")

    def __init__(self, carry: Carry) -> None:
        """Begin with nothing violated, for an adult; ``carry`` holds the newest values."""
        self._carry = carry
        self._own: Mapping[str, LimitSet] = {}
        self.own = False
        """Whether any limit is this patient's own, or outlasts one that was."""
        self._use(None)
        self.stirred = [False] * len(VITALS)

    def rule(self, cause: str, bounds: Mapping[str, Any] = _NO_BOUNDS) -> AlarmRule:
        """Return the rule of a cause for this patient's age, or by the bounds of ``bounds_of``."""
        rule = _rules_by_cause(self._group)[cause]
        return with_limits(rule, bounds[_BOUNDS], bounds[_CITATION]) if bounds else rule

    def bounds_of(self, rule: AlarmRule) -> dict[str, Any]:
        """Return as plain data by which bounds a rule judges; empty: by those of the age."""
        if rule.vital is None or rule == self.rule(rule.cause):
            return {}
        return {_BOUNDS: limits_of(rule), _CITATION: rule.citation}

    def refusal(self, cause: str, medium: float | None, high: float | None) -> Violation | None:
        """Return why limits cannot be set for this patient; None when they can."""
        rule = _rules_by_cause(self._group).get(cause)
        return violation(rule, medium, high, child=self._group is not None)

    def use(self, own: Mapping[str, LimitSet]) -> Findings:
        """Judge by these limits of staff, by cause, from now on; what stands goes on."""
        self._own = own
        self._rules = self._rules_for_patient()
        findings, judged = NO_FINDINGS, []
        for limits in self._limits:
            succeeded: tuple[Limit, ...] = ()
            for limit in limits:
                successor, recorded = limit.succeed(self._rules[limit.rule.cause])
                succeeded += (successor,)
                findings += recorded
            judged.append(succeeded)
        self._judge_by(tuple(judged))
        return findings

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
        """When a run has served its wait, or a late line is decided."""
        if True not in self.stirred:
            return None
        return earliest(
            *(
                limit.due_us
                for vital, stirred in enumerate(self.stirred)
                if stirred
                for limit in self._limits[vital]
            )
        )

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
        if True not in self.stirred:
            return group
        return group | {
            limit.rule.cause.value: limit.snapshot() | self._bounds_in_use(limit)
            for limit in self._each_limit()
            if limit.stirred
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; in most patients, nothing stands."""
        if state == self.snapshot() and not self.own:
            return
        self._use(state.get(_GROUP))
        self._judge_by(
            tuple(
                tuple(self._restored(limit, state.get(limit.rule.cause.value)) for limit in limits)
                for limits in self._limits
            )
        )

    def _restored(self, limit: Limit, state: Mapping[str, Any] | None) -> Limit:
        if state is None:
            return limit
        if _BOUNDS in state:
            limit = Limit(self.rule(limit.rule.cause, state), limit.vital, self._carry)
        limit.restore(state)
        return limit

    def _bounds_in_use(self, limit: Limit) -> dict[str, Any]:
        """Return the bounds of an alarm that is judged by others than begin one now."""
        if self._counts(limit):
            return {}
        return {_BOUNDS: limits_of(limit.rule), _CITATION: limit.rule.citation}

    def _each_limit(self) -> Iterator[Limit]:
        return (limit for limits in self._limits for limit in limits)

    def _use(self, group: int | None) -> None:
        self._group = group
        self._rules = self._rules_for_patient()
        rules = _by_vital(tuple(self._rules.values())) if self._own else _rules_by_vital(group)
        self._limits = tuple(
            tuple(Limit(rule, vital, self._carry) for rule in found)
            for vital, found in enumerate(rules)
        )
        self.own = bool(self._own)
        self._calm = CALM if group is None and not self.own else _calm_by_vital(rules)

    def _rules_for_patient(self) -> Mapping[str, AlarmRule]:
        """Return the rules for this patient: of the age, with what staff have set."""
        rules = _rules_by_cause(self._group)
        if not self._own:
            return rules
        return {
            cause: adjusted(rule, own) if (own := self._allowed(rule)) else rule
            for cause, rule in rules.items()
        }

    def _allowed(self, rule: AlarmRule) -> LimitSet | None:
        """Return what staff have set for a cause, if it is safe at this age."""
        own = self._own.get(rule.cause)
        if own is None or self.refusal(rule.cause, own.medium, own.high) is not None:
            return None
        return None if own.withdrawn else own

    def _judge_by(self, limits: tuple[tuple[Limit, ...], ...]) -> None:
        """Judge by these; a value that none of them concerns is calm."""
        self._limits = limits
        in_use = tuple(tuple(limit.rule for limit in found) for found in limits)
        self.own = bool(self._own) or any(map(self._outlasted, range(len(VITALS))))
        plain = self._group is None and not self.own
        self._calm = CALM if plain else _calm_by_vital(in_use)
        for vital in range(len(VITALS)):
            self._note(vital)

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
        """Take note of what stands; a limit that is over and counts no longer gives way."""
        limits = self._limits[vital]
        self.stirred[vital] = any(limit.stirred for limit in limits)
        if not self.own or all(limit.stirred or self._counts(limit) for limit in limits):
            return
        after = tuple(
            limit
            if limit.stirred or self._counts(limit)
            else Limit(self._rules[limit.rule.cause], vital, self._carry)
            for limit in limits
        )
        self._judge_by((*self._limits[:vital], after, *self._limits[vital + 1 :]))

    def _outlasted(self, vital: int) -> bool:
        """Tell whether a limit of a vital is another than begins an alarm now."""
        return not all(map(self._counts, self._limits[vital]))

    def _counts(self, limit: Limit) -> bool:
        """Tell whether a limit is the one that begins an alarm now."""
        return limit.rule is self._rules[limit.rule.cause]

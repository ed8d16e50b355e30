"""One threshold cause of one patient: its live condition, its late line, and one against the other.

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

Staff may set limits for one patient (``staff_limits.py``). What stands as an alarm then is neither
ended nor lost by it: it is judged by the stricter of both limits until it is over.
"""

from collections.abc import Mapping
from typing import Any

from clinical.alarms.change import Change, Changes
from clinical.alarms.identity import FrameRef
from clinical.alarms.patience import Trust
from clinical.alarms.priority import Phase
from clinical.alarms.rule import AlarmRule
from clinical.alarms.safe_limits import stricter
from clinical.alarms.threshold import ThresholdCondition
from clinical.vitals import Vital
from clinical.watch.carry import VITALS, Carry
from clinical.watch.due import EVERY_TICK
from clinical.watch.finding import NO_FINDINGS, Finding, Findings
from clinical.watch.late import LateLine
from clinical.watch.trust import WITNESSES, trust_of


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

    @property
    def due_us(self) -> int | None:
        """When time alone changes it: a run has served its wait, or a late line is decided."""
        if self.late.stirred:
            return EVERY_TICK
        due_us = self.live.due_us
        if due_us is None or due_us > self._carry.expires_us(self.vital):
            return None
        return due_us

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

    def succeed(self, rule: AlarmRule) -> tuple["Limit", Findings]:
        """Return what judges by another rule from now on, and what is recorded.

        An alarm that stands goes on, by the stricter of both until it is over.
        """
        if rule == self.rule:
            self.rule = rule
            return self, NO_FINDINGS
        stands = self.live.raised is not None
        successor = Limit(stricter(self.rule, rule) if stands else rule, self.vital, self._carry)
        recorded = self._recorded()
        successor.live.go_on(self.live)
        return successor, recorded

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

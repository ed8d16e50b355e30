"""A second time line for data that comes late, so that the past never disturbs the present.

Every threshold cause has, beside its live condition, a late line: the same condition fed with late
and backlog values in the order of their arrival. What matures there is held back until it is known
whether it is over. The line ends its run by itself when a late value is clear; otherwise the run
stands, and ``Limits`` compares it with the newest value. A run that is over is recorded with both
its instants and never sounded. A value older than the line's newest (another segment of the spool)
starts the line anew; what had matured is recorded first.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.change import Change
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Phase
from clinical.alarms.rule import AlarmRule
from clinical.alarms.threshold import ThresholdCondition
from clinical.instant import SECOND_US
from clinical.watch.finding import NO_FINDINGS, Finding, Findings

SETTLED_AFTER_US: Final = SECOND_US
"""When nothing late has come for so long, what stands on the late line is decided."""

OVERDUE_AFTER_US: Final = 5 * SECOND_US
"""A matured run that its newest value still bears out waits no longer than this."""


class LateLine:
    """The late time line of one threshold cause of one patient."""

    __slots__ = ("_heard_us", "_matured_us", "_newest_us", "_value", "condition", "rule")

    def __init__(self, rule: AlarmRule) -> None:
        """Begin with nothing late."""
        self.rule = rule
        self.condition = ThresholdCondition(rule)
        self._newest_us = 0
        self._value = 0.0
        self._heard_us = 0
        self._matured_us: int | None = None

    @property
    def stirred(self) -> bool:
        """Tell whether a run stands on this line."""
        return self.condition.frame is not None

    @property
    def matured(self) -> bool:
        """Tell whether the run that stands here would have been an alarm."""
        return self.condition.raised is not None

    @property
    def newest_us(self) -> int:
        """The capture of the last value on this line."""
        return self._newest_us

    def sample(self, value: float, at_us: int, frame: FrameRef, now_us: int) -> Findings:
        """Judge a late value; say what turns out to have been, and to be over."""
        findings = self.record() if at_us < self._newest_us else NO_FINDINGS
        self._newest_us, self._value, self._heard_us = at_us, value, now_us
        changes = self.condition.sample(value, at_us, frame)
        self._note(now_us)
        ended = tuple(self._over(x) for x in changes if x.phase is Phase.END)
        return findings + ended

    def mature(self, until_us: int, now_us: int) -> None:
        """Let the run mature by time alone, as far as its newest value may still be judged."""
        self.condition.tick(until_us)
        self._note(now_us)

    def settled(self, now_us: int) -> bool:
        """Tell whether nothing late has come for long enough to decide."""
        return now_us - self._heard_us >= SETTLED_AFTER_US

    def overdue(self, now_us: int) -> bool:
        """Tell whether the run matured so long ago that it is to be waited for no longer."""
        return self._matured_us is not None and now_us - self._matured_us >= OVERDUE_AFTER_US

    def record(self) -> Findings:
        """End the run at its last value, and return it if it had matured."""
        raised = self.condition.raised
        changes = self.condition.withdraw(self._newest_us)
        self._renew()
        if raised is None:
            return NO_FINDINGS
        return tuple(self._over(change) for change in changes)

    def hand_over(self) -> dict[str, Any]:
        """Return the run that stands here, for a live condition to restore, and forget it."""
        run = self.condition.snapshot()
        self._renew()
        return run

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while no run stands, when nothing else matters."""
        if not self.stirred:
            return {}
        return {
            "condition": self.condition.snapshot(),
            "newest_us": self._newest_us,
            "value": self._value,
            "heard_us": self._heard_us,
            "matured_us": self._matured_us,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        if not state:
            return
        self.condition.restore(state["condition"])
        self._newest_us = state["newest_us"]
        self._value = state["value"]
        self._heard_us = state["heard_us"]
        self._matured_us = state["matured_us"]

    def _note(self, now_us: int) -> None:
        """Remember since when a matured run stands here."""
        if not self.matured:
            self._matured_us = None
        elif self._matured_us is None:
            self._matured_us = now_us

    def _renew(self) -> None:
        self.condition = ThresholdCondition(self.rule)
        self._matured_us = None

    def _over(self, change: Change) -> Finding:
        values: dict[str, float | str] = {str(self.rule.vital): self._value}
        return Finding(self.rule, "", change, values, recorded_only=True)

"""What the crew found by hand: no pulse alarms at once, a pulse felt again ends it.

A finding counts by when it was made, not by when it arrives: "no pulse" sounds however late it
comes, unless a pulse is known to have been felt after it; then it is recorded only.
"""

from collections.abc import Mapping
from typing import Any

from clinical.alarms.catalogue import RULES
from clinical.alarms.condition import Change, FlagCondition
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Phase, Priority
from clinical.alarms.rule import Cause
from clinical.items import CrewEvent, CrewFinding
from clinical.watch.finding import (
    NO_FINDINGS,
    NO_VALUES,
    Finding,
    Findings,
    hold,
    release,
    withdraw,
)


class Crew:
    """The pulse of one patient, as the crew feels it."""

    __slots__ = ("_condition", "_felt_us", "_missed_us")

    def __init__(self) -> None:
        """Begin with nothing found."""
        self._condition = FlagCondition(RULES[Cause.NO_PULSE])
        self._felt_us: int | None = None
        self._missed_us: int | None = None

    def on_item(self, item: CrewEvent, captured_us: int, frame: FrameRef) -> Findings:
        """Judge a finding made at ``captured_us``."""
        if item.finding is CrewFinding.PULSE_FELT:
            return self._feel(captured_us, frame)
        if self._felt_us is not None and captured_us < self._felt_us:
            return self._record(captured_us, self._felt_us, frame)
        self._missed_us = max(captured_us, self._missed_us or captured_us)
        return hold(self._condition, captured_us, frame)

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        return withdraw(self._condition, at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "condition": self._condition.snapshot(),
            "felt_us": self._felt_us,
            "missed_us": self._missed_us,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self._condition.restore(state["condition"])
        self._felt_us = state["felt_us"]
        self._missed_us = state["missed_us"]

    def _feel(self, captured_us: int, frame: FrameRef) -> Findings:
        self._felt_us = max(captured_us, self._felt_us or captured_us)
        if self._missed_us is not None and captured_us < self._missed_us:
            return NO_FINDINGS
        return release(self._condition, captured_us, frame)

    def _record(self, since_us: int, until_us: int, frame: FrameRef) -> Findings:
        over = Change(Phase.END, Priority.HIGH, since_us, until_us, frame)
        return (Finding(self._condition.rule, "", over, NO_VALUES, recorded_only=True),)

"""Other units that send data for this patient.

A gateway refuses frames of a unit that does not hold the encounter and reports them, only some of
many. The data is never judged: the alarm says that somewhere the wrong patient is selected. It is
one alarm per foreign unit, raised at once and named after the first frame reported; it is over
when no more has been reported of that unit for ``OVER_AFTER_US`` of the stream's time.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from clinical.items import ForeignFrame
from clinical.watch.finding import NO_FINDINGS, Findings, hold, withdraw

OVER_AFTER_US: Final = 60 * SECOND_US
"""A foreign unit has stopped after so long without a report of a frame."""

UNITS_MAX: Final = 16
"""Foreign units told of at a time; of further ones nothing is said, as the first ones alarm."""

_RULE: Final = RULES[Cause.FOREIGN_ENCOUNTER]


class Foreign:
    """The foreign units of one patient."""

    __slots__ = ("_conditions", "heard_us")

    def __init__(self) -> None:
        """Begin with none known."""
        self._conditions: dict[str, FlagCondition] = {}
        self.heard_us: dict[str, int] = {}

    def on_item(self, foreign: ForeignFrame, now_us: int) -> Findings:
        """Take note of a frame that was refused."""
        unit_id = foreign.frame.unit_id
        if unit_id not in self._conditions and len(self._conditions) >= UNITS_MAX:
            return NO_FINDINGS
        condition = self._conditions.setdefault(unit_id, FlagCondition(_RULE, unit_id))
        self.heard_us[unit_id] = now_us
        return hold(condition, foreign.stamped_us, foreign.frame, {"unit_id": unit_id})

    @property
    def due_us(self) -> int | None:
        """When the first of them has stopped."""
        return min(self.heard_us.values()) + OVER_AFTER_US if self.heard_us else None

    def on_tick(self, now_us: int) -> Findings:
        """End what has not been heard of for long enough."""
        findings = NO_FINDINGS
        for unit_id, heard_us in list(self.heard_us.items()):
            if now_us - heard_us >= OVER_AFTER_US:
                del self.heard_us[unit_id]
                findings += withdraw(self._conditions.pop(unit_id), now_us)
        return findings

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        findings = NO_FINDINGS
        for condition in self._conditions.values():
            findings += withdraw(condition, at_us)
        self._conditions.clear()
        self.heard_us.clear()
        return findings

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while no unit is known."""
        return {
            unit_id: [heard_us, self._conditions[unit_id].snapshot()]
            for unit_id, heard_us in self.heard_us.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        for unit_id, (heard_us, condition) in state.items():
            self.heard_us[unit_id] = heard_us
            self._conditions[unit_id] = FlagCondition(_RULE, unit_id)
            self._conditions[unit_id].restore(condition)

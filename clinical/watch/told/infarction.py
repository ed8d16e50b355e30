"""ST-elevation infarction, as the twelve-lead ECGs of one patient show it.

The newest ECG decides. An ECG that shows infarction alarms at once; a newer one that does not ends
the condition, and the alarm stays until a person resets it. One that says neither, because it
cannot be judged, changes nothing. Findings come from two channels and again after a restart, so an
ECG counts only if it was recorded after the last one that counted.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.rule import Cause
from clinical.items import EcgFinding
from clinical.watch.finding import NO_FINDINGS, Findings, hold, release, withdraw

_RULE: Final = RULES[Cause.STEMI_SUSPECTED]


class InfarctionWatch:
    """What the twelve-lead ECGs of one patient show."""

    __slots__ = ("_at_us", "_condition")

    def __init__(self) -> None:
        """Begin without an ECG."""
        self._condition = FlagCondition(_RULE)
        self._at_us = 0

    def on_item(self, finding: EcgFinding) -> Findings:
        """Judge what is read off an ECG."""
        at_us = finding.recorded_us
        if finding.stemi is None or at_us <= self._at_us:
            return NO_FINDINGS
        self._at_us = at_us
        if not finding.stemi:
            return release(self._condition, at_us, finding.frame)
        values: dict[str, float | str] = {
            "territory": ", ".join(finding.territory),
            "criteria": "; ".join(finding.criteria),
        }
        return hold(self._condition, at_us, finding.frame, values)

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        return withdraw(self._condition, at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty before the first ECG that counts."""
        if not self._at_us:
            return {}
        return {"at_us": self._at_us, "condition": self._condition.snapshot()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        if state:
            self._at_us = state["at_us"]
            self._condition.restore(state["condition"])

"""Dangerous rhythms, as the judgement of the waveforms finds them.

A patient has one rhythm at a time: the one that was told of last holds, and ends the one before.
Findings are repeated while a rhythm lasts, come from two channels, and come again after a restart
of either; so only a finding that is newer than the last one counts. Silence is no news: while the
waveforms wait on a thin link, an alarm stays, since nobody has said that it is over.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.rule import Cause
from clinical.items import RhythmFinding
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.watch.finding import NO_FINDINGS, Findings, hold, release, withdraw

_CAUSES: Final[Mapping[Arrhythmia, Cause]] = {
    arrhythmia: Cause[arrhythmia.name] for arrhythmia in Arrhythmia
}

CAUSES: Final = frozenset(_CAUSES.values())
"""What this processor can tell of."""


class Rhythms:
    """The rhythm of one patient."""

    __slots__ = ("_at_us", "_condition")

    def __init__(self) -> None:
        """Begin with none known."""
        self._condition: FlagCondition | None = None
        self._at_us = 0

    @property
    def cause(self) -> Cause | None:
        """The cause that holds; None: no dangerous rhythm is known of."""
        return None if self._condition is None else self._condition.rule.cause

    def on_item(self, finding: RhythmFinding) -> Findings:
        """Judge what is said of the rhythm."""
        at_us, frame = finding.at_us, finding.frame
        if at_us <= self._at_us:
            return NO_FINDINGS
        self._at_us = at_us
        cause = None if finding.arrhythmia is None else _CAUSES[finding.arrhythmia]
        findings, condition = NO_FINDINGS, self._condition
        if condition is not None and condition.rule.cause is not cause:
            findings += release(condition, min(finding.since_us, at_us), frame)
            condition = None
        if cause is not None:
            condition = condition or FlagCondition(RULES[cause])
            values = {**dict(finding.evidence), "confidence": round(finding.confidence, 3)}
            findings += hold(condition, at_us, frame, values, finding.since_us)
        self._condition = condition
        return findings

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        condition, self._condition, self._at_us = self._condition, None, 0
        return NO_FINDINGS if condition is None else withdraw(condition, at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while nothing was said."""
        if not self._at_us:
            return {}
        condition = self._condition
        held = None if condition is None else [condition.rule.cause.value, condition.snapshot()]
        return {"at_us": self._at_us, "held": held}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        if not state:
            return
        self._at_us = state["at_us"]
        if state["held"] is not None:
            cause, condition = state["held"]
            self._condition = FlagCondition(RULES[cause])
            self._condition.restore(condition)

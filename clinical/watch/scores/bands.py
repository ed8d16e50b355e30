"""The two bands of a score as two alarms that do not come and go.

A monitor scores every second, a chart was made for one observation in an hour. A patient whose
total hovers about a band would begin and end its alarm with every breath. So an alarm begins at
once and ends when the score has stayed below its band for the rule's ``clear_us``, judged on data:
a score that is refused says nothing, and begins that time anew. While the upper alarm holds it
covers the lower one; when it ends, the lower one begins if the score is still in its band.
"""

from collections.abc import Mapping
from typing import Any

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef
from clinical.alarms.rule import Cause
from clinical.watch.finding import NO_FINDINGS, Findings, hold, release, withdraw


class Bands:
    """The alarms of one score of one patient."""

    __slots__ = ("_clear_us", "_high", "_medium")

    def __init__(self, high: Cause, medium: Cause) -> None:
        """Begin with nothing reached."""
        self._high = FlagCondition(RULES[high])
        self._medium = FlagCondition(RULES[medium])
        self._clear_us: int | None = None
        """Since when the score is below the band of the alarm that holds."""

    @property
    def high(self) -> bool:
        """Tell whether the upper alarm holds."""
        return self._high.raised is not None

    @property
    def stands(self) -> bool:
        """Tell whether either alarm holds."""
        return self._high.raised is not None or self._medium.raised is not None

    def settled(self, *, high: bool, medium: bool) -> bool:
        """Tell whether these bands, reached now, change nothing."""
        if self._clear_us is not None:
            return False
        return high is self.high and (medium and not high) is (self._medium.raised is not None)

    def reach(
        self,
        at_us: int,
        frame: FrameRef,
        values: Mapping[str, float | str],
        *,
        high: bool,
        medium: bool,
    ) -> Findings:
        """Say which bands are reached at an instant, the upper with or without the lower."""
        if self._lasts(at_us, high if self.high else high or medium):
            return NO_FINDINGS
        findings = NO_FINDINGS
        for condition, holds in ((self._high, high), (self._medium, medium and not high)):
            if holds:
                findings += hold(condition, at_us, frame, values)
            else:
                findings += release(condition, at_us, frame)
        return findings

    def close(self, at_us: int) -> Findings:
        """End what holds, because the score is judged no longer."""
        self._clear_us = None
        return withdraw(self._high, at_us) + withdraw(self._medium, at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        clear = {} if self._clear_us is None else {"clear_us": self._clear_us}
        return {"high": self._high.snapshot(), "medium": self._medium.snapshot(), **clear}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; an earlier release ended an alarm at once."""
        self._high.restore(state["high"])
        self._medium.restore(state["medium"])
        self._clear_us = state.get("clear_us")

    def _lasts(self, at_us: int, reached: bool) -> bool:  # noqa: FBT001 - the band of what holds
        """Tell whether the alarm that holds goes on although its band is not reached."""
        if reached or not self.stands:
            self._clear_us = None
            return False
        if self._clear_us is None:
            self._clear_us = at_us
        if at_us - self._clear_us < self._high.rule.clear_us:
            return True
        self._clear_us = None
        return False

"""Series of images that are no whole volume, as the judgement of the images finds them.

Findings come from two channels, and again after a restart of either; so only a finding that is
newer than the last one of its series counts. A tilted gantry or uneven slices are no alarm: they
are how some heads are scanned, and are told beside the images.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.rule import Cause
from clinical.items import SeriesFinding
from clinical.watch.finding import NO_FINDINGS, Findings, hold, release, withdraw

SERIES_MAX: Final = 16
"""Series of one patient that are told of; of further ones nothing is said."""

_RULE: Final = RULES[Cause.IMAGING_INCOMPLETE]


class Images:
    """The series of one patient that were found wanting."""

    __slots__ = ("_at_us", "_conditions")

    def __init__(self) -> None:
        """Begin with none known."""
        self._conditions: dict[str, FlagCondition] = {}
        self._at_us: dict[str, int] = {}

    def on_item(self, finding: SeriesFinding) -> Findings:
        """Judge what is said of a series."""
        series, at_us = finding.series_uid, finding.at_us
        if at_us <= self._at_us.get(series, 0):
            return NO_FINDINGS
        if series not in self._conditions and len(self._conditions) >= SERIES_MAX:
            return NO_FINDINGS
        condition = self._conditions.setdefault(series, FlagCondition(_RULE, series))
        self._at_us[series] = at_us
        if not finding.problems:
            return release(condition, at_us, finding.frame)
        problems = " ".join(str(problem) for problem in finding.problems)
        return hold(condition, at_us, finding.frame, {"problems": problems})

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        findings = NO_FINDINGS
        for condition in self._conditions.values():
            findings += withdraw(condition, at_us)
        self._conditions.clear()
        self._at_us.clear()
        return findings

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while no series is known."""
        return {
            series: [at_us, self._conditions[series].snapshot()]
            for series, at_us in self._at_us.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        for series, (at_us, condition) in state.items():
            self._at_us[series] = at_us
            self._conditions[series] = FlagCondition(_RULE, series)
            self._conditions[series].restore(condition)

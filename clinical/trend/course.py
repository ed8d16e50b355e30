"""The course of one vital over an encounter, as medians of minutes, in bounded space.

A minute is closed when a value of a later one comes; until then it is not part of the course. So a
second of artefact is gone in its minute, and data at 1 Hz and at one value in five minutes are
treated alike. When the course is full every second point of its older half is let go: the whole
encounter stays in sight, the last part of it minute by minute.
"""

from bisect import bisect_left
from collections.abc import Mapping
from statistics import median
from typing import Any, Final

from clinical.instant import MINUTE_US

POINTS_MAX: Final = 240
"""Minutes kept; then the older half is thinned."""
VALUES_MAX: Final = 120
"""Values of one minute that count; further ones are let go."""


class Course:
    """The course of one vital."""

    __slots__ = ("_open", "_values", "levels", "minutes")

    def __init__(self) -> None:
        """Begin with nothing measured."""
        self.minutes: list[int] = []
        """Minutes since the epoch, ascending."""
        self.levels: list[float] = []
        self._open = 0
        self._values: list[float] = []

    def on_item(self, value: float, captured_us: int) -> bool:
        """Take a value; return whether a minute was closed by it. A late value is left out."""
        minute = captured_us // MINUTE_US
        if self._values and minute < self._open:
            return False
        closed = bool(self._values) and minute > self._open
        if closed:
            self._close()
        self._open = minute
        if len(self._values) < VALUES_MAX:
            self._values.append(value)
        return closed

    def on_minute(self, minute: int, level: float) -> None:
        """Take the level of a minute that was closed elsewhere; it is later than every other."""
        self._keep(minute, level)

    def since(self, minute: int) -> tuple[list[int], list[float]]:
        """Return the points from a minute on."""
        begin = bisect_left(self.minutes, minute)
        return self.minutes[begin:], self.levels[begin:]

    def before(self, minute: int) -> list[float]:
        """Return the levels before a minute."""
        return self.levels[: bisect_left(self.minutes, minute)]

    def snapshot(self) -> dict[str, Any]:
        """Return the course as plain data."""
        return {
            "minutes": list(self.minutes),
            "levels": list(self.levels),
            "open": self._open,
            "values": list(self._values),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a course from ``snapshot``."""
        self.minutes, self.levels = list(state["minutes"]), list(state["levels"])
        self._open, self._values = state["open"], list(state["values"])

    def _close(self) -> None:
        self._keep(self._open, median(self._values))
        self._values = []

    def _keep(self, minute: int, level: float) -> None:
        if len(self.minutes) == POINTS_MAX:
            half = POINTS_MAX // 2
            self.minutes[:half] = self.minutes[:half:2]
            self.levels[:half] = self.levels[:half:2]
        self.minutes.append(minute)
        self.levels.append(level)

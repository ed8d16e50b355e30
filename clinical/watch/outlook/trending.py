"""Where the vital signs of a patient are going, and what gets worse while still in its band.

Hosts ``clinical.trend`` by the minute (``minutes``). A vital that leads beyond doubt out of the
band in which NEWS2 gives no points is WORSENING_IN_BAND, one alarm for the patient whatever the
number of vitals: low while it is one, medium from two at once, because vitals that move together
are the course of an illness and one alone may be anything. Once raised it holds while any vital
that it was raised for still moves the same way, in its band or out of it, and ends
``CLEAR_MINUTES`` after the last one came to rest. It does not begin while NEWS2 alarms: then the
patient is no longer within the bands. The bands are those of adults; of children and in pregnancy
only the arrows are told.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final, NamedTuple

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.trend.trending import MATTERS, VitalTrend, Worsening, worsening
from clinical.trend.trending import Trending as Trends
from clinical.vitals import Vital
from clinical.watch.finding import NO_FINDINGS, Findings, findings_of, release, withdraw
from clinical.watch.outlook.minutes import ClosedMinute

CLEAR_MINUTES: Final = 5
"""Judged minutes without any movement for the worse after which the alarm is over."""

TOGETHER: Final = 2
"""So many vitals that get worse at once are more than one vital's whim."""


class Arrow(NamedTuple):
    """A vital sign that moves, beyond doubt and by what matters."""

    vital: Vital
    per_minute: float
    worsening: bool
    """Whether it gets worse while still in its band."""


class Trending:
    """The trends of one patient in the watch."""

    __slots__ = ("_arrows", "_clear", "_condition", "_named", "_plain", "_trends", "arrows")

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._trends = Trends()
        self._arrows: dict[Vital, Arrow] = {}
        self.arrows: tuple[Arrow, ...] = ()
        """What moves, as of the last closed minute of each vital; another tuple when it changes."""
        self._condition = FlagCondition(RULES[Cause.WORSENING_IN_BAND])
        self._named: dict[Vital, bool] = {}
        """The vitals of the present alarm, and whether each rises."""
        self._clear = 0
        self._plain: dict[str, Any] | None = None

    def on_minute(
        self, closed: ClosedMinute, at_us: int, frame: FrameRef, *, judged: bool, covered: bool
    ) -> Findings:
        """Take a closed minute in, and judge it.

        ``judged`` tells whether the bands are for this patient, ``covered`` whether a graver alarm
        speaks for the patient already; ``frame`` is the one that closed the minute, at ``at_us``.
        """
        self._plain = None
        drifting = self._trends.on_minute(closed.minute, closed.levels)
        worse = [one for one in map(worsening, drifting) if one is not None]
        self._draw(closed, drifting, worse if judged else [])
        if not judged:
            return self.close(at_us)
        if not closed.live or (covered and self._condition.raised is None):
            return NO_FINDINGS
        self._named |= {one.trend.vital: _rises(one) for one in worse}
        moving = [vital for vital, rises in self._named.items() if self._moves(vital, rises=rises)]
        if not moving:
            return self._rest(at_us, frame)
        self._clear = 0
        together = len(moving) >= TOGETHER or self._condition.raised is Priority.MEDIUM
        level = Priority.MEDIUM if together else Priority.LOW
        changes = self._condition.set_level(level, at_us, frame)
        return findings_of(self._condition, changes, _values(worse, self._arrows, moving))

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        self._named.clear()
        self._clear = 0
        self._plain = None
        return withdraw(self._condition, at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; it is not changed afterwards."""
        if self._plain is None:
            self._plain = {
                "courses": {
                    name: _compact(course["minutes"], course["levels"])
                    for name, course in self._trends.snapshot().items()
                },
                "arrows": [[str(x.vital), x.per_minute, x.worsening] for x in self.arrows],
                "named": [[str(vital), rises] for vital, rises in self._named.items()],
                "clear": self._clear,
                "condition": self._condition.snapshot(),
            }
        return self._plain

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; an empty one is the beginning."""
        if not state:
            return
        self._trends.restore({name: _whole(*plain) for name, plain in state["courses"].items()})
        arrows = [Arrow(Vital(name), *rest) for name, *rest in state["arrows"]]
        self._arrows = {arrow.vital: arrow for arrow in arrows}
        self.arrows = tuple(arrows)
        self._named = {Vital(name): rises for name, rises in state["named"]}
        self._clear = state["clear"]
        self._condition.restore(state["condition"])

    def _draw(
        self, closed: ClosedMinute, drifting: tuple[VitalTrend, ...], worse: list[Worsening]
    ) -> None:
        """Bring the arrows of the vitals in this minute up to date."""
        if not self._arrows and not drifting:
            return
        for vital in closed.levels:
            self._arrows.pop(vital, None)
        leading = {one.trend.vital for one in worse}
        for trend in drifting:
            slope = trend.slope
            if slope and slope.direction and abs(trend.moved) >= MATTERS[trend.vital]:
                arrow = Arrow(trend.vital, slope.per_minute, trend.vital in leading)
                self._arrows[trend.vital] = arrow
        self.arrows = tuple(self._arrows.values())

    def _moves(self, vital: Vital, *, rises: bool) -> bool:
        arrow = self._arrows.get(vital)
        return arrow is not None and (arrow.per_minute > 0) is rises

    def _rest(self, at_us: int, frame: FrameRef) -> Findings:
        """Count a minute in which nothing gets worse any more."""
        if self._condition.frame is None:
            return NO_FINDINGS
        self._clear += 1
        if self._clear < CLEAR_MINUTES:
            return NO_FINDINGS
        self._clear = 0
        self._named.clear()
        return release(self._condition, at_us, frame)


def _rises(one: Worsening) -> bool:
    return one.trend.slope is not None and one.trend.slope.per_minute > 0


def _values(
    worse: list[Worsening], arrows: Mapping[Vital, Arrow], moving: list[Vital]
) -> dict[str, float | str]:
    """Return level and slope of what moves, and when the first edge is reached."""
    values: dict[str, float | str] = {}
    levels = {one.trend.vital: one.trend.level for one in worse}
    for vital in moving:
        if vital in levels:
            values[str(vital)] = levels[vital]
        values[f"{vital}_slope"] = round(arrows[vital].per_minute, 3)
    if worse:
        values["minutes_to_edge"] = round(min(one.minutes_to_edge for one in worse), 1)
    return values


def _compact(minutes: list[int], levels: list[float]) -> list[Any]:
    """Return a course in few bytes: the first minute, the steps, whole levels as whole numbers."""
    steps = [later - earlier for earlier, later in pairwise(minutes)]
    first = minutes[0] if minutes else 0
    return [first, steps, [int(x) if x == int(x) else x for x in levels]]


def _whole(first: int, steps: list[int], levels: list[float]) -> dict[str, Any]:
    minutes = [first] if levels else []
    for step in steps:
        minutes.append(minutes[-1] + step)
    return {"minutes": minutes, "levels": [float(x) for x in levels], "open": 0, "values": []}

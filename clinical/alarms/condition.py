"""When a condition becomes an alarm, rises, falls and ends: pure, in event time.

A *run* is a stretch of time over which a level of a rule holds. It begins with a value that
violates the limit, goes on until a value is clear of limit and hysteresis, and *matures* when it
has lasted the level's delay. The highest matured level is the priority of the alarm. The alarm is
named after the first frame of the lowest level's run, so that a rise keeps its name.

Callers hand in samples in the order of their capture, and ``now`` as ticks. A sample that changes
nothing costs two comparisons and allocates nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.alarms.priority import Phase, Priority
from clinical.alarms.rule import AlarmRule, Bound, Comparison, Level

Plain = dict[str, Any]
"""Numbers, texts, lists and None only, so that it survives JSON."""


@dataclass(frozen=True, slots=True)
class Change:
    """A condition began, changed its priority, or ended."""

    phase: Phase
    priority: Priority
    """From now on; at the end the last one."""
    since_us: int
    """When the condition began."""
    at_us: int
    """When this change came about; at the end, when the condition was over."""
    frame: FrameRef
    """The frame that names the alarm."""
    value: float | None = None
    """The newest value judged, for a threshold."""


Changes = tuple[Change, ...]

NOTHING: Final[Changes] = ()


def _phase(before: Priority | None, after: Priority | None) -> Phase:
    if before is None:
        return Phase.START
    if after is None:
        return Phase.END
    return Phase.ESCALATE if after > before else Phase.DEESCALATE


class ThresholdCondition:
    """One cause judged on one vital sign of one patient."""

    __slots__ = (
        "_absent",
        "_began_us",
        "_bounds",
        "_frame",
        "_levels",
        "_newest_us",
        "_quiet_above",
        "_quiet_below",
        "_raised",
        "_since_us",
        "_value",
        "rule",
    )

    def __init__(self, rule: AlarmRule) -> None:
        """Begin with nothing known. ``rule`` must be judged on a vital."""
        self.rule = rule
        self._levels: tuple[Level, ...] = rule.levels
        self._bounds: tuple[Bound, ...] = tuple(x.bound for x in rule.levels if x.bound)
        if len(self._bounds) != len(self._levels):
            message = f"{rule.cause} is not judged on a value"
            raise ValueError(message)
        outermost = self._bounds[0]
        below = outermost.comparison is Comparison.BELOW
        self._quiet_above = outermost.limit if below else -inf
        self._quiet_below = inf if below else outermost.limit
        self._since_us: list[int | None] = [None] * len(self._levels)
        self._frame: FrameRef | None = None
        self._began_us = 0
        self._raised: Priority | None = None
        self._newest_us = 0
        self._value = 0.0
        self._absent = False

    @property
    def raised(self) -> Priority | None:
        """The priority of the alarm, or None while there is none."""
        return self._raised

    @property
    def frame(self) -> FrameRef | None:
        """The first frame of the present run, or None while nothing is violated."""
        return self._frame

    def sample(self, value: float, at_us: int, frame: FrameRef) -> Changes:
        """Judge one good value captured at ``at_us``."""
        if self._frame is None and self._quiet_above <= value <= self._quiet_below:
            return NOTHING
        if self._absent:
            self._resume(at_us)
        self._newest_us = at_us
        self._value = value
        self._run(value, at_us)
        if self._frame is None and self._since_us[0] is not None:
            self._frame, self._began_us = frame, at_us
        return self._settle(at_us)

    def tick(self, now_us: int) -> Changes:
        """Let a run mature by the passing of time, on its newest value."""
        if self._frame is None or self._absent:
            return NOTHING
        return self._settle(max(now_us, self._newest_us))

    def absent(self) -> None:
        """Take note that the vital cannot be judged: no run matures before the next sample.

        A raised alarm stays: nobody has said that its condition is over.
        """
        self._absent = self._frame is not None

    def withdraw(self, at_us: int) -> Changes:
        """End whatever holds, because judging this patient ends."""
        self._since_us[0] = None
        return self._settle(at_us)

    def snapshot(self) -> Plain:
        """Return the state as plain data; empty while nothing is violated."""
        if self._frame is None:
            return {}
        return {
            "since_us": list(self._since_us),
            "began_us": self._began_us,
            "frame": frame_to_plain(self._frame),
            "raised": self._raised,
            "newest_us": self._newest_us,
            "value": self._value,
            "absent": self._absent,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; of a rule with as many levels."""
        if not state:
            return
        self._since_us = list(state["since_us"])
        self._began_us = state["began_us"]
        self._frame = frame_from_plain(state["frame"])
        self._raised = None if state["raised"] is None else Priority(state["raised"])
        self._newest_us = state["newest_us"]
        self._value = state["value"]
        self._absent = state["absent"]

    def _resume(self, at_us: int) -> None:
        """Forget immature runs that went unseen for longer than their delay."""
        self._absent = False
        unseen_us = at_us - self._newest_us
        for index, level in enumerate(self._levels):
            matured = self._raised is not None and level.priority <= self._raised
            if not matured and unseen_us > level.delay_us:
                self._since_us[index] = None
        if self._since_us[0] is None:
            self._frame = None

    def _run(self, value: float, at_us: int) -> None:
        for index, bound in enumerate(self._bounds):
            if self._since_us[index] is None:
                if bound.violated_by(value):
                    self._since_us[index] = at_us
            elif not bound.held_by(value):
                self._since_us[index] = None

    def _matured(self, now_us: int) -> Priority | None:
        """Return the highest level that has lasted; a raised alarm never falls below the lowest."""
        if self._since_us[0] is None:
            return None
        highest = None if self._raised is None else self._levels[0].priority
        for since_us, level in zip(self._since_us, self._levels, strict=True):
            if since_us is not None and now_us - since_us >= level.delay_us:
                highest = level.priority
        return highest

    def _settle(self, at_us: int) -> Changes:
        frame, before = self._frame, self._raised
        after = self._matured(at_us)
        if self._since_us[0] is None:
            self._frame = None
            self._since_us = [None] * len(self._levels)
        if before is after or frame is None:
            return NOTHING
        self._raised = after
        priority = after or before or self._levels[0].priority
        return (Change(_phase(before, after), priority, self._began_us, at_us, frame, self._value),)


class FlagCondition:
    """One cause that something else judges; this adds delay, priority and name.

    The delay of every level counts from the beginning of the condition: the grade may change
    while it holds, and a graver one does not wait anew.
    """

    __slots__ = ("_began_us", "_frame", "_level", "_newest_us", "_raised", "rule", "subject")

    def __init__(self, rule: AlarmRule, subject: str = "") -> None:
        """Begin with the condition not holding."""
        self.rule = rule
        self.subject = subject
        self._level: Priority | None = None
        self._began_us = 0
        self._newest_us = 0
        self._frame: FrameRef | None = None
        self._raised: Priority | None = None

    @property
    def raised(self) -> Priority | None:
        """The priority of the alarm, or None while there is none."""
        return self._raised

    @property
    def frame(self) -> FrameRef | None:
        """The frame with which the condition began, or None while it does not hold."""
        return self._frame

    def set(self, active: bool, at_us: int, frame: FrameRef) -> Changes:  # noqa: FBT001
        """Say whether the condition holds, at the rule's lowest level."""
        return self.set_level(self.rule.levels[0].priority if active else None, at_us, frame)

    def set_level(self, level: Priority | None, at_us: int, frame: FrameRef) -> Changes:
        """Say how grave the condition is from ``at_us`` on; None: it does not hold."""
        if level is None and self._frame is None:
            return NOTHING
        if self._frame is None:
            self._began_us, self._newest_us, self._frame = at_us, at_us, frame
        self._level = level
        self._newest_us = max(self._newest_us, at_us)
        return self._settle(at_us)

    def tick(self, now_us: int) -> Changes:
        """Let the condition mature by the passing of time."""
        if self._frame is None:
            return NOTHING
        return self._settle(max(now_us, self._newest_us))

    def withdraw(self, at_us: int) -> Changes:
        """End the condition, because judging this patient ends."""
        self._level = None
        return self._settle(at_us)

    def snapshot(self) -> Plain:
        """Return the state as plain data; empty while the condition does not hold."""
        if self._frame is None:
            return {}
        return {
            "level": self._level,
            "began_us": self._began_us,
            "newest_us": self._newest_us,
            "frame": frame_to_plain(self._frame),
            "raised": self._raised,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        if not state:
            return
        self._level = Priority(state["level"])
        self._began_us = state["began_us"]
        self._newest_us = state["newest_us"]
        self._frame = frame_from_plain(state["frame"])
        self._raised = None if state["raised"] is None else Priority(state["raised"])

    def _matured(self, now_us: int) -> Priority | None:
        if self._level is None:
            return None
        highest = None if self._raised is None else self.rule.levels[0].priority
        for level in self.rule.levels:
            if level.priority <= self._level and now_us - self._began_us >= level.delay_us:
                highest = level.priority
        return highest

    def _settle(self, at_us: int) -> Changes:
        frame, before = self._frame, self._raised
        after = self._matured(at_us)
        if self._level is None:
            self._frame = None
        if before is after or frame is None:
            return NOTHING
        self._raised = after
        priority = after or before or self.rule.levels[0].priority
        return (Change(_phase(before, after), priority, self._began_us, at_us, frame),)

"""When a vital sign beyond its limit becomes an alarm, rises, falls and ends: in event time.

A *run* is a stretch of time over which a level of a rule is violated. It begins with a value that
violates the limit. While it lasts it *serves* its wait, of which each value says how long it is
(``patience``): so a run of many values is ripe when the shares that they have served add up to the
whole. A value between limit and hysteresis serves nothing and takes nothing back; a clear one takes
back what was served, within ``FORGOTTEN_US``, so that an artefact in the midst of a violation does
not begin the wait anew; so does one that another cause covers, a heart rate of 0 in a slow heart.
The highest ripe level is the priority of the alarm. A ripe level is over when values have been
clear of limit and hysteresis for the rule's ``clear_us``; only values end it, never the passing of
time. The alarm is named after the first frame of the run, so that a rise keeps its name.

Callers hand in samples in the order of their capture, and ``now`` as ticks; a sample from before
the newest one serves nothing and takes nothing back. A value speaks for ``HOLDS_US`` at most: a
sensor that comes off in the midst of a run lets nothing ripen after that. A sample that changes
nothing costs two comparisons and allocates nothing.
"""

from collections.abc import Mapping
from math import inf
from typing import Any, Final

from clinical.alarms.change import NOTHING, Change, Changes, Plain, phase_between
from clinical.alarms.condition import Condition
from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.alarms.patience import Trust
from clinical.alarms.priority import Priority
from clinical.alarms.rule import AlarmRule, Bound, Comparison, Level
from clinical.instant import SECOND_US

HOLDS_US: Final = 10 * SECOND_US
"""A value counts for so long at most, unless the next one comes earlier."""

FORGOTTEN_US: Final = 10 * SECOND_US
"""A whole wait that was served is forgotten after so much time with clear values."""

_ROUNDING_US: Final = 1
"""Shares of a wait are added up in binary."""


class ThresholdCondition(Condition):
    """One cause judged on one vital sign of one patient."""

    __slots__ = (
        "_began_us",
        "_bounds",
        "_clear_us",
        "_levels",
        "_newest_us",
        "_quiet_above",
        "_quiet_below",
        "_raised_us",
        "_served",
        "_trust",
        "_value",
    )

    def __init__(self, rule: AlarmRule) -> None:
        """Begin with nothing known. ``rule`` must be judged on a vital."""
        super().__init__(rule)
        self._levels: tuple[Level, ...] = rule.levels
        self._bounds: tuple[Bound, ...] = tuple(x.bound for x in rule.levels if x.bound)
        if len(self._bounds) != len(self._levels):
            message = f"{rule.cause} is not judged on a value"
            raise ValueError(message)
        outermost = self._bounds[0]
        below = outermost.comparison is Comparison.BELOW
        self._quiet_above = outermost.limit if below else -inf
        self._quiet_below = inf if below else outermost.limit
        self._served: list[float | None] = [None] * len(self._levels)
        self._clear_us: list[int | None] = [None] * len(self._levels)
        self._began_us = 0
        self._raised_us = 0
        self._newest_us = 0
        self._value = 0.0
        self._trust = Trust.ALONE

    @property
    def began_us(self) -> int:
        """The capture of the first frame of the present run, by which it is named."""
        return self._began_us

    @property
    def raised_us(self) -> int:
        """When the present alarm was raised, by the captures."""
        return self._raised_us

    @property
    def trust(self) -> Trust:
        """How far the newest value is believed."""
        return self._trust

    @property
    def due_us(self) -> int | None:
        """The earliest instant at which a tick can change anything; None: only a value can."""
        if self._frame is None:
            return None
        if self._highest() is not self._raised:
            return self._newest_us
        left = (self._wait_left_us(index, served) for index, served in enumerate(self._served))
        return min((self._newest_us + us for us in left if us is not None), default=None)

    def sample(
        self, value: float, at_us: int, frame: FrameRef, trust: Trust = Trust.ALONE
    ) -> Changes:
        """Judge one good value captured at ``at_us``, believed so far."""
        if self._frame is None:
            if self._quiet_above <= value <= self._quiet_below:
                return NOTHING
            if not self._bounds[0].violated_by(value):
                return NOTHING
            self._frame, self._began_us, self._newest_us = frame, at_us, at_us
        elapsed_us = max(0, min(at_us - self._newest_us, HOLDS_US))
        for index, bound in enumerate(self._bounds):
            if bound.covered_below(value) and self._served[index] != 1:
                self._forget(index, at_us)
            elif bound.held_by(value):
                self._hold(index, elapsed_us, violated=bound.violated_by(value))
            else:
                self._clear(index, at_us)
        self._newest_us = max(self._newest_us, at_us)
        self._value, self._trust = value, trust
        self._ripen(0)
        return self._settle(at_us)

    def tick(self, now_us: int) -> Changes:
        """Let a run ripen by the passing of time, on its newest value."""
        if self._frame is None:
            return NOTHING
        self._ripen(max(0, min(now_us - self._newest_us, HOLDS_US)))
        return self._settle(max(now_us, self._newest_us))

    def withdraw(self, at_us: int) -> Changes:
        """End whatever holds, because judging this patient ends."""
        self._served[0] = self._clear_us[0] = None
        return self._settle(at_us)

    def snapshot(self) -> Plain:
        """Return the state as plain data; empty while nothing is violated."""
        if self._frame is None:
            return {}
        return {
            "served": list(self._served),
            "clear_us": list(self._clear_us),
            "began_us": self._began_us,
            "frame": frame_to_plain(self._frame),
            "raised": self._raised,
            "raised_us": self._raised_us,
            "newest_us": self._newest_us,
            "value": self._value,
            "trust": int(self._trust),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; of a rule with as many levels."""
        if not state:
            return
        self._served = list(state["served"])
        self._clear_us = list(state["clear_us"])
        self._began_us = state["began_us"]
        self._frame = frame_from_plain(state["frame"])
        self._raised = None if state["raised"] is None else Priority(state["raised"])
        self._raised_us = state["raised_us"]
        self._newest_us = state["newest_us"]
        self._value = state["value"]
        self._trust = Trust(state["trust"])

    def adopt(self, run: Mapping[str, Any]) -> None:
        """Go on with a run from another condition's ``snapshot`` that began before this one."""
        served = self._served
        self.restore(run)
        both = zip(self._served, served, strict=True)
        self._served = [max((x for x in pair if x is not None), default=None) for pair in both]

    def go_on(self, other: "ThresholdCondition") -> None:
        """Go on with what stands in a condition of the same cause by other bounds.

        A run that was no alarm yet goes on as far as its newest value holds by these bounds.
        """
        self.restore(other.snapshot())
        if self._raised is not None or self._frame is None:
            return
        held = zip(self._served, self._bounds, strict=True)
        self._served = [served if bound.held_by(self._value) else None for served, bound in held]
        if self._served[0] is None:
            self._settle(self._newest_us)

    def _hold(self, index: int, elapsed_us: int, *, violated: bool) -> None:
        """Count the time since the last value towards a level that this value does not clear."""
        self._clear_us[index] = None
        served = self._served[index]
        if served is not None:
            self._served[index] = self._grown(index, served, elapsed_us)
        elif violated:
            self._served[index] = 0.0

    def _clear(self, index: int, at_us: int) -> None:
        """Take back what a level has served, or end it when it has been clear for long enough."""
        served, since_us = self._served[index], self._clear_us[index]
        if served is None:
            return
        if served < 1:
            self._forget(index, at_us)
            return
        if since_us is None:
            since_us = self._clear_us[index] = at_us
        if at_us - since_us >= self.rule.clear_us:
            self._served[index] = None

    def _forget(self, index: int, at_us: int) -> None:
        """Take back what a level has served that is no alarm yet, from the second such value on."""
        served, since_us = self._served[index], self._clear_us[index]
        if served is None:
            return
        if since_us is None:
            self._clear_us[index] = at_us
        else:
            served -= max(0, at_us - self._newest_us) / FORGOTTEN_US
        self._served[index] = served if served > 0 else None

    def _grown(self, index: int, served: float, elapsed_us: int) -> float:
        """Return the share of the wait served when the newest value holds for so long more."""
        if served >= 1 or not self._bounds[index].violated_by(self._value):
            return served
        wait_us = self._levels[index].wait_us(self._value, self._trust)
        if elapsed_us >= (1 - served) * wait_us - _ROUNDING_US:
            return 1.0
        return served + elapsed_us / wait_us

    def _wait_left_us(self, index: int, served: float | None) -> int | None:
        """Return how long the newest value has to hold until the level is ripe; None: too long."""
        if served is None or self._clear_us[index] is not None:
            return None
        if served >= 1:
            return None if self._served[:index] == [1.0] * index else 0
        if not self._bounds[index].violated_by(self._value):
            return None
        level = self._levels[index]
        left_us = int((1 - served) * level.wait_us(self._value, self._trust)) - _ROUNDING_US
        return max(0, left_us) if left_us <= HOLDS_US else None

    def _ripen(self, elapsed_us: int) -> None:
        """Let each level ripen that the newest value has brought to its end."""
        for index, served in enumerate(self._served):
            if served is not None and self._clear_us[index] is None:
                ripe = self._grown(index, served, elapsed_us) >= 1
                if ripe:
                    self._served[: index + 1] = [1.0] * (index + 1)

    def _highest(self) -> Priority | None:
        """Return the highest ripe level; a raised alarm never falls below the lowest."""
        if self._served[0] is None:
            return None
        highest = None if self._raised is None else self._levels[0].priority
        for served, level in zip(self._served, self._levels, strict=True):
            if served is not None and served >= 1:
                highest = level.priority
        return highest

    def _settle(self, at_us: int) -> Changes:
        frame, before = self._frame, self._raised
        after = self._highest()
        over_us = at_us
        if self._served[0] is None:
            over_us = self._clear_us[0] or at_us
            self._frame = None
            self._raised_us = 0
            self._served = [None] * len(self._levels)
            self._clear_us = [None] * len(self._levels)
        if before is after or frame is None:
            return NOTHING
        self._raised = after
        if before is None:
            self._raised_us = at_us
        priority = after or before or self._levels[0].priority
        phase = phase_between(before, after)
        return (Change(phase, priority, self._began_us, over_us, frame, self._value),)

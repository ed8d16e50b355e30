"""When a finding that something else judges becomes an alarm, rises, falls and ends.

A processor says whether its finding holds and how grave it is; here it waits for the delay of its
rule, gets its priority, and is named after the frame with which it began.
"""

from collections.abc import Mapping
from typing import Any

from clinical.alarms.change import NOTHING, Change, Changes, Plain, phase_between
from clinical.alarms.condition import Condition
from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.alarms.priority import Priority
from clinical.alarms.rule import AlarmRule


class FlagCondition(Condition):
    """One cause that something else judges; this adds delay, priority and name.

    Every delay counts from the beginning of the condition: a graver grade does not wait anew.
    """

    __slots__ = ("_began_us", "_level", "_newest_us", "subject")

    def __init__(self, rule: AlarmRule, subject: str = "") -> None:
        """Begin with the condition not holding."""
        super().__init__(rule)
        self.subject = subject
        self._level: Priority | None = None
        self._began_us = 0
        self._newest_us = 0

    def set(
        self,
        active: bool,  # noqa: FBT001
        at_us: int,
        frame: FrameRef,
        began_us: int | None = None,
    ) -> Changes:
        """Say whether the condition holds, at the rule's lowest level."""
        level = self.rule.levels[0].priority if active else None
        return self.set_level(level, at_us, frame, began_us)

    def set_level(
        self, level: Priority | None, at_us: int, frame: FrameRef, began_us: int | None = None
    ) -> Changes:
        """Say how grave the condition is from ``at_us`` on; None: it does not hold.

        ``began_us`` is when it began, where that was before it could be known.
        """
        if level is None and self._frame is None:
            return NOTHING
        if self._frame is None:
            self._began_us = at_us if began_us is None else began_us
            self._newest_us, self._frame = at_us, frame
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

    @property
    def due_us(self) -> int | None:
        """The earliest instant at which time alone raises it, or raises it higher."""
        if self._frame is None or self._level is None:
            return None
        waits_us = [
            level.delay_us
            for level in self.rule.levels
            if level.priority <= self._level
            and (self._raised is None or level.priority > self._raised)
        ]
        return self._began_us + min(waits_us) if waits_us else None

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
        return (Change(phase_between(before, after), priority, self._began_us, at_us, frame),)

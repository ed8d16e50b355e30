"""What every condition that can become an alarm holds and tells: its rule, its frame, its alarm.

How it comes to hold, and when that becomes an alarm, is each condition's own: a value beyond its
limit (``threshold``), a finding that something else judges (``flag``).
"""

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Priority
from clinical.alarms.rule import AlarmRule


class Condition:
    """One cause of one patient."""

    __slots__ = ("_frame", "_raised", "rule")

    def __init__(self, rule: AlarmRule) -> None:
        """Begin with the condition not holding."""
        self.rule = rule
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

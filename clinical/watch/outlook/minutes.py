"""The minutes of a patient: of each vital sign one robust level, for what judges by the minute.

Trend and deterioration look at hours, so a value a second is more than they need. Every
``SAMPLE_US`` of the stream's time what the carry has newly got is sampled; at the first frame of a
later minute each vital that was sampled gets the median of its samples, and that minute is closed.
So a false second moves no level, whatever the rate of the data, and a frame in between costs one
comparison. A value that a second signal contradicts is not sampled (``trust``), and neither is what
comes late: the carry never holds it. Then that minute is missing, which is not the same as well.

Minutes of different patients end at different instants (``phase_us``), so that what is judged by
the minute is not judged of everybody at once while somebody's alarm waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from clinical.alarms.patience import Trust
from clinical.instant import MINUTE_US, SECOND_US
from clinical.vitals import Vital
from clinical.watch.carry import (
    BACKLOG_US,
    HEART_RATE,
    RESPIRATION,
    SPO2,
    SYSTOLIC,
    TEMPERATURE,
    VITALS,
    Carry,
)
from clinical.watch.trust import trust_of

SAMPLE_US: Final = 15 * SECOND_US
"""Time between two samples."""

SAMPLES_MAX: Final = MINUTE_US // SAMPLE_US + 1
"""Samples of one vital in one minute: one each time, and what came after the last one."""

STALE_US: Final = MINUTE_US
"""A minute that ended longer before the frame that closes it is history and is not judged."""

SAMPLED: Final = (HEART_RATE, RESPIRATION, SPO2, SYSTOLIC, TEMPERATURE)


@dataclass(frozen=True, slots=True)
class ClosedMinute:
    """One minute that is over."""

    minute: int
    """Its number; the next minute has the next one."""
    end_us: int
    levels: Mapping[Vital, float]
    """Median of each vital that was sampled in it."""
    live: bool
    """Whether it was closed as it ended, so that it says how the patient is now."""


class Minutes:
    """The open minute of one patient."""

    __slots__ = ("_carry", "_minute", "_phase_us", "_taken_us", "_values", "due_us", "ends_us")

    def __init__(self, carry: Carry, phase_us: int = 0) -> None:
        """Begin with nothing sampled; ``carry`` holds the newest values.

        Minutes begin ``phase_us`` after those of the clock.
        """
        self._carry = carry
        self._phase_us = phase_us
        self._minute = 0
        self._values: list[list[float]] = [[] for _ in SAMPLED]
        self._taken_us = [0] * len(SAMPLED)
        self.due_us = 0
        """From this instant on a frame has to be sampled."""
        self.ends_us = 0
        """From this instant on a frame closes the open minute."""

    def on_item(self, captured_us: int, received_us: int) -> ClosedMinute | None:
        """Sample what ``carry`` has got by now; return the minute that this instant closes."""
        if captured_us < self.due_us:
            return None
        closed = None
        if captured_us >= self.ends_us:
            self._sample(self.ends_us)
            closed = self._close(captured_us, received_us)
        self.sample(captured_us)
        return closed

    def sample(self, captured_us: int) -> None:
        """Sample at an instant of the open minute."""
        self._sample(captured_us + 1)
        self.due_us = captured_us + SAMPLE_US - (captured_us - self._phase_us) % SAMPLE_US

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "minute": self._minute,
            "values": [list(values) for values in self._values],
            "taken_us": list(self._taken_us),
            "due_us": self.due_us,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; an empty one is the beginning."""
        if not state:
            return
        self._minute = state["minute"]
        self._values = [list(values) for values in state["values"]]
        self._taken_us = list(state["taken_us"])
        self.due_us = state["due_us"]
        self.ends_us = self._end_us() if self._minute else 0

    def _sample(self, before_us: int) -> None:
        """Take what is new, believed, and was captured in the open minute before this instant."""
        carry, taken_us = self._carry, self._taken_us
        begin_us = self.ends_us - MINUTE_US
        beat: bool | None = None
        for place, vital in enumerate(SAMPLED):
            captured_us = carry.captured_us[vital]
            if captured_us <= taken_us[place] or not begin_us <= captured_us < before_us:
                continue
            taken_us[place] = captured_us
            if vital in {HEART_RATE, SPO2}:
                if beat is None:
                    beat = trust_of(vital, carry) is not Trust.DOUBTED
                believed = beat
            else:
                believed = vital != RESPIRATION or trust_of(vital, carry) is not Trust.DOUBTED
            value = carry.values[vital]
            if believed and value is not None:
                self._values[place].append(value)

    def _close(self, captured_us: int, received_us: int) -> ClosedMinute | None:
        """Begin the minute of this instant; return the one before, if there was one."""
        levels = {
            VITALS[vital]: median(values)
            for vital, values in zip(SAMPLED, self._values, strict=True)
            if values
        }
        prompt = received_us - captured_us <= BACKLOG_US
        live = prompt and captured_us - self.ends_us <= STALE_US
        closed = ClosedMinute(self._minute, self.ends_us, levels, live) if self._minute else None
        self._minute = (captured_us - self._phase_us) // MINUTE_US
        self._values = [[] for _ in SAMPLED]
        self.ends_us = self._end_us()
        return closed

    def _end_us(self) -> int:
        return (self._minute + 1) * MINUTE_US + self._phase_us

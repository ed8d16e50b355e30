"""How long a violation of a limit is waited for: by how far it goes, and by how far it is believed.

Most violations at the bedside are short or false, and a longer delay for all of them would make
the true ones late. So the delay adapts. It is short for a value far beyond its limit and long for
one just beyond it: like the alarm delay of SatSeconds, what makes an alarm is the area, how far
times how long. It is shorter still where a second, independent signal confirms the value, and long
where that signal contradicts it. No wait is without an end: what a signal contradicts for the
whole of the longest wait sounds all the same.
"""

from dataclasses import dataclass
from enum import IntEnum


class Trust(IntEnum):
    """How far a value is believed; the greater number is believed less."""

    CONFIRMED = 1
    """A second signal shows the same at the same time."""
    ALONE = 2
    """No second signal says anything."""
    STOOD_IN = 3
    """The value is that of a second signal, because the first is missing."""
    DOUBTED = 4
    """A second signal shows something else."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The shortest and the longest wait, of values far beyond their limit and just beyond it."""

    shortest_us: int
    longest_us: int


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one level of one cause waits."""

    area: float
    """How far beyond the limit times how many seconds make an alarm, within the bounds below."""
    confirmed: Wait
    alone: Wait
    doubted_us: int
    """However far beyond the limit: an artefact is as a rule far beyond it."""

    @property
    def longest_us(self) -> int:
        """The longest wait of all."""
        return max(self.confirmed.longest_us, self.alone.longest_us, self.doubted_us)

    @property
    def shortest_us(self) -> int:
        """The shortest wait of all."""
        return min(self.confirmed.shortest_us, self.alone.shortest_us, self.doubted_us)

    def wait_us(self, beyond: float, trust: Trust) -> float:
        """Return how long a value so far beyond its limit must hold to be an alarm."""
        if trust is Trust.DOUBTED:
            return self.doubted_us
        wait = self.confirmed if trust is Trust.CONFIRMED else self.alone
        by_area_us = 1e6 * self.area / beyond if beyond > 0 else wait.longest_us
        return min(max(by_area_us, wait.shortest_us), wait.longest_us)

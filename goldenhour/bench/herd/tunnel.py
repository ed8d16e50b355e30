"""How the patients of the herd bench fare while nobody hears of them. Pure.

One in ten gets worse and better again inside the tunnel: the center must learn of it without a
sound. One in ten gets worse inside and is still ill at the return: the center must be told, and
since when. The others are well.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from clinical.items import Vitals
from goldenhour.bench.load.flipping import ILL, WELL

_GROUPS: Final = 10
_OVER: Final = (0.3, 0.5)
_HOLDS_FROM: Final = 0.7


class Course(Enum):
    """What becomes of a patient."""

    WELL = "well"
    OVER = "over"
    """Ill in the tunnel, well at the return."""
    HOLDS = "holds"
    """Ill from the tunnel on."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    """The cut, by the units' clocks, microseconds since the Unix epoch."""

    began_us: int
    ended_us: int

    def at_us(self, part: float) -> int:
        """Return an instant inside, as a part of the whole."""
        return self.began_us + int(part * (self.ended_us - self.began_us))

    @property
    def holds_since_us(self) -> int:
        """When those who are still ill at the return fell ill."""
        return self.at_us(_HOLDS_FROM)


def course_of(unit: int) -> Course:
    """Return how the patient of a unit fares."""
    return {0: Course.OVER, 1: Course.HOLDS}.get(unit % _GROUPS, Course.WELL)


def vitals_at(unit: int, at_us: int, tunnel: Tunnel) -> Vitals:
    """Return what the monitor of a unit shows."""
    course = course_of(unit)
    over = tunnel.at_us(_OVER[0]) <= at_us < tunnel.at_us(_OVER[1])
    holds = at_us >= tunnel.holds_since_us
    ill = (course is Course.OVER and over) or (course is Course.HOLDS and holds)
    return ILL if ill else WELL

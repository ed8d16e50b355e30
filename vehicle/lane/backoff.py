"""How long to wait before the next dial, and for its answer: doubling, bounded.

The jitter keeps a thousand units that lost one gateway from coming back in one instant. If they do,
and the gateway is slow to open so many streams, each dial that is given up is work that it did for
nothing; waiting longer for each answer lets it get through. A link that is dead ends a dial sooner:
the keep-alive finds it. And who has got through gives way: what is not urgent is dialled the later
the longer the urgent took, so that of many who come back at once everybody is heard before anybody
tells of the past (ADR 0046).
"""

from random import Random
from typing import Final

from clinical.instant import SECOND_US

FLOOR_US: Final = 50_000
CEILING_US: Final = 500_000
"""Longest wait of the lanes ALARM and VITALS."""

OPEN_FLOOR_S: Final = 15
"""How long the first dial waits for the gateway to open the stream."""

OPEN_CEILING_S: Final = 30
"""How long a dial waits at most, after others that were not answered in time."""

WAY_MOST_US: Final = 10 * SECOND_US
"""How long what is not urgent gives way at most, however slow the gateway was to answer."""

_WAY_FACTOR: Final = 8
_JITTER: Final = 0.5


class Backoff:
    """The waits of one lane; the random numbers are handed in."""

    def __init__(self, rng: Random) -> None:
        """Start at the floor."""
        self._rng = rng
        self._bound_us = FLOOR_US
        self.open_within_s = OPEN_FLOOR_S
        """How long to wait for the gateway to open the stream."""

    def next_us(self) -> int:
        """Return the next wait in microseconds, at most CEILING_US."""
        wait_us = int(self._bound_us * (1 - _JITTER * self._rng.random()))
        self._bound_us = min(2 * self._bound_us, CEILING_US)
        return wait_us

    def way_us(self, answered_us: int) -> int:
        """Return how long to give way to others who dial, when an answer took so long."""
        longest_us = min(_WAY_FACTOR * answered_us, WAY_MOST_US)
        return int(longest_us * (1 - _JITTER * self._rng.random()))

    def unanswered(self) -> None:
        """Wait longer for the next answer, after one that did not come in time."""
        self.open_within_s = min(2 * self.open_within_s, OPEN_CEILING_S)

    def reset(self) -> None:
        """Begin at the floors again, after a stream that opened."""
        self._bound_us = FLOOR_US
        self.open_within_s = OPEN_FLOOR_S

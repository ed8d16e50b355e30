"""How long to wait before the next dial, and for its answer: doubling, bounded.

The jitter keeps a thousand units that lost one gateway from coming back in one instant. If they do,
and the gateway is slow to open so many streams, each dial that is given up is work that it did for
nothing; waiting longer for each answer lets it get through. A link that is dead ends a dial sooner:
the keep-alive finds it.
"""

from random import Random
from typing import Final

FLOOR_US: Final = 50_000
CEILING_US: Final = 500_000
"""Longest wait of the lanes ALARM and VITALS."""

OPEN_FLOOR_S: Final = 3
"""How long the first dial waits for the gateway to open the stream."""

OPEN_CEILING_S: Final = 24
"""How long a dial waits at most, after others that were not answered in time."""

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

    def unanswered(self) -> None:
        """Wait longer for the next answer, after one that did not come in time."""
        self.open_within_s = min(2 * self.open_within_s, OPEN_CEILING_S)

    def reset(self) -> None:
        """Begin at the floors again, after a stream that opened."""
        self._bound_us = FLOOR_US
        self.open_within_s = OPEN_FLOOR_S

"""How long to wait before the next dial: doubling, bounded, with jitter.

The jitter keeps a thousand units that lost one gateway from coming back in one instant.
"""

from random import Random
from typing import Final

FLOOR_US: Final = 50_000
CEILING_US: Final = 500_000
"""Longest wait of the lanes ALARM and VITALS."""

_JITTER: Final = 0.5


class Backoff:
    """The waits of one lane; the random numbers are handed in."""

    def __init__(self, rng: Random) -> None:
        """Start at the floor."""
        self._rng = rng
        self._bound_us = FLOOR_US

    def next_us(self) -> int:
        """Return the next wait in microseconds, at most CEILING_US."""
        wait_us = int(self._bound_us * (1 - _JITTER * self._rng.random()))
        self._bound_us = min(2 * self._bound_us, CEILING_US)
        return wait_us

    def reset(self) -> None:
        """Begin at the floor again, after a stream that opened."""
        self._bound_us = FLOOR_US

"""When something was captured: the unit's monotonic clock plus a slewed offset.

The offset to the gateway's clock comes from repeated four-timestamp exchanges (RFC 5905, section
8): offset = ((t2 - t1) + (t3 - t4)) / 2, delay = (t4 - t1) - (t3 - t2). Of the newest exchanges
the one with the least error is believed: at most half its delay, and what two quartz clocks may
have parted since. The offset
applied follows it by at most ``SLEW_PER_S``, so stamps never run backwards and never jump; only
before anything was stamped may it step. Until the first exchange the unit's own wall clock serves
and the uncertainty is unknown.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

EXCHANGES_KEPT: Final = 8
SLEW_PER_S: Final = 0.1
"""Seconds that the applied offset moves per second, at most."""

DRIFT: Final = 50e-6
"""Seconds per second by which two quartz clocks may part."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer; the unit's instants are monotonic, all in microseconds."""

    unit_sent_us: int
    gateway_received_us: int
    gateway_sent_us: int
    unit_received_us: int

    @property
    def offset_us(self) -> int:
        """Gateway clock minus the unit's monotonic clock."""
        forth = self.gateway_received_us - self.unit_sent_us
        back = self.gateway_sent_us - self.unit_received_us
        return (forth + back) // 2

    @property
    def delay_us(self) -> int:
        """Time on the way, there and back."""
        away = self.unit_received_us - self.unit_sent_us
        return max(0, away - (self.gateway_sent_us - self.gateway_received_us))

    def error_us(self, monotonic_us: int) -> float:
        """Return how far off the offset may be at this instant."""
        return self.delay_us / 2 + DRIFT * (monotonic_us - self.unit_received_us)


class Stamp(NamedTuple):
    """A capture instant, microseconds since the Unix epoch, and how far off it may be."""

    captured_us: int
    uncertainty_us: int | None


class UnitClock:
    """Stamps captures; learns from exchanges. Monotonic instants are handed in."""

    def __init__(self, wall_us: int, monotonic_us: int) -> None:
        """Begin with the unit's own wall clock."""
        self._offset_us = float(wall_us - monotonic_us)
        self._moved_us = monotonic_us
        self._exchanges: deque[Exchange] = deque(maxlen=EXCHANGES_KEPT)
        self._best: Exchange | None = None
        self._stamped = False
        self._own_offset_us = wall_us - monotonic_us

    def learn(self, exchange: Exchange) -> None:
        """Take the result of an exchange."""
        self._slew(exchange.unit_received_us)
        self._exchanges.append(exchange)
        self._best = min(self._exchanges, key=lambda one: one.error_us(exchange.unit_received_us))
        if not self._stamped:
            self._offset_us = float(self._best.offset_us)

    @property
    def settled(self) -> bool:
        """Whether there were enough exchanges to choose from."""
        return len(self._exchanges) == EXCHANGES_KEPT

    @property
    def offset_us(self) -> int | None:
        """Unit's wall clock at start minus the gateway's; None before the first exchange."""
        return None if self._best is None else self._own_offset_us - self._best.offset_us

    def stamp(self, monotonic_us: int) -> Stamp:
        """Return the capture instant of this moment."""
        self._stamped = True
        captured_us = self.now_us(monotonic_us)
        if self._best is None:
            return Stamp(captured_us, None)
        lag_us = abs(self._best.offset_us - self._offset_us)
        return Stamp(captured_us, int(self._best.error_us(monotonic_us) + lag_us))

    def now_us(self, monotonic_us: int) -> int:
        """Return this moment on the same scale, without stamping anything."""
        self._slew(monotonic_us)
        return monotonic_us + int(self._offset_us)

    def _slew(self, monotonic_us: int) -> None:
        reach_us = SLEW_PER_S * max(0, monotonic_us - self._moved_us)
        self._moved_us = max(self._moved_us, monotonic_us)
        if self._best is not None:
            wanted_us = self._best.offset_us - self._offset_us
            self._offset_us += max(-reach_us, min(reach_us, wanted_us))

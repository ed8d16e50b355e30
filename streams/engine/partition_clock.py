"""The time of one partition: folded from its records, never read from a wall.

``now`` is the highest stamp seen. Ingress time is how long a healthy gateway was there to hear
a unit; silence is judged on it alone, so a hole in the ticks never counts as silence.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

HEALTHY_GAP_MAX_US: Final = 1_500_000
"""The most ingress time that one healthy tick adds, microseconds: one period and a half."""


@dataclass(frozen=True, slots=True)
class PartitionClock:
    """Both times of a partition after some record; a new partition starts at zero."""

    now_us: int = 0
    """Highest stamp seen, microseconds since the Unix epoch."""
    ingress_us: int = 0
    """Time in which a healthy gateway listened, microseconds."""
    healthy_us: int | None = None
    """Stamp of the newest healthy tick; None before the first."""

    def stamped(self, stamp_us: int) -> "PartitionClock":
        """Return the clock after a record with this stamp; it never runs backwards."""
        if stamp_us <= self.now_us:
            return self
        return PartitionClock(stamp_us, self.ingress_us, self.healthy_us)

    def ticked(self, stamp_us: int, *, healthy: bool) -> "PartitionClock":
        """Return the clock after a tick; of several gateways' ticks the newest stamp counts."""
        after = self.stamped(stamp_us)
        if not healthy or (self.healthy_us is not None and stamp_us <= self.healthy_us):
            return after
        gap_us = 0 if self.healthy_us is None else stamp_us - self.healthy_us
        heard_us = self.ingress_us + min(gap_us, HEALTHY_GAP_MAX_US)
        return PartitionClock(after.now_us, heard_us, stamp_us)


class Point(NamedTuple):
    """A place in a partition: the next record to take, and the clock before that record."""

    offset: int
    clock: PartitionClock

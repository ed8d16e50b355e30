"""The time of one partition: folded from its records, never read from a wall.

``now`` is the highest stamp seen. Ingress time is how long a healthy gateway was there to hear
a unit; silence is judged on it alone, so a hole in the ticks never counts as silence.

It stands still while many units are silent together (``outage``). Who takes the partition over
cannot judge that anew: of some patients it has a later state than of others. So the clock keeps
when it was so, and the newest clock that is stored says it of all records before.
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

HEALTHY_GAP_MAX_US: Final = 1_500_000
"""The most ingress time that one healthy tick adds, microseconds: one period and a half."""

HOLDS_KEPT: Final = 32
"""Newest times of silence together that a clock keeps: more than come between two snapshots."""


class Hold(NamedTuple):
    """A time in which ingress time stood still, by the records that began and ended it."""

    begin: int
    end: int | None
    """None: it lasts."""

    def covers(self, offset: int) -> bool:
        """Tell whether it was so at this record."""
        return self.begin <= offset and (self.end is None or offset < self.end)


@dataclass(frozen=True, slots=True)
class PartitionClock:
    """Both times of a partition after some record; a new partition starts at zero."""

    now_us: int = 0
    """Highest stamp seen, microseconds since the Unix epoch."""
    ingress_us: int = 0
    """Time in which a healthy gateway listened, microseconds."""
    healthy_us: int | None = None
    """Stamp of the newest healthy tick; None before the first."""
    holds: tuple[Hold, ...] = ()
    """When units were silent together, the newest last."""

    @property
    def held(self) -> bool:
        """Whether units are silent together."""
        return bool(self.holds) and self.holds[-1].end is None

    def stamped(self, stamp_us: int) -> "PartitionClock":
        """Return the clock after a record with this stamp; it never runs backwards."""
        if stamp_us <= self.now_us:
            return self
        return PartitionClock(stamp_us, self.ingress_us, self.healthy_us, self.holds)

    def ticked(self, stamp_us: int, *, healthy: bool) -> "PartitionClock":
        """Return the clock after a tick; of several gateways' ticks the newest stamp counts."""
        after = self.stamped(stamp_us)
        if not healthy or (self.healthy_us is not None and stamp_us <= self.healthy_us):
            return after
        gap_us = 0 if self.healthy_us is None else stamp_us - self.healthy_us
        heard_us = self.ingress_us + min(gap_us, HEALTHY_GAP_MAX_US)
        return PartitionClock(after.now_us, heard_us, stamp_us, self.holds)

    def holding(self, offset: int, *, held: bool) -> "PartitionClock":
        """Return the clock of a tick at which units are silent together, or are not."""
        if held == self.held:
            return self
        if held:
            return replace(self, holds=(*self.holds, Hold(offset, None))[-HOLDS_KEPT:])
        return replace(self, holds=(*self.holds[:-1], Hold(self.holds[-1].begin, offset)))

    def held_at(self, offset: int) -> bool:
        """Tell whether units were silent together at a record before this clock."""
        return any(hold.covers(offset) for hold in self.holds)


class Point(NamedTuple):
    """A place in a partition: the next record to take, and the clock before that record."""

    offset: int
    clock: PartitionClock

"""Limits per unit, so that one unit cannot take the gateway from the others.

A unit that sends too fast is read more slowly and never refused: its spool holds what waits. A
unit that opens too many streams keeps the newest ones, because the older are what a broken link
left behind.
"""

from collections.abc import Iterator
from typing import Final, Protocol

from wire.frames import Lane
from wire.validation import StreamKey

STREAMS_PER_UNIT: Final = 8
"""Uplink streams of one unit; a further one ends the oldest. Four lanes, live and backlog."""

FRAMES_PER_SECOND: Final = 2_000
"""Frames of one unit that are read per second on average; beyond it reading waits."""

BURST_FRAMES: Final = 2_000
"""Frames of one unit that are read at once after a quiet time."""

BYTES_PER_SECOND: Final = 4_000_000
"""Bytes of frames of one unit that are read per second on average; beyond it reading waits."""

BURST_BYTES: Final = 8_000_000
"""Bytes of frames of one unit that are read at once after a quiet time."""

_SECOND_US: Final = 1_000_000


class Pace:
    """A token bucket that says how long to wait, in time that the caller hands in."""

    __slots__ = ("_burst", "_rate", "_tokens", "_updated_us")

    def __init__(
        self, now_us: int, rate: float = FRAMES_PER_SECOND, burst: int = BURST_FRAMES
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._updated_us = now_us

    def take(self, count: int, now_us: int) -> int:
        """Take from the bucket; return the wait in microseconds until it is paid for."""
        self._fill(now_us)
        self._tokens -= count
        return max(0, int(-self._tokens * _SECOND_US / self._rate))

    def affords(self, count: int, now_us: int) -> bool:
        """Take from the bucket if there is enough in it, and say so."""
        self._fill(now_us)
        if self._tokens < count:
            return False
        self._tokens -= count
        return True

    def _fill(self, now_us: int) -> None:
        gained = (now_us - self._updated_us) * self._rate / _SECOND_US
        self._tokens = min(self._burst, self._tokens + gained)
        self._updated_us = now_us


class UnitPace:
    """How fast a unit is read: by frames and by bytes, its alarms apart from all else.

    What the other lanes send can never make an alarm wait. The lane of alarms has a pace of its
    own, which no unit reaches that only says what happens to its patients.
    """

    __slots__ = ("_alarms", "_others")

    def __init__(self, now_us: int) -> None:
        self._alarms = (Pace(now_us), Pace(now_us, BYTES_PER_SECOND, BURST_BYTES))
        self._others = (Pace(now_us), Pace(now_us, BYTES_PER_SECOND, BURST_BYTES))

    def take(self, lane: Lane, frames: int, size_bytes: int, now_us: int) -> int:
        """Return how long to wait, in microseconds, until what was read is paid for."""
        by_frames, by_bytes = self._alarms if lane is Lane.ALARM else self._others
        return max(by_frames.take(frames, now_us), by_bytes.take(size_bytes, now_us))


class Stream(Protocol):
    """An uplink stream that can be told to go."""

    def supersede(self) -> None:
        """End, because a newer stream took its place."""
        ...

    def drain(self) -> None:
        """End once all that was taken is acknowledged."""
        ...

    async def ended(self) -> None:
        """Wait until it has ended, if it was told to."""
        ...


class Unit:
    """The open uplink streams of one unit, oldest first, and its pace."""

    __slots__ = ("pace", "streams")

    def __init__(self, pace: UnitPace) -> None:
        self.pace = pace
        self.streams: dict[StreamKey, Stream] = {}


class Units:
    """The units that are connected."""

    def __init__(self, streams_per_unit: int = STREAMS_PER_UNIT) -> None:
        self._streams_per_unit = streams_per_unit
        self._units: dict[str, Unit] = {}

    def __len__(self) -> int:
        """Return how many units have an open uplink."""
        return len(self._units)

    def __iter__(self) -> Iterator[Stream]:
        """Go through all open uplink streams."""
        return iter([stream for unit in self._units.values() for stream in unit.streams.values()])

    def join(self, key: StreamKey, stream: Stream, now_us: int) -> UnitPace:
        """Admit a stream, end those whose place it takes, and return the pace of its unit."""
        unit = self._units.setdefault(key.unit_id, Unit(UnitPace(now_us)))
        older = unit.streams.pop(key, None)
        if older is None and len(unit.streams) >= self._streams_per_unit:
            older = unit.streams.pop(next(iter(unit.streams)))
        unit.streams[key] = stream
        if older is not None:
            older.supersede()
        return unit.pace

    def leave(self, key: StreamKey, stream: Stream) -> None:
        """Let go of a stream, unless a newer one already has its place."""
        unit = self._units.get(key.unit_id)
        if unit is None or unit.streams.get(key) is not stream:
            return
        del unit.streams[key]
        if not unit.streams:
            del self._units[key.unit_id]

"""Whether a lane is captured faster than link and gateway carry it. Pure.

Looked at once per pulse: what waited unsent at an earlier pulse and still waits shows how far the
lane is behind. Behind for ``OVERLOADED_AFTER_US`` while data flows is an overload; it is over, with
nobody's help, when for ``CALM_AFTER_US`` nothing waited for longer than one pulse. Time without a
link does not count, and neither does the draining of alarms and vital signs that were stored
during a cut, for which waveforms wait: that is what the spool is for. A drain that stands still is
none: one link that broke while the log stood still would else keep everything from being shed.
"""

from collections import deque
from collections.abc import Mapping
from typing import Final, NamedTuple

from clinical.instant import SECOND_US

OVERLOADED_AFTER_US: Final = 5 * SECOND_US
"""A lane that is behind for so long while data flows is overloaded, and is thinned. Longer than a
dead link takes to be found, shorter than a gateway waits for a log that stands still: else the
stream would end before anything was shed."""

CALM_AFTER_US: Final = 10 * SECOND_US
"""An overload is over when for so long nothing waited for longer than one pulse."""

STANDS_STILL_AFTER_US: Final = 5 * SECOND_US
"""What an earlier stream left behind drains as long as some of it was acknowledged within this."""


class LaneLoad(NamedTuple):
    """How a lane stands at a pulse."""

    segment: bytes
    sent: int
    """The last sequence of the segment that was sent."""
    last: int
    """The last sequence that was captured."""
    flowing: bool
    """Whether live data flows and no backlog drains beside it."""


class Pressure:
    """Follows one lane."""

    __slots__ = ("_calm_since_us", "_marks", "_segment", "overloaded")

    def __init__(self) -> None:
        """Begin at ease."""
        self.overloaded = False
        self._segment = b""
        self._marks: deque[tuple[int, int]] = deque()
        """When the lane was looked at, and its last sequence then, of what still waits."""
        self._calm_since_us: int | None = None

    def pulse(self, load: LaneLoad, now_us: int) -> bool:
        """Return whether something that waits shall be left out now."""
        if not load.flowing or load.segment != self._segment:
            self._marks.clear()
        if not load.flowing:
            return False
        self._segment = load.segment
        while self._marks and self._marks[0][1] <= load.sent:
            self._marks.popleft()
        behind_us = now_us - self._marks[0][0] if self._marks else 0
        self._decide(behind_us, now_us)
        if load.last > (self._marks[-1][1] if self._marks else load.sent):
            self._marks.append((now_us, load.last))
        return self.overloaded and behind_us > 0

    def _decide(self, behind_us: int, now_us: int) -> None:
        if behind_us > 0:
            self._calm_since_us = None
            self.overloaded |= behind_us >= OVERLOADED_AFTER_US
            return
        if self._calm_since_us is None:
            self._calm_since_us = now_us
        if now_us - self._calm_since_us >= CALM_AFTER_US:
            self.overloaded = False


class Drain:
    """Follows what earlier streams left behind on the lanes that go first."""

    __slots__ = ("_depths", "_moved_us")

    def __init__(self) -> None:
        """Begin with nothing left behind."""
        self._depths: Mapping[bytes, int] = {}
        """Frames without an acknowledgement, by segment, at the last pulse."""
        self._moved_us = 0

    def pulse(self, depths: Mapping[bytes, int], now_us: int) -> bool:
        """Return whether it drains, given the frames of each segment that nobody acknowledged."""
        before, self._depths = self._depths, depths
        if not before and not depths:
            return False
        fewer = any(depths.get(segment, 0) < depth for segment, depth in before.items())
        if fewer or depths.keys() - before.keys():
            self._moved_us = now_us
        return bool(depths) and now_us - self._moved_us < STANDS_STILL_AFTER_US

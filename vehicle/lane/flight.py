"""How many frames of a lane may be on their way: as many as are acknowledged in good time. Pure.

Whatever waits in the modem, in a socket or at a slow gateway can neither be overtaken by something
newer nor be left out, and it holds up the alarms that share the link. So below the ALARM lane the
frames in flight follow the delay of their acknowledgement: one more for each request that is
acknowledged within ``IN_GOOD_TIME_US``, half as many when one takes longer, at most once per that
delay. Half that time shows that twice as much would come in good time as well: so many frames more,
so that what a cut left behind goes out in few, full requests.
"""

from collections import deque
from typing import Final

from clinical.instant import SECOND_US
from wire.frames import Lane

IN_GOOD_TIME_US: Final = SECOND_US
"""An acknowledgement that takes longer shows that too much is on its way."""

_SOON_US: Final = IN_GOOD_TIME_US // 2

FLIGHT_LEAST: Final = {Lane.VITALS: 8, Lane.WAVEFORM: 2}
"""Frames that may always be in flight, and those at the beginning of a stream, whose link nobody
knows yet: what fills a thin link for longer than its keep-alive waits would break it again."""


class Flight:
    """The frames of one stream that are on their way."""

    __slots__ = ("_least", "_sent", "_shrunk_us", "size")

    def __init__(self, lane: Lane) -> None:
        """Begin a stream; on the ALARM lane only the gateway's credit counts."""
        self._least = FLIGHT_LEAST.get(lane)
        self.size = self._least or 0
        self._sent: deque[tuple[int, int, int]] = deque()
        """Of each request its last sequence, its frames, and when it was sent."""
        self._shrunk_us = 0

    def sent(self, sequence: int, frames: int, now_us: int) -> None:
        """Note a request of so many frames, up to this sequence; ``now_us`` is monotonic."""
        if self._least is not None:
            self._sent.append((sequence, frames, now_us))

    def acknowledged(self, through: int, now_us: int) -> None:
        """Note an acknowledgement."""
        delay_us: int | None = None
        while self._sent and self._sent[0][0] <= through:
            _, frames, sent_us = self._sent.popleft()
            delay_us = now_us - sent_us
            if delay_us <= IN_GOOD_TIME_US:
                self.size += frames if delay_us <= _SOON_US else 1
        if delay_us is None or delay_us <= IN_GOOD_TIME_US or self._least is None:
            return
        if now_us - self._shrunk_us >= delay_us:
            self.size = max(self.size // 2, self._least)
            self._shrunk_us = now_us

    def within(self, credit: int) -> int:
        """Return how many frames may be in flight when the gateway allows so many."""
        if self._least is None:
            return credit
        self.size = min(self.size, max(credit, self._least))
        return min(credit, self.size)

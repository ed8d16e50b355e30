"""How much of an upload may be on its way: as much as the link carries with hardly a queue.

Images share the vehicle's link with alarms and vital signs, and whatever waits in the modem's queue
delays them. What an answer takes beyond the fastest answer is that queue (as in LEDBAT, RFC 6817).
A piece that was sent with so many bytes on their way and took so long says what the link carries;
the window becomes what it carries in the fastest time and ``TARGET_US`` (as in FAST TCP). It grows
by no more than what was answered, so it doubles with each round trip at most. Of the newest answers
the fastest counts: one late process is no queue.
"""

from collections import deque
from typing import Final

from wire.limits import UPLOAD_CREDIT_BYTES

PIECE_BYTES: Final = 16_384
"""Most bytes sent at once. A vital sign waits for the piece that the modem has begun, and a piece's
own time on the link hides as much of a queue from the fastest answer."""

TARGET_US: Final = 2_000
"""Delay that an upload may add to the link; RFC 6817, section 2.5, allows 100 ms."""

DELAYS_KEPT: Final = 4
"""Newest delays of which the smallest counts (RFC 6817, section 3.4.2)."""

WINDOW_FIRST_BYTES: Final = 8 * PIECE_BYTES
WINDOW_LEAST_BYTES: Final = PIECE_BYTES
"""With less, nothing would move."""

WINDOW_MOST_BYTES: Final = UPLOAD_CREDIT_BYTES


class Window:
    """The bytes that may be on their way; a new one for each stream."""

    def __init__(self) -> None:
        """Begin small."""
        self.size_bytes = WINDOW_FIRST_BYTES
        self._base_us: int | None = None
        self._newest: deque[tuple[int, int]] = deque(maxlen=DELAYS_KEPT)

    def answered(self, delay_us: int, under_way_bytes: int, answered_bytes: int) -> None:
        """Note how long a piece took from its sending to the answer.

        ``under_way_bytes`` were on their way when it was sent, its own among them, and
        ``answered_bytes`` no longer are.
        """
        self._base_us = delay_us if self._base_us is None else min(self._base_us, delay_us)
        self._newest.append((max(delay_us, 1), under_way_bytes))
        newest_us, carried_bytes = min(self._newest)
        aim_us = self._base_us + TARGET_US
        wanted = carried_bytes * aim_us // newest_us
        if newest_us <= aim_us:
            wanted = min(max(wanted, self.size_bytes), self.size_bytes + answered_bytes)
        self.size_bytes = min(max(wanted, WINDOW_LEAST_BYTES), WINDOW_MOST_BYTES)

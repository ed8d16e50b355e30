"""How much of an upload may be on its way: as much as the link carries without a queue.

Images share the vehicle's link with alarms and vital signs, and whatever waits in the modem's queue
delays them. So the window follows the delay, in the manner of LEDBAT (RFC 6817): it grows while an
answer comes within ``TARGET_US`` of the fastest answer seen, and shrinks when it takes longer.
"""

from typing import Final

from wire.limits import MAX_CHUNK_BYTES, UPLOAD_CREDIT_BYTES

TARGET_US: Final = 100_000
"""Delay that an upload may add to the link (RFC 6817, section 2.5)."""

WINDOW_FIRST_BYTES: Final = 4 * MAX_CHUNK_BYTES
WINDOW_LEAST_BYTES: Final = MAX_CHUNK_BYTES
"""With less, nothing would move."""

WINDOW_MOST_BYTES: Final = UPLOAD_CREDIT_BYTES
SHRINK: Final = 0.5


class Window:
    """The bytes that may be on their way; a new one for each stream."""

    def __init__(self) -> None:
        """Begin small."""
        self.size_bytes = WINDOW_FIRST_BYTES
        self._base_us: int | None = None
        self._shrunk_us = 0

    def answered(self, delay_us: int, now_us: int) -> None:
        """Note how long a piece took from its sending to the answer; ``now_us`` is monotonic."""
        self._base_us = delay_us if self._base_us is None else min(self._base_us, delay_us)
        if delay_us - self._base_us <= TARGET_US:
            self.size_bytes = min(self.size_bytes + MAX_CHUNK_BYTES, WINDOW_MOST_BYTES)
        elif now_us - self._shrunk_us >= delay_us:
            self.size_bytes = max(int(self.size_bytes * SHRINK), WINDOW_LEAST_BYTES)
            self._shrunk_us = now_us

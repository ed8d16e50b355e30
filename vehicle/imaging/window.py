"""How much of an upload may be on its way: as much as the link carries with hardly a queue.

Images share the vehicle's link with alarms and vital signs, and whatever waits in the modem's queue
delays them. So an upload asks the link two questions, as BBR does (Cardwell and others, ACM Queue
14, 5, 2016): what it carries, which is the most that was answered in one of the newest round trips,
and how long the fastest answer takes. Their product fills the link without a queue; the window is
that and ``TARGET_US`` more, by which it notices that the link has become faster.

Pieces are paced, because a burst is a queue too. While the newest answers show none, the window
grows by half with each round trip. When even the fastest answer of a round trip is late, what that
round carried counts, and no longer what the link once did; one late process is no queue. A piece is
soon through: a vital sign waits for the one that the modem has begun.

Where the way has become longer, or a gateway slower, every answer is late by the fastest of before,
and the window would stay at its least. So now and then hardly anything is sent for two round trips,
until what waits in any queue is through, and the fastest answer is learned anew (as BBR does).
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from clinical.instant import SECOND_US
from wire.limits import UPLOAD_CREDIT_BYTES

PIECE_LEAST_BYTES: Final = 4_096
PIECE_MOST_BYTES: Final = 65_536
"""A piece is a power of two of bytes between these."""

PIECE_US: Final = 2_500
"""Most time that a piece takes on the link, if it is longer than the least."""

TARGET_US: Final = 2_000
"""Delay that an upload may add to the link; RFC 6817, section 2.5, allows 100 ms."""

ROUNDS_KEPT: Final = 8
"""Newest round trips of which the one that carried most counts."""

ANSWERS: Final = 4
"""Answers of which the fastest counts, before there is a queue or is none (RFC 6817, 3.4.2)."""

LATE_US: Final = 8_000
"""Delay of a whole round trip from which on the link is taken to carry less than it did."""

LEARNED_AGAIN_US: Final = 3_000_000
"""After so long the fastest answer is learned anew."""

WINDOW_FIRST_BYTES: Final = 65_536
WINDOW_MOST_BYTES: Final = UPLOAD_CREDIT_BYTES
PIECES_LEAST: Final = 2
"""With one piece on its way the link would be idle while its answer comes."""

FIRST_BYTES_PER_S: Final = 3_125_000
"""What the link is taken to carry before the first answer: 25 Mbit/s."""

PACE: Final = 1.25
"""How much faster than the link carries pieces may leave; the window is what bounds them."""

BURST_US: Final = 2_500
"""Longest delay of a process that is made up for."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What was known when a piece was sent."""

    sent_us: int
    answered_bytes: int
    answered_us: int
    """When the newest of these bytes were answered; when there was nothing to answer, now."""


class Window:
    """The bytes that may be on their way, and when the next may leave; new for each stream."""

    def __init__(self) -> None:
        """Begin small."""
        self.size_bytes = WINDOW_FIRST_BYTES
        self.piece_bytes = PIECE_LEAST_BYTES
        self.due_us = 0
        """When the next piece may leave, on the clock of ``sent``."""
        self._base_us: int | None = None
        self._learned_us: int | None = None
        """When the fastest answer was learned anew."""
        self._empty_us: int | None = None
        """While it is learned: from when on a piece finds no queue of this upload."""
        self._full_bytes = 0
        """The window before."""
        self._filled_us = 0
        """Until then it is filled again, no faster than the link carries."""
        self._rates: deque[float] = deque([0.0], maxlen=ROUNDS_KEPT)
        """Bytes per second that each of the newest round trips carried."""
        self._answered_bytes = 0
        self._answered_us = 0
        self._round_ends_bytes = 0
        self._round_answers = 0
        self._round_fastest_us = 0
        self._newest_us: deque[int] = deque(maxlen=ANSWERS)

    def sent(self, now_us: int, size: int, *, alone: bool) -> Mark:
        """Note that a piece leaves; ``alone``: nothing else is on its way."""
        rate = max(*self._rates, self._asked_rate())
        pace = PACE if now_us >= self._filled_us else 1.0
        piece_us = int(size * SECOND_US / (rate * pace))
        self.due_us = max(self.due_us, now_us - BURST_US) + piece_us
        answered_us = now_us if alone else self._answered_us or now_us
        return Mark(now_us, self._answered_bytes, answered_us)

    def answered(self, now_us: int, mark: Mark, answered_bytes: int) -> None:
        """Note the answer to a piece; ``answered_bytes`` are no longer on their way for it."""
        delay_us = max(now_us - mark.sent_us, 1)
        self._base_us = delay_us if self._base_us is None else min(self._base_us, delay_us)
        self._answered_bytes += answered_bytes
        self._answered_us = now_us
        self._newest_us.append(delay_us)
        if mark.answered_bytes >= self._round_ends_bytes:
            self._begin_round(delay_us)
        self._round_answers += 1
        self._round_fastest_us = min(self._round_fastest_us, delay_us)
        carried = self._answered_bytes - mark.answered_bytes
        took_us = max(now_us - mark.answered_us, 1)
        self._rates[-1] = max(self._rates[-1], carried * SECOND_US / took_us)
        if not self._learning(now_us, mark, delay_us):
            self._resize(self._base_us, answered_bytes)

    def _learning(self, now_us: int, mark: Mark, delay_us: int) -> bool:
        """Learn the fastest answer anew when it is time; return whether that is still going on."""
        if self._learned_us is None:
            self._learned_us = now_us
        if self._empty_us is None and now_us - self._learned_us >= LEARNED_AGAIN_US:
            self._empty_us = now_us + max(self._newest_us)
            self._full_bytes, self.size_bytes = self.size_bytes, PIECES_LEAST * self.piece_bytes
        if self._empty_us is None:
            return False
        if mark.sent_us < self._empty_us:
            return True
        self._base_us, self._learned_us, self._empty_us = delay_us, now_us, None
        self.size_bytes, self._filled_us = self._full_bytes, now_us + delay_us
        self._newest_us.extend([delay_us + TARGET_US] * ANSWERS)  # no reason to grow yet
        return True

    def _begin_round(self, delay_us: int) -> None:
        self._round_ends_bytes = self._answered_bytes
        self._round_answers = 0
        self._round_fastest_us = delay_us
        self._rates.append(0.0)

    def _resize(self, base_us: int, answered_bytes: int) -> None:
        late = self._round_answers >= ANSWERS and self._round_fastest_us > base_us + LATE_US
        rate = self._rates[-1] if late else max(self._rates)
        wanted = rate * (base_us + TARGET_US) / SECOND_US
        if min(self._newest_us) <= base_us + TARGET_US // 2:
            wanted = max(wanted, self.size_bytes + answered_bytes / 2)
        grown = min(int(wanted), self.size_bytes + answered_bytes, WINDOW_MOST_BYTES)
        self.piece_bytes = _piece_bytes(rate)
        self.size_bytes = max(grown, PIECES_LEAST * self.piece_bytes)

    def _asked_rate(self) -> float:
        """Return what the link would have to carry for the window to be full all the time."""
        if self._base_us is None:
            return FIRST_BYTES_PER_S
        return self.size_bytes * SECOND_US / (self._base_us + TARGET_US)


def _piece_bytes(rate: float) -> int:
    size = PIECE_LEAST_BYTES
    while 2 * size <= min(rate * PIECE_US / SECOND_US, PIECE_MOST_BYTES):
        size *= 2
    return size

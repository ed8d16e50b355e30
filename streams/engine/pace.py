"""How long a worker lets records gather before it asks the log for more. Pure.

A fetch costs the worker and the broker as much as the judgement of several frames, whatever is in
it. A worker that has little to do asks again at once, so that after a quiet time nothing waits. The
busier it is, the longer it rests between two fetches, so that each brings more: what it spends on
fetching then falls just where the processor is short.
"""

from math import exp
from typing import Final

from clinical.instant import SECOND_US

REST_MOST_US: Final = 10_000
"""Rest of a worker that does nothing but judge; who judges half of the time rests half as long."""

BUSY_OVER_US: Final = SECOND_US // 2
"""Time over which it is noticed how busy a worker is."""


class Pace:
    """How busy a worker was of late."""

    def __init__(self, now_us: int) -> None:
        """Begin with nothing to do."""
        self._busy = 0.0
        self._known_us = now_us

    def worked(self, begin_us: int, end_us: int) -> None:
        """Take note of work; what lies between two pieces of it was idle."""
        passed_us = end_us - self._known_us
        if passed_us <= 0:
            return
        share = min(1.0, (end_us - begin_us) / passed_us)
        kept = exp(-passed_us / BUSY_OVER_US)
        self._busy = share + (self._busy - share) * kept
        self._known_us = end_us

    def rest_us(self, now_us: int) -> int:
        """Return how long to rest before the next fetch."""
        idle_us = max(0, now_us - self._known_us)
        return round(REST_MOST_US * self._busy * exp(-idle_us / BUSY_OVER_US))

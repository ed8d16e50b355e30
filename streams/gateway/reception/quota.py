"""How often a unit may open a call, and how many of a kind it may hold, without any I/O.

The bounds lie far above what a unit does whose link comes and goes. A unit beyond them is told so
with RESOURCE_EXHAUSTED and dials again after its back-off; its open streams go on.
"""

from collections import Counter, OrderedDict
from enum import StrEnum
from typing import Final

from streams.gateway.reception.units import Pace

OPENS_PER_MINUTE: Final = 600
"""Calls that one unit may open per minute on average; a further one is refused."""

OPENS_BURST: Final = 120
"""Calls that one unit may open at once after a quiet time."""

DOWNLINKS_PER_UNIT: Final = 3
"""Downlinks of one unit at a time: the newest, and those that are being ended."""

UPLOADS_PER_UNIT: Final = 4
"""Uploads of one unit at a time; a further one is refused."""

UNITS_REMEMBERED: Final = 20_000
"""Units whose opens are counted; beyond it the one that opened longest ago begins anew."""

_MINUTE_S: Final = 60


class Kept(StrEnum):
    """The kinds of call that are counted while they are open; uplinks supersede each other."""

    DOWNLINK = "downlinks"
    UPLOAD = "uploads"


_MOST: Final = {Kept.DOWNLINK: DOWNLINKS_PER_UNIT, Kept.UPLOAD: UPLOADS_PER_UNIT}


class QuotaExceeded(Exception):  # noqa: N818 - named for what happened
    """The unit has more calls than it may have; the words say which."""


class Quota:
    """What the units have opened."""

    def __init__(self, remembered: int = UNITS_REMEMBERED) -> None:
        self._remembered = remembered
        self._opens: OrderedDict[str, Pace] = OrderedDict()
        self._open: Counter[tuple[Kept, str]] = Counter()

    def opened(self, unit_id: str, now_us: int) -> None:
        """Count a call.

        Raises:
            QuotaExceeded: the unit has opened too many lately.
        """
        pace = self._opens.get(unit_id)
        if pace is None:
            pace = self._opens[unit_id] = Pace(now_us, OPENS_PER_MINUTE / _MINUTE_S, OPENS_BURST)
        self._opens.move_to_end(unit_id)
        if len(self._opens) > self._remembered:
            self._opens.popitem(last=False)
        if not pace.affords(1, now_us):
            message = f"more than {OPENS_PER_MINUTE} calls of this unit in a minute"
            raise QuotaExceeded(message)

    def hold(self, kind: Kept, unit_id: str) -> None:
        """Count a call that is now open.

        Raises:
            QuotaExceeded: the unit holds as many as it may.
        """
        if self._open[kind, unit_id] >= _MOST[kind]:
            message = f"{_MOST[kind]} {kind} of this unit are open"
            raise QuotaExceeded(message)
        self._open[kind, unit_id] += 1

    def let_go(self, kind: Kept, unit_id: str) -> None:
        """Count a held call no longer."""
        self._open[kind, unit_id] -= 1
        if not self._open[kind, unit_id]:
            del self._open[kind, unit_id]

"""Many units silent at once have one cause: a gateway, a cell, a network. Pure.

A unit that is on its way to being called silent is *quiet*. When more than a fifth of the units of
a partition are quiet together, the ingress of the partition is not healthy, whatever its gateways
say: no unit is called silent for itself, and the picture lists those that are quiet. When they are
heard again, the list is empty and time of silence goes on; a unit that stays quiet is then called
silent a few seconds later.

A unit whose silence was told before does not count among the quiet: it was silent by itself.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from clinical.instant import SECOND_US

QUIET_AFTER_US: Final = 6 * SECOND_US
"""Of healthy ingress time without a frame: then a unit is quiet. It lies below the delay of
UNIT_SILENT by more than the second over which the last frames of many units are spread."""

TOGETHER_MIN: Final = 2
"""Fewest quiet units that can have a common cause."""

SHARE_BEGINS: Final = 0.2
"""More than this share of the units, quiet together: a common cause."""

SHARE_ENDS: Final = 0.1
"""At most this share: it is over."""


class Hearing(NamedTuple):
    """How long the unit of an open encounter has not been heard."""

    unit_id: str
    quiet_us: int
    """In healthy ingress time, at the last tick."""
    told: bool
    """Whether it is called silent already."""


def quiet_together(hearings: Iterable[Hearing], before: tuple[str, ...]) -> tuple[str, ...]:
    """Return the units that are quiet for one common cause; ``before`` is the last answer."""
    quiet_us: dict[str, int] = {}
    told: set[str] = set()
    for hearing in hearings:
        unit_id = hearing.unit_id
        quiet_us[unit_id] = min(hearing.quiet_us, quiet_us.get(unit_id, hearing.quiet_us))
        if hearing.told:
            told.add(unit_id)
    quiet = [
        unit_id for unit_id, us in quiet_us.items() if us >= QUIET_AFTER_US and unit_id not in told
    ]
    share = SHARE_ENDS if before else SHARE_BEGINS
    together = len(quiet) >= TOGETHER_MIN and len(quiet) > share * len(quiet_us)
    return tuple(sorted(quiet)) if together else ()

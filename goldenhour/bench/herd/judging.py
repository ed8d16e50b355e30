"""What the herd bench asks of the return: is it current, was anything stale sounded. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from clinical.alarms.view import AlarmState
from clinical.instant import SECOND_US
from goldenhour.bench.figures import percentile
from goldenhour.bench.herd.tunnel import Course, Tunnel, course_of
from goldenhour.bench.load.flipping import CAUSE

CURRENT_WITHIN_US: Final = 5 * SECOND_US
"""Age up to which a unit's vitals count as current at the center."""

ONSET_DIFFERS_US: Final = 10 * SECOND_US
"""How far the instant that an alarm names may be from the onset: two frames at one in 5 s."""


class Told(msgspec.Struct, frozen=True):
    """One delivery of the feed."""

    unit_id: str
    cause: str
    state: str
    late: bool
    since_us: int
    at_us: int


class Watched(msgspec.Struct):
    """What the watcher of the return leaves behind."""

    current: list[tuple[str, int]]
    """Unit, and when the center's picture first held a vital of it that was current."""
    told: list[Told]


def unit_name(number: int) -> str:
    """Return the id of a unit of the bench."""
    return f"HERD-{number:05}"


def current_s(watched: Watched, units: int, mended_us: int) -> tuple[list[float], list[str]]:
    """Return the seconds from the return until each unit was current, and the units never so."""
    first: dict[str, int] = {}
    for unit_id, at_us in watched.current:
        if at_us >= mended_us:
            first.setdefault(unit_id, at_us)
    names = [unit_name(number) for number in range(units)]
    seconds = [(first[name] - mended_us) / SECOND_US for name in names if name in first]
    return seconds, [name for name in names if name not in first]


def alarms(watched: Watched, units: int, tunnel: Tunnel) -> dict[str, Any]:
    """Return what was told of the patients whose course is known."""
    courses = {unit_name(number): course_of(number) for number in range(units)}
    told = [it for it in watched.told if it.cause == CAUSE]
    sounded = [it for it in told if it.state == AlarmState.ACTIVE]
    over = {name for name, course in courses.items() if course is Course.OVER}
    holds = {name for name, course in courses.items() if course is Course.HOLDS}
    with_since = {
        it.unit_id for it in sounded if abs(it.since_us - tunnel.holds_since_us) <= ONSET_DIFFERS_US
    }
    return {
        "over_before_return": len(over),
        "over_recorded": len({it.unit_id for it in told if it.state == AlarmState.RECORDED} & over),
        "stale_sounded": len({it.unit_id for it in sounded} & over),
        "holding_at_return": len(holds),
        "holding_told_with_since": len(holds & with_since),
        "unexpected": len({it.unit_id for it in sounded} - over - holds),
        "deliveries": dict(Counter(f"{it.cause} {it.state}" for it in watched.told)),
    }


def spread(seconds: Sequence[float]) -> Mapping[str, float]:
    """Return p50, p99 and max; of nothing, nothing."""
    if not seconds:
        return {}
    return {
        "p50": round(percentile(seconds, 0.5), 3),
        "p99": round(percentile(seconds, 0.99), 3),
        "max": round(max(seconds), 3),
    }

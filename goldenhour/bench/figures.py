"""Figures of a latency run, computed from what was sent and what arrived; pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

_US_PER_MS: Final = 1_000
_BEFORE_US: Final = 100_000
"""A frame sent so shortly before a kill is under way when it happens."""


class FrameKey(NamedTuple):
    """What names a frame in the files of sender and subscriber."""

    unit_id: str
    lane: int
    segment: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """An alarm that began, as it arrived at the subscriber."""

    frame: FrameKey
    at_us: int
    source: str


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile of a non-empty sequence."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def latencies_ms(sent_us: Mapping[FrameKey, int], arrivals: Sequence[Arrival]) -> list[float]:
    """Return arrival minus send of the source frame, for each arrival whose frame was counted."""
    return [
        (arrival.at_us - sent_us[arrival.frame]) / _US_PER_MS
        for arrival in arrivals
        if arrival.frame in sent_us
    ]


def summary(values_ms: Sequence[float]) -> dict[str, float | int]:
    """Return count, p50, p99 and max in milliseconds; of nothing, only the count."""
    if not values_ms:
        return {"count": 0}
    return {
        "count": len(values_ms),
        "p50_ms": round(percentile(values_ms, 0.50), 3),
        "p99_ms": round(percentile(values_ms, 0.99), 3),
        "max_ms": round(max(values_ms), 3),
    }


def by_source(
    sent_us: Mapping[FrameKey, int], arrivals: Sequence[Arrival]
) -> dict[str, dict[str, float | int]]:
    """Return the summary for each source that was the first to report."""
    return {
        source: summary(latencies_ms(sent_us, [it for it in arrivals if it.source == source]))
        for source in sorted({arrival.source for arrival in arrivals})
    }


def first_alarms(
    sent_us: Mapping[FrameKey, int], arrivals: Sequence[Arrival]
) -> dict[str, float | int | None]:
    """Return the first alarm of the measured time, and the worst first one of any unit."""
    first: dict[str, Arrival] = {}
    for arrival in sorted(arrivals, key=lambda it: it.at_us):
        if arrival.frame in sent_us:
            first.setdefault(arrival.frame.unit_id, arrival)
    of_units_ms = latencies_ms(sent_us, list(first.values()))
    return {
        "very_first_ms": round(of_units_ms[0], 3) if of_units_ms else None,
        "worst_first_of_a_unit_ms": round(max(of_units_ms), 3) if of_units_ms else None,
    }


def at_the_end(
    sent_us: Mapping[FrameKey, int], arrivals: Sequence[Arrival], last_us: int
) -> dict[str, dict[str, float | int]]:
    """Return the alarms of the last so long, beside those until then.

    In the last second of a load every patient is handed over, which is as many words again.
    """
    begin_us = max(sent_us.values(), default=0) - last_us
    split: dict[str, list[Arrival]] = {"until_then": [], "handed_over": []}
    for arrival in arrivals:
        if arrival.frame in sent_us:
            late = sent_us[arrival.frame] > begin_us
            split["handed_over" if late else "until_then"].append(arrival)
    return {name: summary(latencies_ms(sent_us, some)) for name, some in split.items()}


def around(
    sent_us: Mapping[FrameKey, int], arrivals: Sequence[Arrival], killed_us: int, ready_us: int
) -> dict[str, object]:
    """Return the alarms whose frames were sent while a worker was gone, beside all others.

    ``added_p99_ms`` is what its loss costs.
    """
    gone: list[Arrival] = []
    others: list[Arrival] = []
    for arrival in arrivals:
        at_us = sent_us.get(arrival.frame)
        if at_us is not None:
            (gone if killed_us - _BEFORE_US <= at_us <= ready_us else others).append(arrival)
    while_gone, otherwise = (summary(latencies_ms(sent_us, some)) for some in (gone, others))
    added = {
        f"added_{name}": round(while_gone[name] - otherwise[name], 3)
        for name in ("p50_ms", "p99_ms", "max_ms")
        if name in while_gone and name in otherwise
    }
    recovery_s = round((ready_us - killed_us) / (1_000 * _US_PER_MS), 3)
    return {"recovery_s": recovery_s, "while_gone": while_gone, "otherwise": otherwise, **added}

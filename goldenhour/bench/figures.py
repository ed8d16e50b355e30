"""Figures of a latency run, computed from what was sent and what arrived; pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

_US_PER_MS: Final = 1_000


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

"""Figures of a board run, computed from when the feed and the page had each alarm; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from goldenhour.bench.figures import percentile

_US_PER_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class MemorySample:
    """What the page weighed, just after its garbage was collected."""

    at_s: float
    """Since the measurement began."""
    heap_mb: float
    """JavaScript objects."""
    nodes: int
    """Nodes of the document, those of detached trees among them."""
    renderer_mb: float
    """Resident memory of the process that draws the page."""


def paint_latencies_ms(
    heard_us: Mapping[str, int], painted_us: Mapping[str, float], begin_us: int
) -> list[float]:
    """Return paint minus arrival on the feed, of each alarm that arrived after ``begin_us``."""
    return [
        (painted_us[alarm] - at_us) / _US_PER_MS
        for alarm, at_us in heard_us.items()
        if at_us >= begin_us and alarm in painted_us
    ]


def never_painted(
    heard_us: Mapping[str, int], painted_us: Mapping[str, float], begin_us: int, end_us: int
) -> int:
    """Return how many alarms arrived within the measured time and were not painted."""
    inside = (alarm for alarm, at_us in heard_us.items() if begin_us <= at_us < end_us)
    return sum(1 for alarm in inside if alarm not in painted_us)


def paint_summary(latencies_ms: Sequence[float]) -> dict[str, float | int]:
    """Return count, p50, p95, p99 and max in milliseconds; of nothing, only the count."""
    if not latencies_ms:
        return {"count": 0}
    shares = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}
    figures = {name: round(percentile(latencies_ms, share), 1) for name, share in shares.items()}
    return {"count": len(latencies_ms), **figures}


def strip_summary(said: Mapping[str, Any] | None) -> dict[str, float | int] | None:
    """Return frames a second of a live strip, and how long they were apart; of none, nothing."""
    intervals_ms: Sequence[float] = [] if said is None else said["intervals"]
    if not intervals_ms:
        return None
    return {
        "frames": len(intervals_ms),
        "frames_per_s": round(1_000 * len(intervals_ms) / sum(intervals_ms), 1),
        "interval_p50_ms": round(percentile(intervals_ms, 0.50), 1),
        "interval_p95_ms": round(percentile(intervals_ms, 0.95), 1),
        "interval_max_ms": round(max(intervals_ms), 1),
    }


def memory_growth(samples: Sequence[MemorySample], window_s: float = 60.0) -> dict[str, Any]:
    """Compare the mean of the first minute with that of the last; fewer than two say nothing.

    Of less than two minutes the halves are compared.
    """
    if len(samples) < 2:  # noqa: PLR2004 - a comparison has two sides
        return {}
    last_s = samples[-1].at_s
    window_s = min(window_s, (last_s - samples[0].at_s) / 2)
    first = [it for it in samples if it.at_s < samples[0].at_s + window_s]
    last = [it for it in samples if it.at_s > last_s - window_s]
    return {
        "samples": len(samples),
        "heap_mb": _ends([it.heap_mb for it in first], [it.heap_mb for it in last]),
        "nodes": _ends([it.nodes for it in first], [it.nodes for it in last]),
        "renderer_mb": _ends([it.renderer_mb for it in first], [it.renderer_mb for it in last]),
    }


def _ends(first: Sequence[float], last: Sequence[float]) -> dict[str, float]:
    begin, end = sum(first) / len(first), sum(last) / len(last)
    return {
        "first_minute": round(begin, 2),
        "last_minute": round(end, 2),
        "growth": round(end - begin, 2),
    }

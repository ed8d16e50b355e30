"""Where the time goes: quantiles of the hop histograms that every program exposes.

A program measures a hop with the histogram ``goldenhour_hop_seconds{hop=...}``; the quantile is
interpolated within its bucket, as Prometheus' ``histogram_quantile`` does.
"""

import asyncio
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

HOP_METRIC: Final = "goldenhour_hop_seconds"
_FETCH_TIMEOUT_S: Final = 3


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop's share of the way, in milliseconds."""

    name: str
    p50: float
    p99: float


def quantile_ms(buckets: Mapping[float, float], share: float) -> float:
    """Return a quantile in milliseconds of cumulative counts by upper bound in seconds."""
    bounds = sorted(buckets)
    total = buckets[bounds[-1]]
    wanted = share * total
    for lower, upper in pairwise([0.0, *bounds]):
        below = buckets.get(lower, 0.0)
        if buckets[upper] >= wanted:
            if upper == float("inf"):
                return lower * 1000
            inside = buckets[upper] - below
            part = (wanted - below) / inside if inside else 0.0
            return (lower + (upper - lower) * part) * 1000
    return bounds[-1] * 1000


def hops_of(expositions: Iterable[str]) -> list[Hop]:
    """Return every hop found in Prometheus expositions, the buckets of one hop added up."""
    counts: dict[str, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    for text in expositions:
        for family in text_string_to_metric_families(text):
            if family.name != HOP_METRIC:
                continue
            for sample in family.samples:
                if sample.name.endswith("_bucket"):
                    counts[sample.labels["hop"]][float(sample.labels["le"])] += sample.value
    return [
        Hop(name, round(quantile_ms(buckets, 0.5), 3), round(quantile_ms(buckets, 0.99), 3))
        for name, buckets in counts.items()
        if buckets[float("inf")] > 0
    ]


async def fetch_expositions(addresses: Sequence[str]) -> list[str]:
    """Read the metrics endpoints; one that does not answer is left out."""
    texts = await asyncio.gather(
        *(asyncio.to_thread(_fetch, address) for address in addresses), return_exceptions=True
    )
    return [text for text in texts if isinstance(text, str)]


def _fetch(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=_FETCH_TIMEOUT_S) as answer:
        return str(answer.read().decode())

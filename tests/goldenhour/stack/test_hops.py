"""Quantiles of hop histograms."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from goldenhour.stack.hops import hops_of, quantile_ms
from ports.metrics import hop_histogram


def test_a_quantile_is_interpolated_within_its_bucket() -> None:
    """As histogram_quantile does: half of 10 in (0.001, 0.002] lies in its middle."""
    buckets = {0.001: 0.0, 0.002: 10.0, float("inf"): 10.0}

    assert quantile_ms(buckets, 0.5) == pytest.approx(1.5)


def test_beyond_the_last_bound_the_bound_is_all_that_is_known() -> None:
    """A value above every bucket is reported as the highest bound, never as infinity."""
    assert quantile_ms({0.001: 0.0, float("inf"): 4.0}, 0.99) == pytest.approx(1.0)


def test_the_same_hop_of_several_programs_is_added_up() -> None:
    """Two workers measure one hop; a hop without a measurement is not listed."""
    texts = []
    for seconds in (0.0012, 0.012):
        registry = CollectorRegistry()
        histogram = hop_histogram(registry)
        histogram.labels(hop="judged").observe(seconds)
        histogram.labels(hop="idle")
        texts.append(generate_latest(registry).decode())

    hops = hops_of(texts)

    assert [hop.name for hop in hops] == ["judged"]
    assert hops[0].p50 < 10 < hops[0].p99

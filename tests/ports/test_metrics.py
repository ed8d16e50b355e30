import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from ports.metrics import (
    HOP_BUCKETS_S,
    MetricsPortBusy,
    MetricsServer,
    hop_histogram,
    new_registry,
    serve_metrics,
)


@pytest.fixture
def registry() -> CollectorRegistry:
    return new_registry("gateway")


@pytest.fixture
def server(registry: CollectorRegistry) -> Iterator[MetricsServer]:
    started = serve_metrics(registry, 0)
    yield started
    started.close()


def _scrape(server: MetricsServer) -> str:
    with urllib.request.urlopen(f"http://{server.address}/metrics") as answer:
        return str(answer.read().decode())


def test_the_endpoint_names_its_program(server: MetricsServer) -> None:
    scraped = _scrape(server)
    assert 'goldenhour_program_info{name="gateway"} 1.0' in scraped
    assert "process_resident_memory_bytes" in scraped


def test_a_hop_is_counted_in_the_bucket_of_its_seconds(
    registry: CollectorRegistry, server: MetricsServer
) -> None:
    hop_histogram(registry).labels(hop="vehicle_to_gateway").observe(0.004)
    scraped = _scrape(server)
    counted = 'goldenhour_hop_seconds_bucket{hop="vehicle_to_gateway",le="%s"} %s'
    assert counted % ("0.003", "0.0") in scraped
    assert counted % ("0.005", "1.0") in scraped


def test_hop_buckets_span_half_a_millisecond_to_half_a_minute() -> None:
    assert HOP_BUCKETS_S[0] == 0.0005
    assert HOP_BUCKETS_S[-1] == 30.0
    assert list(HOP_BUCKETS_S) == sorted(set(HOP_BUCKETS_S))
    assert {0.02, 0.1} <= set(HOP_BUCKETS_S)


def test_a_busy_port_is_refused_by_naming_the_setting(server: MetricsServer) -> None:
    with pytest.raises(MetricsPortBusy, match=f"{server.port} is busy.*--metrics-port"):
        serve_metrics(new_registry("worker"), server.port)


def test_programs_in_one_process_do_not_share_a_registry() -> None:
    """Two programs may count the same thing without meeting."""
    assert hop_histogram(new_registry("a")) is not hop_histogram(new_registry("b"))


def test_a_closed_endpoint_frees_its_port() -> None:
    first = serve_metrics(new_registry("a"), 0)
    first.close()
    second = serve_metrics(new_registry("b"), first.port)
    assert second.port == first.port
    second.close()

"""Prometheus metrics of one program: its registry, its endpoint, and the hop histogram.

Every program builds its own registry in its main, so that tests can run several in one process.
Names begin with ``goldenhour_`` and carry their unit; labels never name a patient or a unit.
"""

from dataclasses import dataclass
from threading import Thread
from typing import Final
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    start_http_server,
)

NAMESPACE: Final = "goldenhour"
"""Prefix of every metric name."""

HOP_BUCKETS_S: Final = (
    0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075,
    0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0,
)  # fmt: skip
"""Upper bounds in seconds, finest around the 20 ms and 100 ms that an alarm may take."""

_LOOPBACK: Final = "127.0.0.1"


class MetricsPortBusy(Exception):  # noqa: N818 - it states a fact, as the other refusals do
    """The metrics port is taken; the message names the setting."""


@dataclass(frozen=True, slots=True)
class MetricsServer:
    """An endpoint that is served from a thread of its own."""

    port: int
    _server: WSGIServer
    _thread: Thread

    @property
    def address(self) -> str:
        """Where Prometheus finds it, as ``host:port``."""
        return f"{_LOOPBACK}:{self.port}"

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def new_registry(program: str) -> CollectorRegistry:
    """Return a registry that knows the program's name, memory, processor time and collections."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    named = Info("program", "The program that serves this.", namespace=NAMESPACE, registry=registry)
    named.info({"name": program})
    return registry


def hop_histogram(registry: CollectorRegistry) -> Histogram:
    """Return ``goldenhour_hop_seconds{hop}``: how long data took from one point to the next."""
    return Histogram(
        "hop_seconds",
        "Time that data took over one hop of its way, in seconds.",
        labelnames=("hop",),
        namespace=NAMESPACE,
        registry=registry,
        buckets=HOP_BUCKETS_S,
    )


def serve_metrics(
    registry: CollectorRegistry, port: int, *, setting: str = "--metrics-port"
) -> MetricsServer:
    """Serve a registry on loopback; port 0 takes a free one.

    Raises:
        MetricsPortBusy: the port is taken.
    """
    try:
        server, thread = start_http_server(port, addr=_LOOPBACK, registry=registry)
    except OSError as error:
        message = f"port {port} is busy: free it, or choose another with {setting}"
        raise MetricsPortBusy(message) from error
    return MetricsServer(server.server_port, server, thread)

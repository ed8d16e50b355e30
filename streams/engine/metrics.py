"""What a worker tells Prometheus."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

from clinical.instant import SECOND_US
from ports.clock import Clock
from ports.metrics import NAMESPACE, hop_histogram
from streams.engine.outputs import Outputs
from streams.engine.settings import App

_HOPS: Final = {
    App.PATIENTS: "received_to_judged",
    App.WAVEFORMS: "waveforms_received_to_judged",
    App.IMAGING: "images_received_to_judged",
}
"""The way of vitals to an alarm is one hop; the beats beside it are another."""


class WorkerMetrics:
    """Counts what the records led to, and how long after their stamp."""

    def __init__(self, registry: CollectorRegistry, clock: Clock, app: App = App.PATIENTS) -> None:
        self._clock = clock
        self._hop = hop_histogram(registry).labels(hop=_HOPS[app])
        self._frames = Counter(
            "frames_judged", "Frames judged.", namespace=NAMESPACE, registry=registry
        )
        self._transitions = Counter(
            "transitions",
            "Alarm transitions written, by priority.",
            ["priority"],
            namespace=NAMESPACE,
            registry=registry,
        )
        self._dead_letters = Counter(
            "dead_letters", "Records and frames given up.", namespace=NAMESPACE, registry=registry
        )
        self._snapshots = Counter(
            "snapshots", "Snapshots taken.", namespace=NAMESPACE, registry=registry
        )
        self._offset = Gauge(
            "next_offset",
            "Offset of the next record to judge, by partition.",
            ["partition"],
            namespace=NAMESPACE,
            registry=registry,
        )

    def observe(self, partition: int, outputs: Outputs) -> None:
        """Count what one record led to."""
        self._frames.inc(outputs.frames)
        self._snapshots.inc(len(outputs.snapshots))
        self._dead_letters.inc(outputs.dead_letters)
        self._offset.labels(partition=partition).set(outputs.next_offset)
        for transition in outputs.transitions:
            self._transitions.labels(priority=transition.priority.name).inc()
        if outputs.received_us is not None:
            late_us = max(0, self._clock.now_us() - outputs.received_us)
            self._hop.observe(late_us / SECOND_US)

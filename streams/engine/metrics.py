"""What a worker tells Prometheus."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

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


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one partition is judged."""

    partition: int
    next_offset: int
    """Of the next record to judge."""
    end_offset: int | None
    """After the newest record that the consumer knows of; None before its first fetch."""


class ProgressCollector(Collector):
    """Asks at each scrape, so that a partition that was given away is no longer shown."""

    def __init__(self, progress: Callable[[], Iterable[Progress]]) -> None:
        self._progress = progress

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return next offset and lag of every partition that is held now."""
        offset = GaugeMetricFamily(
            f"{NAMESPACE}_next_offset",
            "Offset of the next record to judge, by partition.",
            labels=["partition"],
        )
        lag = GaugeMetricFamily(
            f"{NAMESPACE}_lag_records",
            "Records of a partition that wait to be judged.",
            labels=["partition"],
        )
        for each in self._progress():
            offset.add_metric([str(each.partition)], each.next_offset)
            if each.end_offset is not None:
                lag.add_metric([str(each.partition)], max(0, each.end_offset - each.next_offset))
        yield offset
        yield lag


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

    def observe(self, outputs: Outputs) -> None:
        """Count what one record led to."""
        if outputs.frames:
            self._frames.inc(outputs.frames)
        if outputs.snapshots:
            self._snapshots.inc(len(outputs.snapshots))
        if outputs.dead_letters:
            self._dead_letters.inc(outputs.dead_letters)
        for transition in outputs.transitions:
            self._transitions.labels(priority=transition.priority.name).inc()
        if outputs.received_us is not None:
            late_us = max(0, self._clock.now_us() - outputs.received_us)
            self._hop.observe(late_us / SECOND_US)

"""What Prometheus sees of a vehicle: spool depth, link, alarms; read when asked for."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from clinical.alarms.priority import Priority
from ports.metrics import NAMESPACE, new_registry
from vehicle.client import VehicleClient
from vehicle.spool.spool import Spool


class VehicleCollector(Collector):
    """Asks client and spool."""

    def __init__(self, client: VehicleClient, spool: Spool) -> None:
        self._client = client
        self._spool = spool

    def collect(self) -> Iterable[GaugeMetricFamily | CounterMetricFamily]:
        """Return the figures of this moment."""
        held = self._spool.depth
        yield _gauge("spool_frames", "Frames in the spool.", held.frames)
        yield _gauge("spool_bytes", "Bytes of frames in the spool.", held.frame_bytes)
        yield _gauge("unacknowledged_frames", "Frames not acknowledged.", self._client.depth)
        yield _gauge("link_up", "1 while the ALARM lane is open.", int(self._client.connected))
        discarded = CounterMetricFamily(
            f"{NAMESPACE}_vehicle_discarded",
            "Frames left out under pressure, by lane.",
            labels=["lane"],
        )
        for lane, frames in self._client.discarded.items():
            discarded.add_metric([lane.name], frames)
        yield discarded
        alarms = GaugeMetricFamily(
            f"{NAMESPACE}_vehicle_alarms", "Alarms as the crew sees them.", labels=["priority"]
        )
        current = self._client.alarms
        for priority in Priority:
            alarms.add_metric([priority.name], sum(one.priority is priority for one in current))
        yield alarms


def _gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{NAMESPACE}_vehicle_{name}", help_text, value=value)


def watched_registry(client: VehicleClient, spool: Spool) -> CollectorRegistry:
    """Return a registry that watches a client and its spool."""
    registry = new_registry("vehicle")
    registry.register(VehicleCollector(client, spool))
    return registry

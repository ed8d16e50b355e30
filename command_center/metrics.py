"""What the command center counts and measures, for Prometheus."""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from clinical.alarms.priority import Priority
from clinical.alarms.view import AlarmState, AlarmView
from ports.metrics import HOP_BUCKETS_S, hop_histogram

_SECOND_US: Final = 1_000_000
_CURRENT: Final = (AlarmState.ACTIVE, AlarmState.LATCHED)


class CurrentAlarms(Collector):
    """Counts the alarms of this moment whenever somebody asks."""

    def __init__(self, views: Callable[[], Iterator[AlarmView]]) -> None:
        self._views = views

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return current alarms by priority and state."""
        tally = Tally((view.priority, view.state) for view in tuple(self._views()))
        family = GaugeMetricFamily(
            "goldenhour_center_alarms",
            "Alarms that are active or latched.",
            labels=["priority", "state"],
        )
        for priority in Priority:
            for state in _CURRENT:
                family.add_metric([priority.name, str(state)], tally[priority, state])
        yield family


class CenterMetrics:
    """The command center's metrics, in the registry of its program."""

    def __init__(self, registry: CollectorRegistry) -> None:
        hop = hop_histogram(registry)
        self._registry = registry
        self._fold = hop.labels("center_fold")
        self._store = hop.labels("center_store")
        self._push = hop.labels("center_push")
        self._learned = hop.labels("alarm_learned_to_published")
        self._failed = Counter(
            "goldenhour_center_entries_failed",
            "Entries of the log that could not be read or folded, and were passed by.",
            registry=registry,
        )
        self._begun = Counter(
            "goldenhour_center_alarms_begun",
            "Alarms that began to sound, one for each episode.",
            ["priority", "category"],
            registry=registry,
        )
        self._overflown = Counter(
            "goldenhour_center_subscriptions_overflown",
            "Subscriptions that were ended because their subscriber lagged.",
            registry=registry,
        )
        self._beats = Histogram(
            "goldenhour_center_heartbeat_seconds",
            "From a beat to its alarm: gateway, log, worker, log, center; by channel.",
            ["source"],
            registry=registry,
            buckets=HOP_BUCKETS_S,
        )
        self._deliveries = Counter(
            "goldenhour_center_deliveries", "Alarms sent to subscribers.", registry=registry
        )

    def watch(self, name: str, words: str, read: Callable[[], float]) -> None:
        """Show a figure that is read whenever somebody asks."""
        gauge = Gauge(f"goldenhour_center_{name}", words, registry=self._registry)
        gauge.set_function(read)

    def watch_alarms(self, views: Callable[[], Iterator[AlarmView]]) -> None:
        """Show how many alarms are current, by priority and state."""
        self._registry.register(CurrentAlarms(views))

    def folded(self, fold_us: int, store_us: int) -> None:
        """Measure a batch of entries: how long folding and storing took."""
        self._fold.observe(fold_us / _SECOND_US)
        self._store.observe(store_us / _SECOND_US)

    def learned(self, age_us: int) -> None:
        """Measure an alarm's way from its detector's knowledge to its publication."""
        self._learned.observe(max(0, age_us) / _SECOND_US)

    def delivered(self, waited_us: int | None) -> None:
        """Count a delivery; measure from publication to gRPC unless it came from the store."""
        self._deliveries.inc()
        if waited_us is not None:
            self._push.observe(waited_us / _SECOND_US)

    def beat(self, source: str, took_s: float) -> None:
        """Measure the whole way of a synthetic patient's alarm, through one channel."""
        self._beats.labels(source=source).observe(took_s)

    def begun(self, view: AlarmView) -> None:
        """Count an alarm that began to sound."""
        self._begun.labels(priority=view.priority.name, category=str(view.category)).inc()

    def entry_failed(self) -> None:
        """Count an entry that was passed by."""
        self._failed.inc()

    def overflown(self) -> None:
        """Count a subscription that was ended because its subscriber lagged."""
        self._overflown.inc()

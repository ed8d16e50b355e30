from prometheus_client import CollectorRegistry

from clinical.alarms.priority import Source
from ports.clock import VirtualClock
from streams.engine.host import PartitionHost
from streams.engine.metrics import WorkerMetrics
from streams.engine.watches import PatientWatches
from tests.streams.engine.night import ILL, at, batch, frame


def test_a_record_is_counted_with_its_delay() -> None:
    registry = CollectorRegistry()
    metrics = WorkerMetrics(registry, VirtualClock(at(2)))
    host = PartitionHost(3, Source.CENTER_A, PatientWatches())
    metrics.observe(3, host.on_record(0, batch(0, 1.5, frame(1, 1, 1, ILL))))
    value = registry.get_sample_value
    assert value("goldenhour_frames_judged_total") == 1
    assert value("goldenhour_next_offset", {"partition": "3"}) == 1
    assert (value("goldenhour_transitions_total", {"priority": "HIGH"}) or 0) >= 1
    assert value("goldenhour_dead_letters_total") == 0
    assert value("goldenhour_hop_seconds_sum", {"hop": "received_to_judged"}) == 0.5

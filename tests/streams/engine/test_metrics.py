from prometheus_client import CollectorRegistry

from clinical.alarms.priority import Source
from ports.clock import VirtualClock
from streams.engine.host import PartitionHost
from streams.engine.metrics import Progress, ProgressCollector, WorkerMetrics
from streams.engine.watches import PatientWatches
from tests.streams.engine.night import ILL, at, batch, frame


def test_a_record_is_counted_with_its_delay() -> None:
    registry = CollectorRegistry()
    metrics = WorkerMetrics(registry, VirtualClock(at(2)))
    host = PartitionHost(3, Source.CENTER_A, PatientWatches())
    metrics.observe(host.on_record(0, batch(0, 1.5, frame(1, 1, 1, ILL))))
    value = registry.get_sample_value
    assert value("goldenhour_frames_judged_total") == 1
    assert (value("goldenhour_transitions_total", {"priority": "HIGH"}) or 0) >= 1
    assert value("goldenhour_dead_letters_total") == 0
    assert value("goldenhour_hop_seconds_sum", {"hop": "received_to_judged"}) == 0.5


def test_lag_is_shown_of_the_partitions_that_are_held_and_of_no_other() -> None:
    """A partition that was given away disappears; one not fetched yet has no lag."""
    registry = CollectorRegistry()
    held = [Progress(0, 7, 10), Progress(1, 5, None)]
    registry.register(ProgressCollector(lambda: held))
    value = registry.get_sample_value

    assert value("goldenhour_next_offset", {"partition": "0"}) == 7
    assert value("goldenhour_lag_records", {"partition": "0"}) == 3
    assert value("goldenhour_next_offset", {"partition": "1"}) == 5
    assert value("goldenhour_lag_records", {"partition": "1"}) is None

    held.pop(0)

    assert value("goldenhour_next_offset", {"partition": "0"}) is None

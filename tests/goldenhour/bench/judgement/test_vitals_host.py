import pytest

from goldenhour.bench.judgement.vitals_host import BANDS, VitalsHost
from goldenhour.bench.judgement.ward import vitals_job_records
from streams.engine.checkpointing import Recovered, Snapshot


@pytest.mark.parametrize("batches", [True, False])
def test_the_host_counts_frames_and_writes_a_record_for_each_change_of_band(
    *, batches: bool
) -> None:
    host = VitalsHost(2, batches=batches)
    host.restore(Recovered(None, (), ()), 0)
    records = vitals_job_records(100, 30)
    outputs = [host.on_record(record.offset, record) for record in records]
    assert sum(output.frames for output in outputs) == 3_000
    sends = [send for output in outputs for send in output.facts]
    assert sends
    assert {(send.topic, send.partition) for send in sends} == {(BANDS.name, 2)}
    assert host.reached.offset == len(records)


def test_both_ways_write_the_same() -> None:
    ways = [VitalsHost(0, batches=batches) for batches in (True, False)]
    for record in vitals_job_records(100, 30):
        first, second = [host.on_record(record.offset, record) for host in ways]
        assert first == second


@pytest.mark.parametrize("batches", [True, False])
def test_a_host_that_takes_over_goes_on_from_the_snapshot(*, batches: bool) -> None:
    """It says what the first would have said, and reads nothing twice."""
    records = vitals_job_records(100, 30)
    first = VitalsHost(0, batches=batches)
    first.restore(Recovered(None, (), ()), 0)
    outputs = [first.on_record(record.offset, record) for record in records]
    snapshots: list[Snapshot] = [it for output in outputs for it in output.snapshots]
    assert len(snapshots) == 5
    taken = snapshots[2]
    second = VitalsHost(0, batches=batches)
    second.restore(Recovered(None, (taken,), ()), 0)
    begin = second.reached.offset
    assert begin == taken.point.offset
    again = [second.on_record(record.offset, record) for record in records[begin:]]
    assert [it.facts for it in again] == [it.facts for it in outputs[begin:]]

import pytest

from goldenhour.bench.vitals_host import BANDS, VitalsHost
from goldenhour.bench.ward import vitals_job_records
from streams.engine.checkpointing import Recovered


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

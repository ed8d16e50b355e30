from clinical.alarms.priority import Source
from goldenhour.bench.judgement.ward import BATCH_FRAMES, vitals_job_records, ward
from streams.engine.host import PartitionHost
from streams.engine.watches import PatientWatches
from wire.records import BATCH, decode_batch, kind_of
from wire.rows import decode_rows


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert ward(100, 3, ticks=True) == ward(100, 3, ticks=True)
    assert vitals_job_records(100, 3) == vitals_job_records(100, 3)


def test_every_patient_sends_once_a_second_in_batches_of_a_hundred() -> None:
    records = ward(300, 2, ticks=True)
    kinds = [kind_of(record.headers) == BATCH for record in records]
    assert kinds == [True, True, True, False] * 2
    assert len(decode_batch(records[0].value or b"").frames) == BATCH_FRAMES


def test_the_ward_alarms_and_nothing_in_it_is_given_up() -> None:
    host = PartitionHost(0, Source.CENTER_A, PatientWatches())
    outputs = [host.on_record(r.offset, r) for r in ward(30, 100, ticks=True)]
    assert any(output.transitions for output in outputs)
    assert not any(output.dead_letters for output in outputs)


def test_all_frames_of_the_vitals_job_are_plain_and_some_lack_each_number() -> None:
    rows = [
        row
        for record in vitals_job_records(100, 5)
        for row in decode_rows(record.value or b"").rows
    ]
    assert None not in rows
    assert {len(row[7]) for row in rows if row is not None} >= {3, 4, 5}

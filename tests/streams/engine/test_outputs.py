from clinical.alarms.priority import Source
from streams.engine.apps import PATIENTS_APP
from streams.engine.outputs import Draft, marker_send, snapshot_send
from streams.engine.partition_clock import PartitionClock, Point
from tests.streams.engine.test_checkpointing import snapshot
from wire.partition import partition_of
from wire.records import COVERED_KEY, DeadLetter, encounter_key
from wire.topics import CHECKPOINTS_PATIENTS_A, CHECKPOINTS_PATIENTS_B, DEAD_LETTERS


def letter(unit_id: str) -> DeadLetter:
    return DeadLetter(
        reason=None,
        field_path="",
        description="",
        unit_id=unit_id,
        lane=0,
        segment=b"",
        sequence=0,
        frame=b"",
        stamped_us=0,
        program="patients",
    )


def test_each_channel_has_its_own_checkpoints_in_the_partition_of_the_same_number() -> None:
    stored = snapshot(1, 5)
    a = snapshot_send(2, PATIENTS_APP.checkpoints[Source.CENTER_A], stored)
    b = marker_send(3, PATIENTS_APP.checkpoints[Source.CENTER_B], Point(1, PartitionClock()))
    assert (a.topic, a.partition, a.key) == (
        CHECKPOINTS_PATIENTS_A.name,
        2,
        encounter_key(stored.encounter_id),
    )
    assert (b.topic, b.partition, b.key) == (CHECKPOINTS_PATIENTS_B.name, 3, COVERED_KEY)


def test_a_dead_letter_is_keyed_by_unit_and_one_without_a_unit_stays_here() -> None:
    draft = Draft(3, Source.CENTER_A)
    draft.bury(letter("unit-7"))
    draft.bury(letter(""))
    known, unknown = draft.finished(1).facts
    assert (known.key, known.partition) == (
        b"unit-7",
        partition_of("unit-7", DEAD_LETTERS.partitions),
    )
    assert (unknown.key, unknown.partition) == (None, 3)
    assert draft.finished(1).dead_letters == 2

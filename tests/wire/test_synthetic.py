"""Synthetic patients are known by their ids, and nobody else can take these."""

from clinical.items import Vitals
from wire.frames import Frame, Lane, encode_frame
from wire.partition import partition_of
from wire.synthetic import encounter_of, synthetic, synthetic_unit, unit_of
from wire.uuid7 import uuid7
from wire.validation import Checked, Refusal, StreamKey, check

SEGMENT = bytes(16)
REAL = str(uuid7(1_780_000_000_000_000, bytes(10)))


def _check(unit_id: str, encounter_id: str) -> Checked | Refusal:
    frame = Frame(
        unit_id=unit_id,
        lane=Lane.VITALS,
        segment=SEGMENT,
        sequence=1,
        captured_us=1_780_000_000_000_000,
        uncertainty_us=None,
        boot_id=None,
        encounter_id=encounter_id,
        items=(Vitals(systolic_mmhg=80),),
    )
    return check(encode_frame(frame), StreamKey(unit_id, Lane.VITALS, SEGMENT))


def test_there_is_one_in_each_partition_the_same_at_every_start() -> None:
    found = [encounter_of("center-1", partition, 4) for partition in range(4)]
    assert [partition_of(one, 4) for one in found] == [0, 1, 2, 3]
    assert found == [encounter_of("center-1", partition, 4) for partition in range(4)]
    assert encounter_of("center-2", 0, 4) not in found


def test_a_vehicle_never_makes_such_an_id() -> None:
    assert synthetic(encounter_of("center-1", 0, 4))
    assert not synthetic(REAL)
    assert synthetic_unit(unit_of("center-1"))
    assert not synthetic_unit("A-01")


def test_only_a_heartbeat_sends_a_synthetic_patient_and_it_sends_nothing_else() -> None:
    """A unit that could would make its patient invisible."""
    made = encounter_of("center-1", 0, 4)
    assert isinstance(_check(unit_of("center-1"), made), Checked)
    for unit_id, encounter_id in (("A-01", made), (unit_of("center-1"), REAL)):
        refusal = _check(unit_id, encounter_id)
        assert isinstance(refusal, Refusal)
        assert refusal.field_path == "encounter_id"

import pytest

from clinical.alarms.identity import FrameRef
from clinical.items import CrewEvent, CrewFinding, Vitals
from vehicle.record import EVENTS_KEPT, CrewRecord, UnknownEvent
from wire.frames import Frame, Lane

DRUG = CrewEvent(CrewFinding.DRUG_GIVEN, "adrenaline 1 mg IV")


def frame(sequence: int, *items: CrewEvent | Vitals, encounter: str = "e1") -> Frame:
    return Frame(
        unit_id="A1", lane=Lane.ALARM, segment=b"s" * 16, sequence=sequence,
        captured_us=sequence, uncertainty_us=None, boot_id=None, encounter_id=encounter,
        items=items,
    )  # fmt: skip


def ref(sequence: int, item: int = 0) -> FrameRef:
    return FrameRef("A1", int(Lane.ALARM), b"s" * 16, sequence, item)


def test_events_are_kept_by_encounter_and_named_by_their_item() -> None:
    record = CrewRecord()
    assert record.take(frame(1, CrewEvent(CrewFinding.NO_PULSE), DRUG))
    assert record.take(frame(2, DRUG, encounter="e2"))
    first, second = record.events("e1")
    assert (first.finding, second.drug, second.frame) == (
        CrewFinding.NO_PULSE, "adrenaline 1 mg IV", ref(1, 1),
    )  # fmt: skip


def test_other_frames_are_none_of_its_business() -> None:
    record = CrewRecord()
    assert not record.take(frame(1, Vitals(heart_rate_bpm=80)))
    assert record.events("e1") == []


def test_a_withdrawn_event_stays_and_can_be_withdrawn_once() -> None:
    """What was said is never erased, only taken back."""
    record = CrewRecord()
    record.take(frame(1, DRUG))
    record.take(
        frame(2, CrewEvent(DRUG.finding, DRUG.drug, withdraws=record.standing(ref(1)).frame))
    )
    (event,) = record.events("e1")
    assert event.withdrawn
    with pytest.raises(UnknownEvent):
        record.standing(ref(1))


def test_it_survives_a_restart() -> None:
    record, after = CrewRecord(), CrewRecord()
    record.take(frame(1, DRUG))
    after.restore(record.snapshot())
    assert after.events("e1") == record.events("e1")


@pytest.mark.parametrize("state", [b"", b"\x93\x01\x02\x03", b"\x01", b"\x91\x96" + b"\x01" * 6])
def test_what_another_version_wrote_is_passed_over(state: bytes) -> None:
    record = CrewRecord()
    record.restore(state)
    assert record.events("e1") == []


def test_the_oldest_go_first() -> None:
    record = CrewRecord()
    for sequence in range(1, EVENTS_KEPT + 2):
        record.take(frame(sequence, DRUG))
    assert len(record.events("e1")) == EVENTS_KEPT
    assert record.events("e1")[0].frame == ref(2)

"""The judgement of one stream's frames, without any I/O."""

from clinical.items import Discarded, DiscardReason, EncounterChange, EncounterEvent
from streams.gateway.following.ownership import Ownership
from streams.gateway.uplink.ingress import Admitted, Gap, Ingress, Rejected, Repeated
from streams.gateway.uplink.segments import Segment
from tests.streams.gateway.station import SEGMENT, UNIT, Frames, owned
from wire.frames import Lane
from wire.validation import RefusalReason, StreamKey

FRAMES = Frames(lane=Lane.ALARM)
VITALS = Frames()
CLAIM = EncounterEvent(EncounterChange.CLAIMED)
OFFER = EncounterEvent(EncounterChange.OPENED)


def stream(frames: Frames, ownership: Ownership, next_sequence: int = 1) -> Ingress:
    key = StreamKey(UNIT, frames.lane, SEGMENT)
    return Ingress(key, next_sequence, Segment(next_sequence), ownership)


def test_a_gap_names_what_was_expected_and_changes_nothing() -> None:
    """After the gap the expected frame is still welcome."""
    ingress = stream(VITALS, Ownership(), 4)
    assert ingress.judge(6, VITALS(6)) == Gap(4)
    assert isinstance(ingress.judge(4, VITALS(4)), Admitted)
    assert isinstance(ingress.judge(4, VITALS(4)), Repeated)
    assert isinstance(ingress.judge(4, VITALS(4) + b"\0"), Rejected)


def test_an_acknowledgement_never_names_what_this_stream_has_not_seen() -> None:
    """Frames that an earlier stream brought are acknowledged as they are sent again."""
    ingress = stream(VITALS, Ownership())
    for sequence in (1, 2, 3):
        ingress.judge(sequence, VITALS(sequence))
        ingress.segment.settle(sequence)
    again = Ingress(ingress.key, 1, ingress.segment, Ownership())
    assert again.acknowledgeable == 0
    again.judge(1, VITALS(1))
    assert again.acknowledgeable == 1
    assert ingress.acknowledgeable == 3


def test_the_unit_that_a_patient_is_offered_to_may_claim_and_then_speak() -> None:
    """Before the claim its frames are foreign, from the claim on they are its own."""
    ownership = Ownership()
    ownership.learn(owned("AMB-9", offered_to=UNIT))
    alarm, vitals = stream(FRAMES, ownership), stream(VITALS, ownership)
    early = vitals.judge(1, VITALS(1))
    assert isinstance(early, Rejected)
    assert early.refusal.reason is RefusalReason.FOREIGN_ENCOUNTER
    assert isinstance(alarm.judge(1, FRAMES(1, OFFER)), Rejected)
    assert isinstance(alarm.judge(2, FRAMES(2, CLAIM)), Admitted)
    assert isinstance(vitals.judge(2, VITALS(2)), Admitted)


def test_a_unit_cannot_claim_what_was_not_offered_to_it() -> None:
    """The claim itself is foreign then."""
    ownership = Ownership()
    ownership.learn(owned("AMB-9", offered_to="AMB-8"))
    assert isinstance(stream(FRAMES, ownership).judge(1, FRAMES(1, CLAIM)), Rejected)


def left_out(first: int, last: int, lane: Frames = VITALS) -> bytes:
    return lane(last, Discarded(first, last, DiscardReason.LINK_TOO_SLOW, 1))


def test_what_was_left_out_is_one_frame_that_advances_the_sequence() -> None:
    """It bridges what is missing before it, and the acknowledgement passes all of it at once."""
    ingress = stream(VITALS, Ownership())
    ingress.judge(1, VITALS(1))
    admitted = ingress.judge(40, left_out(2, 40))
    assert isinstance(admitted, Admitted)
    assert admitted.checked.discarded is not None
    assert admitted.checked.discarded.frames == 39
    assert ingress.expected == 41
    ingress.segment.settle(40)
    assert ingress.acknowledgeable == 0
    ingress.segment.settle(1)
    assert ingress.acknowledgeable == 40
    assert isinstance(ingress.judge(41, VITALS(41)), Admitted)
    assert isinstance(ingress.judge(40, left_out(2, 40)), Repeated)


def test_nothing_else_bridges_a_gap() -> None:
    """Neither data, nor a range that begins too late, nor one that is said wrongly or of alarms."""
    ingress = stream(VITALS, Ownership(), 4)
    assert ingress.judge(9, VITALS(9)) == Gap(4)
    assert ingress.judge(9, left_out(5, 9)) == Gap(4)
    assert ingress.judge(9, left_out(4, 8)) == Gap(4)
    assert ingress.judge(9, b"\xff") == Gap(4)
    alarms = stream(FRAMES, Ownership(), 4)
    assert alarms.judge(9, left_out(4, 9, FRAMES)) == Gap(4)
    refused = alarms.judge(4, left_out(4, 4, FRAMES))
    assert isinstance(refused, Rejected)
    assert refused.refusal.reason is RefusalReason.WRONG_LANE


def test_what_came_before_it_was_left_out_stays() -> None:
    """Frames of an earlier stream are known: the unit is acknowledged, nothing is said twice."""
    first = stream(VITALS, Ownership())
    for sequence in (1, 2, 3, 4):
        first.judge(sequence, VITALS(sequence))
        first.segment.settle(sequence)
    again = Ingress(first.key, 2, first.segment, Ownership())
    assert again.judge(3, left_out(2, 3)) == Repeated(3, None)
    assert again.judge(4, left_out(4, 4)) == Repeated(4, None)
    later = Ingress(first.key, 3, first.segment, Ownership())
    assert isinstance(later.judge(6, left_out(3, 6)), Admitted)
    first.segment.settle(6)
    assert later.acknowledgeable == 6

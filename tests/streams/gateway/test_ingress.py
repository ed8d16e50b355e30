"""The judgement of one stream's frames, without any I/O."""

from clinical.items import EncounterChange, EncounterEvent
from streams.gateway.ingress import Admitted, Gap, Ingress, Rejected, Repeated
from streams.gateway.ownership import Ownership
from streams.gateway.segments import Segment
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

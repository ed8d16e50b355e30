"""Messages as the crew sees them."""

import pytest

from vehicle.downlink.inbox import HeldMessage, Inbox, UnknownMessage, arrival_of, receipt_of
from vehicle.spool.store import MESSAGES_PER_UNIT
from wire.messages import Message
from wire.unit_items import CrewAnswer, Receipt, ReceiptStage


def message(number: int, expires_us: int = 1_000, supersedes: str | None = None) -> Message:
    return Message(f"m{number}", "A1", "text", "dispatcher", 0, expires_us, supersedes)


def test_a_message_stands_until_it_expires_or_is_superseded() -> None:
    """The crew sees what is still true."""
    inbox = Inbox()
    inbox.receive(message(1), 10)
    inbox.receive(message(2, expires_us=500), 10)
    inbox.receive(message(3, supersedes="m1"), 10)
    assert [one.message.message_id for one in inbox.current(100)] == ["m2", "m3"]
    assert [one.message.message_id for one in inbox.current(600)] == ["m3"]


def test_a_message_that_comes_again_changes_nothing() -> None:
    """A downlink that resumes early does not take a stage back."""
    inbox = Inbox()
    inbox.receive(message(1), 10)
    inbox.note("m1", ReceiptStage.ANSWERED)
    again = inbox.receive(message(1), 20)
    assert again.stage is ReceiptStage.ANSWERED
    assert inbox.note("m1", ReceiptStage.VIEWED).stage is ReceiptStage.ANSWERED


def test_a_message_that_comes_again_is_said_to_have_arrived() -> None:
    """Whatever was done with it since: upon this word, and no other, the center lets it go."""
    inbox = Inbox()
    inbox.receive(message(1), 10)
    inbox.note("m1", ReceiptStage.ANSWERED)
    assert arrival_of(inbox.receive(message(1), 20)) == Receipt("m1", ReceiptStage.DELIVERED)


def test_an_expired_message_cannot_be_answered() -> None:
    """What came after its time is for the record."""
    inbox = Inbox()
    held = inbox.receive(message(1), 1_000)
    assert arrival_of(held) == receipt_of(held)
    assert receipt_of(held) == Receipt("m1", ReceiptStage.EXPIRED)
    with pytest.raises(UnknownMessage):
        inbox.note("m1", ReceiptStage.VIEWED)
    with pytest.raises(UnknownMessage):
        inbox.note("never sent", ReceiptStage.VIEWED)


def test_messages_resume_from_the_spool() -> None:
    """Text and stage survive a restart."""
    held = HeldMessage(message(1), ReceiptStage.VIEWED)
    assert Inbox([held.stored()]).messages == (held,)


def test_the_oldest_messages_go_first() -> None:
    """The inbox is bounded as the spool is."""
    inbox = Inbox()
    for number in range(MESSAGES_PER_UNIT + 5):
        inbox.receive(message(number), 10)
    assert len(inbox.messages) == MESSAGES_PER_UNIT
    assert inbox.messages[0].message.message_id == "m5"


def test_what_was_answered_is_in_the_receipt_and_outlives_a_restart() -> None:
    inbox = Inbox()
    inbox.receive(message(1), 500)
    held = inbox.note("m1", ReceiptStage.ANSWERED, CrewAnswer.CANNOT)
    assert receipt_of(held, "Wei") == Receipt("m1", ReceiptStage.ANSWERED, "Wei", CrewAnswer.CANNOT)
    assert Inbox([held.stored()], inbox.answers()).messages == (held,)
    assert Inbox([held.stored()], b"of another version").messages[0].answer is None

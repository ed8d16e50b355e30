"""An episode carries who took responsibility for what, and is bounded."""

from dataclasses import replace

from clinical.alarms.episode import ACKNOWLEDGEMENTS_KEPT, ALIASES_KEPT
from clinical.alarms.lifecycle import ActionRefusal, AlarmBook
from clinical.alarms.priority import Phase
from clinical.alarms.transition import Place
from tests.clinical.alarms.entries import EDGE, HIGH, MEDIUM, acknowledged, said, tell


def test_an_acknowledgement_covers_the_priority_seen() -> None:
    """A rise above it is unacknowledged again; a fall is not."""
    book = AlarmBook()
    (view,) = tell(book, said(Phase.START))
    (view,) = tell(book, acknowledged(view, MEDIUM))
    assert not view.unacknowledged
    (view,) = tell(book, said(Phase.ESCALATE, 2, priority=HIGH, at=110))
    assert view.unacknowledged
    (view,) = tell(book, acknowledged(view, HIGH, request="r2"))
    assert not view.unacknowledged
    (view,) = tell(book, said(Phase.DEESCALATE, 3, at=120))
    assert not view.unacknowledged
    assert [ack.priority for ack in view.acknowledgements] == [MEDIUM, HIGH]


def test_no_acknowledgement_covers_what_has_not_been() -> None:
    """Nobody can have seen a priority that the alarm never had."""
    book = AlarmBook()
    (view,) = tell(book, said(Phase.START))
    tell(book, acknowledged(view, HIGH))
    (view,) = tell(book, said(Phase.ESCALATE, 2, priority=HIGH, at=110))
    assert view.unacknowledged


def test_places_acknowledge_for_themselves() -> None:
    """The crew's does not stop the center's escalation."""
    book = AlarmBook()
    (view,) = tell(book, said(Phase.START))
    (view,) = tell(book, acknowledged(view, MEDIUM, Place.VEHICLE))
    assert view.unacknowledged
    assert not view.unacknowledged_at(Place.VEHICLE)
    assert view.acknowledged_priority(Place.VEHICLE) is MEDIUM
    assert view.acknowledged_priority(Place.CENTER) is None


def test_an_alias_is_as_good_as_the_first_id() -> None:
    """Whoever saw another id acknowledges the same alarm."""
    book = AlarmBook()
    (view,) = tell(book, said(Phase.START))
    other = said(Phase.START, source=EDGE, run=1)
    tell(book, other)
    (view,) = tell(book, replace(acknowledged(view, MEDIUM), alarm_id=other.alarm_id))
    assert not view.unacknowledged
    assert book.alarm(other.alarm_id) == view


def test_acknowledgements_that_have_no_effect_say_why() -> None:
    """Unknown, over, of another patient, or of an earlier episode."""
    book = AlarmBook()
    (view,) = tell(book, said(Phase.START))
    action = acknowledged(view, MEDIUM)
    assert book.refusal(action) is None
    foreign = replace(action, encounter_id="e2")
    assert book.refusal(foreign) is ActionRefusal.UNKNOWN_ALARM
    unknown = replace(action, alarm_id=bytes(16))
    assert book.refusal(unknown) is ActionRefusal.UNKNOWN_ALARM
    assert tell(book, unknown, foreign) == []
    tell(book, said(Phase.END, 2, at=140))
    assert book.refusal(action) is ActionRefusal.ALARM_ENDED
    tell(book, said(Phase.START, 3, at=150))
    assert book.refusal(action) is ActionRefusal.ALARM_ENDED
    assert tell(book, action) == []


def test_an_episode_is_bounded() -> None:
    """A source that names the same trouble anew forever does not fill the memory."""
    book = AlarmBook()
    (view,) = tell(book, said(Phase.START))
    tell(book, *(said(Phase.START, run=run, at=100 + run) for run in range(1, 200)))
    tell(book, *(acknowledged(view, MEDIUM, request=f"r{n}") for n in range(100)))
    (view,) = book.current()
    assert len(view.aliases) == ALIASES_KEPT
    assert len(view.acknowledgements) == ACKNOWLEDGEMENTS_KEPT
    assert view.aliases[-1] == said(Phase.START, run=199).alarm_id

"""Somebody further is told of an alarm: by a person, or by time because nobody has answered."""

import json
from dataclasses import replace

from clinical.alarms.episode import ESCALATIONS_KEPT
from clinical.alarms.lifecycle import ActionRefusal, AlarmBook
from clinical.alarms.priority import Phase
from clinical.alarms.recipient import Recipient
from clinical.alarms.transition import Escalation, Place
from clinical.alarms.view import AlarmView
from tests.clinical.alarms.entries import HIGH, MEDIUM, A, acknowledged, said, tell

START = said(Phase.START)


def by_hand(view: AlarmView, request: str = "e1") -> Escalation:
    return Escalation(
        view.encounter_id, view.alarm_id, view.priority, view.revision, Recipient.SUPERVISOR,
        "wang", "two crews need help", Place.CENTER, 200, request,
    )  # fmt: skip


def by_time(view: AlarmView, step: int = 1, request: str = "") -> Escalation:
    return replace(
        by_hand(view, request or f"{view.called_us}/{step}"),
        to=Recipient.CLINICIAN,
        person="",
        reason="",
        step=step,
        raised_us=view.called_us,
    )


def test_an_escalation_says_who_told_whom_and_why_and_answers_nothing() -> None:
    book = AlarmBook()
    (view,) = tell(book, START)
    (after,) = tell(book, by_hand(view))
    (told,) = after.escalations
    assert (told.to, told.person, told.reason) == (
        Recipient.SUPERVISOR,
        "wang",
        "two crews need help",
    )
    assert after.unacknowledged
    assert after.steps_done == 0
    assert tell(book, by_hand(view)) == []


def test_by_time_each_step_counts_once_whoever_writes_it() -> None:
    """Two centers write the same step; a third is a second behind."""
    book = AlarmBook()
    (view,) = tell(book, START)
    (after,) = tell(book, by_time(view), replace(by_time(view), at_us=207))
    assert after.steps_done == 1
    assert tell(book, by_time(view, request="of another center")) == []
    assert book.refusal(by_time(view, request="late")) is ActionRefusal.ANSWERED
    (further,) = tell(book, by_time(view, 2))
    assert further.steps_done == 2


def test_what_was_answered_meanwhile_is_not_escalated_by_time() -> None:
    """The crew's answer does not count for the center; a person may escalate what was taken."""
    book = AlarmBook()
    (view,) = tell(book, START)
    tell(book, acknowledged(view, MEDIUM, Place.VEHICLE, "crew"))
    (told,) = tell(book, by_time(view))
    assert told.steps_done == 1
    tell(book, acknowledged(view, MEDIUM))
    assert tell(book, by_time(view, 2)) == []
    (after,) = tell(book, by_hand(view))
    assert len(after.escalations) == 2


def test_a_rise_begins_the_wait_anew_and_a_fall_does_not() -> None:
    book = AlarmBook()
    (view,) = tell(book, START)
    assert view.called_us == view.learned_us
    tell(book, acknowledged(view, MEDIUM), by_time(view))
    (risen,) = tell(book, said(Phase.ESCALATE, 2, priority=HIGH, at=300))
    assert (risen.called_us, risen.steps_done, risen.unacknowledged) == (300, 0, True)
    assert tell(book, by_time(view, request="of the lower priority")) == []
    (told,) = tell(book, by_time(risen))
    assert told.steps_done == 1
    (fallen,) = tell(book, said(Phase.DEESCALATE, 3, priority=MEDIUM, at=400))
    assert fallen.called_us == 300


def test_what_is_over_is_not_escalated_by_time_and_its_return_begins_anew() -> None:
    book = AlarmBook()
    apnoea = said(Phase.START, cause="APNOEA", priority=HIGH)
    *_, latched = tell(book, apnoea, said(Phase.END, 2, cause="APNOEA", priority=HIGH, at=140))
    assert book.refusal(by_time(latched)) is ActionRefusal.ANSWERED
    back = said(Phase.UPDATE, 3, cause="APNOEA", priority=HIGH, at=500)
    (again,) = tell(book, back)
    assert again.called_us == 500
    assert book.refusal(by_time(again)) is None


def test_the_newest_escalations_are_kept_and_outlive_a_restart() -> None:
    book = AlarmBook()
    (view,) = tell(book, replace(START, source=A))
    for step in range(1, ESCALATIONS_KEPT + 3):
        tell(book, by_time(view, step))
    again = AlarmBook()
    again.restore(json.loads(json.dumps(book.snapshot())))
    (kept,) = again.current()
    assert kept == book.current()[0]
    assert len(kept.escalations) == ESCALATIONS_KEPT
    assert kept.steps_done == ESCALATIONS_KEPT + 2
    state = book.snapshot()
    for name in ("escalations", "raised_us"):
        del state["episodes"][0]["view"][name]
    again.restore(state)
    assert again.current()[0].called_us == view.learned_us

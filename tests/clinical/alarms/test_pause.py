"""Sound that a person pauses: for a time, at their place, and never what they have not seen."""

import json
from dataclasses import replace

import pytest

from clinical.alarms.lifecycle import ActionRefusal, AlarmBook
from clinical.alarms.priority import Phase
from clinical.alarms.transition import LONGEST_PAUSE_US, Place, Seen
from clinical.alarms.view import AlarmState, Paused
from tests.clinical.alarms.entries import (
    EDGE,
    HIGH,
    LOW,
    MEDIUM,
    acknowledged,
    as_seen,
    paused,
    said,
    tell,
)

CENTER, VEHICLE = Place
START = said(Phase.START)
OTHER = said(Phase.START, cause="APNOEA", priority=HIGH)


def test_a_pause_is_silent_at_its_place_until_its_time_is_over() -> None:
    """It is no acknowledgement, and no entry marks its end: whoever knows the time knows."""
    book = AlarmBook()
    (view,) = tell(book, START)
    assert view.sounds_at(CENTER, 199)
    (after,) = tell(book, paused(view, 200, 60))
    assert after.pauses == (Paused(CENTER, "wang", MEDIUM, 200, 260),)
    assert [after.sounds_at(CENTER, now) for now in (200, 259, 260)] == [False, False, True]
    assert after.sounds_at(VEHICLE, 210)
    assert after.unacknowledged
    assert (after.state, after.phase, after.revision) == (AlarmState.ACTIVE, Phase.UPDATE, 2)


def test_a_rise_sounds_at_once() -> None:
    """The pause covers the priority that was seen; falling back under it is covered again."""
    book = AlarmBook()
    (view,) = tell(book, START)
    tell(book, paused(view, 200, 60))
    (risen,) = tell(book, said(Phase.ESCALATE, 2, priority=HIGH, at=210))
    assert risen.sounds_at(CENTER, 211)
    assert risen.paused_until_us(CENTER) is None
    (fallen,) = tell(book, said(Phase.DEESCALATE, 3, priority=MEDIUM, at=220))
    assert not fallen.sounds_at(CENTER, 221)


def test_what_was_never_reached_is_not_covered() -> None:
    """Somebody pauses as high what was only ever medium: a later rise sounds."""
    book = AlarmBook()
    (view,) = tell(book, START)
    tell(book, replace(paused(view), priority=HIGH))
    (risen,) = tell(book, said(Phase.ESCALATE, 2, priority=HIGH, at=210))
    assert risen.sounds_at(CENTER, 211)


def test_a_pause_is_never_longer_than_its_bound_and_zero_ends_it() -> None:
    book = AlarmBook()
    (view,) = tell(book, START)
    (long,) = tell(book, paused(view, 200, 10 * LONGEST_PAUSE_US, request="long"))
    assert long.paused_until_us(CENTER) == 200 + LONGEST_PAUSE_US
    (ended,) = tell(book, paused(long, 300, 0, request="sound"))
    assert ended.sounds_at(CENTER, 300)
    assert len(ended.pauses) == 1


def test_each_place_pauses_for_itself() -> None:
    """The crew's pause silences the vehicle only, and the newest of each place counts."""
    book = AlarmBook()
    (view,) = tell(book, START)
    tell(book, paused(view, 200, 60, place=VEHICLE, request="crew"))
    (both,) = tell(book, paused(view, 210, 60, request="desk"))
    assert {(one.place, one.until_us) for one in both.pauses} == {(VEHICLE, 260), (CENTER, 270)}
    assert [both.sounds_at(place, 265) for place in (CENTER, VEHICLE)] == [False, True]


def test_what_is_taken_or_over_makes_no_sound_whether_paused_or_not() -> None:
    book = AlarmBook()
    (view,) = tell(book, START)
    (taken,) = tell(book, acknowledged(view, MEDIUM))
    assert not taken.sounds_at(CENTER, 1_000)
    assert taken.sounds_at(VEHICLE, 1_000)
    (over,) = tell(book, said(Phase.END, 2, at=300))
    assert not over.sounds_at(VEHICLE, 1_000)


def test_a_latched_alarm_that_nobody_took_still_sounds() -> None:
    """IEC 60601-1-8: latched signals go on until somebody acts."""
    book = AlarmBook()
    *_, view = tell(book, OTHER, said(Phase.END, 2, cause="APNOEA", priority=HIGH, at=140))
    assert view.state is AlarmState.LATCHED
    assert view.sounds_at(CENTER, 1_000)


def test_several_alarms_of_a_patient_are_paused_by_one_act() -> None:
    """Each is named as it was seen; what came since is not covered, what ended does no harm."""
    book = AlarmBook()
    first, second = tell(book, START, OTHER)
    gone = replace(second, alarm_id=b"g" * 16)
    newer = said(Phase.START, cause="RESPIRATION_LOW", priority=HIGH)
    (unseen,) = tell(book, newer)
    act = paused(first, 200, 60, also=(gone, second))
    assert book.refusal(act) is None
    told = tell(book, act)
    assert [view.cause for view in told] == ["SPO2_LOW", "APNOEA"]
    assert tell(book, act) == []
    sounding = [view.cause for view in book.current() if view.sounds_at(CENTER, 210)]
    assert sounding == [unseen.cause]


def test_an_act_about_several_is_refused_when_none_of_them_stands() -> None:
    book = AlarmBook()
    first, second = tell(book, START, OTHER)
    tell(book, said(Phase.END, 2))
    act = paused(first, also=(second,))
    assert book.refusal(act) is None
    alone = replace(act, also=())
    assert book.refusal(alone) is ActionRefusal.ALARM_ENDED
    assert tell(book, alone) == []
    stranger = replace(act, alarm_id=b"x" * 16, also=(Seen(b"y" * 16, LOW, 1),))
    assert book.refusal(stranger) is ActionRefusal.UNKNOWN_ALARM


def test_several_are_taken_by_one_act_each_at_the_priority_seen() -> None:
    book = AlarmBook()
    first, second = tell(book, START, OTHER)
    act = replace(acknowledged(first, MEDIUM), also=(as_seen(second),))
    tell(book, act)
    assert [view.unacknowledged for view in book.current()] == [False, False]
    covered = [view.acknowledgements[0].priority for view in book.current()]
    assert covered == [HIGH, MEDIUM]


def test_an_alarm_of_another_patient_is_not_named_with_it() -> None:
    book = AlarmBook()
    first, foreign = tell(book, START, said(Phase.START, cause="APNOEA", encounter="e2"))
    told = tell(book, paused(first, also=(foreign,)))
    assert [view.encounter_id for view in told] == ["e1"]


@pytest.mark.parametrize("until", [150, 260])
def test_a_book_of_an_earlier_release_is_taken_over(until: int) -> None:
    """Without pauses nothing is paused; with them a restart keeps their ends."""
    book = AlarmBook()
    (view,) = tell(book, said(Phase.START, source=EDGE))
    tell(book, paused(view, 200, 60))
    state = json.loads(json.dumps(book.snapshot()))
    again = AlarmBook()
    again.restore(state)
    assert again.current() == book.current()
    del state["episodes"][0]["view"]["pauses"]
    again.restore(state)
    assert again.current()[0].sounds_at(CENTER, until)

"""Late words of the vehicle wait for what follows them; those in time go on at once."""

from dataclasses import replace

from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.transition import EncounterClosed, Reason, Transition
from clinical.alarms.view import AlarmState
from clinical.items import EdgeTransition, EncounterChange, EncounterEvent
from clinical.watch.at_center.edge_words import (
    OVERDUE_AFTER_US,
    SETTLED_AFTER_US,
    WORDS_WAITING,
    EdgeWords,
)
from clinical.watch.patient import PatientWatch
from tests.clinical.watch.bedside import at, capture, frame

RETURN = 1_800.0
"""Half an hour without a link."""


def began(second: float, name: bytes = b"a" * 16) -> Transition:
    return Transition(
        encounter_id="encounter-1",
        unit_id="unit-1",
        alarm_id=name,
        cause="NEWS2_HIGH",
        subject="",
        category=Category.PHYSIOLOGICAL,
        priority=Priority.HIGH,
        phase=Phase.START,
        active=True,
        source=Source.EDGE,
        revision=1,
        since_us=at(second),
        learned_us=at(second),
        until_us=None,
        recorded_only=False,
        late=False,
        frame=frame(1),
        reason=Reason("NEWS2 total is 7 or more", {"total": 9.0}),
    )


def ended(word: Transition, second: float) -> Transition:
    return replace(
        word,
        phase=Phase.END,
        active=False,
        revision=2,
        learned_us=at(second),
        until_us=at(second),
        reason=None,
    )


def test_a_word_in_time_goes_on_as_it_is() -> None:
    words = EdgeWords()
    word = began(5)
    assert words.on_item(word, at(6)) == [word]
    assert words.on_item(ended(word, 9), at(10)) == [ended(word, 9)]
    assert words.snapshot() == {}


def test_what_was_over_before_the_return_is_recorded_with_both_instants_and_never_sounded() -> None:
    words, book = EdgeWords(), AlarmBook()
    start = began(300)
    assert words.on_item(start, at(RETURN)) == []
    (said,) = words.on_item(ended(start, 600), at(RETURN))
    assert (said.recorded_only, said.since_us, said.until_us) == (True, at(300), at(600))
    assert said.reason == start.reason
    (view,) = book.apply(said, at(RETURN))
    assert view.state is AlarmState.RECORDED
    assert book.current() == []


def test_what_still_holds_goes_on_once_nothing_late_comes_marked_late_and_says_since_when() -> None:
    words = EdgeWords()
    start = began(1_200)
    assert words.on_item(start, at(RETURN)) == []
    assert words.on_tick(at(RETURN) + SETTLED_AFTER_US - 1) == []
    assert words.on_tick(at(RETURN) + SETTLED_AFTER_US) == [replace(start, late=True)]
    assert words.on_tick(at(RETURN) + 2 * SETTLED_AFTER_US) == []


def test_no_word_waits_longer_than_its_bound_however_much_comes_late() -> None:
    words = EdgeWords()
    start = began(100)
    words.on_item(start, at(RETURN))
    now_us, count = at(RETURN), 0
    while not (said := words.on_tick(now_us)):
        count += 1
        other = began(200 + count, count.to_bytes(16, "big"))
        words.on_item(other, now_us)
        words.on_item(ended(other, 201 + count), now_us)
        now_us += SETTLED_AFTER_US // 2
    assert said == [replace(start, late=True)]
    assert now_us - at(RETURN) == OVERDUE_AFTER_US


def test_the_newest_of_several_late_words_about_one_alarm_goes_on() -> None:
    words = EdgeWords()
    start = began(100)
    worse = replace(start, phase=Phase.ESCALATE, revision=2, learned_us=at(200))
    assert words.on_item(start, at(RETURN)) == []
    assert words.on_item(worse, at(RETURN)) == []
    assert words.on_tick(at(RETURN) + SETTLED_AFTER_US) == [replace(worse, late=True)]


def test_an_end_in_time_of_a_word_that_waits_records_it() -> None:
    """The link is back before the condition is over: the end itself is not late."""
    words = EdgeWords()
    start = began(1_200)
    words.on_item(start, at(RETURN))
    (said,) = words.on_item(ended(start, RETURN), at(RETURN + 0.5))
    assert said.recorded_only


def test_beyond_the_bound_of_waiting_words_one_goes_on_at_once() -> None:
    words = EdgeWords()
    for number in range(WORDS_WAITING):
        assert words.on_item(began(100, number.to_bytes(16, "big")), at(RETURN)) == []
    assert words.on_item(began(100, b"z" * 16), at(RETURN)) == [began(100, b"z" * 16)]


def test_a_restored_part_goes_on_identically() -> None:
    words, restored = EdgeWords(), EdgeWords()
    words.on_item(began(1_200), at(RETURN))
    restored.restore(words.snapshot())
    assert restored.snapshot() == words.snapshot()
    settled = at(RETURN) + SETTLED_AFTER_US
    assert restored.on_tick(settled) == words.on_tick(settled) != []


def test_the_watch_of_the_center_lets_late_words_wait_and_tells_them_when_the_encounter_ends() -> (
    None
):
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    opened = EncounterEvent(EncounterChange.OPENED, age_years=60)
    watch.on_item(opened, capture(0, 1, received=RETURN), at(RETURN))
    start = began(300)
    item = EdgeTransition(start)
    assert watch.on_item(item, capture(300, 2, received=RETURN), at(RETURN)) == []
    over = EncounterEvent(EncounterChange.ENDED)
    said = watch.on_item(over, capture(RETURN, 3), at(RETURN))
    assert said[0] == replace(start, late=True)
    assert isinstance(said[-1], EncounterClosed)


def test_the_watch_of_the_center_tells_what_waits_with_a_tick() -> None:
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    start = began(1_200)
    watch.on_item(EdgeTransition(start), capture(1_200, 1, received=RETURN), at(RETURN))
    assert replace(start, late=True) in watch.on_tick(at(RETURN) + SETTLED_AFTER_US, 0)

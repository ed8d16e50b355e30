"""What is remembered of alarms: never less than what stands."""

from dataclasses import replace

from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.view import AlarmView
from command_center.board.chronicle import MOST_ALARMS, Chronicle
from command_center.fold import learned_us
from tests.command_center.night import alarm_of, encounter, transition


def folded(*, over: bool = False, number: int = 1) -> AlarmView:
    book = AlarmBook()
    said = transition(number, 1)
    (view,) = book.apply(said, learned_us(said))
    if over:
        said = transition(number, 2, revision=2, active=False)
        (view,) = book.apply(said, learned_us(said))
    return view


def test_what_is_over_stays_until_the_patient_leaves() -> None:
    chronicle = Chronicle()
    chronicle.take(folded())
    assert chronicle.current(encounter(1)) == chronicle.all_current() == [folded()]
    chronicle.take(folded(over=True))
    assert chronicle.current(encounter(1)) == []
    assert chronicle.of(encounter(1)) == [folded(over=True)]
    chronicle.forget(encounter(1))
    assert chronicle.of(encounter(1)) == []
    assert chronicle.find(alarm_of(1)) is None


def test_more_may_stand_than_is_remembered_of_what_is_over() -> None:
    """The first of many alarms is not lost from the board because of the last."""
    chronicle = Chronicle()
    standing = [
        replace(folded(), alarm_id=number.to_bytes(16, "big")) for number in range(2 * MOST_ALARMS)
    ]
    for view in standing:
        chronicle.take(view)
    assert chronicle.current(encounter(1)) == standing
    chronicle.take(folded(over=True))
    assert chronicle.current(encounter(1)) == standing


def test_what_stands_is_never_let_go() -> None:
    """Neither by the bound nor when its patient left."""
    chronicle = Chronicle()
    standing = folded()
    chronicle.take(standing)
    for number in range(2 * MOST_ALARMS):
        chronicle.take(replace(folded(over=True), alarm_id=number.to_bytes(16, "big")))
    assert len(chronicle.of(encounter(1))) == MOST_ALARMS
    chronicle.forget(encounter(1))
    assert chronicle.of(encounter(1)) == [standing]

"""The center says which channel is dead and where two disagree, as entries for every fold."""

from dataclasses import replace

from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import SourceStatus, Transition
from clinical.alarms.view import AlarmState
from clinical.instant import SECOND_US
from command_center.channels import Channels
from command_center.referee import DISAGREE_US, SAID_AGAIN_US, Referee, Word
from tests.command_center.night import at, encounter, transition
from wire.alarms import decode_entry, encode_entry
from wire.picture import Picture

A, B = Source.CENTER_A, Source.CENTER_B


class Court:
    """One partition: its book, its pictures, its referee."""

    def __init__(self) -> None:
        self.book = AlarmBook()
        self.channels = Channels({A, B})
        self.referee = Referee(self.channels)

    def see(self, second: float, *sources: Source) -> None:
        for source in sources:
            self.channels.seen(Picture(0, at(second), source, ()), at(second))

    def hear(
        self, second: float, source: Source, *, active: bool = True, revision: int = 1
    ) -> None:
        word = transition(1, second, active=active, revision=revision)
        self.book.apply(replace(word, source=source), at(second))

    def judge(self, second: float) -> list[Word]:
        """Return what is said, as it comes back from the log, folded."""
        said = self.referee.judge(0, self.book, at(second))
        for word in said:
            entry = decode_entry(encode_entry(word))
            assert isinstance(entry, SourceStatus | Transition)
            self.book.apply(entry, at(second))
        return said

    def disputes(self) -> list[tuple[str, AlarmState]]:
        views = [view for view in self.book.current() if view.cause == Cause.CHANNELS_DISAGREE]
        return [(view.subject, view.state) for view in views]


def test_the_death_of_a_channel_is_told_once_while_the_other_goes_on() -> None:
    """What only the dead channel held is over; then nothing more is said."""
    court = Court()
    court.see(0, A, B)
    court.hear(0.5, A)
    court.see(2, B)
    assert court.judge(2) == []
    court.see(4, B)
    assert court.judge(4) == [SourceStatus(encounter(1), A, live=False, at_us=at(4))]
    assert court.book.current() == []
    assert court.judge(4) == []


def test_a_dead_channel_votes_again_when_it_has_caught_up() -> None:
    court = Court()
    court.see(0, A, B)
    court.hear(0.5, A)
    court.hear(0.5, B)
    court.see(4, B)
    court.judge(4)
    assert court.book.standings()[0].holders == {B}
    court.channels.seen(Picture(0, at(0.9), A, ()), at(5))
    court.see(5, B)
    assert court.judge(5) == []
    court.see(6, A, B)
    assert court.judge(6) == [SourceStatus(encounter(1), A, live=True, at_us=at(6))]
    assert court.book.standings()[0].holders == {A, B}


def test_nothing_is_said_while_no_other_channel_goes_on() -> None:
    """With one channel an alarm stays until somebody who judges says that it is over."""
    court = Court()
    court.see(0, A)
    court.hear(0.5, A)
    assert court.judge(9) == []
    assert court.book.current() != []


def test_a_channel_that_has_not_judged_the_newest_word_tells_nothing_about_it() -> None:
    """The one that goes on must have seen what the dead one saw."""
    court = Court()
    court.see(0, A, B)
    court.hear(3.5, A)
    court.channels.seen(Picture(0, at(3), B, ()), at(4))
    assert court.judge(4) == []


def test_a_disagreement_of_five_judged_seconds_is_an_alarm_until_they_agree() -> None:
    court = Court()
    court.hear(0, A)
    for second in range(5):
        court.see(second, A, B)
        assert court.judge(second) == []
    court.see(5, A, B)
    court.judge(5)
    assert court.disputes() == [("NEWS2_HIGH", AlarmState.ACTIVE)]
    court.see(6, A, B)
    assert court.judge(6) == []
    court.hear(6.5, B)
    court.judge(6.5)
    assert court.disputes() == []


def test_a_disagreement_ends_with_the_alarm_that_it_is_about() -> None:
    court = Court()
    court.hear(0, A)
    court.see(6, A, B)
    court.judge(6)
    court.hear(7, A, active=False, revision=2)
    court.judge(7)
    assert court.disputes() == []
    assert court.book.current() == []


def test_it_may_begin_again_and_is_then_told_again() -> None:
    court = Court()
    court.hear(0, A)
    court.see(6, A, B)
    court.judge(6)
    court.hear(6.5, B)
    court.judge(6.5)
    court.hear(7, B, active=False, revision=2)
    court.see(13, A, B)
    court.judge(13)
    assert court.disputes() == [("NEWS2_HIGH", AlarmState.ACTIVE)]


def test_a_channel_that_has_not_got_the_data_does_not_disagree() -> None:
    """Neither one that lags, nor one that is gone."""
    court = Court()
    court.hear(0, A)
    court.see(6, A)
    court.channels.seen(Picture(0, at(4.5), B, ()), at(6))
    assert court.judge(6) == []
    court.see(20, A)
    assert court.judge(20) == []


def test_what_does_not_come_back_from_the_log_is_said_again() -> None:
    court = Court()
    court.see(0, A, B)
    court.hear(0.5, A)
    court.see(4, B)
    first = court.referee.judge(0, court.book, at(4))
    later_us = at(4) + SAID_AGAIN_US
    court.channels.seen(Picture(0, at(6), B, ()), later_us)
    assert court.referee.judge(0, court.book, later_us - 1) == []
    assert len(court.referee.judge(0, court.book, later_us)) == len(first) == 1


def test_two_centers_say_the_same() -> None:
    """The second word has no effect: one alarm, one revision."""
    court = Court()
    court.hear(0, A)
    court.see(6, A, B)
    first = court.referee.judge(0, court.book, at(6))
    second = Referee(court.channels).judge(0, court.book, at(6))
    assert first == second
    for word in (*first, *second):
        court.book.apply(word, at(6))
    (dispute,) = [v for v in court.book.current() if v.cause == Cause.CHANNELS_DISAGREE]
    assert dispute.revision == 1


def test_the_delay_is_that_of_the_catalogue() -> None:
    assert DISAGREE_US == 5 * SECOND_US

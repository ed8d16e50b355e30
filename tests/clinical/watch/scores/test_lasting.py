"""One alarm on a score that hovers: when it begins, and when it is over."""

import pytest

from clinical.alarms.catalogue import RULES
from clinical.alarms.identity import FrameRef
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from clinical.watch.scores.lasting import HOVERS_US, Lasting

FRAME = FrameRef("unit-1", 2, bytes(16), 1, 0)
RULE = RULES[Cause.SEPSIS_SUSPECTED]
HELD_S = RULE.levels[0].delay_us // SECOND_US
CLEAR_S = RULE.clear_us // SECOND_US
HOVERS_S = HOVERS_US // SECOND_US
ASKS, CLEAR, UNKNOWN = (True, True), (False, True), (False, False)


class Score:
    """A score that is said each second."""

    def __init__(self) -> None:
        self.lasting = Lasting(Cause.SEPSIS_SUSPECTED)
        self.second = 0
        self.said: list[tuple[int, str]] = []

    def says(self, *spans: tuple[tuple[bool, bool], int]) -> list[tuple[int, str]]:
        """Go on for so many seconds each; return everything that changed, by second."""
        for (reached, known), seconds in spans:
            for _ in range(seconds):
                found = self.lasting.judge(
                    self.second * SECOND_US,
                    FRAME,
                    reached=reached,
                    known=known,
                    values=lambda: {"qsofa": 2},
                )
                self.said += [(self.second, one.change.phase.value) for one in found]
                self.second += 1
        return self.said


def test_it_begins_once_it_was_held_and_names_the_values() -> None:
    """Not a second earlier; since when it was reached."""
    score = Score()
    assert score.says((ASKS, HELD_S)) == []
    (found,) = score.lasting.judge(
        HELD_S * SECOND_US, FRAME, reached=True, known=True, values=lambda: {"qsofa": 3}
    )
    assert (found.change.phase.value, found.change.since_us) == ("START", 0)
    assert found.values == {"qsofa": 3}


def test_a_moment_on_the_good_side_does_not_begin_that_time_anew() -> None:
    """As long as the score itself asks for a response when the time is over."""
    assert Score().says((ASKS, 5), (CLEAR, HOVERS_S), (ASKS, HELD_S)) == [(HELD_S, "START")]


def test_a_moment_that_asks_is_no_alarm() -> None:
    """Neither alone nor again and again."""
    assert Score().says(*[(ASKS, 1), (CLEAR, HOVERS_S + 1)] * 30) == []


def test_it_is_over_once_it_was_clear_for_long_enough() -> None:
    begun = HELD_S + 1
    assert Score().says((ASKS, begun), (CLEAR, CLEAR_S + 1)) == [
        (HELD_S, "START"),
        (begun + CLEAR_S, "END"),
    ]


@pytest.mark.parametrize("between", [ASKS, UNKNOWN])
def test_what_hovers_or_is_unknown_for_a_while_is_one_alarm(between: tuple[bool, bool]) -> None:
    """Nobody gets better for want of data: the clear time begins anew."""
    hovers = [(CLEAR, CLEAR_S - 1), (between, 1)] * 3
    assert Score().says((ASKS, HELD_S + 1), *hovers) == [(HELD_S, "START")]


def test_it_ends_at_once_when_that_is_said_and_begins_anew() -> None:
    score = Score()
    score.says((ASKS, HELD_S + 1))
    (over,) = score.lasting.end(score.second * SECOND_US, FRAME)
    assert over.change.phase.value == "END"
    assert not score.lasting.stands
    assert score.says((ASKS, HELD_S)) == [(HELD_S, "START")]


@pytest.mark.parametrize("seconds", [0, 10, HELD_S + 1])
def test_a_snapshot_goes_on(seconds: int) -> None:
    """Before it begins, while it is held, while it is clear."""
    straight, restored = Score(), Score()
    for score in (straight, restored):
        score.says((ASKS, seconds), (CLEAR, 2))
    restored.lasting = Lasting(Cause.SEPSIS_SUSPECTED)
    restored.lasting.restore(straight.lasting.snapshot())
    rest = ((ASKS, HELD_S), (CLEAR, CLEAR_S + 1))
    assert restored.says(*rest) == straight.says(*rest)


def test_closed_it_ends() -> None:
    score = Score()
    score.says((ASKS, HELD_S + 1))
    (over,) = score.lasting.close(score.second * SECOND_US)
    assert over.change.phase.value == "END"
    assert score.lasting.close(score.second * SECOND_US) == ()

"""Waits between dials."""

from random import Random

from clinical.instant import SECOND_US
from vehicle.lane.backoff import (
    CEILING_US,
    FLOOR_US,
    OPEN_CEILING_S,
    OPEN_FLOOR_S,
    WAY_MOST_US,
    Backoff,
)


def seeded(seed: int) -> Backoff:
    return Backoff(Random(seed))  # noqa: S311 - jitter, not a secret


def test_waits_grow_and_stay_below_half_a_second() -> None:
    """However long the link is gone, the next dial is at most 500 ms away."""
    backoff = seeded(1)
    waits = [backoff.next_us() for _ in range(100)]
    assert waits[0] <= FLOOR_US
    assert max(waits) <= CEILING_US
    assert min(waits[10:]) >= CEILING_US // 2


def test_units_do_not_come_back_in_one_instant() -> None:
    """Units with their own seeds wait for different times."""
    assert len({seeded(seed).next_us() for seed in range(100)}) > 90


def test_a_stream_that_opened_begins_anew() -> None:
    """After a good stream the first wait is short again."""
    backoff = seeded(1)
    for _ in range(10):
        backoff.next_us()
    backoff.reset()
    assert backoff.next_us() <= FLOOR_US


def test_an_answer_that_is_late_is_waited_for_longer() -> None:
    """A gateway that a thousand units dial at once gets through: nobody gives up ever again."""
    backoff = seeded(1)
    waits = []
    for _ in range(4):
        waits.append(backoff.open_within_s)
        backoff.unanswered()
    assert waits == [OPEN_FLOOR_S, OPEN_CEILING_S, OPEN_CEILING_S, OPEN_CEILING_S]
    backoff.reset()
    assert backoff.open_within_s == OPEN_FLOOR_S


def test_who_was_answered_late_gives_way_for_longer() -> None:
    """At once where nobody else dials; at a starved gateway long enough for all to be heard."""
    backoff = seeded(1)
    assert backoff.way_us(0) == 0
    for answered_us in (SECOND_US // 50, SECOND_US):
        ways_us = [backoff.way_us(answered_us) for _ in range(100)]
        assert 4 * answered_us <= min(ways_us) < max(ways_us) <= 8 * answered_us
        assert len(set(ways_us)) > 90
    assert max(backoff.way_us(60 * SECOND_US) for _ in range(100)) <= WAY_MOST_US

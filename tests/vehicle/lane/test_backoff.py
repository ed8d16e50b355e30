"""Waits between dials."""

from random import Random

from vehicle.lane.backoff import CEILING_US, FLOOR_US, OPEN_CEILING_S, OPEN_FLOOR_S, Backoff


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
    for _ in range(5):
        waits.append(backoff.open_within_s)
        backoff.unanswered()
    assert waits == [OPEN_FLOOR_S, 6, 12, OPEN_CEILING_S, OPEN_CEILING_S]
    backoff.reset()
    assert backoff.open_within_s == OPEN_FLOOR_S

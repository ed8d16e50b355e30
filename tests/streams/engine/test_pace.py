"""A worker rests between two fetches as it is busy, and not at all after a quiet time."""

import pytest

from clinical.instant import SECOND_US
from streams.engine.pace import BUSY_OVER_US, REST_MOST_US, Pace


def busy(share: float, seconds: int = 5) -> Pace:
    """A worker that judged for this share of each 10 ms."""
    pace = Pace(0)
    for begin_us in range(0, seconds * SECOND_US, 10_000):
        pace.worked(begin_us, begin_us + round(share * 10_000))
    return pace


def test_who_has_judged_nothing_does_not_rest() -> None:
    assert Pace(0).rest_us(0) == 0


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_the_busier_the_longer_is_the_rest(share: float) -> None:
    at_us = 5 * SECOND_US
    assert busy(share).rest_us(at_us) == pytest.approx(share * REST_MOST_US, rel=0.1)


def test_nobody_rests_longer_than_the_most() -> None:
    pace = Pace(0)
    pace.worked(0, 10 * SECOND_US)
    assert pace.rest_us(10 * SECOND_US) <= REST_MOST_US
    pace.worked(0, 11 * SECOND_US)
    assert pace.rest_us(11 * SECOND_US) <= REST_MOST_US


def test_a_quiet_time_ends_the_rest() -> None:
    at_us = 5 * SECOND_US
    assert busy(1.0).rest_us(at_us + 20 * BUSY_OVER_US) == 0


def test_work_without_length_changes_nothing() -> None:
    pace = busy(0.5)
    before = pace.rest_us(6 * SECOND_US)
    pace.worked(4 * SECOND_US, 4 * SECOND_US)
    assert pace.rest_us(6 * SECOND_US) == before

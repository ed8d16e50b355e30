"""The heart rate is that of the newest intervals, or none."""

import pytest

from clinical.signals.beats import Beat, Kind
from clinical.signals.heart_rate import heart_rate, intervals_s


def _beats(count: int, apart: int = 200, quality: float = 0.9) -> list[Beat]:
    return [Beat(apart * place, quality, Kind.NORMAL) for place in range(count)]


def test_intervals_are_the_seconds_between_beats() -> None:
    """One fewer than beats."""
    assert intervals_s(_beats(3)) == (0.8, 0.8)


def test_the_rate_is_that_of_the_newest_intervals() -> None:
    """Older ones have no say."""
    slow = [Beat(-1000 * (9 - place) - 500, 0.9, Kind.NORMAL) for place in range(9)]
    rate = heart_rate(slow + _beats(9), 1700)
    assert rate is not None
    assert (rate.bpm, rate.confidence) == pytest.approx((75.0, 0.9))


def test_few_intervals_give_less_confidence_and_too_few_no_rate() -> None:
    """Four of eight intervals: half of it."""
    few = heart_rate(_beats(5), 900)
    assert few is not None
    assert few.confidence == pytest.approx(0.45)
    assert heart_rate(_beats(3), 500) is None


def test_no_rate_is_given_when_beats_have_ceased() -> None:
    """A rate of what was is no rate."""
    beats = _beats(9)
    assert heart_rate(beats, beats[-1].sample + 1000) is not None
    assert heart_rate(beats, beats[-1].sample + 1001) is None

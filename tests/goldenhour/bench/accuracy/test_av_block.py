"""Which pauses among beats look like a block of the second degree."""

import numpy as np
import pytest

from goldenhour.bench.accuracy.av_block import dropped, grouped, hints

EVEN = [0.8, 0.81, 0.8, 0.79]


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([*EVEN, 1.6, 0.8], (True, False)),
        ([*EVEN, 1.1, 0.8], (False, False)),
        ([0.6, 1.0, 0.7, 0.9, 1.6, 0.8], (False, False)),
        ([0.9, 0.95, 0.85, 0.8, 1.3, 0.95], (False, True)),
        ([0.9, 0.95, 0.85, 0.8, 1.3, 0.7], (False, False)),
        ([0.9, 0.95, 0.85, 0.8, 1.7, 0.95], (False, False)),
    ],
)
def test_a_pause_is_told_by_what_is_around_it(
    intervals: list[float], expected: tuple[bool, bool]
) -> None:
    some = np.array(intervals)
    assert (dropped(some), grouped(some)) == expected


def test_only_pauses_of_conducted_beats_count() -> None:
    times_s = np.cumsum([0.0, *EVEN, 1.6, 0.8, *EVEN, 1.6, 0.8])
    assert hints(times_s, "N" * len(times_s)) == (2, 0)
    assert hints(times_s, "N" * 5 + "V" + "N" * (len(times_s) - 6)) == (1, 0)

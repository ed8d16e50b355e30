"""The alarms of a score last, and one covers the other."""

import pytest

from clinical.alarms.catalogue import RULES
from clinical.alarms.identity import FrameRef
from clinical.alarms.rule import Cause
from clinical.instant import MINUTE_US, SECOND_US
from clinical.watch.scores.bands import Bands

FRAME = FrameRef("unit-1", 2, bytes(16), 1, 0)
CLEAR_US = RULES[Cause.NEWS2_HIGH].clear_us
NONE, MEDIUM, HIGH = (False, False), (False, True), (True, True)


def said(*reached: tuple[tuple[bool, bool], int]) -> list[tuple[int, str, str]]:
    """Say which bands are reached for so many seconds each; return what changes, by second."""
    bands, second = Bands(Cause.NEWS2_HIGH, Cause.NEWS2_MEDIUM), 0
    found: list[tuple[int, str, str]] = []
    for (high, medium), seconds in reached:
        for _ in range(seconds):
            changed = bands.reach(second * SECOND_US, FRAME, {}, high=high, medium=medium)
            found += [(second, one.rule.cause, one.change.phase.value) for one in changed]
            second += 1
    return found


def test_every_score_of_the_catalogue_lasts_alike() -> None:
    scores = (Cause.NEWS2_HIGH, Cause.NEWS2_MEDIUM, Cause.NPEWS_HIGH, Cause.NPEWS_MEDIUM)
    assert {RULES[cause].clear_us for cause in scores} == {5 * MINUTE_US}


def test_a_score_that_hovers_is_one_alarm() -> None:
    hovering = [(MEDIUM, 1), (NONE, 60)] * 20
    assert said(*hovering) == [(0, "NEWS2_MEDIUM", "START")]


def test_it_is_over_once_it_was_clear_for_long_enough() -> None:
    assert said((MEDIUM, 10), (NONE, 400)) == [
        (0, "NEWS2_MEDIUM", "START"),
        (10 + CLEAR_US // SECOND_US, "NEWS2_MEDIUM", "END"),
    ]


def test_the_upper_covers_the_lower_and_leaves_it_behind() -> None:
    """The lower begins again when the upper is over and its own band still reached."""
    assert said((MEDIUM, 10), (HIGH, 10), (MEDIUM, 311)) == [
        (0, "NEWS2_MEDIUM", "START"),
        (10, "NEWS2_HIGH", "START"),
        (10, "NEWS2_MEDIUM", "END"),
        (320, "NEWS2_HIGH", "END"),
        (320, "NEWS2_MEDIUM", "START"),
    ]


@pytest.mark.parametrize("before", [MEDIUM, HIGH])
def test_a_snapshot_while_it_is_clear_goes_on(before: tuple[bool, bool]) -> None:
    bands, again = (Bands(Cause.NEWS2_HIGH, Cause.NEWS2_MEDIUM) for _ in range(2))
    bands.reach(0, FRAME, {}, high=before[0], medium=before[1])
    bands.reach(SECOND_US, FRAME, {}, high=False, medium=False)
    again.restore(bands.snapshot())
    for at_us in (CLEAR_US, SECOND_US + CLEAR_US):
        both = [x.reach(at_us, FRAME, {}, high=False, medium=False) for x in (bands, again)]
        assert both[0] == both[1]
    assert not again.stands


def test_a_snapshot_of_a_release_without_the_time_is_restored() -> None:
    bands, again = (Bands(Cause.NEWS2_HIGH, Cause.NEWS2_MEDIUM) for _ in range(2))
    bands.reach(0, FRAME, {}, high=True, medium=True)
    again.restore({key: bands.snapshot()[key] for key in ("high", "medium")})
    assert again.high

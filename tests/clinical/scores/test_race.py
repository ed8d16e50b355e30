"""RACE: every combination of its items, and every way to refuse."""

from itertools import product

import pytest

from clinical.scores.chart import Refused, Scored
from clinical.scores.race import Race, WeakSide, likely, score

RIGHT, LEFT, NEITHER = WeakSide.RIGHT, WeakSide.LEFT, WeakSide.NEITHER
LEAST_LIKELY = 5


def test_the_total_of_every_examination_is_its_sum_and_five_is_likely() -> None:
    """All 486: face, arm, leg and the last item 0 to 2, gaze 0 or 1, three sides."""
    totals = []
    for face, arm, leg, gaze, last, side in product(
        range(3), range(3), range(3), range(2), range(3), WeakSide
    ):
        words = {"agnosia": last} if side is LEFT else {"aphasia": last}
        result = score(Race(face, arm, leg, gaze, side, **words), 70)
        assert isinstance(result, Scored)
        assert result.total == face + arm + leg + gaze + last
        assert likely(result) is (result.total >= LEAST_LIKELY)
        totals.append(result.total)
    assert len(totals) == 486
    assert (min(totals), max(totals)) == (0, 9)


@pytest.mark.parametrize(
    ("race", "total"),
    [
        (Race(1, 1, 1, 0, RIGHT, aphasia=2, agnosia=None), 5),
        (Race(1, 1, 1, 0, LEFT, aphasia=None, agnosia=1), 4),
        (Race(0, 0, 0, 1, NEITHER, aphasia=2), 3),
        (Race(1, 1, 1, 0, RIGHT, aphasia=0, agnosia=2), 3),
        (Race(1, 1, 1, 0, LEFT, aphasia=2, agnosia=0), 3),
    ],
)
def test_the_side_decides_whether_aphasia_or_agnosia_counts(race: Race, total: int) -> None:
    """Never both: the most is 9, not 11."""
    result = score(race, 70)
    assert isinstance(result, Scored)
    assert result.total == total


WHOLE = {"face": 1, "arm": 1, "leg": 1, "gaze": 0, "weak_side": RIGHT, "aphasia": 1}


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("face", "MISSING:race_face"),
        ("arm", "MISSING:race_arm"),
        ("leg", "MISSING:race_leg"),
        ("gaze", "MISSING:race_gaze"),
        ("weak_side", "MISSING:race_weak_side"),
        ("aphasia", "MISSING:race_aphasia"),
    ],
)
def test_an_item_that_was_not_examined_is_named(missing: str, reason: str) -> None:
    """There is no total then."""
    result = score(Race(**{**WHOLE, missing: None}), None)  # type: ignore[arg-type]
    assert isinstance(result, Refused)
    assert [str(one) for one in result.reasons] == [reason]


def test_of_a_weak_left_side_agnosia_is_asked_for() -> None:
    result = score(Race(1, 1, 1, 0, LEFT, aphasia=1), 70)
    assert isinstance(result, Refused)
    assert [str(one) for one in result.reasons] == ["MISSING:race_agnosia"]


@pytest.mark.parametrize(
    ("item", "points"),
    [("face", 3), ("arm", 3), ("leg", 3), ("gaze", 2), ("aphasia", 3), ("face", -1)],
)
def test_more_than_an_item_can_have_is_refused(item: str, points: int) -> None:
    result = score(Race(**{**WHOLE, item: points}), 70)  # type: ignore[arg-type]
    assert isinstance(result, Refused)
    assert [str(one) for one in result.reasons] == [f"IMPLAUSIBLE:race_{item}"]


def test_what_is_known_may_be_enough() -> None:
    """Five points of an examination that was not finished are five."""
    result = score(Race(face=2, arm=2, gaze=1), 70)
    assert isinstance(result, Refused)
    assert result.at_least == LEAST_LIKELY
    assert likely(result)


@pytest.mark.parametrize("age_years", [0, 15, 15.9])
def test_a_child_is_refused_by_age_and_nothing_is_likely(age_years: float) -> None:
    """It was published of adults."""
    result = score(Race(2, 2, 2, 1, RIGHT, aphasia=2), age_years)
    assert isinstance(result, Refused)
    assert [str(one) for one in result.reasons] == ["AGE:age_years"]
    assert not likely(result)


@pytest.mark.parametrize("age_years", [None, 16, 70])
def test_an_adult_and_an_unknown_age_are_scored(age_years: float | None) -> None:
    result = score(Race(2, 2, 2, 1, RIGHT, aphasia=2), age_years)
    assert isinstance(result, Scored)
    assert result.total == 9

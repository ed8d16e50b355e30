"""NEWS2 is the printed chart, over every step of it, and refuses by name."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from clinical.scores.chart import Refusal, RefusalReason, Refused, Response, Result, Scored
from clinical.scores.news2 import ASKS_FOR, ASKS_FOR_ZH, News2Inputs, score
from clinical.vitals import Consciousness, Spo2Scale

WELL = News2Inputs(
    respiration_per_min=16,
    spo2_percent=97,
    on_oxygen=False,
    systolic_mmhg=120,
    heart_rate_bpm=70,
    consciousness=Consciousness.ALERT,
    temperature_c=37.0,
    age_years=40,
)


def respiration_points(tenths: int) -> int:
    """Expectation written from the chart as a chain of questions, in tenths."""
    if tenths < 85:
        return 3
    if tenths < 115:
        return 1
    if tenths < 205:
        return 0
    return 2 if tenths < 245 else 3


def spo2_points(tenths: int) -> int:
    """Scale 1."""
    if tenths < 915:
        return 3
    if tenths < 935:
        return 2
    return 1 if tenths < 955 else 0


def spo2_target_points(tenths: int) -> int:
    """Scale 2, on oxygen."""
    if tenths < 835 or tenths >= 965:
        return 3
    if tenths < 855 or tenths >= 945:
        return 2
    return 1 if tenths < 875 or tenths >= 925 else 0


def spo2_target_on_air_points(tenths: int) -> int:
    """Scale 2, on air."""
    return 0 if tenths >= 925 else spo2_target_points(tenths)


def systolic_points(tenths: int) -> int:
    """Expectation written from the chart as a chain of questions, in tenths."""
    if tenths < 905 or tenths >= 2195:
        return 3
    if tenths < 1005:
        return 2
    return 1 if tenths < 1105 else 0


def heart_rate_points(tenths: int) -> int:
    """Expectation written from the chart as a chain of questions, in tenths."""
    if tenths < 405 or tenths >= 1305:
        return 3
    if tenths >= 1105:
        return 2
    return 1 if tenths < 505 or tenths >= 905 else 0


def temperature_points(hundredths: int) -> int:
    """Expectation written from the chart as a chain of questions, in hundredths."""
    if hundredths < 3505:
        return 3
    if hundredths >= 3905:
        return 2
    return 1 if hundredths < 3605 or hundredths >= 3805 else 0


TARGET = replace(WELL, spo2_scale=Spo2Scale.SCALE_2)
EXPECTATIONS: list[tuple[str, News2Inputs, tuple[int, int], int, Callable[[int], int]]] = [
    ("respiration_per_min", WELL, (0, 120), 10, respiration_points),
    ("spo2_percent", WELL, (0, 100), 10, spo2_points),
    ("spo2_percent", replace(TARGET, on_oxygen=True), (0, 100), 10, spo2_target_points),
    ("spo2_percent", TARGET, (0, 100), 10, spo2_target_on_air_points),
    ("systolic_mmhg", WELL, (0, 350), 10, systolic_points),
    ("heart_rate_bpm", WELL, (0, 400), 10, heart_rate_points),
    ("temperature_c", WELL, (10, 47), 100, temperature_points),
]


def results(column: str, inputs: News2Inputs, per_unit: int) -> Iterator[tuple[int, Result]]:
    """Score every tenth, or hundredth, from 0 to 400 units."""
    for fine in range(400 * per_unit + 1):
        yield fine, score(replace(inputs, **{column: fine / per_unit}))  # type: ignore[arg-type]


@pytest.mark.parametrize(("column", "inputs", "plausible", "per_unit", "expected"), EXPECTATIONS)
def test_every_step_of_the_chart(
    column: str,
    inputs: News2Inputs,
    plausible: tuple[int, int],
    per_unit: int,
    expected: Callable[[int], int],
) -> None:
    """From 0 to 400, finer than printed, each value has the points of the chart or a refusal."""
    for fine, result in results(column, inputs, per_unit):
        if plausible[0] * per_unit <= fine <= plausible[1] * per_unit:
            assert isinstance(result, Scored), fine
            assert result.parts[column] == expected(fine), fine
            assert result.total == sum(result.parts.values())
        else:
            assert isinstance(result, Refused), fine
            assert result.reasons == (Refusal(RefusalReason.IMPLAUSIBLE, column),)
            assert column not in result.parts


@pytest.mark.parametrize("letter", Consciousness)
def test_consciousness(letter: Consciousness) -> None:
    """Only Alert is 0; new confusion counts as much as unresponsive."""
    result = score(replace(WELL, consciousness=letter))
    assert isinstance(result, Scored)
    assert result.total == (0 if letter is Consciousness.ALERT else 3)


def test_oxygen_counts_two() -> None:
    """Supplemental oxygen is a part of its own."""
    result = score(replace(WELL, on_oxygen=True))
    assert isinstance(result, Scored)
    assert result.parts["on_oxygen"] == 2


def test_the_worst_patient_scores_twenty() -> None:
    """20 is the highest total of the chart."""
    worst = News2Inputs(
        respiration_per_min=0,
        spo2_percent=0,
        on_oxygen=True,
        systolic_mmhg=0,
        heart_rate_bpm=0,
        consciousness=Consciousness.UNRESPONSIVE,
        temperature_c=30.0,
    )
    result = score(worst)
    assert isinstance(result, Scored)
    assert (result.total, result.band) == (20, Response.HIGH)


@pytest.mark.parametrize(
    ("changes", "total", "band"),
    [
        ({}, 0, Response.LOW),
        ({"heart_rate_bpm": 115.0, "on_oxygen": True}, 4, Response.LOW),
        ({"respiration_per_min": 25.0}, 3, Response.LOW_MEDIUM),
        ({"respiration_per_min": 25.0, "heart_rate_bpm": 95.0}, 4, Response.LOW_MEDIUM),
        ({"heart_rate_bpm": 115.0, "on_oxygen": True, "temperature_c": 38.5}, 5, Response.MEDIUM),
        ({"respiration_per_min": 25.0, "systolic_mmhg": 90.0}, 6, Response.MEDIUM),
        ({"respiration_per_min": 25.0, "systolic_mmhg": 90.0, "temperature_c": 38.5}, 7, "high"),
    ],
)
def test_bands(changes: dict[str, float], total: int, band: Response) -> None:
    """0-4 low, a single 3 low-medium, 5-6 medium, from 7 high."""
    result = score(replace(WELL, **changes))  # type: ignore[arg-type]
    assert isinstance(result, Scored)
    assert (result.total, result.band) == (total, band)


def test_every_band_asks_for_something() -> None:
    """A band without a response helps nobody."""
    published = set(Response) - {Response.EMERGENCY}

    assert set(ASKS_FOR) == set(ASKS_FOR_ZH) == published


REQUIRED = (
    "respiration_per_min",
    "spo2_percent",
    "on_oxygen",
    "systolic_mmhg",
    "heart_rate_bpm",
    "consciousness",
    "temperature_c",
)


@pytest.mark.parametrize("column", REQUIRED)
def test_each_missing_input_is_named(column: str) -> None:
    """Missing is not zero: the score is refused, and the other parts are kept."""
    result = score(replace(WELL, **{column: None}))  # type: ignore[arg-type]
    assert isinstance(result, Refused)
    assert result.reasons == (Refusal(RefusalReason.MISSING, column),)
    assert set(result.parts) == set(REQUIRED) - {column}


def test_a_stale_input_is_named_so() -> None:
    """The caller's better reason replaces MISSING."""
    unusable = {"temperature_c": RefusalReason.STALE}
    result = score(replace(WELL, temperature_c=None, unusable=unusable))
    assert isinstance(result, Refused)
    assert result.reasons == (Refusal(RefusalReason.STALE, "temperature_c"),)


def test_what_is_known_is_a_lower_bound() -> None:
    """A patient whose temperature and consciousness were never measured is still judged."""
    result = score(News2Inputs(respiration_per_min=26, spo2_percent=90, systolic_mmhg=85))
    assert isinstance(result, Refused)
    assert result.at_least == 9
    assert result.any_three


def test_a_saturation_that_depends_on_oxygen_waits_for_it() -> None:
    """On scale 2 a high saturation is no known part while oxygen is not stated."""
    unknown = replace(TARGET, on_oxygen=None)
    high = score(replace(unknown, spo2_percent=97))
    low = score(replace(unknown, spo2_percent=83))
    assert "spo2_percent" not in high.parts
    assert low.parts["spo2_percent"] == 3


def test_children_are_refused_without_parts() -> None:
    """The adult chart says nothing about a child, not even a lower bound."""
    result = score(replace(WELL, age_years=15.9, heart_rate_bpm=140))
    assert isinstance(result, Refused)
    assert result.reasons == (Refusal(RefusalReason.AGE, "age_years"),)
    assert (result.at_least, result.any_three) == (0, False)
    assert isinstance(score(replace(WELL, age_years=16)), Scored)
    assert isinstance(score(replace(WELL, age_years=None)), Scored)


def test_pregnancy_is_refused() -> None:
    """NEWS2 is not for pregnancy."""
    result = score(replace(WELL, pregnant=True))
    assert isinstance(result, Refused)
    assert result.reasons == (Refusal(RefusalReason.PREGNANT, "pregnant"),)


def test_every_reason_is_named_at_once() -> None:
    """A refusal names all that prevents the score, in the order of the chart's table."""
    result = score(News2Inputs(heart_rate_bpm=401, consciousness=Consciousness.ALERT))
    assert isinstance(result, Refused)
    assert [str(reason) for reason in result.reasons] == [
        "MISSING:respiration_per_min",
        "MISSING:spo2_percent",
        "MISSING:on_oxygen",
        "MISSING:systolic_mmhg",
        "IMPLAUSIBLE:heart_rate_bpm",
        "MISSING:temperature_c",
    ]

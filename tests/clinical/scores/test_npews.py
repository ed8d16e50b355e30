"""National PEWS: every edge of the four charts, every missing input, the bands."""

import pytest

from clinical.scores import npews
from clinical.scores.chart import Refused, Response, Scored
from clinical.scores.observed import Observed
from clinical.vitals import Consciousness
from tests.clinical.scores.charts import ALERT, Edges, cases, with_one, without

EDGES: dict[float, Edges] = {
    0.5: {
        "respiration_per_min": (
            (0, 4), (9, 4), (10, 2), (19, 2), (20, 1), (29, 1), (30, 0), (49, 0), (50, 1), (59, 1),
            (60, 2), (69, 2), (70, 4),
        ),
        "heart_rate_bpm": (
            (0, 4), (79, 4), (80, 2), (89, 2), (90, 1), (109, 1), (110, 0), (149, 0), (150, 1),
            (169, 1), (170, 2), (179, 2), (180, 4),
        ),
        "systolic_mmhg": (
            (0, 4), (49, 4), (50, 2), (59, 2), (60, 1), (69, 1), (70, 0), (89, 0), (90, 1),
            (99, 1), (100, 2), (109, 2), (110, 4),
        ),
        "spo2_percent": ((0, 4), (91, 4), (92, 1), (94, 1), (95, 0), (100, 0)),
        "capillary_refill_s": ((0, 0), (2, 0), (2.4, 0), (2.5, 2), (3, 2), (10, 2)),
    },
    3: {
        "respiration_per_min": (
            (9, 4), (10, 2), (19, 2), (20, 0), (39, 0), (40, 1), (49, 1), (50, 2), (59, 2), (60, 4),
        ),
        "heart_rate_bpm": (
            (59, 4), (60, 2), (69, 2), (70, 1), (89, 1), (90, 0), (139, 0), (140, 1), (149, 1),
            (150, 2), (169, 2), (170, 4),
        ),
        "systolic_mmhg": (
            (49, 4), (50, 2), (59, 2), (60, 1), (79, 1), (80, 0), (99, 0), (100, 1), (119, 1),
            (120, 2), (129, 2), (130, 4),
        ),
    },
    8: {
        "respiration_per_min": (
            (9, 4), (10, 2), (14, 2), (15, 1), (19, 1), (20, 0), (24, 0), (25, 1), (39, 1),
            (40, 2), (49, 2), (50, 4),
        ),
        "heart_rate_bpm": (
            (59, 4), (60, 2), (69, 2), (70, 1), (79, 1), (80, 0), (119, 0), (120, 1), (139, 1),
            (140, 2), (159, 2), (160, 4),
        ),
        "systolic_mmhg": (
            (69, 4), (70, 2), (79, 2), (80, 1), (89, 1), (90, 0), (109, 0), (110, 1), (119, 1),
            (120, 2), (129, 2), (130, 4),
        ),
    },
    14: {
        "respiration_per_min": (
            (9, 4), (10, 1), (14, 1), (15, 0), (24, 0), (25, 1), (29, 1), (30, 2), (39, 2), (40, 4),
        ),
        "heart_rate_bpm": (
            (49, 4), (50, 2), (59, 2), (60, 1), (69, 1), (70, 0), (99, 0), (100, 1), (119, 1),
            (120, 2), (129, 2), (130, 4),
        ),
        "systolic_mmhg": (
            (79, 4), (80, 2), (89, 2), (90, 1), (99, 1), (100, 0), (119, 0), (120, 1), (129, 1),
            (130, 2), (139, 2), (140, 4),
        ),
    },
}  # fmt: skip

WELL = Observed(
    numbers={
        "age_years": 8,
        "respiration_per_min": 22,
        "heart_rate_bpm": 100,
        "systolic_mmhg": 100,
        "spo2_percent": 98,
        "capillary_refill_s": 1,
    },
    words={"respiratory_distress": "none"},
    consciousness=ALERT,
    on_oxygen=False,
)


@pytest.mark.parametrize(
    ("age_years", "column", "value", "points"),
    [(age, *case) for age, edges in EDGES.items() for case in cases(edges)],
)
def test_every_edge_of_every_chart(
    age_years: float, column: str, value: float, points: int
) -> None:
    """The points on both sides of each printed edge are the chart's."""
    result = npews.score(with_one(with_one(WELL, "age_years", age_years), column, value))

    assert isinstance(result, Scored)
    assert result.parts[column] == points


@pytest.mark.parametrize(
    ("age_years", "heart_rate_points"),
    [(0, 1), (0.99, 1), (1, 0), (4.99, 0), (5, 0), (12.99, 0), (13, 1), (17.9, 1)],
)
def test_a_chart_begins_on_the_birthday(age_years: float, heart_rate_points: int) -> None:
    """A heart rate of 100 is low in an infant, normal in a child, raised from 13 on."""
    result = npews.score(with_one(WELL, "age_years", age_years))

    assert isinstance(result, Scored)
    assert result.parts["heart_rate_bpm"] == heart_rate_points


@pytest.mark.parametrize(
    "missing", [*WELL.numbers, "respiratory_distress", "on_oxygen", "consciousness"]
)
def test_a_missing_input_is_named(missing: str) -> None:
    """Missing is not zero."""
    result = npews.score(without(WELL, missing))

    assert isinstance(result, Refused)
    assert [str(reason) for reason in result.reasons] == [f"MISSING:{missing}"]


@pytest.mark.parametrize(
    ("fio2", "flow", "points"),
    [
        (0.21, None, 1), (0.29, None, 1), (0.30, None, 2), (0.49, None, 2), (0.50, None, 4),
        (1.0, None, 4), (None, 1.9, 1), (None, 2, 2), (None, 5.9, 2), (None, 6, 4),
    ],
)  # fmt: skip
def test_oxygen_is_scored_by_fraction_or_flow(
    fio2: float | None, flow: float | None, points: int
) -> None:
    """Below 30 % or 2 L/min, below 50 % or 6 L/min, and more."""
    given = {"fio2": fio2, "oxygen_l_per_min": flow}
    numbers = {**WELL.numbers, **{name: x for name, x in given.items() if x is not None}}
    result = npews.score(
        Observed(numbers=numbers, words=WELL.words, consciousness=ALERT, on_oxygen=True)
    )

    assert isinstance(result, Scored)
    assert result.parts["on_oxygen"] == points


def test_oxygen_of_an_unknown_amount_is_refused() -> None:
    """That oxygen is given says not how much."""
    result = npews.score(
        Observed(numbers=WELL.numbers, words=WELL.words, consciousness=ALERT, on_oxygen=True)
    )

    assert isinstance(result, Refused)
    assert [str(reason) for reason in result.reasons] == ["MISSING:fio2"]


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, None), (1, "low"), (4, "low"), (5, "medium"), (8, "medium"), (9, "high"), (12, "high"),
        (13, "emergency"), (28, "emergency"),
    ],
)  # fmt: skip
def test_the_bands_of_the_total(total: int, band: str | None) -> None:
    """As printed, for an alert child."""
    assert npews.band(total, ALERT) == band


@pytest.mark.parametrize(
    ("level", "total", "band"),
    [("V", 0, "high"), ("V", 13, "emergency"), ("P", 0, "emergency"), ("U", 2, "emergency")],
)
def test_consciousness_raises_the_band(level: str, total: int, band: str) -> None:
    """Whatever the total says."""
    assert npews.band(total, Consciousness(level)) is Response(band)


def test_an_adult_is_refused() -> None:
    """There is no chart from 18 years on."""
    result = npews.score(with_one(WELL, "age_years", 18))

    assert isinstance(result, Refused)
    assert [str(reason) for reason in result.reasons] == ["AGE:age_years"]
    assert result.at_least == 0

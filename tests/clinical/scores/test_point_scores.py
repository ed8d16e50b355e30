"""MEWS, qSOFA, T-RTS, REMS and MGAP: every edge of every chart, every missing input."""

import pytest

from clinical.scores import mgap, rts
from clinical.scores.chart import Refused, Scored
from clinical.scores.mews import MEWS
from clinical.scores.observed import Observed
from clinical.scores.points import PointScore
from clinical.scores.qsofa import QSOFA
from clinical.scores.rems import REMS
from clinical.vitals import Consciousness
from tests.clinical.scores.charts import ALERT, Edges, cases, with_one, without

MEWS_EDGES: Edges = {
    "respiration_per_min": (
        (0, 2), (8, 2), (8.4, 2), (8.5, 0), (9, 0), (14, 0), (15, 1), (20, 1), (21, 2), (29, 2),
        (30, 3), (120, 3),
    ),
    "systolic_mmhg": (
        (0, 3), (70, 3), (71, 2), (80, 2), (81, 1), (100, 1), (101, 0), (199, 0), (200, 2),
        (350, 2),
    ),
    "heart_rate_bpm": (
        (0, 2), (40, 2), (41, 1), (50, 1), (51, 0), (100, 0), (101, 1), (110, 1), (111, 2),
        (129, 2), (130, 3), (400, 3),
    ),
    "temperature_c": (
        (10, 2), (34.9, 2), (34.94, 2), (34.95, 0), (35.0, 0), (38.4, 0), (38.5, 2), (47, 2),
    ),
}  # fmt: skip
QSOFA_EDGES: Edges = {
    "respiration_per_min": ((0, 0), (21, 0), (21.4, 0), (21.5, 1), (22, 1), (120, 1)),
    "systolic_mmhg": ((0, 1), (100, 1), (101, 0), (350, 0)),
    "gcs": ((3, 1), (14, 1), (15, 0)),
}
RTS_EDGES: Edges = {
    "gcs": ((3, 0), (4, 1), (5, 1), (6, 2), (8, 2), (9, 3), (12, 3), (13, 4), (15, 4)),
    "systolic_mmhg": (
        (0, 0), (1, 1), (49, 1), (50, 2), (75, 2), (76, 3), (89, 3), (90, 4), (350, 4),
    ),
    "respiration_per_min": (
        (0, 0), (1, 1), (5, 1), (6, 2), (9, 2), (10, 4), (29, 4), (30, 3), (120, 3),
    ),
}  # fmt: skip
REMS_EDGES: Edges = {
    "age_years": (
        (16, 0), (44, 0), (44.9, 0), (45, 2), (54, 2), (55, 3), (64, 3), (65, 5), (74, 5), (75, 6),
        (130, 6),
    ),
    "heart_rate_bpm": (
        (0, 4), (39, 4), (40, 3), (54, 3), (55, 2), (69, 2), (70, 0), (109, 0), (110, 2), (139, 2),
        (140, 3), (179, 3), (180, 4),
    ),
    "respiration_per_min": (
        (0, 4), (5, 4), (6, 2), (9, 2), (10, 1), (11, 1), (12, 0), (24, 0), (25, 1), (34, 1),
        (35, 3), (49, 3), (50, 4),
    ),
    "mean_arterial_mmhg": (
        (0, 4), (49, 4), (50, 2), (69, 2), (70, 0), (109, 0), (110, 2), (129, 2), (130, 3),
        (159, 3), (160, 4),
    ),
    "gcs": ((3, 4), (4, 4), (5, 3), (7, 3), (8, 2), (10, 2), (11, 1), (13, 1), (14, 0), (15, 0)),
    "spo2_percent": ((0, 4), (74, 4), (75, 3), (85, 3), (86, 1), (89, 1), (90, 0), (100, 0)),
}  # fmt: skip
MGAP_EDGES: Edges = {
    "gcs": tuple((points, points) for points in range(3, 16)),
    "systolic_mmhg": ((0, 0), (59, 0), (60, 3), (120, 3), (121, 5), (350, 5)),
    "age_years": ((16, 5), (59.9, 5), (60, 0), (130, 0)),
}

WELL = Observed(
    numbers={
        "respiration_per_min": 12,
        "systolic_mmhg": 121,
        "heart_rate_bpm": 80,
        "temperature_c": 37.0,
        "gcs": 15,
        "age_years": 40,
        "mean_arterial_mmhg": 90,
        "spo2_percent": 98,
    },
    words={"trauma_mechanism": "blunt"},
    consciousness=ALERT,
    on_oxygen=False,
)
POINT_SCORES = {
    "MEWS": (MEWS, MEWS_EDGES),
    "QSOFA": (QSOFA, QSOFA_EDGES),
    "T-RTS": (rts.CODED, RTS_EDGES),
    "REMS": (REMS, REMS_EDGES),
}


@pytest.mark.parametrize(
    ("score", "column", "value", "points"),
    [
        pytest.param(score, *case, id=f"{name}-{case[0]}-{case[1]}")
        for name, (score, edges) in POINT_SCORES.items()
        for case in cases(edges)
    ],
)
def test_every_edge_of_every_chart(
    score: PointScore, column: str, value: float, points: int
) -> None:
    """The points on both sides of each printed edge are the publication's."""
    result = score.score(with_one(WELL, column, value))

    assert isinstance(result, Scored)
    assert result.parts[column] == points


@pytest.mark.parametrize(
    ("name", "missing"),
    [(name, column) for name, (_, edges) in POINT_SCORES.items() for column in edges],
)
def test_a_missing_input_is_named_and_the_rest_is_still_known(name: str, missing: str) -> None:
    """Missing is not zero: no total, the input named, the sum of the others as lower bound."""
    score, _ = POINT_SCORES[name]
    whole = score.score(WELL)
    result = score.score(without(WELL, missing))

    assert isinstance(result, Refused)
    assert isinstance(whole, Scored)
    assert [str(reason) for reason in result.reasons] == [f"MISSING:{missing}"]
    assert result.at_least == whole.total - whole.parts[missing]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("respiration_per_min", -1), ("respiration_per_min", 120.1), ("systolic_mmhg", 350.1),
        ("heart_rate_bpm", 400.1), ("temperature_c", 9.9), ("temperature_c", 47.1),
    ],
)  # fmt: skip
def test_what_is_not_plausible_is_refused_not_scored(column: str, value: float) -> None:
    """A value outside the limits of a measurement gives no points."""
    result = MEWS.score(with_one(WELL, column, value))

    assert isinstance(result, Refused)
    assert [str(reason) for reason in result.reasons] == [f"IMPLAUSIBLE:{column}"]


@pytest.mark.parametrize("name", POINT_SCORES)
def test_a_child_is_refused_by_age_and_no_part_counts(name: str) -> None:
    """Scores for adults say nothing about a child."""
    score, _ = POINT_SCORES[name]
    result = score.score(with_one(WELL, "age_years", 15.9))

    assert isinstance(result, Refused)
    assert [str(reason) for reason in result.reasons] == ["AGE:age_years"]
    assert result.at_least == 0


@pytest.mark.parametrize(("level", "points"), [("A", 0), ("V", 1), ("P", 2), ("U", 3)])
def test_mews_scores_avpu(level: str, points: int) -> None:
    """The four levels of AVPU, as printed."""
    result = MEWS.score(Observed(numbers=WELL.numbers, consciousness=Consciousness(level)))

    assert isinstance(result, Scored)
    assert result.parts["consciousness"] == points


def test_new_confusion_is_no_level_of_mews() -> None:
    """AVPU has no C, and nothing is estimated."""
    result = MEWS.score(Observed(numbers=WELL.numbers, consciousness=Consciousness.NEW_CONFUSION))

    assert isinstance(result, Refused)
    assert [str(reason) for reason in result.reasons] == ["IMPLAUSIBLE:consciousness"]


def test_rems_needs_the_age() -> None:
    """Age is a part of it: an unknown age is not an adult's of no points."""
    result = REMS.score(without(WELL, "age_years"))

    assert isinstance(result, Refused)
    assert [str(reason) for reason in result.reasons] == ["MISSING:age_years"]


@pytest.mark.parametrize(("column", "value", "points"), list(cases(MGAP_EDGES)))
def test_every_edge_of_mgap(column: str, value: float, points: int) -> None:
    """The points on both sides of each printed edge are the publication's."""
    result = mgap.score(with_one(WELL, column, value))

    assert isinstance(result, Scored)
    assert result.parts[column] == points


@pytest.mark.parametrize(
    ("inputs", "total", "band"),
    [
        ((15, 130, 30, "blunt"), 29, "low"),
        ((15, 130, 70, "penetrating"), 20, "medium"),
        ((15, 100, 30, "penetrating"), 23, "low"),
        ((14, 100, 30, "penetrating"), 22, "medium"),
        ((15, 100, 70, "penetrating"), 18, "medium"),
        ((14, 100, 70, "penetrating"), 17, "high"),
        ((3, 40, 70, "penetrating"), 3, "high"),
    ],
)
def test_mgap_adds_up_and_names_the_band(
    inputs: tuple[float, float, float, str], total: int, band: str
) -> None:
    """29 is the best and 3 the worst; bands begin at 18 and 23."""
    gcs, systolic_mmhg, age_years, mechanism = inputs
    numbers = {"gcs": gcs, "systolic_mmhg": systolic_mmhg, "age_years": age_years}
    result = mgap.score(Observed(numbers=numbers, words={"trauma_mechanism": mechanism}))

    assert isinstance(result, Scored)
    assert (result.total, result.band) == (total, band)


@pytest.mark.parametrize("missing", ["gcs", "systolic_mmhg", "age_years", "trauma_mechanism"])
def test_mgap_names_what_is_missing(missing: str) -> None:
    """Missing is not zero."""
    result = mgap.score(without(WELL, missing))

    assert isinstance(result, Refused)
    assert [str(reason) for reason in result.reasons] == [f"MISSING:{missing}"]


def test_mgap_refuses_a_mechanism_that_it_does_not_know() -> None:
    """Only blunt and penetrating are published."""
    result = mgap.score(Observed(numbers=WELL.numbers, words={"trauma_mechanism": "burn"}))

    assert isinstance(result, Refused)
    assert [str(reason) for reason in result.reasons] == ["IMPLAUSIBLE:trauma_mechanism"]


@pytest.mark.parametrize(
    ("parts", "triage", "weighted"),
    [
        ({}, 12, 7.8408),
        ({"systolic_mmhg": 4}, 12, 7.8408),
        ({"systolic_mmhg": 3}, 11, 7.1082),
        ({"gcs": 0, "respiration_per_min": 0}, 4, 2.9304),
        ({"gcs": 4, "systolic_mmhg": 2, "respiration_per_min": 3}, 9, 6.0848),
    ],
)
def test_what_the_trauma_scores_are_at_most(
    parts: dict[str, int], triage: int, weighted: float
) -> None:
    """What is not known counts as if it were the best: the score is no better than that."""
    assert rts.at_most(parts) == triage
    assert rts.weighted_at_most(parts) == pytest.approx(weighted)


@pytest.mark.parametrize(
    ("parts", "points"),
    [
        ({}, 29),
        ({"trauma_mechanism": 0, "age_years": 0}, 20),
        ({"gcs": 3, "systolic_mmhg": 0, "trauma_mechanism": 4}, 12),
        ({"gcs": 15, "systolic_mmhg": 5, "trauma_mechanism": 4, "age_years": 5}, 29),
    ],
)
def test_what_mgap_is_at_most(parts: dict[str, int], points: int) -> None:
    assert mgap.at_most(parts) == points

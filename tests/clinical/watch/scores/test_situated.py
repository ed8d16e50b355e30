"""The scores by situation as a row shows them and as an alarm explains them."""

import pytest

from clinical.scores.chart import RefusalReason
from clinical.scores.choice import Injury, Situation, refused_by_situation
from clinical.scores.observed import Observed
from clinical.watch.scores.situated import SituatedScore, situated, why_sepsis, why_trauma

WHOLE = {"respiration_per_min": 24.0, "systolic_mmhg": 84.0, "gcs": 13.0, "age_years": 44.0}


def observed(injury: str = "blunt", **unusable: RefusalReason) -> Observed:
    numbers = {name: value for name, value in WHOLE.items() if name not in unusable}
    return Observed(numbers, {"trauma_mechanism": injury}, unusable=unusable)


def shown(found: Observed, *, injured: bool = True, infected: bool = True) -> list[SituatedScore]:
    situation = Situation(Injury.BLUNT if injured else None, infected)
    return list(situated(found, refused_by_situation(situation, 44, pregnant=None)))


def test_every_score_is_shown_with_its_value_and_whether_it_asks() -> None:
    """Codes 4, 3, 4; 4 + 13 + 3 + 5 points; breath and pressure and mind."""
    assert shown(observed()) == [
        SituatedScore("T-RTS", 11, None, asks=True, refusals=()),
        SituatedScore("RTS", 7.11, None, asks=False, refusals=()),
        SituatedScore("MGAP", 25, None, asks=False, refusals=()),
        SituatedScore("QSOFA", 3, None, asks=True, refusals=()),
    ]


def test_an_incomplete_score_has_its_bound_and_names_what_is_missing() -> None:
    """The trauma scores at most, qSOFA at least; a bound that asks for nothing says nothing."""
    without = observed(systolic_mmhg=RefusalReason.STALE)
    why = ("STALE:systolic_mmhg",)
    assert shown(without) == [
        SituatedScore("T-RTS", None, 12, None, why),
        SituatedScore("RTS", None, 7.84, None, why),
        SituatedScore("MGAP", None, 27, None, why),
        SituatedScore("QSOFA", None, 2, asks=True, refusals=why),
    ]


def test_what_is_known_can_ask_for_a_trauma_centre_alone() -> None:
    tube = observed(gcs=RefusalReason.UNTESTABLE)
    assert shown(tube)[0] == SituatedScore(
        "T-RTS", None, 11, asks=True, refusals=("UNTESTABLE:gcs",)
    )


def test_a_score_that_is_not_for_the_patient_has_neither_value_nor_bound() -> None:
    found = shown(observed(), injured=False, infected=False)
    assert [(one.value, one.bound, one.asks) for one in found] == [(None, None, None)] * 4
    assert [one.refusals for one in found] == [("MISSING:injury",)] * 3 + [
        ("SITUATION:infection_suspected",)
    ]


@pytest.mark.parametrize(
    ("found", "values"),
    [
        (
            observed(),
            {"injury": "blunt", "t_rts": 11, "mgap": 25}
            | {"respiration_per_min": 24, "systolic_mmhg": 84, "gcs": 13},
        ),
        (
            observed("penetrating", gcs=RefusalReason.MISSING),
            {"injury": "penetrating", "t_rts_at_most": 11, "mgap_at_most": 23}
            | {"respiration_per_min": 24, "systolic_mmhg": 84},
        ),
    ],
)
def test_the_alarm_of_the_injured_names_scores_and_values(
    found: Observed, values: dict[str, float | str]
) -> None:
    assert why_trauma(found) == values


def test_the_alarm_of_sepsis_names_the_score_or_what_it_is_at_least() -> None:
    inputs = {"respiration_per_min": 24, "systolic_mmhg": 84, "gcs": 13}
    assert why_sepsis(observed()) == {"qsofa": 3, **inputs}
    del inputs["gcs"]
    assert why_sepsis(observed(gcs=RefusalReason.MISSING)) == {"qsofa_at_least": 2, **inputs}

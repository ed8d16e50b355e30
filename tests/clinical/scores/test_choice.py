"""Which score is for whom: every age, with and without pregnancy."""

import pytest

from clinical.scores.choice import (
    OF_TRAUMA,
    EarlyWarning,
    Injury,
    Situation,
    SituationScore,
    choose,
    refused_by_situation,
)


@pytest.mark.parametrize("age_years", [None, 16, 17, 40, 102])
def test_an_adult_is_scored_by_news2(age_years: int | None) -> None:
    found = choose(age_years, pregnant=None)
    assert found.used is EarlyWarning.NEWS2
    assert str(found.refused[EarlyWarning.NPEWS]) == "AGE:age_years"


@pytest.mark.parametrize("age_years", [0, 1, 5, 15, 15.9])
def test_a_child_is_scored_by_national_pews_and_never_by_news2(age_years: float) -> None:
    found = choose(age_years, pregnant=False)
    assert found.used is EarlyWarning.NPEWS
    assert str(found.refused[EarlyWarning.NEWS2]) == "AGE:age_years"


@pytest.mark.parametrize("age_years", [None, 15, 16, 31])
def test_in_pregnancy_no_score_is_used_and_both_say_why(age_years: int | None) -> None:
    found = choose(age_years, pregnant=True)
    assert found.used is None
    assert set(found.refused) == set(EarlyWarning)


def refused(
    injury: Injury | None = None,
    *,
    infection: bool | None = None,
    age_years: float | None = 50,
    pregnant: bool | None = None,
) -> dict[str, str]:
    """Return the scores by situation that are not for a patient, with the reason."""
    found = refused_by_situation(Situation(injury, infection), age_years, pregnant=pregnant)
    return {str(score): str(why) for score, why in found.items()}


def test_what_nobody_has_said_is_missing_and_never_taken_for_none() -> None:
    assert refused() == {
        **dict.fromkeys(map(str, OF_TRAUMA), "MISSING:injury"),
        "QSOFA": "MISSING:infection_suspected",
    }
    assert not Situation().stated


def test_of_whom_there_is_said_to_be_neither_no_score_is_used() -> None:
    assert refused(Injury.NONE, infection=False) == {
        **dict.fromkeys(map(str, OF_TRAUMA), "SITUATION:injury"),
        "QSOFA": "SITUATION:infection_suspected",
    }
    assert Situation(infection_suspected=False).stated


@pytest.mark.parametrize("injury", [Injury.BLUNT, Injury.PENETRATING])
@pytest.mark.parametrize("age_years", [None, 16, 90])
def test_the_trauma_scores_are_for_injured_adults(injury: Injury, age_years: int | None) -> None:
    """With and without a pregnancy."""
    for pregnant in (None, False, True):
        found = refused(injury, age_years=age_years, pregnant=pregnant)
        assert found == {"QSOFA": "MISSING:infection_suspected"}


def test_qsofa_is_for_adults_in_whom_an_infection_is_suspected_but_not_in_pregnancy() -> None:
    trauma = dict.fromkeys(map(str, OF_TRAUMA), "MISSING:injury")
    assert refused(infection=True) == trauma
    assert refused(infection=True, pregnant=True) == {**trauma, "QSOFA": "PREGNANT:pregnant"}


@pytest.mark.parametrize("age_years", [0, 15, 15.9])
def test_no_score_by_situation_is_for_a_child(age_years: float) -> None:
    every = dict.fromkeys(map(str, SituationScore), "AGE:age_years")
    assert refused(Injury.PENETRATING, infection=True, age_years=age_years) == every

"""Which score is for whom: every age, with and without pregnancy."""

import pytest

from clinical.scores.choice import EarlyWarning, choose


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

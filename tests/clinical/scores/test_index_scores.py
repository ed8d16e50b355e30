"""Shock index, SIPA, weighted RTS and ROX."""

import pytest

from clinical.scores import rts, shock_index
from clinical.scores.index import Index, IndexResult, NoIndex
from clinical.scores.observed import Observed
from clinical.scores.rox import rox


def _reasons(result: IndexResult) -> list[str]:
    assert isinstance(result, NoIndex)
    return [str(reason) for reason in result.reasons]


def _index(result: IndexResult) -> Index:
    assert isinstance(result, Index)
    return result


@pytest.mark.parametrize(
    ("heart_rate_bpm", "systolic_mmhg", "value", "beyond"),
    [(70, 140, 0.5, False), (100, 100, 1.0, False), (101, 100, 1.01, True), (0, 100, 0.0, False)],
)
def test_the_shock_index_is_a_quotient(
    heart_rate_bpm: float, systolic_mmhg: float, value: float, *, beyond: bool
) -> None:
    """Above 1.0 it is raised; at 1.0 it is not. A heart rate of 0 is a measurement."""
    numbers = {"heart_rate_bpm": heart_rate_bpm, "systolic_mmhg": systolic_mmhg}
    result = _index(shock_index.shock_index(Observed(numbers=numbers)))

    assert result.value == pytest.approx(value)
    assert result.beyond is beyond


def test_the_shock_index_names_what_prevents_it() -> None:
    """No pressure at all has no quotient; a child has another index."""
    nothing = shock_index.shock_index(Observed())
    no_pressure = shock_index.shock_index(
        Observed(numbers={"heart_rate_bpm": 90, "systolic_mmhg": 0})
    )
    child = shock_index.shock_index(
        Observed(numbers={"heart_rate_bpm": 90, "systolic_mmhg": 90, "age_years": 15})
    )

    assert _reasons(nothing) == ["MISSING:heart_rate_bpm", "MISSING:systolic_mmhg"]
    assert _reasons(no_pressure) == ["IMPLAUSIBLE:systolic_mmhg"]
    assert _reasons(child) == ["AGE:age_years"]


@pytest.mark.parametrize(
    ("age_years", "heart_rate_bpm", "beyond"),
    [
        (4, 122, False), (4, 123, True), (6.9, 122, False), (6.9, 123, True),
        (7, 100, False), (7, 101, True), (12.9, 100, False), (12.9, 101, True),
        (13, 90, False), (13, 91, True), (16.9, 90, False), (16.9, 91, True),
    ],
)  # fmt: skip
def test_the_index_of_a_child_is_judged_by_age(
    age_years: float, heart_rate_bpm: float, *, beyond: bool
) -> None:
    """1.22 at 4-6 years, 1.0 at 7-12, 0.9 at 13-16."""
    numbers = {"age_years": age_years, "heart_rate_bpm": heart_rate_bpm, "systolic_mmhg": 100.0}

    assert _index(shock_index.age_adjusted(Observed(numbers=numbers))).beyond is beyond


@pytest.mark.parametrize(
    ("age_years", "reason"), [(3.9, "AGE"), (17, "AGE"), (None, "MISSING"), (-1, "IMPLAUSIBLE")]
)
def test_the_index_of_a_child_needs_a_published_age(age_years: float | None, reason: str) -> None:
    """Nothing is said below 4 years, nor from 17 on, nor for an unknown age."""
    age = {} if age_years is None else {"age_years": age_years}
    observed = Observed(numbers={"heart_rate_bpm": 90, "systolic_mmhg": 90, **age})

    assert _reasons(shock_index.age_adjusted(observed)) == [f"{reason}:age_years"]


@pytest.mark.parametrize(
    ("gcs", "systolic_mmhg", "respiration_per_min", "value"),
    [(15, 120, 16, 7.8408), (3, 0, 0, 0.0), (8, 60, 8, 3.9204), (10, 80, 35, 5.8806)],
)
def test_the_weighted_trauma_score_multiplies_the_codes(
    gcs: float, systolic_mmhg: float, respiration_per_min: float, value: float
) -> None:
    """0.9368, 0.7326 and 0.2908 times the codes; 7.8408 is the best."""
    numbers = {
        "gcs": gcs,
        "systolic_mmhg": systolic_mmhg,
        "respiration_per_min": respiration_per_min,
    }
    result = _index(rts.weighted(Observed(numbers=numbers)))

    assert result.value == pytest.approx(value, abs=1e-9)
    assert result.beyond is (value < 4)


def test_a_refused_trauma_score_knows_its_lower_bound() -> None:
    """The weighted codes of what is known."""
    result = rts.weighted(Observed(numbers={"gcs": 15, "systolic_mmhg": 120}))

    assert _reasons(result) == ["MISSING:respiration_per_min"]
    assert isinstance(result, NoIndex)
    assert result.at_least == pytest.approx(4 * 0.9368 + 4 * 0.7326)


def test_rox_divides_twice() -> None:
    """Saturation in per cent over the inspired fraction, over the breathing rate."""
    numbers = {"spo2_percent": 92, "fio2": 0.5, "respiration_per_min": 25}

    assert _index(rox(Observed(numbers=numbers))).value == pytest.approx(7.36)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("fio2", 40, "IMPLAUSIBLE:fio2"), ("fio2", 0.2, "IMPLAUSIBLE:fio2"),
        ("respiration_per_min", 0, "IMPLAUSIBLE:respiration_per_min"),
        ("spo2_percent", 101, "IMPLAUSIBLE:spo2_percent"), ("age_years", 3, "AGE:age_years"),
    ],
)  # fmt: skip
def test_rox_refuses_what_it_is_not_for(column: str, value: float, reason: str) -> None:
    """A fraction given in per cent is no fraction; without a breath there is no index."""
    numbers = {"spo2_percent": 92, "fio2": 0.5, "respiration_per_min": 25, column: value}

    assert _reasons(rox(Observed(numbers=numbers))) == [reason]

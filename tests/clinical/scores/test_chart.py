"""Charts are transcribed without gaps and looked up at the printed precision."""

import pytest

from clinical.scores.chart import Band, Chart, Refusal, RefusalReason, Refused, printed_step


def test_a_half_step_rounds_up() -> None:
    """Values between the printed steps round half up, also where binary cannot hold the half."""
    assert printed_step(8.5, 1) == 9
    assert printed_step(8.49, 1) == 8
    assert printed_step(36.05, 10) == 361
    assert printed_step(38.05, 10) == 381
    assert printed_step(39.049, 10) == 390


def test_a_chart_with_a_gap_cannot_be_built() -> None:
    """A transcription error is found when the chart is built, not at a patient."""
    with pytest.raises(ValueError, match="step 10 lies in 0 bands"):
        Chart((Band(None, 9, 1), Band(11, None, 0)), lowest=0, highest=20)


def test_a_chart_with_an_overlap_cannot_be_built() -> None:
    """No value has two answers."""
    with pytest.raises(ValueError, match="step 9 lies in 2 bands"):
        Chart((Band(None, 9, 1), Band(9, None, 0)), lowest=0, highest=20)


@pytest.mark.parametrize("value", [-0.1, 20.1, float("nan"), float("inf"), float("-inf")])
def test_what_is_not_plausible_has_no_points(value: float) -> None:
    """Nothing outside the limits of measurement is looked up."""
    chart = Chart((Band(None, 9, 1), Band(10, None, 0)), lowest=0, highest=20)
    assert chart.points(value) is None


def test_a_refusal_carries_the_lower_bound() -> None:
    """What is known counts, and a single 3 is seen."""
    reasons = (Refusal(RefusalReason.MISSING, "temperature_c"),)
    refused = Refused(reasons, {"respiration_per_min": 3, "on_oxygen": 2})
    assert refused.at_least == 5
    assert refused.any_three
    assert str(reasons[0]) == "MISSING:temperature_c"

"""What gets worse while still in its band: told once, low or medium, and over when it rests."""

from itertools import pairwise

import pytest

from clinical.vitals import Vital
from tests.clinical.watch.course import Course, Encounter, bleeding, rising, well

WORSENING = "WORSENING_IN_BAND"


def test_a_steady_patient_is_never_told_of() -> None:
    assert Encounter().live(well, 90).said == []


def test_a_heart_rate_that_rises_in_its_band_is_one_low_alarm_before_the_edge() -> None:
    encounter = Encounter().live(rising(0.5), 36)
    (said,) = encounter.said
    assert (said.cause, said.phase, said.priority) == (WORSENING, "START", "LOW")
    reason = encounter.transitions[0].reason
    assert reason is not None
    assert float(reason.values["heart_rate_bpm"]) < 90
    assert reason.values["heart_rate_bpm_slope"] == pytest.approx(0.5, abs=0.1)
    assert float(reason.values["minutes_to_edge"]) > 0
    assert "Sen PK" in reason.citation


def test_two_vitals_that_get_worse_together_are_medium() -> None:
    encounter = Encounter().live(bleeding, 28)
    assert encounter.causes() == [WORSENING]
    assert encounter.said[-1].priority == "MEDIUM"


def test_it_is_over_five_minutes_after_the_last_movement() -> None:
    encounter = Encounter().live(rising(0.5), 30).live(lambda _: rising(0.5)(30), 60)
    phases = [(one.cause, one.phase) for one in encounter.said]
    assert phases == [(WORSENING, "START"), (WORSENING, "END")]


def test_it_does_not_end_while_the_vital_leaves_its_band_on_the_same_way() -> None:
    """What gets worse until it has points is not better for it."""
    encounter = Encounter().live(rising(0.5), 50)
    assert [(one.cause, one.phase) for one in encounter.said] == [(WORSENING, "START")]


@pytest.mark.parametrize(
    ("age_years", "pregnant"), [(7, None), (30, True)], ids=["child", "pregnant"]
)
def test_the_bands_of_adults_are_for_nobody_else(age_years: int, *, pregnant: bool | None) -> None:
    encounter = Encounter(age_years=age_years, pregnant=pregnant).live(rising(0.5), 35)
    assert encounter.causes() == []
    (arrow,) = encounter.watch.row().arrows
    assert arrow.vital is Vital.HEART_RATE
    assert not arrow.worsening


def test_a_backlog_is_taken_in_and_not_alarmed() -> None:
    """What came out of a tunnel is known, and told when live data bears it out."""
    encounter = Encounter().live(rising(0.5), 28, late_s=60)
    assert encounter.causes() == []
    encounter.live(lambda minute: rising(0.5)(28 + minute), 4)
    assert encounter.causes() == [WORSENING]


@pytest.mark.parametrize("course", [well, rising(0.5), bleeding], ids=["well", "rise", "bleeding"])
def test_a_snapshot_at_any_minute_changes_nothing(course: Course) -> None:
    straight, restored = Encounter(), Encounter()
    for begin in range(0, 32, 4):

        def later(minute: float, begin: int = begin) -> object:
            return course(begin + minute)

        straight.live(later, 4)  # type: ignore[arg-type]
        restored.live(later, 4).restored()  # type: ignore[arg-type]
        assert restored.watch.snapshot() == straight.watch.snapshot()
        assert restored.watch.row() == straight.watch.row()
    assert restored.transitions == straight.transitions


def test_a_steeper_rise_is_never_told_later() -> None:
    """Monotone in worsening: of two patients the one who gets worse faster is told first."""
    rates = [0.45, 0.6, 0.9, 1.4, 2.0]
    told = [Encounter().live(rising(rate), 40).said[0].minute for rate in rates]
    assert all(later <= earlier for earlier, later in pairwise(told))

"""The deterioration index in the watch: one alarm for one course, with what drives it."""

from dataclasses import replace

import pytest

from clinical.deterioration.model import trained
from clinical.items import Vitals
from clinical.watch.outlook.deteriorating import CALM_EVERY_MINUTES, Outlook
from tests.clinical.watch.course import WELL, Encounter, well

DETERIORATION = "DETERIORATION"
ILL = replace(
    WELL,
    heart_rate_bpm=118,
    pulse_rate_bpm=118,
    respiration_per_min=20,
    systolic_mmhg=112,
    temperature_c=39.2,
    on_oxygen=True,
)
"""NEWS2 6, and an index above its threshold from the first minute on."""


def ailing(minute: float) -> Vitals:
    """Show how the patient becomes so over half an hour."""
    share = min(minute / 30, 1)
    beats = round(84 + 34 * share)
    return replace(
        WELL,
        heart_rate_bpm=beats,
        pulse_rate_bpm=beats,
        respiration_per_min=round(16 + 4 * share),
        systolic_mmhg=round(124 - 12 * share),
        temperature_c=round(37.2 + 2 * share, 1),
        on_oxygen=share > 0.6,
    )


def _outlook(encounter: Encounter) -> Outlook:
    outlook = encounter.watch.row().outlook
    assert outlook is not None
    return outlook


def test_a_well_patient_has_an_index_far_below_the_threshold_and_no_alarm() -> None:
    encounter = Encounter().live(well, 30)
    assert encounter.said == []
    outlook = _outlook(encounter)
    assert outlook.index < trained().alert.threshold / 2
    assert outlook.certainty == pytest.approx(1, abs=0.01)


def test_a_course_towards_sepsis_is_one_alarm_with_its_reasons() -> None:
    encounter = Encounter(age_years=70).live(ailing, 60)
    told = [x for x in encounter.transitions if x.cause == DETERIORATION]
    assert [(x.phase.value, x.priority.name) for x in told] == [("START", "MEDIUM")]
    reason = told[0].reason
    assert reason is not None
    assert float(reason.values["deterioration_index"]) >= trained().alert.threshold
    assert float(reason.values["certainty_percent"]) > 90
    drivers = [name for name in reason.values if name.endswith("_odds")]
    assert len(drivers) == 3
    assert "Reyna" in reason.citation
    assert _outlook(encounter).alert


def test_it_does_not_begin_under_news2_high_and_begins_when_that_is_over() -> None:
    """One story: the graver alarm speaks for the patient."""
    grave = replace(ILL, respiration_per_min=28, spo2_percent=90)
    encounter = Encounter().live(well, 3).live(lambda _: grave, 6)
    assert DETERIORATION not in encounter.causes()
    encounter.live(lambda _: ILL, 6)
    assert encounter.causes()[-1] == DETERIORATION


def test_an_index_that_is_clear_for_ten_minutes_ends_it_and_it_does_not_come_again() -> None:
    encounter = Encounter().live(lambda _: ILL, 10).live(well, 200).live(lambda _: ILL, 20)
    phases = [one.phase for one in encounter.said if one.cause == DETERIORATION]
    assert phases == ["START", "END"]


@pytest.mark.parametrize(
    ("age_years", "pregnant"), [(7, None), (30, True)], ids=["child", "pregnant"]
)
def test_there_is_no_index_of_a_child_or_in_pregnancy(
    age_years: int, *, pregnant: bool | None
) -> None:
    encounter = Encounter(age_years=age_years, pregnant=pregnant).live(ailing, 60)
    assert encounter.watch.row().outlook is None
    assert DETERIORATION not in encounter.causes()


def test_a_backlog_does_not_begin_it_and_live_data_does() -> None:
    encounter = Encounter().live(lambda _: ILL, 20, late_s=90)
    assert DETERIORATION not in encounter.causes()
    encounter.live(lambda _: ILL, 3)
    assert DETERIORATION in encounter.causes()


def test_a_calm_patient_is_judged_every_few_minutes_and_an_ill_one_every_minute() -> None:
    calm, ill = Encounter().live(well, 20), Encounter().live(lambda _: ILL, 20)
    instants: list[set[int]] = [set(), set()]
    for seen, encounter, shown in ((instants[0], calm, WELL), (instants[1], ill, ILL)):
        for _ in range(12):
            encounter.live(lambda _, shown=shown: shown, 1)  # type: ignore[misc]
            seen.add(_outlook(encounter).at_us)
    assert 12 // CALM_EVERY_MINUTES <= len(instants[0]) <= 12 // CALM_EVERY_MINUTES + 1
    assert len(instants[1]) == 12


def test_a_snapshot_at_any_minute_changes_nothing() -> None:
    straight, restored = Encounter(), Encounter()
    for begin in range(0, 60, 6):

        def later(minute: float, begin: int = begin) -> Vitals:
            return ailing(begin + minute)

        straight.live(later, 6)
        restored.live(later, 6).restored()
        assert restored.watch.snapshot() == straight.watch.snapshot()
        assert restored.watch.row() == straight.watch.row()
    assert restored.transitions == straight.transitions
    assert DETERIORATION in straight.causes()


@pytest.mark.parametrize("spo2_percent", range(97, 80, -3))
def test_a_worse_saturation_never_has_the_smaller_index(spo2_percent: int) -> None:
    better, worse = Encounter(), Encounter()
    better.live(lambda _: replace(WELL, spo2_percent=spo2_percent), 4)
    worse.live(lambda _: replace(WELL, spo2_percent=spo2_percent - 3), 4)
    assert _outlook(worse).index >= _outlook(better).index

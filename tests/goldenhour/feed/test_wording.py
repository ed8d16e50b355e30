"""Values and states in words, as a dispatcher reads them."""

import pytest

from clinical.alarms.transition import Place
from clinical.alarms.view import AlarmState
from clinical.vitals import Vital
from goldenhour.feed import wording
from goldenhour.feed.wording import Language


def test_the_score_comes_first_and_the_vital_signs_in_the_order_of_the_chart() -> None:
    measured: dict[str, float | str] = {
        "temperature_c": 39.4,
        "on_oxygen": "False",
        "consciousness": "V",
        "heart_rate_bpm": 135.0,
        "news2_total": 19,
        "respiration_per_min": 26.0,
    }
    assert wording.values(measured, Language.EN) == (
        "NEWS2 19, RR 26/min, room air, HR 135/min, ACVPU V, temp 39.4 °C"
    )


def test_the_same_is_said_in_chinese() -> None:
    measured: dict[str, float | str] = {
        "on_oxygen": "True",
        "news2_at_least": 7.0,
        "spo2_percent": 88.5,
    }
    assert wording.values(measured, Language.ZH) == "NEWS2至少 7, 血氧 88.5%, 吸氧"


def test_decimals_that_say_nothing_are_left_out() -> None:
    said = [wording.values({"spo2_percent": it}, Language.EN) for it in (88.0, "88.0", 88.25)]
    assert said == ["SpO2 88%", "SpO2 88%", "SpO2 88.2%"]


def test_a_zero_is_a_measurement() -> None:
    assert wording.values({"heart_rate_bpm": 0.0}, Language.EN) == "HR 0/min"


def test_nothing_measured_says_nothing() -> None:
    assert not wording.values({}, Language.EN)


def test_a_name_of_a_later_version_is_told_as_it_is_after_the_rest() -> None:
    measured: dict[str, float | str] = {
        "lactate_mmol": "4.0",
        "device": "monitor-1",
        "heart_rate_bpm": 40.0,
    }
    assert wording.values(measured, Language.EN) == "HR 40/min, device monitor-1, lactate_mmol 4"


@pytest.mark.parametrize("vital", Vital)
@pytest.mark.parametrize("language", Language)
def test_no_vital_sign_is_called_by_its_field_name(vital: Vital, language: Language) -> None:
    assert str(vital) not in wording.subject(vital, language)
    assert str(vital) not in wording.values({vital: 1.0}, language)


def test_a_subject_that_is_no_vital_sign_is_told_as_it_is() -> None:
    assert wording.subject("monitor-1", Language.EN) == "monitor-1"


@pytest.mark.parametrize("language", Language)
def test_only_an_active_alarm_is_not_over(language: Language) -> None:
    said = {state: wording.over(state, language) for state in AlarmState}
    assert not said.pop(AlarmState.ACTIVE)
    assert all(said.values())
    assert len(set(said.values())) == len(said)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("where", Place)
def test_a_place_says_when_the_alarm_has_outgrown_it(where: Place, language: Language) -> None:
    covered = wording.place(where, language, outgrown=False)
    assert covered
    assert wording.place(where, language, outgrown=True).startswith(f"{covered}, ")


def test_a_suspected_stroke_says_signs_scale_and_since_when() -> None:
    """In the order in which a stroke centre asks for it."""
    measured: dict[str, float | str] = {
        "last_known_well": "2026-02-03 10:00 UTC",
        "well_minutes_ago": 72,
        "race_total": 6,
        "large_vessel_occlusion": "likely",
        "stroke_signs": "face, arm",
    }
    assert wording.values(measured, Language.EN) == (
        "signs face, arm, RACE 6, large vessel occlusion likely, "
        "last known well 2026-02-03 10:00 UTC, that is 72 min before"
    )
    assert wording.values(measured, Language.ZH).startswith(
        "体征 面部, 上肢, RACE 6, 大血管闭塞 可能"
    )

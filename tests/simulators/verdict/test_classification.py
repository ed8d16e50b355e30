import pytest

from clinical.alarms.priority import Priority
from clinical.alarms.view import AlarmState
from simulators.verdict.alert_feed import Delivered
from simulators.verdict.classification import Kill, Standing, described, matches, standing
from tests.simulators.samples import delivered, truth

KILL = Kill("worker", 30, 2.5)


@pytest.mark.parametrize(
    ("alarm", "expected"),
    [
        (delivered("ill", second=20), Standing.ATTRIBUTABLE),
        (delivered("ill", second=9), Standing.UNEXPECTED),
        (delivered("ill", second=20, since_s=8), Standing.UNEXPECTED),
        (delivered("ill", "ASYSTOLE", 20, since_s=8.5), Standing.ATTRIBUTABLE),
        (delivered("ill", "ASYSTOLE", 20, since_s=7), Standing.UNEXPECTED),
        (delivered("well", second=20), Standing.UNEXPECTED),
        (delivered("well", "NO_PULSE", 71), Standing.ATTRIBUTABLE),
        (delivered("well", "NO_PULSE", 69), Standing.UNEXPECTED),
        (delivered("tunnel", "NEWS2_HIGH", 30), Standing.UNEXPECTED),
        (delivered("tunnel", "UNIT_SILENT", 31, technical=True), Standing.ATTRIBUTABLE),
        (delivered("tunnel", "UNIT_SILENT", 51, technical=True), Standing.UNEXPECTED),
        (delivered("tunnel", "SENSOR_OFF", 31, technical=True), Standing.UNEXPECTED),
        (delivered("well", "UNIT_SILENT", 31, technical=True), Standing.UNEXPECTED),
        (delivered("recorded"), Standing.ON_RECORDING),
        (delivered("recorded", "VITAL_NOT_JUDGED", technical=True), Standing.ON_RECORDING),
        (delivered("recorded", "UNIT_SILENT", technical=True), Standing.UNEXPECTED),
        (delivered("stranger"), Standing.ELSEWHERE),
        (delivered("", "DETECTION_STALE", -5, technical=True), Standing.ELSEWHERE),
        (delivered("", "DETECTION_STALE", 5, technical=True), Standing.UNEXPECTED),
        (delivered("well", second=-5), Standing.UNEXPECTED),
    ],
)
def test_the_scenario_decides_what_an_alarm_means(alarm: Delivered, expected: Standing) -> None:
    assert standing(alarm, truth()) is expected


@pytest.mark.parametrize(
    ("alarm", "expected"),
    [
        (delivered("", "DETECTION_STALE", 34, technical=True), Standing.ATTRIBUTABLE),
        (delivered("well", "UNIT_SILENT", 45, technical=True), Standing.ATTRIBUTABLE),
        (delivered("", "DETECTION_STALE", 29, technical=True), Standing.UNEXPECTED),
        (delivered("", "DETECTION_STALE", 52, technical=True), Standing.ATTRIBUTABLE),
        (delivered("", "DETECTION_STALE", 53, technical=True), Standing.UNEXPECTED),
        (delivered("well", "PATIENT_NOT_JUDGED", 34, technical=True), Standing.UNEXPECTED),
        (delivered("well", "NEWS2_HIGH", 34), Standing.UNEXPECTED),
    ],
)
def test_a_kill_explains_deafness_for_a_while_and_nothing_else(
    alarm: Delivered, expected: Standing
) -> None:
    assert standing(alarm, truth([KILL])) is expected


@pytest.mark.parametrize(
    ("alarm", "seen"),
    [
        (delivered("ill", second=10), True),
        (delivered("ill", second=40), True),
        (delivered("ill", second=9.9), False),
        (delivered("ill", second=40.1), False),
        (delivered("ill", "NEWS2_MEDIUM", priority=Priority.MEDIUM), True),
        (delivered("ill", priority=Priority.LOW), False),
        (delivered("ill", "SPO2_LOW"), False),
        (delivered("well"), False),
        (delivered("ill", state=AlarmState.LATCHED), True),
        (delivered("ill", state=AlarmState.ENDED), False),
        (delivered("ill", state=AlarmState.RECORDED), False),
    ],
)
def test_an_expectation_is_met_inside_its_window_only(alarm: Delivered, *, seen: bool) -> None:
    expectation = truth().scenario.expectations[0]
    assert matches(alarm, expectation, truth()) is seen


def test_a_listed_alarm_names_the_patient_by_the_scenario() -> None:
    listed = described(delivered("ill", second=20, since_s=18), truth())
    assert listed["encounter"] == "ill"
    assert (listed["at_s"], listed["since_s"]) == (20, 18)

import msgspec

from clinical.items import CrewExamination
from clinical.scores.gcs import Gcs
from clinical.vitals import Vital
from clinical.watch.carry import WINDOWS_US
from clinical.watch.crew.examined import Examined
from tests.vehicle.screen.scenes import ALARM, NOW_US, SCORE, SECOND_US, patient, reading, scene
from vehicle.cabin.contract import OwnLimit
from vehicle.screen.drawing.numerics import numerics


def tile(drawn: str, vital: str) -> str:
    return next(part for part in drawn.split("<section") if f'data-vital="{vital}"' in part)


def test_a_value_is_drawn_with_its_points() -> None:
    who = patient(
        vitals={"respiration_per_min": reading(26)},
        score=msgspec.structs.replace(SCORE, parts={"respiration_per_min": 3}),
    )
    drawn = tile(numerics(scene(who)), "respiration_per_min")
    assert '<p class="number">26</p>' in drawn
    assert "+3" in drawn


def test_zero_is_a_measurement_and_absence_is_a_dash() -> None:
    drawn = numerics(scene(patient(vitals={"heart_rate_bpm": reading(0)})))
    assert '<p class="number">0</p>' in tile(drawn, "heart_rate_bpm")
    assert '<p class="number">–</p>' in tile(drawn, "spo2_percent")  # noqa: RUF001 - a dash


def test_what_has_aged_out_is_not_drawn() -> None:
    """Also when the vehicle program has gone and the last view still holds it."""
    age_s = WINDOWS_US[Vital.HEART_RATE] / SECOND_US
    for further_s, number in ((0, "80"), (1, "–")):  # noqa: RUF001 - a dash
        who = patient(vitals={"heart_rate_bpm": reading(80, age_s + further_s)})
        drawn = tile(numerics(scene(who)), "heart_rate_bpm")
        assert f'<p class="number">{number}</p>' in drawn


def test_a_tile_has_the_colour_of_its_alarm_only_while_that_holds() -> None:
    over = msgspec.structs.replace(ALARM, state="LATCHED")
    assert "grade-3" in tile(numerics(scene(patient(alarms=[ALARM]))), "systolic_mmhg")
    assert "grade" not in numerics(scene(patient(alarms=[over])))


def test_nobody_on_board_is_said() -> None:
    assert "No patient on board" in numerics(scene(None))


def test_a_limit_that_the_center_has_set_stands_at_its_vital_with_who_and_why() -> None:
    limit = OwnLimit("SPO2_LOW", 86, None, 1, "Dr Wu", "COPD <target 88-92>")
    drawn = numerics(scene(patient(limits=[limit])))
    assert "Limit set: &lt; 86" in tile(drawn, "spo2_percent")
    assert "<bdi>Dr Wu</bdi>: <bdi>COPD &lt;target 88-92&gt;</bdi>" in tile(drawn, "spo2_percent")
    assert "own-limit" not in tile(drawn, "heart_rate_bpm")


def test_the_scale_of_coma_stands_with_its_parts_and_its_age() -> None:
    """A total never stands alone; without one there is none."""
    seen = [Examined(NOW_US - SECOND_US, CrewExamination(gcs=Gcs(3, 4, 5)))]
    drawn = tile(numerics(scene(patient(examined=seen))), "consciousness")
    assert f'E3 V4 M5 = 12 <small><span class="ago" data-at="{NOW_US - SECOND_US}"' in drawn
    assert 'class="scale"' not in numerics(scene(patient()))

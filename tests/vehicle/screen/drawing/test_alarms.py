import json
import re
from html import unescape

import msgspec

from tests.vehicle.screen.scenes import ALARM, NOW_US, patient, scene
from vehicle.cabin.contract import Acknowledged
from vehicle.screen.drawing.alarms import alarms, calls, hush, tally
from vehicle.screen.drawing.scene import Scene
from vehicle.screen.words import Language


def test_an_alarm_says_what_why_and_what_to_check_first() -> None:
    drawn = alarms(scene(patient(alarms=[ALARM])))
    for words in ("Systolic blood pressure low", "Systolic pressure: 84", "Look for bleeding"):
        assert words in drawn
    assert 'data-act="acknowledge"' in drawn


def _named(drawn: str) -> list[list[object]]:
    """What the button to acknowledge names."""
    found = re.search(r'data-act="acknowledge"[^>]*data-alarms="([^"]*)"', drawn)
    assert found is not None
    named: list[list[object]] = json.loads(unescape(found[1]))
    return named


def test_one_card_leads_with_the_first_and_one_tap_takes_all() -> None:
    """The others stand beneath in a line each, and none that nobody can have read is taken."""
    old = msgspec.structs.replace(ALARM, called_us=NOW_US - 5_000_000)
    other = msgspec.structs.replace(
        old, alarm_id="cd" * 16, cause="NEWS2_HIGH", acknowledged=[Acknowledged("CENTER", "Li", 1)]
    )
    over = msgspec.structs.replace(
        old, alarm_id="ef" * 16, cause="APNOEA", state="LATCHED", ended_us=NOW_US
    )
    drawn = alarms(scene(patient(alarms=[old, other, over])))
    assert drawn.count("<article") == 1
    assert drawn.count("<li") == 2
    assert drawn.count("Check first") == 1
    assert "Acknowledge (3)" in drawn
    assert "✓ <bdi>Li" in drawn
    assert _named(drawn) == [[one, 3, 1] for one in (ALARM.alarm_id, "cd" * 16, "ef" * 16)]
    assert 'data-act="reset"' in drawn[drawn.index('data-cause="APNOEA"') :]
    new = msgspec.structs.replace(other, called_us=NOW_US - 500_000)
    assert _named(alarms(scene(patient(alarms=[old, new])))) == [[ALARM.alarm_id, 3, 1]]
    assert _named(alarms(scene(patient(alarms=[new])))) == [["cd" * 16, 3, 1]]


def test_in_chinese_no_english_rule_stands() -> None:
    bare = msgspec.structs.replace(ALARM, values={})
    drawn = alarms(scene(patient(alarms=[bare]), language=Language.ZH))
    assert "收缩压过低" in drawn
    assert "systolic_mmhg" not in drawn


def test_who_took_it_is_shown_and_only_the_crews_own_word_takes_the_button_away() -> None:
    """A name is no markup, and what is written around it keeps its direction."""
    taken = msgspec.structs.replace(ALARM, acknowledged=[Acknowledged("CENTER", "Li <Na>", NOW_US)])
    drawn = alarms(scene(patient(alarms=[taken])))
    assert "Center: <bdi>Li &lt;Na&gt;</bdi>" in drawn
    assert 'data-act="acknowledge"' in drawn
    ours = msgspec.structs.replace(taken, unacknowledged=False)
    assert 'data-act="acknowledge"' not in alarms(scene(patient(alarms=[ours])))


def test_one_that_is_over_stays_and_says_so_until_it_is_reset() -> None:
    """The button is there once the condition is over, whoever has taken the alarm."""
    assert 'data-act="reset"' not in alarms(scene(patient(alarms=[ALARM])))
    over = msgspec.structs.replace(ALARM, state="LATCHED", ended_us=NOW_US)
    for unacknowledged in (True, False):
        shown = msgspec.structs.replace(over, unacknowledged=unacknowledged)
        drawn = alarms(scene(patient(alarms=[shown])))
        assert "stays on the list" in drawn
        assert 'data-act="reset"' in drawn
        assert ('data-act="acknowledge"' in drawn) is unacknowledged
    assert "复位" in alarms(scene(patient(alarms=[over]), language=Language.ZH))


def test_one_button_pauses_every_alarm_of_the_patient_that_calls() -> None:
    """It names each as it was drawn; when all are paused it lets them sound again."""
    taken = msgspec.structs.replace(ALARM, alarm_id="cd" * 16, unacknowledged=False)
    drawn = hush(scene(patient(alarms=[ALARM, taken])))
    assert "Pause sound 2 min" in drawn
    assert 'data-seconds="120"' in drawn
    found = re.search(r'data-alarms="([^"]*)"', drawn)
    assert found is not None
    assert json.loads(unescape(found[1])) == [[ALARM.alarm_id, 3, 1]]
    quiet = msgspec.structs.replace(ALARM, paused_until_us=NOW_US + 1, paused_by="Zhang <W>")
    drawn = hush(scene(patient(alarms=[quiet])))
    assert "Sound again" in drawn
    assert 'data-seconds="0"' in drawn
    assert "Sound paused by <bdi>Zhang &lt;W&gt;" in alarms(scene(patient(alarms=[quiet])))
    assert hush(scene(patient(alarms=[taken]))) == hush(scene(None)) == ""


def test_the_crew_sees_who_was_told_at_the_center() -> None:
    told = msgspec.structs.replace(ALARM, told=[("shift supervisor", NOW_US)])
    assert "Center told: supervisor" in alarms(scene(patient(alarms=[told])))


def _sounding(drawn: Scene) -> list[dict[str, object]]:
    found = re.search(r"data-calls='([^']*)'", calls(drawn))
    assert found is not None
    sounding: list[dict[str, object]] = json.loads(found[1])
    return sounding


def test_the_browser_is_told_what_sounds_now() -> None:
    """Of every patient on board: what nobody of the crew has taken or paused, latched too."""
    over = msgspec.structs.replace(ALARM, state="LATCHED")
    quiet = msgspec.structs.replace(ALARM, paused_until_us=NOW_US + 1)
    again = msgspec.structs.replace(ALARM, paused_until_us=NOW_US)
    taken = msgspec.structs.replace(ALARM, unacknowledged=False)
    call = {"id": ALARM.alarm_id, "priority": 3}
    for alarm, heard in ((ALARM, 1), (over, 1), (again, 1), (quiet, 0), (taken, 0)):
        assert _sounding(scene(patient(alarms=[alarm]))) == [call] * heard


def test_a_vehicle_program_that_does_not_answer_is_heard() -> None:
    assert _sounding(scene(current=False)) == [{"id": "vehicle", "priority": 2}]


def test_a_cause_of_a_newer_release_is_shown_by_its_name() -> None:
    newer = msgspec.structs.replace(ALARM, cause="SOMETHING_NEW")
    assert "SOMETHING_NEW" in alarms(scene(patient(alarms=[newer])))


def test_quiet_says_that_somebody_watches() -> None:
    assert "Watched in this vehicle" in alarms(scene())


def test_the_heading_counts_what_the_screen_may_be_too_small_for() -> None:
    """By priority, the most urgent first; of none, nothing."""
    medium = msgspec.structs.replace(ALARM, priority=2)
    drawn = tally(scene(patient(alarms=[medium, ALARM, ALARM])))
    assert drawn.index("!!! 2") < drawn.index(">!! 1")
    assert "grade" not in tally(scene(patient(alarms=[])))
    assert "grade" not in tally(scene(None))


def test_a_suspected_stroke_says_its_signs_in_the_language_of_the_screen() -> None:
    values = {
        "stroke_signs": "face, arm",
        "race_total": 6,
        "large_vessel_occlusion": "likely",
        "last_known_well": "unknown",
    }
    stroke = msgspec.structs.replace(ALARM, cause="STROKE_SUSPECTED", values=values)
    english = alarms(scene(patient(alarms=[stroke])))
    assert "Signs: face, arm · RACE: 6 · Large artery: occlusion likely" in english
    chinese = alarms(scene(patient(alarms=[stroke]), language=Language.ZH))
    assert "面部, 上肢" in chinese
    assert "最后正常时间 未知" in chinese

import msgspec

from tests.vehicle.screen.scenes import ALARM, NOW_US, patient, scene
from vehicle.cabin.contract import Acknowledged
from vehicle.screen.drawing.alarms import alarms, tally
from vehicle.screen.words import Language


def test_an_alarm_says_what_why_and_what_to_check_first() -> None:
    drawn = alarms(scene(patient(alarms=[ALARM])))
    for words in ("Systolic blood pressure low", "Systolic pressure: 84", "Look for bleeding"):
        assert words in drawn
    assert 'data-act="acknowledge"' in drawn


def test_in_chinese_no_english_rule_stands() -> None:
    bare = msgspec.structs.replace(ALARM, values={})
    drawn = alarms(scene(patient(alarms=[bare]), language=Language.ZH))
    assert "收缩压过低" in drawn
    assert "systolic_mmhg" not in drawn


def test_who_took_it_is_shown_and_only_the_crews_own_word_takes_the_button_away() -> None:
    taken = msgspec.structs.replace(ALARM, acknowledged=[Acknowledged("CENTER", "Li <Na>", NOW_US)])
    drawn = alarms(scene(patient(alarms=[taken])))
    assert "Center: Li &lt;Na&gt;" in drawn
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

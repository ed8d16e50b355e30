"""What a dispatcher sees: order, marks, late alarms, who took them, and when it is old."""

from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from clinical.alarms.catalogue import CATALOGUE
from clinical.alarms.priority import Priority
from clinical.alarms.transition import Place, Reason
from clinical.alarms.view import AlarmState
from clinical.instant import MINUTE_US, SECOND_US
from goldenhour.feed.table import age, line, patient, render, shown
from goldenhour.feed.wording import Language
from tests.goldenhour.feed.alarms import NOON_US, alarm, taken

NOW_US = NOON_US + 90 * SECOND_US
WIDTH = 160


def printed(table: Table, *, width: int = WIDTH) -> str:
    """Return the table as a terminal without colour shows it."""
    console = Console(file=StringIO(), width=width, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_the_most_urgent_comes_first_whatever_its_time() -> None:
    low = alarm(priority=Priority.LOW, active_since_us=NOON_US + 3)
    medium = alarm(priority=Priority.MEDIUM, active_since_us=NOON_US + 2)
    high = alarm(priority=Priority.HIGH, active_since_us=NOON_US + 1)
    assert shown([low, high, medium]) == [high, medium, low]


def test_within_a_priority_what_nobody_has_taken_comes_first_then_the_newest() -> None:
    taken_already = alarm(active_since_us=NOON_US + 9, acknowledgements=(taken("Li Wei"),))
    older, newer = alarm(), alarm(active_since_us=NOON_US + 1)
    assert shown([taken_already, older, newer]) == [newer, older, taken_already]


def test_what_was_taken_before_it_rose_counts_as_not_taken() -> None:
    outgrown = alarm(acknowledgements=(taken("Li Wei", Priority.MEDIUM),))
    covered = alarm(active_since_us=NOON_US + 1, acknowledgements=(taken("Li Wei"),))
    assert shown([covered, outgrown]) == [outgrown, covered]
    assert "Li Wei (center, before it rose)" in line(outgrown, Language.EN)
    assert "Li Wei (center)" in line(covered, Language.EN)


@pytest.mark.parametrize(
    ("state", "stays"),
    [
        (AlarmState.ACTIVE, True),
        (AlarmState.LATCHED, True),
        (AlarmState.ENDED, False),
        (AlarmState.RECORDED, False),
    ],
)
def test_only_what_needs_somebody_is_shown(state: AlarmState, *, stays: bool) -> None:
    assert bool(shown([alarm(state=state)])) is stays


@pytest.mark.parametrize(
    ("priority", "mark"),
    [(Priority.HIGH, "*** "), (Priority.MEDIUM, "**  "), (Priority.LOW, "*   ")],
)
def test_the_mark_says_the_priority_without_any_colour(priority: Priority, mark: str) -> None:
    one = alarm(priority=priority)
    assert line(one, Language.EN).startswith(mark)
    assert f"│ {mark}" in printed(render([one], NOW_US, Language.EN))


def test_a_row_says_who_what_why_since_when_and_who_took_it() -> None:
    one = alarm(acknowledgements=(taken("Li Wei"), taken("Dr Roth", place=Place.VEHICLE)))
    (row,) = [it for it in printed(render([one], NOW_US, Language.EN)).splitlines() if "***" in it]
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "***",
        "AMB-7",
        "9a8057",
        "Heart rate low",
        "HR 36/min",
        "12:00:00",
        "1:30",
        "Li Wei (center), Dr Roth (vehicle)",
    ]


def test_a_line_says_the_same() -> None:
    one = alarm(acknowledgements=(taken("Li Wei"),))
    assert line(one, Language.EN) == (
        "*** AMB-7        9a8057  Heart rate low  (HR 36/min)  12:00:00  taken by Li Wei (center)"
    )


def test_a_late_alarm_is_marked_and_carries_both_times() -> None:
    late = alarm(late=True, learned_us=NOON_US + 2 * MINUTE_US)
    for said in (line(late, Language.EN), printed(render([late], NOW_US, Language.EN))):
        assert "Heart rate low [LATE]" in said
        assert "12:00:00, learned 12:02:00" in said
    assert "learned" not in line(alarm(), Language.EN)


def test_a_latched_alarm_says_that_it_is_over_and_when() -> None:
    latched = alarm(state=AlarmState.LATCHED, ended_us=NOON_US + 20 * SECOND_US)
    for said in (line(latched, Language.EN), printed(render([latched], NOW_US, Language.EN))):
        assert "Heart rate low [over, not reset]" in said
        assert "12:00:00 - 12:00:20" in said


def test_the_patients_of_one_unit_are_told_apart() -> None:
    assert patient(alarm(encounter_id="0" * 30 + "abcdef")) == "abcdef"
    assert patient(alarm(encounter_id="")) == "-"


def test_an_alarm_of_the_system_itself_has_no_unit_and_no_patient() -> None:
    stale = alarm(cause="DETECTION_STALE", unit_id="", encounter_id="", reason=None)
    assert line(stale, Language.EN).split("  ")[0] == "*** -"
    assert "()" not in line(stale, Language.EN)


def test_a_subject_is_named_as_it_is_spoken() -> None:
    off = alarm(cause="SENSOR_OFF", subject="spo2_percent", reason=Reason("", {}))
    assert "Sensor off: SpO2" in line(off, Language.EN)
    assert "探头脱落: 血氧" in line(off, Language.ZH)


def test_everything_is_said_in_chinese() -> None:
    late = alarm(late=True, learned_us=NOON_US + MINUTE_US, acknowledgements=(taken("李伟"),))
    said = printed(render([late], NOW_US, Language.ZH))
    for words in (
        "单元",
        "病人",
        "心率过低 [迟到]",
        "心率 36/min",
        "得知于 12:01:00",
        "李伟 (中心)",
    ):
        assert words in said
    assert {cell_len(row) for row in said.splitlines() if row.startswith("│")} == {WIDTH}


@pytest.mark.parametrize("cause", [rule.cause for rule in CATALOGUE])
@pytest.mark.parametrize("language", Language)
def test_no_alarm_of_the_catalogue_is_cut_off(cause: str, language: Language) -> None:
    one = alarm(cause=cause, late=True, state=AlarmState.LATCHED, ended_us=NOON_US)
    words = one.words_en if language is Language.EN else one.words_zh
    assert words in printed(render([one], NOW_US, language))


def test_the_title_counts_what_nobody_has_taken() -> None:
    alarms = [
        alarm(),
        alarm(),
        alarm(priority=Priority.LOW),
        alarm(priority=Priority.MEDIUM, acknowledgements=(taken("Li Wei"),)),
    ]
    title = printed(render(alarms, NOW_US, Language.EN)).splitlines()[0]
    assert title.split() == ["12:01:30", "UTC", "***", "2", "*", "1"]


@pytest.mark.parametrize("language", Language)
def test_a_table_that_may_be_old_says_so_above_everything(language: Language) -> None:
    live = printed(render([alarm()], NOW_US, language)).splitlines()
    old = printed(render([alarm()], NOW_US, language, connected=False)).splitlines()
    assert old[0].startswith(live[0].rstrip())
    assert len(old[0].strip()) > len(live[0].strip()) + 10
    assert old[1:] == live[1:]


@pytest.mark.parametrize(
    ("duration_us", "said"),
    [
        (0, "0:00"),
        (59_999_999, "0:59"),
        (MINUTE_US, "1:00"),
        (75 * MINUTE_US, "75:00"),
        (-1, "0:00"),
    ],
)
def test_an_age_counts_whole_seconds_and_is_never_negative(duration_us: int, said: str) -> None:
    assert age(duration_us) == said

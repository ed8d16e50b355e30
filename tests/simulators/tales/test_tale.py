import pytest

from simulators.tales.tale import BadTale, Course, load_tale, parse_tale, tale_names

SMALL = """
title = "Small"
story = "Nothing much."
sources = ["none"]
minutes = 20
age_years = 50
[[knots]]
minute = 0
heart_rate_bpm = 60
respiration_per_min = 16
spo2_percent = 98
systolic_mmhg = 120
diastolic_mmhg = 80
temperature_c = 37
consciousness = "A"
on_oxygen = false
pressure_every_min = 5
[[knots]]
minute = 10
heart_rate_bpm = 100
consciousness = "V"
[[tells]]
cause = "APNOEA"
at_least = "HIGH"
from_minute = 1
to_minute = 2
holds_minutes = 2
"""


def test_between_knots_a_vital_goes_in_a_line_and_the_mind_holds() -> None:
    course = Course(parse_tale(SMALL, "small"))
    rates = [course.body(minute).heart_rate_bpm for minute in (-1, 0, 5, 10, 15)]
    assert rates == [60, 60, 80, 100, 100]
    assert course.body(5).spo2_percent == 98
    assert [course.consciousness(minute).value for minute in (0, 9.9, 10)] == ["A", "A", "V"]
    assert not course.on_oxygen(3)
    assert course.pressure_every_min(3) == 5


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("minute = 10", "minute = 0", "knots[1].minute"),
        ("spo2_percent = 98", "", "knots[0].spo2_percent"),
        ("to_minute = 2", "to_minute = 30", "tells[0].from_minute"),
        ('cause = "APNOEA"', 'cause = "APNOEA"\nafter = "NO_PULSE"', "tells[0].after"),
        ('cause = "APNOEA"', 'cause = "BOREDOM"', "tells"),
    ],
)
def test_what_does_not_fit_is_named(old: str, new: str, named: str) -> None:
    with pytest.raises(BadTale) as refused:
        parse_tale(SMALL.replace(old, new), "small")
    assert named in str(refused.value)


def test_a_tale_that_is_not_there_is_said() -> None:
    with pytest.raises(BadTale, match="no tale"):
        load_tale("nobody")


def test_what_is_over_before_its_alarm_has_waited_is_not_asked_for_when_told_fast() -> None:
    """Apnoea waits 10 s: of two minutes, told six times as fast, enough is left, of ten not."""
    (apnoea,) = parse_tale(SMALL, "small").tells
    assert [apnoea.needed(rate) for rate in (1, 6, 10)] == [True, True, False]
    trend = next(x for x in load_tale("sepsis").tells if x.cause == "WORSENING_IN_BAND")
    assert [trend.needed(rate) for rate in (1, 2)] == [True, False]


def test_the_tales_of_the_project_are_all_there_with_their_sources() -> None:
    """A child and a pregnant patient among them, and two of whom nothing is told."""
    tales = [load_tale(name) for name in tale_names()]
    assert len(tales) == 11
    assert all(tale.sources and tale.story for tale in tales)
    assert any(tale.age_years < 16 for tale in tales)
    assert any(tale.pregnant for tale in tales)
    assert [tale.name for tale in tales if not tale.tells] == ["noisy", "stable"]

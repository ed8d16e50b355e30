"""What a crew examines, as a file states it."""

from msgspec import convert

from clinical.items import CrewExamination
from clinical.scores.choice import Injury
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from simulators.patients.examination import Examination
from simulators.scenario import alone, load

MINUTE_US = 60_000_000


def test_what_is_left_out_was_not_examined_and_the_time_is_counted_from_the_examination() -> None:
    stated = {
        "person": "crew",
        "stroke": {"face": True},
        "race": {"face": 1, "weak_side": "left"},
        "well_minutes_ago": 1.5,
        "injury": "penetrating",
        "infection_suspected": False,
    }
    assert convert(stated, Examination).value(10 * MINUTE_US) == CrewExamination(
        "crew",
        stroke=StrokeScreen(face=True),
        race=Race(face=1, weak_side=WeakSide.LEFT),
        last_known_well_us=10 * MINUTE_US - 90_000_000,
        injury=Injury.PENETRATING,
        infection_suspected=False,
    )


def test_the_examinations_of_a_tale_are_acts_of_its_scenario() -> None:
    """In seconds of the story; told faster, they come earlier, and since when does not change."""
    story = alone("stroke")
    assert [round(one.at_s, 1) for one in story.examinations] == [3.3, 6.7, 11.7, 36.7, 50.0]
    assert story.examinations[1].well_minutes_ago == 70
    assert story.onset_s("stroke") == story.examinations[0].at_s
    assert len(load("tales").examinations) == 5

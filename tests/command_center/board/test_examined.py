"""What the board is told of the crew's examinations."""

from clinical.items import CrewExamination
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs, GcsPart
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from clinical.watch.crew.examined import Examined
from command_center.board.examined import examined_plain

LARGE = Race(2, 1, 1, 0, WeakSide.LEFT, agnosia=1)


def test_each_says_what_was_found_when_and_by_whom() -> None:
    """The newest first; the scale of coma with its parts."""
    first = Examined(
        10, CrewExamination("li", stroke=StrokeScreen(face=True), last_known_well_us=5)
    )
    second = Examined(20, CrewExamination(gcs=Gcs(4, None, 6, frozenset({GcsPart.VERBAL}))))
    newest, before = examined_plain((first, second), 70)
    assert (newest["captured_us"], newest["person"], newest["gcs"]) == (20, None, "E4 VNT M6")
    assert newest["stroke"] is newest["race"] is newest["well_us"] is None
    assert newest["injury"] is newest["infection"] is None
    assert (before["captured_us"], before["person"], before["well_us"]) == (10, "li", 5)
    assert before["stroke"]["verdict"] == "positive"


def test_a_screen_that_was_not_finished_is_said_to_be_so_with_what_is_missing() -> None:
    """It never reads as negative."""
    (shown,) = examined_plain((Examined(1, CrewExamination(stroke=StrokeScreen(face=False))),), 70)
    assert shown["stroke"]["verdict"] == "incomplete"
    missing = [sign for sign, abnormal in shown["stroke"]["signs"].items() if abnormal is None]
    assert missing == ["balance", "eyes", "arm", "speech"]


def test_a_scale_is_a_total_or_what_it_is_at_least() -> None:
    """Not of a child."""
    whole, part = (Examined(1, CrewExamination(race=one)) for one in (LARGE, Race(face=2)))
    said = [examined_plain((one,), age)[0]["race"] for one, age in ((whole, 70), (part, None))]
    assert said == [
        {"total": 5, "at_least": 5, "likely": True, "age": False},
        {"total": None, "at_least": 2, "likely": False, "age": False},
    ]
    (child,) = examined_plain((whole,), 9)
    assert child["race"] == {"total": None, "at_least": 0, "likely": False, "age": True}


def test_what_the_crew_said_of_the_situation_is_told_as_it_was_said() -> None:
    """None and no are statements."""
    said = CrewExamination(injury=Injury.NONE, infection_suspected=False)
    (shown,) = examined_plain((Examined(1, said),), 70)
    assert (shown["injury"], shown["infection"]) == ("none", False)

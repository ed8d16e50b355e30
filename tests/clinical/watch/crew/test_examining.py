"""Stroke and coma, as the crew examines them."""

from dataclasses import replace

import msgspec
import pytest

from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Transition
from clinical.items import CrewExamination
from clinical.scores.gcs import Gcs, GcsPart
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from clinical.watch.crew.examining import Examining
from clinical.watch.finding import Finding, Findings
from clinical.watch.patient import PatientWatch
from tests.clinical.watch.bedside import at, capture, frame

POSITIVE = CrewExamination(stroke=StrokeScreen(False, False, True, True, None))  # noqa: FBT003
NEGATIVE = CrewExamination(stroke=StrokeScreen(*[False] * 5))
UNFINISHED = CrewExamination(stroke=StrokeScreen(face=False, arm=False, speech=False))
LARGE = CrewExamination(race=Race(1, 1, 2, 0, WeakSide.LEFT, agnosia=1))
SMALL = CrewExamination(race=Race(1, 1, 0, 0, WeakSide.RIGHT, aphasia=1))
WELL = CrewExamination(last_known_well_us=at(-72 * 60))


class Crew:
    """A crew that examines, a minute between two examinations."""

    def __init__(self, age_years: int | None = 70) -> None:
        self.watch = Examining()
        self.count = 0
        self._age_years = age_years

    def examines(self, item: CrewExamination, second: float | None = None) -> Findings:
        """Return what comes of an examination, captured at its turn or at this second."""
        self.count += 1
        at_us = at(60 * self.count if second is None else second)
        return self.watch.on_item(item, at_us, frame(self.count), self._age_years)


def scale(eye: int | None, verbal: int | None, motor: int | None) -> CrewExamination:
    return CrewExamination(gcs=Gcs(eye, verbal, motor))


def one(findings: Findings) -> Finding:
    (found,) = findings
    return found


def test_an_abnormal_sign_alarms_at_once_by_the_frame_that_showed_it() -> None:
    """High; what was abnormal and that nobody knows since when."""
    found = one(Crew().examines(POSITIVE))
    assert found.rule.cause is Cause.STROKE_SUSPECTED
    assert (found.change.phase, found.change.priority) == (Phase.START, Priority.HIGH)
    assert found.change.frame == frame(1)
    assert found.values == {"stroke_signs": "face, arm", "last_known_well": "unknown"}


@pytest.mark.parametrize("nothing", [UNFINISHED, NEGATIVE, SMALL, WELL, scale(4, 5, 6)])
def test_without_a_sign_nothing_begins(nothing: CrewExamination) -> None:
    assert Crew().examines(nothing) == ()


def test_a_screen_that_was_not_finished_ends_nothing() -> None:
    """Three normal signs of five are no "no"."""
    crew = Crew()
    crew.examines(POSITIVE)
    assert crew.examines(UNFINISHED) == ()
    assert crew.examines(scale(4, 5, 6)) == ()


def test_five_normal_signs_end_it() -> None:
    crew = Crew()
    crew.examines(POSITIVE)
    found = one(crew.examines(NEGATIVE))
    assert (found.change.phase, found.change.at_us) == (Phase.END, at(120))


def test_what_becomes_known_is_said_under_the_same_alarm() -> None:
    """RACE and when the patient was well, each once; the same again is no news."""
    crew = Crew()
    crew.examines(POSITIVE)
    known = one(crew.examines(LARGE))
    assert (known.change.phase, known.change.frame) == (Phase.UPDATE, frame(1))
    assert known.values["race_total"] == 5
    assert known.values["large_vessel_occlusion"] == "likely"
    assert crew.examines(LARGE) == ()
    known = one(crew.examines(WELL))
    assert known.values["well_minutes_ago"] == 72 + 4
    assert str(known.values["last_known_well"]).endswith("UTC")


@pytest.mark.parametrize("well_us", [-1, at(61), 2**62])
def test_who_was_well_in_the_future_was_well_nobody_knows_when(well_us: int) -> None:
    """A vehicle's watch hears what no gateway would admit, and goes on."""
    found = one(Crew().examines(replace(POSITIVE, last_known_well_us=well_us)))
    assert found.values["last_known_well"] == "unknown"
    assert "well_minutes_ago" not in found.values


def test_a_total_below_five_is_said_and_nothing_is_called_likely() -> None:
    crew = Crew()
    crew.examines(POSITIVE)
    known = one(crew.examines(SMALL))
    assert known.values["race_total"] == 3
    assert "large_vessel_occlusion" not in known.values


def test_five_points_alone_are_a_suspicion_also_where_the_scale_was_not_finished() -> None:
    """Without a screen, and without the last item."""
    unfinished = CrewExamination(race=Race(face=2, arm=2, gaze=1))
    found = one(Crew().examines(unfinished))
    assert found.change.phase is Phase.START
    assert found.values["race_at_least"] == 5
    assert found.values["large_vessel_occlusion"] == "likely"


def test_of_a_child_a_sign_counts_and_the_scale_for_adults_does_not() -> None:
    crew = Crew(age_years=9)
    assert crew.examines(LARGE) == ()
    assert one(crew.examines(POSITIVE)).change.phase is Phase.START


def test_a_scale_from_before_the_all_clear_says_nothing_of_a_later_stroke() -> None:
    crew = Crew()
    for item in (POSITIVE, LARGE, NEGATIVE):
        crew.examines(item)
    found = one(crew.examines(POSITIVE))
    assert found.change.phase is Phase.START
    assert "race_total" not in found.values


@pytest.mark.parametrize(
    ("newer", "late", "phases"),
    [(NEGATIVE, POSITIVE, []), (POSITIVE, NEGATIVE, [])],
)
def test_what_comes_late_does_not_overrule_what_was_found_after_it(
    newer: CrewExamination, late: CrewExamination, phases: list[Phase]
) -> None:
    crew = Crew()
    crew.examines(newer, 100)
    assert [found.change.phase for found in crew.examines(late, 50)] == phases


@pytest.mark.parametrize(
    ("before", "after", "level"),
    [
        ((4, 5, 6), (4, 4, 6), None),
        ((4, 5, 6), (3, 4, 6), Priority.MEDIUM),
        ((4, 4, 6), (3, 3, 6), Priority.MEDIUM),
        ((3, 3, 3), (3, 2, 3), Priority.HIGH),
        ((3, 3, 4), (3, 3, 3), None),
        ((1, 2, 4), (1, 2, 5), Priority.HIGH),
    ],
)
def test_a_fall_of_two_is_medium_and_eight_or_less_high(
    before: tuple[int, int, int], after: tuple[int, int, int], level: Priority | None
) -> None:
    crew = Crew()
    crew.examines(scale(*before))
    raised = crew.examines(scale(*after)) or ()
    stands = crew.watch.snapshot()["coma"]
    assert (stands.get("raised") if stands else None) == level
    assert all(found.rule.cause is Cause.GCS_LOW for found in raised)


def test_the_fall_is_counted_from_the_best_of_the_encounter() -> None:
    """Point by point down is a fall too; it says both."""
    crew = Crew()
    assert crew.examines(scale(4, 5, 6)) == ()
    assert crew.examines(scale(4, 4, 6)) == ()
    found = one(crew.examines(scale(3, 4, 6)))
    assert found.values == {"gcs": "E3 V4 M6 = 13", "gcs_best": 15}
    worse = one(crew.examines(scale(3, 3, 6)))
    assert (worse.change.phase, worse.values["gcs"]) == (Phase.UPDATE, "E3 V3 M6 = 12")
    deep = one(crew.examines(scale(1, 1, 5)))
    assert (deep.change.phase, deep.change.priority) == (Phase.ESCALATE, Priority.HIGH)
    assert one(crew.examines(scale(4, 4, 6))).change.phase is Phase.END


def test_without_a_total_nothing_begins_and_nothing_ends() -> None:
    """A tube is no coma and no recovery; neither is what was not examined."""
    tube = CrewExamination(gcs=Gcs(1, None, 1, frozenset({GcsPart.VERBAL})))
    assert Crew().examines(tube) == ()
    crew = Crew()
    crew.examines(scale(1, 1, 1))
    assert crew.examines(tube) == ()
    assert crew.examines(scale(4, None, 6)) == ()


def test_a_better_total_that_comes_late_is_still_the_best_there_was() -> None:
    """Then the newest is a fall, named after its own frame."""
    crew = Crew()
    assert crew.examines(scale(3, 4, 6), 100) == ()
    found = one(crew.examines(scale(4, 5, 6), 50))
    assert (found.change.phase, found.change.frame) == (Phase.START, frame(1))
    assert found.values == {"gcs": "E3 V4 M6 = 13", "gcs_best": 15}
    assert crew.examines(scale(4, 4, 6), 60) == ()


def test_closing_ends_both() -> None:
    crew = Crew()
    crew.examines(replace(POSITIVE, gcs=Gcs(1, 1, 1)))
    assert [found.change.phase for found in crew.watch.close(at(500))] == [Phase.END, Phase.END]


def test_an_earlier_release_knew_of_no_examination() -> None:
    """Its snapshot restores, and an examination is judged then."""
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    plain = watch.snapshot()
    del plain["examining"]
    restored = PatientWatch.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(plain)))
    origin = capture(0, 1)
    said = restored.on_item(POSITIVE, origin, origin.received_us)
    assert [x.cause for x in said if isinstance(x, Transition)] == ["STROKE_SUSPECTED"]


@pytest.mark.parametrize("source", [Source.EDGE, Source.CENTER_A])
def test_vehicle_and_center_say_it_under_one_id_with_the_same_words(source: Source) -> None:
    """The row shows what was examined, when and by whom."""
    whole = replace(POSITIVE, person="li", gcs=Gcs(3, 4, 5), race=LARGE.race)
    watch = PatientWatch("encounter-1", source)
    origin = capture(0, 1)
    said = [
        x for x in watch.on_item(whole, origin, origin.received_us) if isinstance(x, Transition)
    ]
    reference = PatientWatch("encounter-1", Source.CENTER_B)
    others = [
        x for x in reference.on_item(whole, origin, origin.received_us) if isinstance(x, Transition)
    ]
    assert [x.cause for x in said] == ["STROKE_SUSPECTED"]
    assert [(x.alarm_id, x.reason) for x in said] == [(x.alarm_id, x.reason) for x in others]
    (shown,) = watch.row().examined
    assert (shown.captured_us, shown.examination) == (origin.captured_us, whole)

"""The form of an examination, and an examination in one line."""

import re

from clinical.items import CrewExamination
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from tests.vehicle.screen.scenes import NOW_US, patient, scene
from vehicle.screen.draft import PAGES, Draft
from vehicle.screen.drawing.examination import examination, summary
from vehicle.screen.words import Language

EMPTY = Draft("e1")


def test_there_is_a_form_only_while_the_crew_examines_this_patient() -> None:
    assert examination(scene()) == ""
    assert examination(scene(None, draft=EMPTY)) == ""
    assert examination(scene(draft=Draft("another"))) == ""


def test_nothing_is_chosen_at_first_and_nothing_can_be_sent() -> None:
    """Each item reads as not examined."""
    for page in PAGES:
        drawn = examination(scene(draft=EMPTY.turned(page)))
        absent = "not said" if page == "situation" else "not examined"
        assert drawn.count(absent) == len(EMPTY.turned(page).items)
        assert "choice chosen" not in drawn
        assert 'data-act="send"' not in drawn


def test_a_choice_is_marked_and_can_be_sent() -> None:
    """By a sign, not by colour alone."""
    drawn = examination(scene(draft=EMPTY.turned("stroke").tapped("face", "abnormal")))
    assert re.search(r'class="choice chosen"[^>]*data-item="face"[^>]*>✓ Abnormal<', drawn)
    assert drawn.count("not examined") == 4
    assert 'data-act="send"' in drawn


def test_a_screen_that_was_not_finished_does_not_read_as_normal() -> None:
    """Three normal signs of five are not finished, in both languages."""
    draft = EMPTY.tapped("face", "normal").tapped("arm", "normal").tapped("speech", "normal")
    drawn = examination(scene(draft=draft))
    assert "Stroke screen: not finished" in drawn
    assert "negative" not in drawn
    assert "卒中筛查: 未完成" in examination(scene(draft=draft, language=Language.ZH))


def test_an_examination_is_one_line() -> None:
    found = CrewExamination(
        "li",
        Gcs(3, 4, 5),
        StrokeScreen(True, False, True, False, False),  # noqa: FBT003
        Race(2, 1, 1, 0, WeakSide.RIGHT, aphasia=1),
        NOW_US,
    )
    said = summary(scene(), found, 70)
    assert said.startswith(
        "E3 V4 M5 = 12 · Stroke screen: positive: balance, face · "
        "RACE 5: large vessel occlusion likely · Last known well "
    )


def test_the_situation_is_said_in_words() -> None:
    found = CrewExamination(injury=Injury.BLUNT, infection_suspected=False)
    assert summary(scene(), found, 70) == "Injury: Blunt · Infection suspected: No"
    assert summary(scene(language=Language.ZH), found, 70) == "外伤: 钝性伤 · 疑似感染: 否"


def test_a_scale_that_was_not_finished_says_what_it_is_at_least() -> None:
    unfinished = CrewExamination(race=Race(face=2, arm=1))
    assert summary(scene(), unfinished, 70) == "RACE at least 3 (not finished)"
    assert summary(scene(), unfinished, 9) == "RACE at least 0 (not for this age)"
    assert summary(scene(), None, 70) == ""


def test_when_last_well_is_counted_on() -> None:
    drawn = examination(scene(patient(), draft=EMPTY.moved(-60, NOW_US)))
    assert 'class="ago"' in drawn
    assert "unknown</b>" in examination(scene(draft=EMPTY))

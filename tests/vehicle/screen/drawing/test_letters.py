from dataclasses import replace

import msgspec
import pytest

from tests.vehicle.screen.scenes import NOW_US, PATIENT, patient, scene
from vehicle.cabin.contract import Letter
from vehicle.screen.drawing.letters import letters
from vehicle.screen.words import Language


@pytest.mark.parametrize(
    ("stage", "answers"), [("DELIVERED", 5), ("VIEWED", 4), ("ANSWERED", 0), ("EXPIRED", 0)]
)
def test_answers_go_on_from_where_the_message_is(stage: str, answers: int) -> None:
    letter = Letter("m1", "Li Na", "<script>", NOW_US, stage, None)
    drawn = letters(scene(letters=(letter,)))
    assert drawn.count('data-act="note"') == answers
    assert "&lt;script&gt;" in drawn


def test_what_was_answered_is_shown_in_its_words() -> None:
    letter = Letter("m1", "Li Na", "Go", NOW_US, "ANSWERED", None, "SAY_AGAIN")
    assert "The center knows: Say again" in letters(scene(letters=(letter,)))
    assert "已告知中心: 请重复" in letters(scene(letters=(letter,), language=Language.ZH))


def test_whom_a_message_is_about_is_said_unless_nobody_else_can_be_meant() -> None:
    """With several on board, and when the one whom it is about has left: a dose is for one."""
    letter = Letter("m1", "Li Na", "Adrenaline 1 mg", NOW_US, "DELIVERED", "e1")
    alone = scene(letters=(letter,))
    assert 'class="about' not in letters(alone)
    both = [patient(bay="1"), patient(encounter_id="e2", bay="2", age_years=None)]
    several = replace(alone, view=msgspec.structs.replace(alone.view, patients=both))
    assert "About: Bay 1 · 71 y" in letters(several)
    assert "About: Bay 1 · 71 y" in letters(replace(several, patient=both[1]))
    gone = scene(patient(encounter_id="e2"), letters=(letter,))
    assert "NOT about a patient on board" in letters(gone)
    assert "NOT about a patient on board" in letters(scene(None, letters=(letter,)))
    to_all = msgspec.structs.replace(letter, encounter_id=None)
    assert 'class="about' not in letters(scene(PATIENT, letters=(to_all,)))

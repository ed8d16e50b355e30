import pytest

from tests.vehicle.screen.scenes import NOW_US, scene
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

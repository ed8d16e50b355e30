import pytest

from tests.vehicle.screen.scenes import NOW_US, scene
from vehicle.cabin.contract import Letter
from vehicle.screen.drawing.letters import letters


@pytest.mark.parametrize(
    ("stage", "answers"), [("DELIVERED", 2), ("VIEWED", 1), ("ANSWERED", 0), ("EXPIRED", 0)]
)
def test_answers_go_on_from_where_the_message_is(stage: str, answers: int) -> None:
    letter = Letter("m1", "Li Na", "<script>", NOW_US, stage, None)
    drawn = letters(scene(letters=(letter,)))
    assert drawn.count('data-act="note"') == answers
    assert "&lt;script&gt;" in drawn

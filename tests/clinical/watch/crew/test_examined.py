"""What of several examinations is the newest, in whichever order they arrive."""

from itertools import permutations

from clinical.items import CrewExamination
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs, GcsPart
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from clinical.watch.crew.examined import (
    Examined,
    examined_from_plain,
    examined_to_plain,
    newest,
    with_one_more,
)

FIRST = CrewExamination(
    "li", gcs=Gcs(4, 5, 6), stroke=StrokeScreen(face=True), last_known_well_us=5
)
SECOND = CrewExamination(
    "wu",
    race=Race(1, 1, 1, 0, WeakSide.RIGHT, aphasia=2),
    injury=Injury.BLUNT,
    infection_suspected=False,
)
THIRD = CrewExamination("li", gcs=Gcs(3, None, 5, frozenset({GcsPart.VERBAL})))


def test_each_part_is_superseded_by_itself_in_any_order() -> None:
    """The third has only the scale of coma again; who examined stays with each."""
    came = ((10, FIRST), (20, SECOND), (30, THIRD))
    for order in permutations(came):
        examined: tuple[Examined, ...] = ()
        for captured_us, one in order:
            examined = with_one_more(examined, one, captured_us)
        assert examined == (
            Examined(
                10,
                CrewExamination("li", stroke=StrokeScreen(face=True), last_known_well_us=5),
            ),
            Examined(20, SECOND),
            Examined(30, THIRD),
        )


def test_what_says_nothing_new_any_more_is_gone() -> None:
    """A whole examination leaves nothing of the one before."""
    before = with_one_more((), FIRST, 10)
    assert with_one_more(before, FIRST, 11) == (Examined(11, FIRST),)
    assert with_one_more(before, FIRST, 9) == before


def test_a_part_is_found_by_name() -> None:
    examined = with_one_more(with_one_more((), FIRST, 10), SECOND, 20)
    assert newest(examined, "race") == Examined(20, SECOND)
    assert newest((), "race") is None


def test_they_are_written_down_and_read_again() -> None:
    examined = with_one_more(with_one_more((), SECOND, 10), THIRD, 20)
    assert examined_from_plain(examined_to_plain(examined)) == examined


def test_what_an_earlier_release_wrote_down_says_nothing_of_the_situation() -> None:
    """Its snapshots know neither injury nor infection."""
    ((captured_us, plain),) = examined_to_plain((Examined(10, FIRST),))
    older = {
        name: value
        for name, value in plain.items()
        if name not in {"injury", "infection_suspected"}
    }
    assert examined_from_plain([[captured_us, older]]) == (Examined(10, FIRST),)

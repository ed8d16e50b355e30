"""What waits for an open board: names, once each, and the alarmed first."""

from command_center.board.viewer import Viewer


def test_an_alarm_does_not_wait_for_the_rows_of_others() -> None:
    """Its own row goes with it, the others with the next beat, each once."""
    viewer = Viewer()
    for _ in range(3):
        viewer.stir(row="calm")
    assert not viewer.stirred.is_set()
    viewer.stir(row="ill", alarm=b"alarm")
    assert viewer.stirred.is_set()
    assert viewer.taken(everything=False) == ({"ill"}, {b"alarm"})
    assert not viewer.stirred.is_set()
    assert viewer.taken(everything=True) == ({"calm"}, set())
    assert viewer.taken(everything=True) == (set(), set())


def test_an_opened_page_is_drawn_from_its_beginning() -> None:
    viewer = Viewer(drawn_us=7)
    viewer.open("ill")
    assert (viewer.opened, viewer.drawn_us) == ("ill", 0)
    assert viewer.stirred.is_set()


def test_units_wait_only_for_a_board_that_shows_the_map() -> None:
    """And each once, however often it moved."""
    viewer = Viewer()
    viewer.show_map({"one", "two"}, shown=True)
    assert (viewer.mapped, viewer.taken_units(), viewer.taken_units()) == (
        True,
        {"one", "two"},
        set(),
    )
    viewer.units.add("one")
    viewer.show_map({"one"}, shown=False)
    assert (viewer.mapped, viewer.taken_units()) == (False, set())

"""What the board is told of a series."""

from command_center.imaging.showing import series_plain
from command_center.imaging.studies import Studies
from tests.command_center.imaging.samples import SERIES, WHO, announced, state, stored


def test_a_series_on_its_way_says_what_is_known_and_nothing_else() -> None:
    """Slices in order, the first that came by name, the latency from the unit's own word."""
    studies = Studies()
    studies.on_announced(announced(3))
    studies.on_stored(stored(2))
    studies.on_stored(stored(1))
    said = series_plain(studies.of(WHO)[0])
    assert (said["expected"], said["complete_us"], said["problems"]) == (3, None, [])
    assert said["first"] == f"{SERIES}.2"
    assert [one["place_mm"] for one in said["slices"]] == [5.0, 10.0]
    assert said["first_image_us"] == 1_001 - 400


def test_the_state_of_the_series_counts_where_there_is_one() -> None:
    """An announcement that came again does not shorten the latency."""
    studies = Studies()
    studies.on_state(state(2_000, 3, complete_us=1_900))
    studies.on_announced(announced(3, scanned_us=899))
    said = series_plain(studies.of(WHO)[0])
    assert (said["first_image_us"], said["complete_us"], said["tilt_deg"]) == (500, 1_900, 18.5)
    assert said["slices"] == []


def test_nothing_is_made_up_about_an_unannounced_series() -> None:
    studies = Studies()
    studies.on_stored(stored(1))
    said = series_plain(studies.of(WHO)[0])
    assert (said["expected"], said["scanned_us"], said["first_image_us"]) == (None, None, None)

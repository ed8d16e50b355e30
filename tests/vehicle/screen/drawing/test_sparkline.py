from clinical.instant import MINUTE_US
from vehicle.screen.drawing.sparkline import sparkline


def test_a_gap_stays_a_gap() -> None:
    """No line is drawn over minutes of which nothing is known."""
    instants = [number * MINUTE_US for number in range(5)]
    assert sparkline(instants, [80, 81, None, 82, 83], 30).count("<polyline") == 2


def test_nothing_known_draws_nothing() -> None:
    assert sparkline([], [], 30) == ""
    assert sparkline([0], [None], 30) == ""


def test_it_says_for_how_long_it_stands() -> None:
    for minutes, span in ((1, 5), (9, 10), (11, 30), (29, 30)):
        assert f">{span} min<" in sparkline([0, minutes * MINUTE_US], [1, 2], 30)


def test_a_single_value_is_a_point() -> None:
    drawn = sparkline([0], [80], 30)
    assert "<circle" in drawn
    assert "<polyline" not in drawn

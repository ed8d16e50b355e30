"""The window of an upload follows the delay of the link."""

from vehicle.imaging.window import (
    TARGET_US,
    WINDOW_FIRST_BYTES,
    WINDOW_LEAST_BYTES,
    WINDOW_MOST_BYTES,
    Window,
)


def test_it_grows_while_answers_are_as_fast_as_the_fastest() -> None:
    """Up to the gateway's credit, and no further."""
    window = Window()
    for step in range(100):
        window.answered(50_000, step)
    assert window.size_bytes == WINDOW_MOST_BYTES


def test_it_shrinks_when_a_queue_builds_up() -> None:
    """Once for each round of answers, and never to nothing."""
    window = Window()
    window.answered(10_000, 0)
    late_us = 10_000 + TARGET_US + 1
    grown = window.size_bytes
    window.answered(late_us, late_us)
    assert WINDOW_FIRST_BYTES // 2 < window.size_bytes < grown
    shrunk = window.size_bytes
    window.answered(late_us, late_us + 1)
    assert window.size_bytes == shrunk
    for step in range(2, 50):
        window.answered(late_us, step * late_us)
    assert window.size_bytes == WINDOW_LEAST_BYTES


def test_a_slow_link_without_a_queue_is_no_reason_to_shrink() -> None:
    window = Window()
    window.answered(2_000_000, 2_000_000)
    assert window.size_bytes > WINDOW_FIRST_BYTES

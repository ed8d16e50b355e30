"""The window of an upload follows the delay of the link."""

from collections import deque

import pytest

from vehicle.imaging.window import (
    DELAYS_KEPT,
    PIECE_BYTES,
    TARGET_US,
    WINDOW_FIRST_BYTES,
    WINDOW_LEAST_BYTES,
    WINDOW_MOST_BYTES,
    Window,
)

SERIES_PIECES = 1_000


def upload(rate_mbit_s: float, round_trip_us: int) -> tuple[float, list[int]]:
    """Send a series over a link without I/O; return its share of the rate, and the queues seen.

    The link is one queue. A queue seen is what a vital sign would have waited for at each piece.
    """
    window, piece_us = Window(), int(PIECE_BYTES * 8 / rate_mbit_s)
    now_us = free_us = in_flight = sent = 0
    under_way: deque[tuple[int, int, int]] = deque()
    queues = []
    while sent < SERIES_PIECES or under_way:
        while sent < SERIES_PIECES and in_flight < window.size_bytes:
            queues.append(max(free_us - now_us, 0))
            free_us = max(free_us, now_us) + piece_us
            in_flight += PIECE_BYTES
            under_way.append((now_us, free_us + round_trip_us, in_flight))
            sent += 1
        sent_us, now_us, carried = under_way.popleft()
        in_flight -= PIECE_BYTES
        window.answered(now_us - sent_us, carried, PIECE_BYTES)
    return SERIES_PIECES * piece_us / now_us, queues


@pytest.mark.parametrize(
    ("rate_mbit_s", "round_trip_us"),
    [(20, 5_000), (20, 50_000), (50, 5_000), (50, 20_000), (50, 50_000), (100, 20_000)],
)
def test_a_series_fills_the_link_and_hardly_queues(rate_mbit_s: float, round_trip_us: int) -> None:
    """Most of the rate, and no more before a vital sign than the target and two pieces.

    At the beginning, when nobody knows the link, it is the first window.
    """
    share, queues = upload(rate_mbit_s, round_trip_us)
    piece_us = int(PIECE_BYTES * 8 / rate_mbit_s)
    assert share >= 0.85
    assert max(queues) <= WINDOW_FIRST_BYTES // PIECE_BYTES * piece_us
    assert max(queues[SERIES_PIECES // 4 :]) <= TARGET_US + 2 * piece_us


def test_it_grows_while_answers_are_as_fast_as_the_fastest() -> None:
    """Up to the gateway's credit, and no further."""
    window = Window()
    for _ in range(400):
        window.answered(50_000, window.size_bytes, PIECE_BYTES)
    assert window.size_bytes == WINDOW_MOST_BYTES


def test_it_becomes_what_a_slower_link_carries() -> None:
    """The cell is left for one with a tenth of the rate; what is on its way now takes longer."""
    window = Window()
    for _ in range(400):
        window.answered(50_000, window.size_bytes, PIECE_BYTES)
    for _ in range(DELAYS_KEPT):
        window.answered(500_000, WINDOW_MOST_BYTES, PIECE_BYTES)
    assert window.size_bytes == WINDOW_MOST_BYTES * (50_000 + TARGET_US) // 500_000


def test_it_never_shrinks_to_nothing() -> None:
    window = Window()
    window.answered(1_000, PIECE_BYTES, PIECE_BYTES)
    for _ in range(DELAYS_KEPT):
        window.answered(10_000_000, PIECE_BYTES, PIECE_BYTES)
    assert window.size_bytes == WINDOW_LEAST_BYTES


def test_one_late_answer_is_no_queue() -> None:
    window = Window()
    window.answered(10_000, PIECE_BYTES, PIECE_BYTES)
    grown = window.size_bytes
    window.answered(500_000, PIECE_BYTES, PIECE_BYTES)
    assert window.size_bytes >= grown


def test_an_upload_that_waited_for_its_turn_keeps_its_window() -> None:
    """Little was on its way because something more urgent was, not because the link is slow."""
    window = Window()
    for _ in range(400):
        window.answered(50_000, window.size_bytes, PIECE_BYTES)
    window.answered(50_000, PIECE_BYTES, PIECE_BYTES)
    assert window.size_bytes == WINDOW_MOST_BYTES


def test_a_slow_link_without_a_queue_is_no_reason_to_shrink() -> None:
    window = Window()
    before = window.size_bytes
    window.answered(2_000_000, before, PIECE_BYTES)
    assert window.size_bytes > before

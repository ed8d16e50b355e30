"""The window of an upload follows what the link carries."""

import heapq
from dataclasses import dataclass, field
from random import Random

import pytest

from clinical.instant import SECOND_US
from vehicle.imaging.window import (
    ANSWERS,
    BURST_US,
    FIRST_BYTES_PER_S,
    LATE_US,
    LEARNED_AGAIN_US,
    PACE,
    PIECE_LEAST_BYTES,
    PIECE_MOST_BYTES,
    PIECE_US,
    PIECES_LEAST,
    ROUNDS_KEPT,
    TARGET_US,
    WINDOW_FIRST_BYTES,
    WINDOW_MOST_BYTES,
    Mark,
    Window,
)

SERIES_BYTES = 14_700_000
MBIT = 1_000_000 / 8
LINKS = [(20, 5_000), (20, 50_000), (50, 5_000), (50, 20_000), (50, 50_000), (100, 20_000)]


@dataclass
class Link:
    """One queue, first in, first out, with a way there and a way back; no process is ever late."""

    mbit_s: float
    round_trip_us: int
    free_us: float = 0.0

    def answer_us(self, size: int, now_us: int) -> int:
        """Take in a piece; return when it is answered."""
        self.free_us = max(self.free_us, now_us) + size * SECOND_US / (self.mbit_s * MBIT)
        return int(self.free_us) + self.round_trip_us


@dataclass
class BusyLink(Link):
    """Behind it a gateway takes its time, and is at times taken off the processor."""

    chance: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - no secret
    served_us: float = 0.0

    def answer_us(self, size: int, now_us: int) -> int:
        arrived_us = super().answer_us(size, now_us) - self.round_trip_us / 2
        away_us = self.chance.uniform(5_000, 30_000) if self.chance.random() < 1 / 200 else 0.0
        self.served_us = max(self.served_us, arrived_us) + 300 + away_us
        late_us = self.chance.expovariate(1 / 700)
        return int(self.served_us + self.round_trip_us / 2 + late_us)


@dataclass
class LongerLink(Link):
    """After a second the way is longer: another cell, or a gateway that is always late."""

    def answer_us(self, size: int, now_us: int) -> int:
        longer_us = 20_000 if now_us >= SECOND_US else 0
        return super().answer_us(size, now_us) + longer_us


@dataclass
class Sent:
    """What an upload did."""

    took_us: int
    queues: list[tuple[int, float]]
    """When a piece was sent, and what a vital sign would have waited for then."""
    piece_bytes: int
    """In the end."""

    def longest_us(self, from_us: float = 0.0) -> float:
        return max(queue_us for at_us, queue_us in self.queues if at_us >= from_us)


def upload(link: Link, total: int = SERIES_BYTES) -> Sent:
    """Send so many bytes over a link without I/O."""
    window, now_us, sent, in_flight = Window(), 0, 0, 0
    under_way: list[tuple[int, int, Mark, int]] = []
    queues = []
    while sent < total or under_way:
        may_send = sent < total and in_flight < window.size_bytes
        if may_send and (not under_way or window.due_us <= under_way[0][0]):
            now_us = max(now_us, window.due_us)
            size = min(window.piece_bytes, total - sent)
            queues.append((now_us, max(link.free_us - now_us, 0.0)))
            in_flight += size
            sent += size
            mark = window.sent(now_us, size, alone=in_flight == size)
            heapq.heappush(under_way, (link.answer_us(size, now_us), sent, mark, size))
            continue
        answered_us, _, mark, size = heapq.heappop(under_way)
        now_us = max(now_us, answered_us)
        in_flight -= size
        window.answered(now_us, mark, size)
    return Sent(now_us, queues, window.piece_bytes)


def share(link: Link, sent: Sent) -> float:
    return SERIES_BYTES * SECOND_US / (link.mbit_s * MBIT) / sent.took_us


@pytest.mark.parametrize(("mbit_s", "round_trip_us"), LINKS)
def test_a_series_fills_the_link_and_hardly_queues(mbit_s: float, round_trip_us: int) -> None:
    """Nine tenths of the rate, and no more before a vital sign than the target and one piece.

    While it learns what the link carries, the first window or half of what fills the link; when it
    has learned the fastest answer anew, a burst.
    """
    link = Link(mbit_s, round_trip_us)
    sent = upload(link)
    first_us = WINDOW_FIRST_BYTES * SECOND_US / (mbit_s * MBIT)
    assert share(link, sent) >= 0.9
    again_us = BURST_US if sent.took_us > LEARNED_AGAIN_US else 0
    assert sent.longest_us(sent.took_us / 4) <= TARGET_US + PIECE_US + again_us
    assert sent.longest_us() <= max(first_us, (round_trip_us + TARGET_US) / 2) + PIECE_US


@pytest.mark.parametrize(("mbit_s", "round_trip_us"), LINKS)
def test_processes_that_are_late_cost_little_of_the_rate(mbit_s: float, round_trip_us: int) -> None:
    """A gateway that is away for a while looks like a queue and soon does no longer."""
    link = BusyLink(mbit_s, round_trip_us)
    assert share(link, upload(link)) >= 0.8


@pytest.mark.parametrize(("mbit_s", "round_trip_us"), LINKS)
def test_a_way_that_has_become_longer_is_learned(mbit_s: float, round_trip_us: int) -> None:
    """Every answer is late by the fastest of before; that is no queue, and not for ever one."""
    series = 4
    sent = upload(LongerLink(mbit_s, round_trip_us), series * SERIES_BYTES)
    seconds = series * SERIES_BYTES / (mbit_s * MBIT)
    assert sent.took_us <= (seconds + 1) * SECOND_US + 1.2 * LEARNED_AGAIN_US


@pytest.mark.parametrize(("mbit_s", "round_trip_us"), LINKS)
def test_the_fastest_answer_is_learned_without_a_queue(mbit_s: float, round_trip_us: int) -> None:
    """Else each time would find the queue of the time before, and add to it."""
    sent = upload(Link(mbit_s, round_trip_us), 6 * SERIES_BYTES)
    late = [queue_us for at_us, queue_us in sent.queues if at_us >= 2 * LEARNED_AGAIN_US]
    assert sum(late) / len(late) <= TARGET_US + PIECE_US
    assert max(late) <= TARGET_US + PIECE_US + BURST_US


def test_a_slow_link_gets_small_pieces_and_a_fast_one_large_ones() -> None:
    """A vital sign never waits long for a piece that has begun."""
    sizes = [upload(Link(mbit_s, 20_000)).piece_bytes for mbit_s in (1, 5, 20, 50, 100, 400)]
    assert sizes == [PIECE_LEAST_BYTES] * 3 + [8_192, 16_384, PIECE_MOST_BYTES]


def steady(window: Window, size: int, delay_us: int, rounds: int, now_us: int = 0) -> int:
    """Let so many round trips carry as much each, without another delay; return the time then."""
    for _ in range(rounds):
        marks = [window.sent(now_us, size // 8, alone=not turn) for turn in range(8)]
        now_us += delay_us
        for mark in marks:
            window.answered(now_us, mark, size // 8)
    return now_us


def test_it_grows_while_answers_are_as_fast_as_the_fastest() -> None:
    """Up to the gateway's credit, and no further."""
    window = Window()
    now_us = 0
    for _ in range(60):
        now_us = steady(window, window.size_bytes, 50_000, 1, now_us)
    assert window.size_bytes == WINDOW_MOST_BYTES


def test_it_becomes_what_a_slower_link_carries() -> None:
    """The cell is left for one with a tenth of the rate; what is on its way now takes longer."""
    window = Window()
    now_us = steady(window, 400_000, 50_000, 30)
    steady(window, 400_000, 500_000, 2, now_us)
    assert window.size_bytes == pytest.approx(400_000 * (50_000 + TARGET_US) / 500_000, rel=0.01)


def test_what_the_link_once_carried_is_forgotten() -> None:
    """A rate counts for so many round trips, so that a link that became slower is believed."""
    window = Window()
    now_us = steady(window, 400_000, 50_000, 30)
    for _ in range(ROUNDS_KEPT):
        now_us = steady(window, 80_000, 50_000 + TARGET_US, 1, now_us)
    assert window.size_bytes <= 80_000 * 1.1


def test_it_never_shrinks_to_nothing() -> None:
    window = Window()
    now_us = steady(window, 64_000, 1_000, 2)
    steady(window, 8, 10_000_000, 20, now_us)
    assert window.size_bytes == PIECES_LEAST * PIECE_LEAST_BYTES


def late_answers(window: Window, now_us: int, late_us: int, count: int) -> None:
    """Let so many pieces that leave now be answered late, one after the other."""
    marks = [window.sent(now_us, 50_000, alone=not turn) for turn in range(count)]
    for mark in marks:
        window.answered(now_us + 50_000 + late_us, mark, 50_000)


@pytest.mark.parametrize(("late_us", "count"), [(500_000, ANSWERS - 1), (LATE_US, ANSWERS)])
def test_some_late_answers_are_no_slower_link(late_us: int, count: int) -> None:
    """A process was away; what the link carried in the rounds before still counts."""
    window = Window()
    now_us = steady(window, 400_000, 50_000, 10)
    late_answers(window, now_us, late_us, count)
    assert window.size_bytes >= 400_000


def test_a_whole_round_that_is_late_is_a_slower_link() -> None:
    window = Window()
    now_us = steady(window, 400_000, 50_000, 10)
    late_answers(window, now_us, LATE_US + 1, ANSWERS)
    assert window.size_bytes < 400_000


def test_an_upload_that_waited_for_its_turn_keeps_its_window() -> None:
    """Little was on its way because something more urgent was, not because the link is slow."""
    window = Window()
    now_us = steady(window, 400_000, 50_000, 10)
    before = window.size_bytes
    mark = window.sent(now_us, PIECE_LEAST_BYTES, alone=True)
    window.answered(now_us + 50_000, mark, PIECE_LEAST_BYTES)
    assert window.size_bytes >= before


def test_a_slow_link_without_a_queue_is_no_reason_to_shrink() -> None:
    window = Window()
    before = window.size_bytes
    mark = window.sent(0, before, alone=True)
    window.answered(2_000_000, mark, before)
    assert window.size_bytes > before


def test_pieces_leave_at_the_pace_of_the_link_and_not_in_a_burst() -> None:
    """A window that is suddenly free is not sent at once: that would be a queue too."""
    window = Window()
    now_us = steady(window, 400_000, 50_000, 10)
    rate = window.size_bytes / (50_000 + TARGET_US)
    for _ in range(8):
        window.sent(now_us, 50_000, alone=False)
    assert window.due_us - now_us == pytest.approx(400_000 / rate / PACE, abs=BURST_US + 8)


def test_before_the_first_answer_the_link_is_taken_to_be_a_slow_one() -> None:
    window = Window()
    window.sent(BURST_US, FIRST_BYTES_PER_S, alone=True)
    assert window.due_us == SECOND_US / PACE


def test_a_late_process_makes_up_for_little_of_its_delay() -> None:
    """What could have left meanwhile does not leave at once."""
    window = Window()
    window.sent(0, PIECE_LEAST_BYTES, alone=True)
    window.sent(1_000_000, PIECE_LEAST_BYTES, alone=True)
    assert 1_000_000 - BURST_US < window.due_us <= 1_000_000

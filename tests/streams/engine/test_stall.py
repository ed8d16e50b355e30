"""A worker that does not get on ends itself."""

import threading

from streams.engine.stall import STALLED_US, LoopWatch, Stall


def test_a_partition_that_grows_and_is_not_judged_is_stalled() -> None:
    """After six seconds, not before."""
    stall = Stall()
    assert stall.judge({0: 5, 1: 7}, {0: 5, 1: 9}, 0) == ()
    assert stall.judge({0: 5, 1: 7}, {0: 5, 1: 12}, STALLED_US - 1) == ()
    assert stall.judge({0: 5, 1: 7}, {0: 5, 1: 13}, STALLED_US) == (1,)


def test_a_slow_worker_that_gets_on_is_not_stalled() -> None:
    stall = Stall()
    for step in range(10):
        assert stall.judge({0: step}, {0: 1_000}, step * (STALLED_US - 1)) == ()


def test_without_anything_to_judge_nobody_is_stalled() -> None:
    """Gateways may be gone for long; the time counts from the first record that waits."""
    stall = Stall()
    stall.judge({0: 5}, {0: 5}, 0)
    assert stall.judge({0: 5}, {0: 5}, 9 * STALLED_US) == ()
    assert stall.judge({0: 5}, {0: 6}, 9 * STALLED_US + 1) == ()
    assert stall.judge({0: 5}, {0: 6}, 10 * STALLED_US) == (0,)


def test_a_partition_that_was_given_away_and_comes_back_begins_anew() -> None:
    stall = Stall()
    stall.judge({0: 5}, {0: 9}, 0)
    stall.judge({}, {}, STALLED_US - 1)
    assert stall.judge({0: 5}, {0: 9}, STALLED_US) == ()


def test_a_loop_that_turns_no_more_ends_the_process() -> None:
    """The thread sees it by the clock that it is given, without the loop's help."""
    left = threading.Event()
    now_us = [0]
    watch = LoopWatch(lambda: now_us[0], stuck_us=20_000, leave=left.set)
    watch.start()
    now_us[0] = 20_001
    assert left.wait(10)


def test_a_loop_that_beats_or_has_ended_is_left_alone() -> None:
    left = threading.Event()
    now_us = [0]
    watch = LoopWatch(lambda: now_us[0], stuck_us=20_000, leave=left.set)
    now_us[0] = 30_000
    watch.beat()
    watch.start()
    watch.stop()
    assert not left.is_set()

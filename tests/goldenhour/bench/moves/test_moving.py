"""What an alarm waited for a move, and what the moves are."""

from clinical.alarms.identity import FrameRef, alarm_id
from goldenhour.bench.crash.judging import AFTER_KILL_US, Injected, Verdict
from goldenhour.bench.moves.moving import ROUND, Move, Moved, figures

SECOND_US = 1_000_000


def injected(at_s: float) -> Injected:
    frame = FrameRef("u", 2, bytes(16), int(at_s * 10), 0)
    return Injected("e1", alarm_id("e1", "NEWS2_HIGH", frame), int(at_s * SECOND_US))


def told(*waited: tuple[Injected, float]) -> Verdict:
    delays_us = {it.alarm_id: int(seconds * SECOND_US) for it, seconds in waited}
    return Verdict(lost=(), duplicated=0, delays_us=delays_us)


def test_a_move_is_felt_until_a_while_after_it_is_done() -> None:
    """A worker that joins takes seconds to start, and patients change hands only then."""
    joined = Moved(Move.ADD, "worker-2", 10 * SECOND_US, 14 * SECOND_US)
    during, after, calm = injected(12), injected(14 + AFTER_KILL_US / SECOND_US), injected(30)
    said = figures([during, after, calm], told((during, 0.1), (after, 0.7), (calm, 9.0)), [joined])
    assert said["moves"] == {
        "add": {"gap_s": {"p50": 0.7, "max": 0.7}, "took_s": {"p50": 4.0, "max": 4.0}}
    }


def test_the_longest_gap_of_each_kind_is_said_and_every_move_stands_there() -> None:
    moved = [
        Moved(Move.ROLL, "worker-1", 100 * SECOND_US, 101 * SECOND_US),
        Moved(Move.ROLL, "worker-2", 200 * SECOND_US, 203 * SECOND_US),
    ]
    first, second = injected(100.5), injected(202)
    said = figures([first, second], told((first, 0.4), (second, 1.4)), moved)
    assert said["moves"]["roll"]["gap_s"] == {"p50": 0.4, "max": 1.4}
    assert [(it["what"], it["gap_s"]) for it in said["each"]] == [
        ("worker-1", 0.4),
        ("worker-2", 1.4),
    ]


def test_a_round_ends_as_it_began() -> None:
    """One worker, then two, each of them rolled, then one: so rounds can follow each other."""
    there = {1}
    for move, number in ROUND:
        assert (number in there) is (move is not Move.ADD)
        there ^= {number} if move in {Move.ADD, Move.REMOVE} else set()
    assert there == {1}
    assert {move for move, _ in ROUND} == set(Move)

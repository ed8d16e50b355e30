"""The session against a model of the gateway: any order of captures, cuts and answers."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from vehicle.lane.flight import FLIGHT_LEAST
from vehicle.lane.session import (
    BACKLOG_WINDOW,
    FIRST_SEGMENT_FRAMES,
    HELD_FRAMES,
    REQUEST_BYTES,
    LaneSession,
    Load,
    SealedFrame,
    SegmentRun,
)
from vehicle.spool.store import SegmentProgress
from wire.frames import Lane


def segments() -> Callable[[], bytes]:
    numbers = itertools.count(1)
    return lambda: next(numbers).to_bytes(16, "big")


def session(*older: SegmentProgress) -> LaneSession:
    return LaneSession("A1", Lane.VITALS, segments(), older)


@dataclass
class World:
    """A session, the spool that keeps every frame, and a log that wants sequences in order."""

    session: LaneSession = field(default_factory=session)
    spool: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    log: dict[bytes, list[bytes]] = field(default_factory=dict)
    captured: list[bytes] = field(default_factory=list)
    streams: dict[bytes, tuple[SegmentRun, int]] = field(default_factory=dict)
    """By segment: the run and the next sequence that the gateway expects on its stream."""

    def capture(self) -> None:
        ref = self.session.next_ref()
        frame = f"frame {len(self.captured)}".encode()
        assert (ref.segment, ref.sequence) not in self.spool, "a sequence is never reused"
        self.spool[ref.segment, ref.sequence] = frame
        self.captured.append(frame)
        self.session.append(frame)

    def dial(self, credit: int) -> None:
        run = self.session.dial()
        if self.session.live.open:
            return
        self.streams[run.segment] = (run, run.acknowledged + 1)
        self.session.opened(run, credit)

    def dial_older(self, credit: int) -> None:
        if self.session.older and self.session.older[0].segment not in self.streams:
            run = self.session.older[0]
            self.streams[run.segment] = (run, run.acknowledged + 1)
            self.session.opened(run, credit)

    def send(self, *, older: bool) -> None:
        run = self.session.older[0] if older and self.session.older else self.session.live
        if run.segment not in self.streams:
            return
        taken = run.take()
        while isinstance(taken, Load):
            wanted = range(taken.first, taken.last + 1)
            run.load(SealedFrame(n, self.spool[run.segment, n]) for n in wanted)
            taken = run.take()
        _, expected = self.streams[run.segment]
        held = self.log.setdefault(run.segment, [])
        for sealed in taken:
            assert sealed.sequence == expected, "frames go out in order, without gaps"
            assert self.spool[run.segment, sealed.sequence] == sealed.frame
            if sealed.sequence == len(held) + 1:
                held.append(sealed.frame)
            expected += 1
        self.streams[run.segment] = (run, expected)

    def answer(self, credit: int) -> None:
        for run, expected in list(self.streams.values()):
            self.session.acknowledged(run, expected - 1, credit)
            if self.session.finish(run):
                del self.streams[run.segment]

    def cut(self) -> None:
        for run, _ in self.streams.values():
            run.lose()
        self.streams.clear()

    def restart(self) -> None:
        """Lose everything but the spool and what it knows of acknowledgements."""
        runs = [*self.session.older, self.session.live]
        older = [
            SegmentProgress(int(Lane.VITALS), run.segment, run.acknowledged, run.last)
            for run in runs
            if run.depth
        ]
        new_segment = self.session._new_segment
        self.streams.clear()
        self.session = LaneSession("A1", Lane.VITALS, new_segment, older)

    def settle(self) -> None:
        for _ in range(10_000):
            if not self.session.depth:
                return
            self.dial(64)
            self.dial_older(64)
            self.send(older=False)
            self.send(older=True)
            self.answer(64)


ACTIONS = st.one_of(
    st.tuples(st.just("capture"), st.integers(1, 40)),
    st.tuples(st.sampled_from(["dial", "dial_older", "answer"]), st.integers(1, 40)),
    st.tuples(st.sampled_from(["send", "send_older", "cut", "restart"]), st.just(1)),
)


def act(world: World, action: str, number: int) -> None:
    match action:
        case "capture":
            for _ in range(number):
                world.capture()
        case "dial":
            world.dial(number)
        case "dial_older":
            world.dial_older(number)
        case "answer":
            world.answer(number)
        case "send" | "send_older":
            world.send(older=action == "send_older")
        case "cut":
            world.cut()
        case _:
            world.restart()


@settings(max_examples=200, deadline=None)
@given(st.lists(ACTIONS, max_size=60))
def test_every_captured_frame_reaches_the_log_once_in_order(
    actions: list[tuple[str, int]],
) -> None:
    """Whatever happens on the way, each segment arrives whole, in order, and all are delivered."""
    world = World()
    for action, number in actions:
        act(world, action, number)
    world.settle()
    assert world.session.depth == 0
    delivered = [frame for held in world.log.values() for frame in held]
    assert sorted(delivered) == sorted(world.captured)
    for segment, held in world.log.items():
        assert held == [world.spool[segment, n] for n in range(1, len(held) + 1)]


def test_credit_bounds_what_is_in_flight() -> None:
    """Nothing goes out beyond the newest acknowledgement plus the credit."""
    world = World()
    world.dial(5)
    for _ in range(12):
        world.capture()
    taken = world.session.live.take()
    assert not isinstance(taken, Load)
    assert [one.sequence for one in taken] == [1, 2, 3, 4, 5]
    assert world.session.live.take() == ()
    world.session.acknowledged(world.session.live, 3, 5)
    more = world.session.live.take()
    assert not isinstance(more, Load)
    assert [one.sequence for one in more] == [6, 7, 8]


def test_a_reconnection_opens_a_new_segment_for_what_is_captured_from_now_on() -> None:
    """Live data never waits behind the backlog of a lost link."""
    world = World()
    world.dial(64)
    world.capture()
    first = world.session.live.segment
    world.cut()
    world.capture()
    assert world.session.live.segment == first, "a tunnel makes one segment"
    world.dial(64)
    world.capture()
    assert world.session.live.segment != first
    assert [run.segment for run in world.session.older] == [first]
    live = world.session.live.take()
    assert not isinstance(live, Load)
    assert [one.frame for one in live] == [b"frame 2"]


def test_dialling_in_vain_makes_no_segments() -> None:
    """Whoever dials for half an hour and gets no answer keeps appending to one segment."""
    world = World()
    world.capture()
    offered = {world.session.dial().segment for _ in range(50)}
    assert offered == {world.session.live.segment}
    assert not world.session.older


def test_a_long_start_without_a_link_becomes_backlog() -> None:
    """What waited long before the first stream does not hold up what is captured then."""
    world = World()
    for _ in range(FLIGHT_LEAST[Lane.VITALS] + 1):
        world.capture()
    world.dial(64)
    assert world.session.live.last == 0
    assert world.session.older[0].depth == FLIGHT_LEAST[Lane.VITALS] + 1


def test_a_long_start_of_alarms_keeps_its_order() -> None:
    """What was captured before the first stream goes before what comes then, up to a bound."""
    for more, live in ((0, FIRST_SEGMENT_FRAMES), (1, 0)):
        alarms = LaneSession("A1", Lane.ALARM, segments())
        for _ in range(FIRST_SEGMENT_FRAMES + more):
            alarms.append(b"frame")
        alarms.opened(alarms.dial(), 64)
        assert alarms.live.last == live


def test_an_older_segment_drains_in_a_small_window() -> None:
    """A generous credit does not let the backlog crowd the link."""
    backlog = session(SegmentProgress(2, b"o" * 16, 10, 5_000))
    run = backlog.older[0]
    backlog.opened(run, 256)
    load = run.take()
    assert load == Load(11, 10 + BACKLOG_WINDOW)


def test_memory_holds_a_bounded_part_of_a_segment() -> None:
    """With a stream that gives no credit, frames stay in the spool and not in memory."""
    world = World()
    world.dial(0)
    for _ in range(HELD_FRAMES + 100):
        world.capture()
    assert len(world.session.live._held) == HELD_FRAMES


def test_an_acknowledgement_beyond_the_end_is_taken_as_the_end() -> None:
    """A crash may leave the gateway knowing more of a segment than the spool."""
    backlog = session(SegmentProgress(2, b"o" * 16, 0, 3))
    run = backlog.older[0]
    backlog.opened(run, 64)
    assert backlog.acknowledged(run, 9, 64) == 3
    assert backlog.finish(run)
    assert not backlog.older


def test_a_request_is_bounded_in_bytes() -> None:
    """The rest goes with the next; a single frame always goes."""
    run = SegmentRun(b"s" * 16)
    run.grant(256)
    half = bytes(REQUEST_BYTES // 2)
    for frame in (half, half, b"more", bytes(REQUEST_BYTES + 1)):
        run.append(frame)
    sizes = []
    while taken := run.take():
        assert not isinstance(taken, Load)
        sizes.append([len(one.frame) for one in taken])
    assert sizes == [[REQUEST_BYTES // 2] * 2, [4], [REQUEST_BYTES + 1]]


def test_what_was_left_out_can_be_acknowledged_in_part() -> None:
    """A gateway may hold some of it; after a cut the word for all goes out, joined by more."""
    run = SegmentRun(b"s" * 16, acknowledged=4, last=12, spans=[(5, 10)])
    run.grant(64)
    assert run.take() == Load(10, 12)
    run.advance(7)
    run.lose()
    run.grant(64)
    assert run.take() == Load(10, 12)
    assert run.pin(64) == (8, 12)
    run.unpin([(5, 12)])
    assert run.take() == Load(12, 12)
    run.load([SealedFrame(12, b"all of it")])
    assert run.take() == [SealedFrame(12, b"all of it")]

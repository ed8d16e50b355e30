"""The streams of a lane over a link in memory: silence, errors, and a damaged spool."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from secrets import token_bytes
from typing import cast

import pytest

from clinical.instant import SECOND_US
from ports.clock import Clock, SystemClock, VirtualClock
from tests.vehicle.hearing import until
from vehicle.lane.lane_streams import LaneStreams, SpoolDamaged
from vehicle.lane.link import (
    Acknowledged,
    ClockReply,
    DownlinkArrival,
    LinkDown,
    Opened,
    Refused,
    UplinkArrival,
)
from vehicle.lane.session import LaneSession, SealedFrame
from vehicle.spool.spool import Spool
from vehicle.spool.store import SegmentProgress
from wire.frames import Lane


@dataclass
class Stream:
    """A stream that answers what the test has ordered."""

    answers: "asyncio.Queue[UplinkArrival | None]" = field(default_factory=asyncio.Queue)
    opened: list[tuple[bytes, int]] = field(default_factory=list)
    sent: list[SealedFrame] = field(default_factory=list)
    cancelled: bool = False
    on_cancel: Callable[[], object] = bool

    async def open(self, unit_id: str, lane: Lane, segment: bytes, next_sequence: int) -> None:
        self.opened.append((segment, next_sequence))

    async def send(self, frames: Sequence[SealedFrame]) -> None:
        self.sent += frames

    async def probe(self, unit_sent_us: int) -> None:
        raise AssertionError

    async def read(self) -> UplinkArrival:
        arrival = await self.answers.get()
        if arrival is None:
            message = "cut"
            raise LinkDown(message)
        return arrival

    def cancel(self) -> None:
        self.cancelled = True
        self.on_cancel()
        self.answers.put_nowait(None)


@dataclass
class MemoryLink:
    """Hands out streams; each is opened at once if so ordered."""

    answering: bool = True
    credit: int = 64
    streams: list[Stream] = field(default_factory=list)

    def uplink(self, lane: Lane) -> Stream:
        stream = Stream()
        if self.answering:
            stream.answers.put_nowait(Opened(self.credit))
        self.streams.append(stream)
        return stream

    def downlink(
        self, unit_id: str, resume_token: bytes | None
    ) -> AsyncGenerator[DownlinkArrival, None]:
        raise AssertionError

    async def close(self) -> None:
        """Nothing to close."""


class Owner:
    """Counts what a lane reports."""

    def __init__(self) -> None:
        self.opened = 0
        self.through: list[int] = []

    def on_opened(self, session: LaneSession) -> None:
        self.opened += 1

    def on_acknowledged(self, session: LaneSession, segment: bytes, through: int) -> None:
        self.through.append(through)

    def on_refused(self, session: LaneSession, segment: bytes, refused: Refused) -> None:
        raise AssertionError

    def on_clock_reply(self, reply: ClockReply) -> None:
        raise AssertionError

    async def turn(self, lane: Lane, *, live: bool) -> None:
        """It is always this lane's turn."""


@dataclass
class EmptySpool:
    """A spool that holds nothing."""

    asked: list[tuple[int, int]] = field(default_factory=list)

    async def frames(
        self, unit_id: str, lane: int, segment: bytes, first: int, last: int
    ) -> list[SealedFrame]:
        self.asked.append((first, last))
        return []


def streams(
    link: MemoryLink,
    owner: Owner,
    *older: SegmentProgress,
    lane: Lane = Lane.VITALS,
    clock: Clock | None = None,
) -> LaneStreams:
    session = LaneSession("A1", lane, lambda: token_bytes(16), older)
    spool = cast(Spool, EmptySpool())  # noqa: TC006 - names the real type
    rng = Random(1)  # noqa: S311 - jitter, not a secret
    return LaneStreams(session, link, spool, clock or SystemClock(), rng, owner)


async def end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])


async def test_frames_flow_and_acknowledgements_are_told() -> None:
    """A capture goes out on the open stream; what is durable is told once."""
    link, owner = MemoryLink(), Owner()
    lane = streams(link, owner)
    running = asyncio.create_task(lane.run())
    await until(lambda: lane.connected)
    for number in range(3):
        lane.session.append(f"{number}".encode())
    lane.wake()
    (stream,) = link.streams
    await until(lambda: len(stream.sent) == 3)
    stream.answers.put_nowait(Acknowledged(3, 64))
    stream.answers.put_nowait(Acknowledged(3, 64))
    await until(lambda: owner.through == [3])
    await end(running)
    assert stream.cancelled


async def test_a_gateway_that_does_not_open_is_dialled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Silence after Open is a lost link; the lane does not wait for ever."""
    monkeypatch.setattr("vehicle.lane.backoff.OPEN_FLOOR_S", 0.02)
    link, owner = MemoryLink(answering=False), Owner()
    running = asyncio.create_task(streams(link, owner).run())
    await until(lambda: len(link.streams) >= 3)
    link.answering = True
    await until(lambda: owner.opened == 1)
    assert all(stream.cancelled for stream in link.streams[:-1])
    await end(running)


@pytest.mark.parametrize(("lane", "gives_way"), [(Lane.VITALS, True), (Lane.ALARM, False)])
async def test_the_past_gives_way_to_others_at_a_slow_gateway(
    lane: Lane, *, gives_way: bool
) -> None:
    """What a unit held is not dialled while other units wait for an answer; alarms always are."""
    clock, link, owner = VirtualClock(0), MemoryLink(answering=False), Owner()
    past = SegmentProgress(int(lane), b"o" * 16, 4, 9)
    one = streams(link, owner, past, lane=lane, clock=clock)
    running = asyncio.create_task(one.run())
    await until(lambda: link.streams)
    clock.advance(SECOND_US)
    link.streams[0].answers.put_nowait(Opened(64))
    await until(lambda: one.connected)
    await clock.run_for(4 * SECOND_US - 1, settling_turns=3)
    assert len(link.streams) == (1 if gives_way else 2)
    await clock.run_for(4 * SECOND_US, settling_turns=3)
    assert len(link.streams) == 2
    assert link.streams[1].opened == [(b"o" * 16, 5)]
    await end(running)


async def test_the_past_is_not_dialled_while_live_data_is() -> None:
    """A unit without a link dials once for a lane, and again for the past when live data flows."""
    clock, link, owner = VirtualClock(0), MemoryLink(credit=0), Owner()
    one = streams(link, owner, SegmentProgress(2, b"o" * 16, 4, 9), clock=clock)
    running = asyncio.create_task(one.run())
    await until(lambda: len(link.streams) == 2)
    link.answering = False
    for stream in list(link.streams):
        stream.answers.put_nowait(None)
    await clock.run_for(SECOND_US, settling_turns=3)
    assert [bool(stream.opened) for stream in link.streams[2:]] == [True]
    link.streams[2].answers.put_nowait(Opened(64))
    link.answering = True
    await clock.run_for(10 * SECOND_US, settling_turns=3)
    assert link.streams[3].opened == [(b"o" * 16, 5)]
    await end(running)


async def test_a_lane_that_is_stopped_while_it_loses_its_link_ends() -> None:
    """The end of a stream never takes the end of the lane for its own, and dials on for ever."""
    link, owner = MemoryLink(), Owner()
    lane = streams(link, owner)
    running = asyncio.create_task(lane.run())
    await until(lambda: lane.connected)
    (stream,) = link.streams
    stream.on_cancel = running.cancel
    stream.answers.put_nowait(None)
    _, still = await asyncio.wait([running], timeout=1)
    await end(running)
    assert not still
    assert len(link.streams) == 1


async def test_a_past_that_was_thinned_goes_on() -> None:
    """All that was in flight may be acknowledged while it is thinned; what is left then follows."""
    link, owner = MemoryLink(), Owner()
    lane = streams(link, owner, SegmentProgress(2, b"o" * 16, 0, 100))
    (past,) = lane.session.older
    past.load(SealedFrame(n, b"kept") for n in range(1, 101))
    running = asyncio.create_task(lane.run())
    await until(lambda: len(link.streams) == 2 and link.streams[1].sent)
    stream = link.streams[1]
    sent = past.sent
    assert past.pin(200) == (sent + 1, 100)
    stream.answers.put_nowait(Acknowledged(sent, 64))
    await until(lambda: owner.through)
    past.unpin([(sent + 1, 100)])
    past.load([SealedFrame(100, b"left out")])
    lane.wake()
    await until(lambda: stream.sent[-1] == SealedFrame(100, b"left out"))
    await end(running)


async def test_a_frame_that_the_spool_has_lost_is_an_error_of_ours() -> None:
    """A hole in an older segment is never skipped in silence."""
    link, owner = MemoryLink(), Owner()
    lane = streams(link, owner, SegmentProgress(2, b"o" * 16, 4, 9))
    running = asyncio.create_task(lane.run())
    await until(lambda: lane._draining is not None and lane._draining.done())
    with pytest.raises(SpoolDamaged, match="frame 5"):
        await cast("asyncio.Task[None]", lane._draining)
    running.cancel()
    with pytest.raises((SpoolDamaged, asyncio.CancelledError)):
        await running

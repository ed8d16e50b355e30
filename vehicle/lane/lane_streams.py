"""Keeps one lane of one unit on the air: dials, streams, listens, dials again.

Two streams at most: one for live data, and beside it one that drains older segments. Each is a
task that reads and a task that writes; what they may send is the session's decision. Below the
ALARM lane what drains gives way after a dial, the longer the slower the gateway was to answer it.
"""

import asyncio
import contextlib
from random import Random
from typing import Protocol

from ports.clock import Clock
from ports.logging import get_logger
from vehicle.lane.backoff import Backoff
from vehicle.lane.flight import Flight
from vehicle.lane.link import (
    Acknowledged,
    ClockReply,
    Link,
    LinkDown,
    Opened,
    Refused,
    UplinkStream,
)
from vehicle.lane.session import LaneSession, Load, SealedFrame, SegmentRun
from vehicle.spool.spool import Spool
from wire.frames import Lane

log = get_logger(__name__)


class SpoolDamaged(Exception):  # noqa: N818 - named for what happened
    """A frame that nobody acknowledged is not in the spool."""


class LaneOwner(Protocol):
    """Whom a lane tells what it learns."""

    def on_opened(self, session: LaneSession) -> None:
        """Live data flows."""
        ...

    def on_acknowledged(self, session: LaneSession, segment: bytes, through: int) -> None:
        """Everything of the segment through this sequence is durable in the log."""
        ...

    def on_refused(self, session: LaneSession, segment: bytes, refused: Refused) -> None:
        """The gateway will never take this frame as data."""
        ...

    def on_clock_reply(self, reply: ClockReply) -> None:
        """The gateway told its time."""
        ...

    async def turn(self, lane: Lane, *, live: bool) -> None:
        """Return once a lane may send: a lower one waits while those above are behind.

        ``live`` says that it would send what is captured now.
        """
        ...


class LaneStreams:
    """The streams of one lane."""

    def __init__(  # noqa: PLR0917 - each part is handed over
        self,
        session: LaneSession,
        link: Link,
        spool: Spool,
        clock: Clock,
        rng: Random,
        owner: LaneOwner,
    ) -> None:
        """Prepare; ``run`` does the work."""
        self.session = session
        self._link = link
        self._spool = spool
        self._clock = clock
        self._backoff = Backoff(rng)
        self._owner = owner
        self._wakeup = asyncio.Event()
        self._past_wakeup = asyncio.Event()
        self._probing = False
        self._way_until_us = 0
        """Monotonic: until when what is not urgent gives way."""
        self._draining: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether live data flows."""
        return self.session.live.open

    def wake(self) -> None:
        """Look whether a frame may be sent, of what is live or of what is older."""
        self._wakeup.set()
        self._past_wakeup.set()

    def probe(self) -> None:
        """Ask the gateway for its time on the live stream."""
        self._probing = True
        self._wakeup.set()

    async def give_way(self) -> None:
        """Return once what is not urgent may be dialled as well."""
        await self._clock.sleep_us(self._way_until_us - self._clock.monotonic_us())

    async def run(self) -> None:
        """Keep live data flowing, and older segments draining beside it, until cancelled."""
        try:
            while True:
                await self._stream(self.session.dial(), self._wakeup)
                await self._clock.sleep_us(self._backoff.next_us())
        finally:
            if self._draining is not None:
                self._draining.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await self._draining

    async def _drain(self) -> None:
        """Stream older segments as long as live data flows; begun anew when it flows again."""
        while self.session.older and self.connected:
            if self.session.lane is not Lane.ALARM:
                await self.give_way()
            run = self.session.older[0]
            await self._stream(run, self._past_wakeup)
            if run.depth:
                await self._clock.sleep_us(self._backoff.next_us())

    async def _stream(self, run: SegmentRun, wakeup: asyncio.Event) -> None:
        """Stream one segment until the link is lost or an older segment is finished."""
        stream = self._link.uplink(self.session.lane)
        writer: asyncio.Task[None] | None = None
        dialled_us = self._clock.monotonic_us()
        try:
            async with asyncio.timeout(self._backoff.open_within_s):
                credit = await self._open(stream, run)
            flight = Flight(self.session.lane)
            self.session.opened(run, flight.within(credit))
            self._announce(run, dialled_us)
            writer = asyncio.create_task(self._write(stream, run, flight, wakeup))
            await self._listen(stream, run, flight, wakeup)
        except TimeoutError:
            self._backoff.unanswered()
        except LinkDown as lost:
            self._say_lost(run, lost)
        finally:
            run.lose()
            stream.cancel()
            if writer is not None:
                await end(writer)

    def _say_lost(self, run: SegmentRun, lost: Exception) -> None:
        if run.open:
            session = self.session
            log.info("link lost", unit_id=session.unit_id, lane=session.lane.name, why=str(lost))

    async def _open(self, stream: UplinkStream, run: SegmentRun) -> int:
        session = self.session
        await stream.open(session.unit_id, session.lane, run.segment, run.acknowledged + 1)
        opened = await stream.read()
        if not isinstance(opened, Opened):
            message = "the gateway did not open the stream"
            raise LinkDown(message)
        return opened.credit_frames

    def _announce(self, run: SegmentRun, dialled_us: int) -> None:
        self._backoff.reset()
        if run is self.session.live:
            now_us = self._clock.monotonic_us()
            self._way_until_us = now_us + self._backoff.way_us(now_us - dialled_us)
            self._owner.on_opened(self.session)
            self._start_draining()

    def _start_draining(self) -> None:
        if self._draining is not None and self._draining.done():
            self._draining.result()
            self._draining = None
        if self._draining is None and self.session.older:
            self._draining = asyncio.create_task(self._drain())

    async def _listen(
        self, stream: UplinkStream, run: SegmentRun, flight: Flight, wakeup: asyncio.Event
    ) -> None:
        while True:
            match await stream.read():
                case Acknowledged(through, credit):
                    flight.acknowledged(through, self._clock.monotonic_us())
                    credit = flight.within(credit)
                    newly = self.session.acknowledged(run, through, credit)
                    finished = self.session.finish(run)
                    if newly:
                        self._owner.on_acknowledged(self.session, run.segment, run.acknowledged)
                    if finished:
                        return
                    wakeup.set()
                case Refused() as refused:
                    self._owner.on_refused(self.session, run.segment, refused)
                case ClockReply() as reply:
                    self._owner.on_clock_reply(reply)

    async def _write(
        self, stream: UplinkStream, run: SegmentRun, flight: Flight, wakeup: asyncio.Event
    ) -> None:
        try:
            while True:
                wakeup.clear()
                while frames := await self._next(run):
                    now_us = self._clock.monotonic_us()
                    flight.sent(frames[-1].sequence, len(frames), now_us)
                    await stream.send(frames)
                if self._probing and run is self.session.live:
                    self._probing = False
                    await stream.probe(self._clock.monotonic_us())
                await wakeup.wait()
        except LinkDown:
            return
        finally:
            stream.cancel()

    async def _next(self, run: SegmentRun) -> list[SealedFrame]:
        if run.sendable:
            await self._owner.turn(self.session.lane, live=run is self.session.live)
        while isinstance(taken := run.take(), Load):
            found = await self._spool.frames(
                self.session.unit_id, int(self.session.lane), run.segment, taken.first, taken.last
            )
            if not found and run.open and run.take() == taken:
                message = f"frame {taken.first} of segment {run.segment.hex()} is missing"
                raise SpoolDamaged(message)
            run.load(SealedFrame(one.sequence, one.frame) for one in found)
        return list(taken)


async def end(writer: "asyncio.Task[None]") -> None:
    """Stop a writer; what it failed of, other than its end, is our bug and goes on up.

    Who is stopped meanwhile is told: that is not the writer's end.
    """
    writer.cancel()
    try:
        await writer
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) and task.cancelling():
            raise

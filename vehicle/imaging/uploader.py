"""Brings series to the gateway, one after the other, through any number of cuts.

An upload waits while alarms or vital signs wait (``turn``), and sends no more at a time, and no
faster, than the link carries without a queue (``window``). After a cut it dials again and goes on
where the gateway's bytes end. The files of a series are read block by block (``read_ahead``).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from ports.clock import Clock
from ports.logging import get_logger
from vehicle.imaging.link import Held, ImagingLink, ObjectRefused, Progressed, UploadStream
from vehicle.imaging.read_ahead import ReadAhead
from vehicle.imaging.series import Series
from vehicle.imaging.session import Piece, UploadSession
from vehicle.imaging.window import Mark
from vehicle.lane.backoff import Backoff
from vehicle.lane.lane_streams import end
from vehicle.lane.link import LinkDown

HELD_TIMEOUT_S: Final = 30
"""Longest wait for the gateway to say what it holds, before the next dial."""

BULK_BACKOFF_FACTOR: Final = 4
"""How much longer an upload waits before it dials again than a lane of frames does."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A piece on its way."""

    piece: Piece
    mark: Mark


class Uploader:
    """The IMAGING lane of one unit."""

    def __init__(
        self,
        unit_id: str,
        link: ImagingLink,
        clock: Clock,
        rng: Random,
        *,
        turn: Callable[[], Awaitable[object]],
    ) -> None:
        """Prepare; ``turn`` returns once nothing more urgent waits."""
        self._unit_id = unit_id
        self._link = link
        self._clock = clock
        self._backoff = Backoff(rng)
        self._turn = turn
        self._wakeup = asyncio.Event()

    async def upload(self, series: Series) -> UploadSession:
        """Return once every object is stored, or will never be taken."""
        session = UploadSession(series)
        while not session.done:
            await self._stream(session)
            if not session.done:
                await self._clock.sleep_us(BULK_BACKOFF_FACTOR * self._backoff.next_us())
        if session.given_up:
            log.error("images were not taken", unit_id=self._unit_id, count=len(session.given_up))
        return session

    async def close(self) -> None:
        """Let go of the connection."""
        await self._link.close()

    async def _stream(self, session: UploadSession) -> None:
        stream = self._link.upload()
        sent: deque[_Sent] = deque()
        writer: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(HELD_TIMEOUT_S):
                await stream.open(self._unit_id, session.series)
                self._take(session, await stream.read(), sent)
            self._backoff.reset()
            writer = asyncio.create_task(self._write(session, stream, sent))
            while not session.done:
                self._take(session, await stream.read(), sent)
                self._wakeup.set()
        except (LinkDown, TimeoutError) as lost:
            log.info("upload cut", unit_id=self._unit_id, why=str(lost))
        finally:
            session.lose()
            stream.cancel()
            if writer is not None:
                await end(writer)

    def _take(self, session: UploadSession, arrival: object, sent: deque[_Sent]) -> None:
        match arrival:
            case Held(objects, credit_bytes):
                held = [(one.sop_uid, one.held_bytes, one.stored) for one in objects]
                session.held(held, credit_bytes)
            case Progressed(sop_uid, held_bytes, stored):
                session.progressed(sop_uid, held_bytes, stored=stored)
                if not stored:
                    self._measure(session, sop_uid, held_bytes, sent)
            case ObjectRefused(sop_uid, again, description):
                log.warning("image refused", unit_id=self._unit_id, why=description)
                session.refused(sop_uid, again=again)

    def _measure(
        self,
        session: UploadSession,
        sop_uid: str,
        held_bytes: int,
        sent: deque[_Sent],
    ) -> None:
        """Tell the window how long the answered piece was on its way."""
        answered_bytes = 0
        while sent:
            one = sent.popleft()
            answered_bytes += one.piece.size
            if (one.piece.one.sop_uid, one.piece.offset + one.piece.size) == (sop_uid, held_bytes):
                now_us = self._clock.monotonic_us()
                session.window.answered(now_us, one.mark, answered_bytes)
                return

    async def _write(
        self, session: UploadSession, stream: UploadStream, sent: deque[_Sent]
    ) -> None:
        ahead = ReadAhead()
        try:
            while True:
                self._wakeup.clear()
                while True:
                    await self._clock.sleep_us(session.window.due_us - self._clock.monotonic_us())
                    await self._turn()
                    piece = session.next()
                    if piece is None:
                        break
                    data = await ahead.piece(piece.one.path, piece.offset, piece.size)
                    alone = session.in_flight_bytes == piece.size
                    now_us = self._clock.monotonic_us()
                    sent.append(_Sent(piece, session.window.sent(now_us, piece.size, alone=alone)))
                    await stream.send(piece.one.sop_uid, piece.offset, data)
                await self._wakeup.wait()
        except LinkDown:
            return
        finally:
            stream.cancel()

"""Leaves out what cannot be carried: once a second, waveforms first, vitals next, alarms never.

Two kinds of pressure: a lane that link and gateway have not carried for a while (``pressure``), and
a spool whose room for the lane is nearly used up. Either way only frames that were not sent on the
present stream are touched, in this order: the run is pinned, its frames are read from the spool,
what ``thinning`` leaves out is replaced on disk in one transaction, and only then may the run go
on. So a frame and the word that it was left out are never both on disk, whenever power fails.
What an earlier stream did bring to the gateway stays there: the gateway knows it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final

from clinical.items import DiscardReason
from ports.clock import Clock
from ports.logging import get_logger
from vehicle.lane.lane_streams import LaneStreams
from vehicle.lane.session import LaneSession, SegmentRun
from vehicle.spool.spool import Spool
from vehicle.spool.store import Discard
from vehicle.uplink.pressure import Drain, LaneLoad, Pressure
from vehicle.uplink.thinning import SHED_LANES, discarded_in, thin
from wire.frames import Frame, Lane, decode_frame, encode_frame

FRAMES_PER_PASS: Final = 2_000
"""Sequences of a run that are read and thinned at once; the rest comes with the next pulse."""

Spawn = Callable[[Coroutine[Any, Any, None]], object]

log = get_logger(__name__)


class Shedder:
    """Sheds the lanes of one unit."""

    def __init__(
        self, lanes: Mapping[Lane, LaneStreams], spool: Spool, clock: Clock, spawn: Spawn
    ) -> None:
        """Prepare; ``pulse`` does the work."""
        self._lanes = lanes
        self._spool = spool
        self._clock = clock
        self._spawn = spawn
        self._pressure = {lane: Pressure() for lane in SHED_LANES}
        self._drain = Drain()
        self._reached: dict[bytes, int] = {}
        """How far a segment with more than one pass to thin was thinned."""
        self._busy = False
        self.discarded: Counter[Lane] = Counter()
        """Frames left out since the start, by lane."""

    @property
    def thinned(self) -> tuple[Lane, ...]:
        """The lanes that are being thinned."""
        return tuple(
            lane
            for lane in SHED_LANES
            if self._pressure[lane].overloaded
            or (lane in self._lanes and self._spool.nearly_full(int(lane)))
        )

    def count(self, lane: Lane, frames: int) -> None:
        """Count frames that were left out."""
        self.discarded[lane] += frames

    def pulse(self) -> None:
        """Look once, and leave out what has to be; call it once a second."""
        slow = self._slow_lanes()
        if not self._busy and (slow or self._full_lanes()):
            self._busy = True
            self._spawn(self._work(slow))

    async def _work(self, slow: Sequence[Lane]) -> None:
        try:
            for lane in slow:
                session = self._lanes[lane].session
                await self._shed(session, session.live, DiscardReason.LINK_TOO_SLOW)
            for lane in self._full_lanes():
                if await self._shed_stored(self._lanes[lane].session):
                    return
        finally:
            self._busy = False

    def _slow_lanes(self) -> list[Lane]:
        """Return the lanes that link and gateway do not carry.

        While waveforms wait that were not shed yet, vital signs are not thinned.
        """
        now_us = self._clock.monotonic_us()
        drains = self._drains(now_us)
        slow: list[Lane] = []
        first_wait = False
        for lane in SHED_LANES:
            streams = self._lanes.get(lane)
            if streams is None:
                continue
            live = streams.session.live
            flows = live.open
            load = LaneLoad(live.segment, live.sent, live.last, flows and not drains)
            pressure = self._pressure[lane]
            shed_before = pressure.overloaded
            if pressure.pulse(load, now_us) and not first_wait:
                slow.append(lane)
            first_wait |= flows and live.last > live.sent and not shed_before
        return slow

    def _drains(self, now_us: int) -> bool:
        """Say whether alarms and vital signs of an earlier stream get on."""
        older: dict[bytes, int] = {}
        for lane, streams in self._lanes.items():
            if lane is not Lane.WAVEFORM and (runs := streams.session.older):
                older.update({run.segment: run.depth for run in runs})
        return self._drain.pulse(older, now_us)

    def _full_lanes(self) -> list[Lane]:
        return [
            lane
            for lane in SHED_LANES
            if lane in self._lanes and self._spool.nearly_full(int(lane))
        ]

    async def _shed_stored(self, session: LaneSession) -> bool:
        """Make room, from the oldest run on; say whether this lane gave any."""
        for run in [*session.older, session.live]:
            if await self._shed(session, run, DiscardReason.SPOOL_NEARLY_FULL):
                return True
        return False

    async def _shed(self, session: LaneSession, run: SegmentRun, reason: DiscardReason) -> bool:
        """Thin what waits in a run; say whether anything was left out."""
        pinned = run.pin(FRAMES_PER_PASS, self._reached.pop(run.segment, 0))
        if pinned is None:
            return False
        discards: list[Frame] = []
        try:
            key = (session.unit_id, int(session.lane), run.segment)
            held = await self._spool.frames(*key, *pinned)
            before = [decode_frame(one.frame) for one in held]
            discards = thin(before, reason)
            await self._replace(discards)
        finally:
            run.unpin([_span(one) for one in discards])
            self._lanes[session.lane].wake()
        if pinned[1] < run.last:
            self._reached[run.segment] = pinned[1]
        self._say(session.lane, before, discards, reason)
        return bool(discards)

    async def _replace(self, discards: Sequence[Frame]) -> None:
        """Return once the spool holds the discards and no longer what they stand for."""
        if not discards:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def committed() -> None:
            if not done.done():
                done.set_result(None)

        self._spool.put([_entry(one) for one in discards], committed, urgent=True)
        await done

    def _say(
        self, lane: Lane, before: Sequence[Frame], discards: Sequence[Frame], reason: DiscardReason
    ) -> None:
        spans = [_span(one) for one in discards]
        frames = sum(
            any(first <= one.sequence <= last for first, last in spans)
            for one in before
            if discarded_in(one) is None
        )
        if frames:
            self.count(lane, frames)
            log.warning("frames left out", lane=lane.name, frames=frames, reason=reason.name)


def _entry(frame: Frame) -> Discard:
    first, sequence = _span(frame)
    return Discard(
        frame.unit_id, int(frame.lane), frame.segment, sequence, encode_frame(frame), first
    )


def _span(frame: Frame) -> tuple[int, int]:
    said = discarded_in(frame)
    return (frame.sequence if said is None else said.from_sequence), frame.sequence

"""The way out of one unit: numbers frames, sends them at once, spools them, forgets them.

A frame is on its way to the gateway before the spool has it; the listener hears of each step.
What the spool held at the start drains beside what is captured now.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Coroutine, Mapping, Sequence
from random import Random
from typing import Any, Final

from clinical.items import DiscardReason
from ports.clock import Clock
from ports.logging import get_logger
from vehicle.lane.lane_streams import LaneStreams
from vehicle.lane.link import ClockReply, Link, Refused
from vehicle.lane.listener import ClientListener
from vehicle.lane.session import LaneSession, SequenceRef
from vehicle.spool.spool import Spool
from vehicle.spool.store import Entry, Refusal, SegmentProgress, SpooledFrame, UnitState
from vehicle.uplink.clock_sync import Exchange, UnitClock
from vehicle.uplink.shedding import Shedder
from vehicle.uplink.thinning import discarded_frame
from wire.frames import Frame, Lane, encode_frame
from wire.limits import SEGMENT_BYTES
from wire.unit_items import LinkState, WireItem

REFUSALS_REMEMBERED: Final = 256
"""Newest refusals that are told apart from their repetition: as many as can be in flight."""

BEHIND_FRAMES: Final = 16
"""Frames of the ALARM and VITALS lanes without an acknowledgement, beyond which WAVEFORM waits:
what is live for what is live, what is older for all."""

_WAITING_LANES: Final = frozenset({Lane.WAVEFORM})

log = get_logger(__name__)


class Outbox:
    """The lanes of one unit; also the owner that they report to."""

    def __init__(  # noqa: PLR0917 - each part is handed over
        self,
        unit_id: str,
        link: Link,
        spool: Spool,
        clock: Clock,
        rng: Random,
        listener: ClientListener,
        boot_id: str | None,
    ) -> None:
        """Prepare; ``start`` it on the event loop."""
        self.unit_id = unit_id
        self._link = link
        self._spool = spool
        self._clock = clock
        self._rng = rng
        self._listener = listener
        self._boot_id = boot_id
        self._unit_clock = UnitClock(clock.now_us(), clock.monotonic_us())
        self._quarantined = 0
        self._refused: deque[SequenceRef] = deque(maxlen=REFUSALS_REMEMBERED)
        self._behind_since_us: int | None = None
        self._lanes: dict[Lane, LaneStreams] = {}
        self._older: dict[Lane, list[SegmentProgress]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._shedder = Shedder(self._lanes, spool, clock, self.spawn)
        self._opened = asyncio.Event()
        self._caught_up = asyncio.Event()
        self._acknowledged = asyncio.Event()
        self._drain_waiters: list[asyncio.Future[None]] = []
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def start(self, state: UnitState) -> None:
        """Resume from the spool and begin to dial."""
        self._quarantined = state.quarantined
        for segment in state.segments:
            self._older.setdefault(Lane(segment.lane), []).append(segment)
        for lane in {Lane.ALARM, *self._older}:
            self._streams(lane)

    async def stop(self) -> None:
        """End every task."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work of this unit until ``stop``; an error that it ends with reaches ``failed``."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._note_end)

    def _note_end(self, task: "asyncio.Task[None]") -> None:
        if task in self._tasks:
            self._tasks.remove(task)
        if not task.cancelled() and (error := task.exception()) and not self.failed.done():
            self.failed.set_exception(error)

    def _streams(self, lane: Lane) -> LaneStreams:
        streams = self._lanes.get(lane)
        if streams is None:
            older = self._older.pop(lane, ())
            session = LaneSession(self.unit_id, lane, _new_segment, older)
            rng = Random(self._rng.random())  # noqa: S311 - jitter, not a secret
            streams = LaneStreams(session, self._link, self._spool, self._clock, rng, self)
            self._lanes[lane] = streams
            self.spawn(streams.run())
        return streams

    def number(
        self,
        encounter_id: str | None,
        items: Sequence[WireItem],
        lane: Lane,
        captured_us: int | None = None,
    ) -> tuple[Frame, SpooledFrame]:
        """Stamp, number and send a frame; the caller puts it into the spool."""
        streams = self._streams(lane)
        stamp = self._unit_clock.stamp(self._clock.monotonic_us())
        ref = streams.session.next_ref()
        frame = Frame(
            unit_id=self.unit_id,
            lane=lane,
            segment=ref.segment,
            sequence=ref.sequence,
            captured_us=stamp.captured_us if captured_us is None else captured_us,
            uncertainty_us=stamp.uncertainty_us,
            boot_id=self._boot_id,
            encounter_id=encounter_id,
            items=tuple(items),
        )
        if lane is Lane.WAVEFORM and self._spool.full(int(lane)):
            frame = discarded_frame(frame, DiscardReason.SPOOL_NEARLY_FULL)
            self._shedder.count(lane, 1)
        data = encode_frame(frame)
        if self._behind_since_us is None:
            self._behind_since_us = stamp.captured_us
        streams.session.append(data)
        streams.wake()
        return frame, SpooledFrame(self.unit_id, int(lane), ref.segment, ref.sequence, data)

    def put(self, entries: Sequence[Entry]) -> None:
        """Spool entries as one group, at once when a frame of the ALARM lane is among them."""
        frames = [one for one in entries if isinstance(one, SpooledFrame)]

        def committed() -> None:
            for one in frames:
                self._listener.captured(ref_of(one))

        self._spool.put(entries, committed, urgent=any(one.lane == Lane.ALARM for one in frames))

    def shed(self) -> None:
        """Leave out what cannot be carried; call it once a second."""
        self._shedder.pulse()

    @property
    def thinned(self) -> tuple[Lane, ...]:
        """The lanes that are being thinned at present."""
        return self._shedder.thinned

    @property
    def discarded(self) -> Mapping[Lane, int]:
        """Frames left out since the start, by lane."""
        return self._shedder.discarded

    def check_room(self, lane: Lane) -> None:
        """Raise LaneFull when the spool cannot take a frame of this lane.

        A waveform that finds its part of the room used up is left out, and only that is spooled.
        """
        self._spool.check_room(int(Lane.VITALS if lane is Lane.WAVEFORM else lane))

    def now_us(self) -> int:
        """Return the unit's best knowledge of the time, microseconds since the Unix epoch."""
        return self._unit_clock.now_us(self._clock.monotonic_us())

    @property
    def depth(self) -> int:
        """Frames that nobody acknowledged."""
        return sum(one.session.depth for one in self._lanes.values())

    @property
    def connected(self) -> bool:
        """Whether live data of the ALARM lane flows."""
        return self.flowing(Lane.ALARM)

    def flowing(self, lane: Lane) -> bool:
        """Whether live data of a lane flows."""
        return lane in self._lanes and self._lanes[lane].connected

    async def drained(self) -> None:
        """Return once everything is acknowledged."""
        if self.depth:
            waiter = asyncio.get_running_loop().create_future()
            self._drain_waiters.append(waiter)
            await waiter

    def link_state(self) -> LinkState:
        """Return how link and spool are."""
        behind_us = self._behind_since_us
        return LinkState(
            spool_depth_frames=self.depth,
            spool_oldest_us=None if behind_us is None else max(0, self.now_us() - behind_us),
            quarantine_frames=self._quarantined,
            clock_offset_us=self._unit_clock.offset_us,
        )

    @property
    def clock_settled(self) -> bool:
        """Whether the unit's clock was compared often enough."""
        return self._unit_clock.settled

    def probe_clock(self) -> None:
        """Ask the gateway for its time."""
        self._streams(Lane.ALARM).probe()

    def on_opened(self, session: LaneSession) -> None:
        """Compare clocks as soon as the ALARM lane is open."""
        if session.lane is Lane.ALARM:
            self._opened.set()
            self.probe_clock()

    async def way_free(self) -> None:
        """Return once the ALARM lane is on the air, and what is not urgent may be dialled."""
        while not self.connected:
            self._opened.clear()
            await self._opened.wait()
        await self._streams(Lane.ALARM).give_way()

    async def turn(self, lane: Lane, *, live: bool) -> None:
        """Return once a lane may send; a thin link is left to the lanes above.

        What is live waits for nothing older: that may be held at the gateway for minutes.
        """
        while lane in _WAITING_LANES and self._behind(live=live):
            self._caught_up.clear()
            await self._caught_up.wait()

    async def clear(self, lane: Lane) -> None:
        """Return once the log holds all that a lane was given in the present run of the spool."""
        while self._streams(lane).session.depth:
            self._acknowledged.clear()
            await self._acknowledged.wait()

    def _behind(self, *, live: bool) -> bool:
        above = [one.session for lane, one in self._lanes.items() if lane not in _WAITING_LANES]
        return sum(it.live.depth if live else it.depth for it in above) > BEHIND_FRAMES

    def on_acknowledged(self, session: LaneSession, segment: bytes, through: int) -> None:
        """The log holds it; the spool may forget it."""
        self._spool.acknowledge(self.unit_id, int(session.lane), segment, through)
        self._listener.acknowledged(self.unit_id, session.lane, segment, through)
        self._acknowledged.set()
        if not self._behind(live=True):
            self._caught_up.set()
        if self.depth:
            return
        self._behind_since_us = None
        for waiter in self._drain_waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._drain_waiters.clear()

    def on_refused(self, session: LaneSession, segment: bytes, refused: Refused) -> None:
        """Keep the frame in the quarantine, and say so, once however often it is sent again."""
        ref = SequenceRef(self.unit_id, session.lane, segment, refused.sequence)
        if ref in self._refused:
            return
        self._refused.append(ref)
        refusal = Refusal(
            self.unit_id,
            int(session.lane),
            segment,
            refused.sequence,
            refused.reason,
            refused.field_path,
            refused.description,
        )
        self._quarantined += 1
        self._spool.put([refusal])
        log.warning(
            "frame refused", lane=session.lane.name, reason=refused.reason, path=refused.field_path
        )
        self._listener.refused(refusal)

    def on_clock_reply(self, reply: ClockReply) -> None:
        """Learn how far off the unit's clock is."""
        received_us = self._clock.monotonic_us()
        self._unit_clock.learn(
            Exchange(
                reply.unit_sent_us, reply.gateway_received_us, reply.gateway_sent_us, received_us
            )
        )


def ref_of(spooled: SpooledFrame) -> SequenceRef:
    """Return the name of a spooled frame."""
    return SequenceRef(spooled.unit_id, Lane(spooled.lane), spooled.segment, spooled.sequence)


def _new_segment() -> bytes:
    return secrets.token_bytes(SEGMENT_BYTES)

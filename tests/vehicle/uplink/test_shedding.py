"""Leaving out under pressure: what is on disk, what goes out, and what a restart finds."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from clinical.instant import SECOND_US
from clinical.items import CrewEvent, CrewFinding, Discarded, DiscardReason, Vitals
from clinical.signals.waveform import WaveformChunk
from ports.clock import VirtualClock
from tests.vehicle.conftest import Start
from tests.vehicle.gateway import FakeGateway
from tests.vehicle.hearing import until
from vehicle.lane.session import LaneSession, Load, SealedFrame, SegmentRun
from vehicle.spool.spool import NEARLY_FULL, WAVEFORM_SHARE, Spool
from vehicle.spool.store import SpooledFrame
from vehicle.uplink.pressure import OVERLOADED_AFTER_US, STANDS_STILL_AFTER_US
from vehicle.uplink.shedding import FRAMES_PER_PASS, Shedder
from wire.frames import Frame, Lane, decode_frame, encode_frame
from wire.unit_items import WireItem

if TYPE_CHECKING:
    from vehicle.lane.lane_streams import LaneStreams

ENCOUNTER = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
SEGMENT = b"s" * 16
CHUNK = WaveformChunk("II", 250.0, 5.0, 0, 0, tuple(range(500)))
NO_PULSE = CrewEvent(CrewFinding.NO_PULSE)
SLOW = DiscardReason.LINK_TOO_SLOW
Within = Callable[[Awaitable[object]], Awaitable[object]]


class Bench:
    """A shedder over lanes whose streams are the test itself."""

    def __init__(self, spool: Spool, *lanes: Lane) -> None:
        self.spool = spool
        self.clock = VirtualClock()
        self.lanes = {lane: Lines(LaneSession("A1", lane, lambda: SEGMENT)) for lane in lanes}
        self.tasks: list[asyncio.Task[None]] = []
        streams = cast("dict[Lane, LaneStreams]", self.lanes)
        self.shedder = Shedder(streams, spool, self.clock, self._spawn)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.create_task(work))

    def session(self, lane: Lane) -> LaneSession:
        return self.lanes[lane].session

    def open(self, lane: Lane, credit: int) -> None:
        session = self.session(lane)
        session.opened(session.live, credit)

    def capture(self, lane: Lane, item: WireItem) -> None:
        ref = self.session(lane).next_ref()
        frame = Frame(
            "A1", lane, SEGMENT, ref.sequence, ref.sequence, None, None, ENCOUNTER, (item,)
        )
        data = encode_frame(frame)
        self.session(lane).append(data)
        self.spool.put([SpooledFrame("A1", int(lane), SEGMENT, ref.sequence, data)])

    async def pulse(self) -> None:
        """Let a second pass, and wait until what is left out is on disk."""
        self.clock.advance(SECOND_US)
        self.shedder.pulse()
        await asyncio.gather(*self.tasks)

    async def sent(self, lane: Lane) -> list[Frame]:
        """Send what may be sent."""
        frames: list[Frame] = []
        run = self.session(lane).live
        while taken := run.take():
            if isinstance(taken, Load):
                held = await self.spool.frames("A1", int(lane), SEGMENT, taken.first, taken.last)
                run.load(SealedFrame(one.sequence, one.frame) for one in held)
            else:
                frames += [decode_frame(one.frame) for one in taken]
        return frames


class Lines:
    """Stands for the streams of a lane."""

    def __init__(self, session: LaneSession) -> None:
        self.session = session

    def wake(self) -> None:
        """Nothing sleeps here."""


async def overloaded(bench: Bench, lane: Lane) -> None:
    """Let a lane wait until it counts as overloaded; its next pulse leaves out."""
    for _ in range(OVERLOADED_AFTER_US // SECOND_US + 1):
        await bench.pulse()
    assert lane in bench.shedder.thinned


async def test_waveforms_that_a_slow_link_does_not_carry_are_left_out_and_said(
    spool: Spool,
) -> None:
    """What was sent stays; what waits is one frame in its place, and the sequence has no gap."""
    bench = Bench(spool, Lane.WAVEFORM)
    bench.open(Lane.WAVEFORM, 2)
    for _ in range(8):
        bench.capture(Lane.WAVEFORM, CHUNK)
    assert [one.sequence for one in await bench.sent(Lane.WAVEFORM)] == [1, 2]
    await overloaded(bench, Lane.WAVEFORM)
    assert bench.shedder.discarded == {Lane.WAVEFORM: 6}
    bench.session(Lane.WAVEFORM).acknowledged(bench.session(Lane.WAVEFORM).live, 2, 2)
    (said,) = await bench.sent(Lane.WAVEFORM)
    assert said.items == (Discarded(3, 8, SLOW, 3),)
    assert (said.sequence, said.encounter_id) == (8, ENCOUNTER)
    bench.session(Lane.WAVEFORM).acknowledged(bench.session(Lane.WAVEFORM).live, 8, 2)
    assert bench.session(Lane.WAVEFORM).depth == 0
    bench.capture(Lane.WAVEFORM, CHUNK)
    assert [one.sequence for one in await bench.sent(Lane.WAVEFORM)] == [9]


async def test_vitals_are_thinned_to_the_newest_and_alarms_never(spool: Spool) -> None:
    """The newest goes out at once, however long the lane was behind; every alarm frame stays."""
    bench = Bench(spool, Lane.ALARM, Lane.VITALS)
    for lane in (Lane.ALARM, Lane.VITALS):
        bench.open(lane, 1)
        for n in range(20):
            item: WireItem = NO_PULSE if lane is Lane.ALARM else Vitals(heart_rate_bpm=float(n))
            bench.capture(lane, item)
        await bench.sent(lane)
    await overloaded(bench, Lane.VITALS)
    session = bench.session(Lane.VITALS)
    session.acknowledged(session.live, 1, 256)
    said, newest = await bench.sent(Lane.VITALS)
    assert said.items == (Discarded(2, 19, SLOW, 2),)
    assert newest.items == (Vitals(heart_rate_bpm=19.0),)
    alarms = bench.session(Lane.ALARM)
    alarms.acknowledged(alarms.live, 1, 256)
    assert [one.items for one in await bench.sent(Lane.ALARM)] == [(NO_PULSE,)] * 19


async def test_vitals_are_not_thinned_before_waveforms_are(spool: Spool) -> None:
    """However long vital signs were behind: first the waveforms that wait go."""
    bench = Bench(spool, Lane.WAVEFORM, Lane.VITALS)
    for lane in (Lane.WAVEFORM, Lane.VITALS):
        bench.open(lane, 0)
    for n in range(20):
        bench.capture(Lane.VITALS, Vitals(heart_rate_bpm=float(n)))
    await bench.pulse()
    for _ in range(3):
        bench.capture(Lane.WAVEFORM, CHUNK)
    while not bench.shedder.discarded:
        await bench.pulse()
    assert bench.shedder.discarded == {Lane.WAVEFORM: 3}
    assert Lane.VITALS in bench.shedder.thinned
    await bench.pulse()
    assert bench.shedder.discarded == {Lane.WAVEFORM: 3, Lane.VITALS: 19}


async def test_waveforms_without_a_stream_do_not_keep_vitals_whole(spool: Spool) -> None:
    """A slice that cannot be reached is no overload, and does not hold up the other's relief."""
    bench = Bench(spool, Lane.WAVEFORM, Lane.VITALS)
    bench.open(Lane.VITALS, 0)
    bench.capture(Lane.WAVEFORM, CHUNK)
    for n in range(20):
        bench.capture(Lane.VITALS, Vitals(heart_rate_bpm=float(n)))
    await overloaded(bench, Lane.VITALS)
    assert bench.shedder.discarded == {Lane.VITALS: 19}


async def test_a_link_that_broke_while_the_log_stood_still_does_not_prevent_shedding(
    spool: Spool,
) -> None:
    """What it left behind counts as draining only while it gets less."""
    bench = Bench(spool, Lane.WAVEFORM, Lane.VITALS)
    for lane in (Lane.WAVEFORM, Lane.VITALS):
        bench.open(lane, 0)
    left_behind = SegmentRun(b"o" * 16, 0, 9)
    bench.session(Lane.VITALS).older.append(left_behind)
    for _ in range(8):
        bench.capture(Lane.WAVEFORM, CHUNK)
    for acknowledged in range(1, 4):
        for _ in range(STANDS_STILL_AFTER_US // SECOND_US):
            await bench.pulse()
        assert not bench.shedder.thinned
        left_behind.advance(acknowledged)
    for _ in range(STANDS_STILL_AFTER_US // SECOND_US):
        await bench.pulse()
    await overloaded(bench, Lane.WAVEFORM)
    assert bench.shedder.discarded == {Lane.WAVEFORM: 8}


async def test_a_restart_goes_on_with_what_was_said(spool: Spool, tmp_path: Path) -> None:
    """The spool holds the span in the place of its frames, and the next process sends that."""
    bench = Bench(spool, Lane.WAVEFORM)
    bench.open(Lane.WAVEFORM, 0)
    for _ in range(8):
        bench.capture(Lane.WAVEFORM, CHUNK)
    await overloaded(bench, Lane.WAVEFORM)
    bench.capture(Lane.WAVEFORM, CHUNK)
    await spool.close()
    again = Spool(tmp_path / "spool")
    await again.open()
    assert again.depth.frames == 2
    state = await again.unit("A1")
    session = LaneSession("A1", Lane.WAVEFORM, lambda: b"n" * 16, state.segments)
    (run,) = session.older
    assert (run.acknowledged, run.last) == (0, 9)
    session.opened(run, 256)
    assert run.take() == Load(8, 9)
    held = await again.frames("A1", 3, SEGMENT, 8, 9)
    run.load(SealedFrame(one.sequence, one.frame) for one in held)
    taken = run.take()
    assert not isinstance(taken, Load)
    assert [one.sequence for one in taken] == [8, 9]
    await again.close()
    await spool.open()


async def test_a_long_run_is_thinned_in_passes(spool: Spool) -> None:
    """No pass reads more than its bound, and the passes reach the end; each leaves one frame."""
    bench = Bench(spool, Lane.WAVEFORM)
    bench.open(Lane.WAVEFORM, 0)
    for _ in range(2 * FRAMES_PER_PASS + 5):
        bench.capture(Lane.WAVEFORM, WaveformChunk("II", 250.0, 5.0, 0, 0, (1,)))
    await overloaded(bench, Lane.WAVEFORM)
    assert bench.shedder.discarded[Lane.WAVEFORM] == FRAMES_PER_PASS
    await bench.pulse()
    await bench.pulse()
    assert bench.shedder.discarded[Lane.WAVEFORM] == 2 * FRAMES_PER_PASS + 5
    await bench.pulse()
    assert spool.depth.frames == 3


async def test_a_cut_leaves_nothing_out_until_the_spool_is_nearly_full(
    gateway: FakeGateway, start: Start, spool: Spool, within: Within
) -> None:
    """Waveforms then give way by themselves, to vitals that are all kept."""
    spool._frames_max = 200
    await gateway.cut()
    client, _ = await start()
    for n in range(40):
        client.capture(ENCOUNTER, [Vitals(heart_rate_bpm=float(n))])
        client.capture(ENCOUNTER, [CHUNK])
    assert spool.depth.frames >= NEARLY_FULL * WAVEFORM_SHARE * 200
    await until(lambda: client.discarded)
    await until(lambda: not client.thinned)
    await gateway.start()
    await within(client.drained())
    assert not gateway.gaps
    assert not gateway.conflicts
    assert len(gateway.frames(Lane.VITALS)) == 40
    waveforms = gateway.frames(Lane.WAVEFORM)
    discards = [item for one in waveforms for item in one.items if isinstance(item, Discarded)]
    assert {one.reason for one in discards} == {DiscardReason.SPOOL_NEARLY_FULL}
    left_out = sum(one.frames for one in discards)
    assert left_out == client.discarded[Lane.WAVEFORM]
    assert len(waveforms) - len(discards) + left_out == 40


async def test_waveforms_never_hold_up_their_source(
    gateway: FakeGateway, start: Start, spool: Spool, within: Within
) -> None:
    """One that finds its part of the room used up is left out on the spot, and that is said."""
    spool._frames_max = 20
    await gateway.cut()
    client, _ = await start()
    for _ in range(12):
        client.capture(ENCOUNTER, [CHUNK])
    assert client.discarded == {Lane.WAVEFORM: 2}
    await gateway.start()
    await within(client.drained())
    said = gateway.frames(Lane.WAVEFORM)
    assert (
        sum(item.frames for one in said for item in one.items if isinstance(item, Discarded)) >= 2
    )
    assert not gateway.gaps

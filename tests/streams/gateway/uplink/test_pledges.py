"""Pledges: an acknowledgement waits for every record of its frame, once."""

import asyncio
from asyncio import Future

from ports.log.port import LogLost
from streams.gateway.uplink.pledges import WAVEFORM_SHARE, Backlog, Pledge, settle
from streams.gateway.uplink.segments import Segment


def pledge(segment: Segment, backlog: Backlog, sequence: int = 1) -> Pledge:
    segment.offer(sequence, sequence)
    return Pledge(segment, sequence, size_bytes=10, received_us=0, backlog=backlog)


async def test_all_records_of_a_frame_have_to_be_durable() -> None:
    """The last one settles the sequence and lets what follows begin."""
    segment, backlog, followed = Segment(1), Backlog(), []
    made = pledge(segment, backlog)
    made.await_records(2)
    made.then = lambda: followed.append(True)
    made.keep()
    assert (segment.durable_through, backlog.bytes, followed) == (0, 10, [])
    made.keep()
    assert (segment.durable_through, backlog.bytes, followed) == (1, 0, [True])


async def test_one_lost_record_loses_the_frame_once() -> None:
    """Whatever becomes of its other records, the sequence is never settled."""
    segment, backlog = Segment(1), Backlog()
    made = pledge(segment, backlog)
    made.await_records(2)
    made.break_off()
    made.break_off()
    made.keep()
    made.keep()
    assert (segment.durable_through, segment.lost, backlog.frames) == (0, True, 0)


async def test_a_future_decides_for_all_that_hang_on_it() -> None:
    """Confirmed keeps, lost and cancelled break off."""
    loop = asyncio.get_running_loop()
    confirmed: Future[int] = loop.create_future()
    confirmed.set_result(1)
    lost: Future[int] = loop.create_future()
    lost.set_exception(LogLost("gone"))
    cancelled: Future[int] = loop.create_future()
    cancelled.cancel()
    for future, durable in ((confirmed, True), (lost, False), (cancelled, False)):
        segment = Segment(1)
        assert settle([pledge(segment, Backlog())], future) is durable
        assert segment.lost is not durable


async def test_readers_wait_while_the_backlog_is_full() -> None:
    """They go on as soon as the log has caught up."""
    backlog, segment = Backlog(limit_bytes=15), Segment(1)
    first, second = pledge(segment, backlog, 1), pledge(segment, backlog, 2)
    assert backlog.full
    waiting = asyncio.create_task(backlog.room())
    await asyncio.wait([waiting], timeout=0.01)
    assert not waiting.done()
    first.keep()
    await waiting
    second.keep()
    assert (backlog.frames, backlog.bytes) == (0, 0)


async def test_waveforms_wait_while_there_is_still_room_for_vitals() -> None:
    """Half of the room is theirs; the other half is left to the lanes above."""
    backlog, segment = Backlog(limit_bytes=30), Segment(1)
    first, second = pledge(segment, backlog, 1), pledge(segment, backlog, 2)
    await backlog.room()
    waiting = asyncio.create_task(backlog.room(WAVEFORM_SHARE))
    await asyncio.wait([waiting], timeout=0.01)
    assert not waiting.done()
    first.keep()
    await waiting
    second.keep()

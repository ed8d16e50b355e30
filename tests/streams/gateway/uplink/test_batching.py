"""When a batch closes, and what it holds."""

import asyncio

from prometheus_client import CollectorRegistry

from ports.clock import VirtualClock
from ports.log.memory_log import MemoryLog
from ports.log.port import TopicPartition
from streams.gateway.metrics import GatewayMetrics
from streams.gateway.uplink.batching import UNCONFIRMED_HURRIED, Beat, Gap, Gathering
from streams.gateway.uplink.pledges import Backlog, Pledge
from streams.gateway.uplink.segments import Segment
from tests.streams.gateway.station import Frames
from wire.limits import BATCH_BYTES, BATCH_FRAMES, BATCH_GAP_MOST_MS
from wire.records import decode_batch
from wire.topics import PATIENTS

GAP_US = 5_000
SECOND_US = 1_000_000
PARTITION = TopicPartition(PATIENTS.name, 0)


def pledge(segment: Segment | None = None, sequence: int = 1) -> Pledge:
    owner = segment or Segment(1)
    return Pledge(owner, sequence, size_bytes=1, received_us=0, backlog=Backlog())


def gathered(*frames: bytes) -> Gathering:
    gathering = Gathering(Gap(GAP_US))
    for frame in frames:
        gathering.add(frame, pledge())
    return gathering


def test_after_a_quiet_time_a_frame_goes_at_once() -> None:
    """The first batch waits for nothing, and one long after the last neither."""
    gathering = gathered(b"a")
    assert gathering.due_in_us(0) == 0
    gathering.close(0)
    gathering.confirm()
    gathering.add(b"b", pledge())
    assert gathering.due_in_us(GAP_US) == 0


def test_a_batch_waits_for_the_gap_and_for_the_confirmation_before() -> None:
    """Neither alone is enough."""
    gathering = gathered(b"a")
    gathering.close(0)
    gathering.add(b"b", pledge())
    assert gathering.due_in_us(GAP_US + 1) is None
    gathering.confirm()
    assert gathering.due_in_us(2_000) == 3_000
    assert gathering.due_in_us(GAP_US) == 0


def _records(frames_per_s: int, *, confirmed_us: int = 2_000) -> tuple[float, int]:
    """Return frames per record of a second in which frames come evenly, and the longest wait."""
    gap = Gap(GAP_US)
    gathering = Gathering(gap)
    every_us = SECOND_US // frames_per_s
    records, longest_us, confirm_us, came_us = 0, 0, None, list[int]()
    for now_us in range(0, SECOND_US, 100):
        if now_us % every_us < 100:
            gathering.add(b"f", pledge())
            came_us.append(now_us)
        if confirm_us is not None and now_us >= confirm_us:
            gathering.confirm()
            confirm_us = None
        if gathering.due_in_us(now_us) == 0:
            gone = len(gathering.close(now_us).frames)
            gap.follow(gone)
            longest_us = max(longest_us, now_us - came_us[0])
            del came_us[:gone]
            records, confirm_us = records + 1, now_us + confirmed_us
    return frames_per_s / records, longest_us


def test_a_busy_partition_has_fewer_records() -> None:
    """A thousand units are 250 frames a second of a partition; none waits longer than the gap."""
    frames, longest_us = _records(250)
    assert frames > 3
    assert longest_us <= BATCH_GAP_MOST_MS * 1_000


def test_a_partition_with_few_frames_holds_none_back() -> None:
    """A hundred units are 25 frames a second of it."""
    assert _records(25) == (1, 0)


def test_the_gap_is_short_again_when_the_crowd_is_through() -> None:
    """One batch with a frame is enough."""
    gap = Gap(GAP_US)
    assert gap.us == GAP_US
    gap.follow(4)
    assert gap.us == BATCH_GAP_MOST_MS * 1_000
    gap.follow(1)
    assert gap.us == GAP_US


def test_the_gap_goes_by_what_a_partition_has_as_a_rule() -> None:
    """Eight frames of four partitions are two each."""
    gap = Gap(GAP_US, partitions=4)
    gap.follow(8)
    assert gap.us == 2 * GAP_US


def test_a_hurried_frame_waits_for_no_gap() -> None:
    """Nor for one batch before it, but for the second: the log takes one after the other."""
    gathering = gathered(b"a")
    gathering.close(0)
    for unconfirmed in range(1, UNCONFIRMED_HURRIED):
        gathering.add(b"b", pledge())
        assert gathering.hurry(), unconfirmed
        gathering.close(0)
    gathering.add(b"c", pledge())
    gathering.add(b"d", pledge())
    assert not gathering.hurry()
    for _ in range(UNCONFIRMED_HURRIED):
        assert gathering.due_in_us(0) is None
        gathering.confirm()
    assert gathering.due_in_us(0) == 0
    assert gathering.close(0).frames == [b"c", b"d"]
    gathering.confirm()
    gathering.add(b"e", pledge())
    assert gathering.due_in_us(0) == GAP_US


def test_nothing_is_due_while_nothing_waits() -> None:
    """An empty gathering asks for no timer."""
    assert gathered().due_in_us(10**9) is None
    assert gathered().idle


def test_a_full_batch_does_not_wait_for_the_gap() -> None:
    """Full in frames or in bytes, it goes as soon as the one before is confirmed."""
    for frames in ([b"a"] * BATCH_FRAMES, [bytes(BATCH_BYTES)]):
        gathering = gathered(b"first")
        gathering.close(0)
        gathering.confirm()
        for frame in frames:
            gathering.add(frame, pledge())
        assert gathering.due_in_us(1) == 0


def test_a_batch_keeps_its_bounds_and_its_order() -> None:
    """What does not fit is left for the next batch."""
    frames = [number.to_bytes(2, "big") for number in range(BATCH_FRAMES + 10)]
    gathering = gathered(*frames)
    assert gathering.close(0).frames == frames[:BATCH_FRAMES]
    assert gathering.close(0).frames == frames[BATCH_FRAMES:]
    half = bytes(BATCH_BYTES // 2 + 1)
    gathering = gathered(half, half)
    assert len(gathering.close(0).frames) == 1
    assert len(gathering.close(0).frames) == 1


def test_frames_behind_a_lost_one_are_left_out() -> None:
    """Sent now they would make the resent frame look like a duplicate to the processors."""
    segment = Segment(1)
    gathering = Gathering(Gap(GAP_US))
    gathering.add(b"lost", pledge(segment, 1))
    gathering.add(b"other", pledge())
    segment.lose()
    batch = gathering.close(0)
    assert batch.frames == [b"other"]
    gathering.add(b"lost", pledge(segment, 2))
    gathering.confirm()
    assert gathering.close(0).frames == []
    assert gathering.idle


async def _beat(log: MemoryLog, clock: VirtualClock) -> Beat:
    return Beat(
        PATIENTS,
        writer=await log.writer(),
        clock=clock,
        gateway_id="g",
        metrics=GatewayMetrics(CollectorRegistry()),
        gap_us=GAP_US,
    )


async def _frames_of(log: MemoryLog, partition: int) -> list[list[bytes]]:
    records = await log.read_to_end(TopicPartition(PATIENTS.name, partition))
    batches = [decode_batch(record.value or b"") for record in records]
    return [[frame.SerializeToString() for frame in batch.frames] for batch in batches]


async def test_frames_that_come_while_the_log_is_busy_share_a_record() -> None:
    """Two records for five frames: the first alone, the others together after the gap."""
    log, clock, frames, segment = MemoryLog(), VirtualClock(1_000), Frames(), Segment(1)
    beat = await _beat(log, clock)
    running = asyncio.create_task(beat.run())
    sent = [frames(sequence) for sequence in range(1, 6)]
    for sequence, frame in enumerate(sent, start=1):
        segment.offer(sequence, sequence)
        beat.batchers[0].add(frame, pledge(segment, sequence))
        await clock.run_for(100)
    assert segment.durable_through == 1
    await clock.run_for(GAP_US)
    assert segment.durable_through == 5
    assert await _frames_of(log, 0) == [sent[:1], sent[1:]]
    batches = [decode_batch(record.value or b"") for record in await log.read_to_end(PARTITION)]
    assert batches[1].stamped_us == 1_000 + GAP_US
    running.cancel()


async def test_partitions_keep_one_beat() -> None:
    """Who was quiet goes at once, and who waits for its gap goes along."""
    log, clock, frames = MemoryLog(), VirtualClock(), Frames()
    beat = await _beat(log, clock)
    running = asyncio.create_task(beat.run())
    sent = [frames(sequence) for sequence in range(1, 5)]
    for partition, frame in ((0, sent[0]), (0, sent[1]), (1, sent[2])):
        beat.batchers[partition].add(frame, pledge())
        await clock.run_for(1_000)
    assert await _frames_of(log, 0) == [[sent[0]], [sent[1]]]
    assert await _frames_of(log, 1) == [[sent[2]]]
    running.cancel()


async def test_flush_waits_for_nothing() -> None:
    """An alarm goes out while the batch before is unconfirmed and the gap is open."""
    log, clock, frames, segment = MemoryLog(), VirtualClock(), Frames(), Segment(1)
    batcher = (await _beat(log, clock)).batchers[0]
    log.hold()
    for sequence in (1, 2):
        segment.offer(sequence, sequence)
        batcher.add(frames(sequence), pledge(segment, sequence))
        await batcher.flush()
    assert not batcher.gathering
    log.release()
    await batcher.drain()
    assert len(await log.read_to_end(PARTITION)) == 2
    assert segment.durable_through == 2

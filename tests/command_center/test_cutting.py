"""Event strips are cut out of the log, once, whatever comes late or is started again."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.rule import Cause
from clinical.alarms.view import AlarmView
from clinical.instant import SECOND_US
from clinical.signals.waveform import WaveformChunk
from command_center.cutting import LOOKED_US, STRIPS_AT_ONCE, Cutting, wanted
from command_center.imaging.event_strips import EventStrips
from command_center.positions import PARTITIONS
from command_center.store.store import Store
from command_center.store.values import Step, StoredStrip
from ports.clock import VirtualClock
from ports.log.memory_log import MemoryLog, MemoryReader
from ports.log.port import LogLost, TopicPartition
from tests.browser.bedside import append_chunks
from tests.clinical.signals.test_event_strip import lead
from tests.command_center.night import START_US, encounter, transition
from wire.partition import partition_of
from wire.records import HEADERS_BATCH
from wire.strips import decode_strip
from wire.topics import WAVEFORMS

PATIENT = encounter(1)
ONSET_US = START_US
NEIGHBOUR = next(
    encounter(number)
    for number in range(2, 99)
    if partition_of(encounter(number), WAVEFORMS.partitions)
    == partition_of(PATIENT, WAVEFORMS.partitions)
)


def begun(number: int = 1, cause: str = "VENTRICULAR_FIBRILLATION") -> AlarmView:
    """An alarm whose onset is at second 0, known of five seconds later."""
    said = replace(transition(number, 0, cause=cause), learned_us=ONSET_US + 5 * SECOND_US)
    (view,) = AlarmBook().apply(said, said.learned_us)
    return view


def recorded(*, from_s: int = -30, to_s: int = 20, name: str = "II") -> list[WaveformChunk]:
    """A lead about the onset, in chunks of a second."""
    moved_us = ONSET_US - lead(from_s=0)[0].start_us
    return [
        replace(chunk, start_us=chunk.start_us + moved_us)
        for chunk in lead(name, from_s=from_s, to_s=to_s)
    ]


class LosingLog(MemoryLog):
    """A log that cannot be read while ``lost``."""

    lost = False
    opened = 0

    async def reader(self, positions: Mapping[TopicPartition, int]) -> MemoryReader:
        self.opened += 1
        if self.lost:
            raise LogLost
        return await super().reader(positions)


@dataclass
class Night:
    """A center's cutting over a log, in virtual time."""

    store: Store
    clock: VirtualClock
    log: LosingLog
    strips: EventStrips

    async def begin(self, view: AlarmView) -> StoredStrip:
        """Store an alarm that begins, as the fold does."""
        strip = wanted(view, self.clock.now_us())
        assert strip is not None
        await self.store.write(Step([], [], {}, strips=[strip]))
        return strip

    async def append(self, chunks: list[WaveformChunk], encounter_id: str = PATIENT) -> None:
        for chunk in chunks:
            await append_chunks(self.log, encounter_id, [chunk], chunk.end_us)

    async def pass_by(self, seconds: int) -> None:
        """Let time pass and everything due then be done."""
        for _ in range(seconds):
            self.clock.advance(SECOND_US)
            for _ in range(10):
                await self.store.due_strips(1)

    async def kept(self, alarm_id: bytes) -> StoredStrip:
        strip = await self.store.strip(alarm_id)
        assert strip is not None
        return strip


@pytest.fixture
async def night() -> AsyncIterator[Night]:
    store = await Store.open("sqlite://")
    await store.begin_at(dict.fromkeys(range(PARTITIONS), 0))
    clock = VirtualClock(ONSET_US)
    yield Night(store, clock, LosingLog(now_us=clock.now_us), EventStrips(store))
    await store.close()


@asynccontextmanager
async def cutting(night: Night) -> AsyncIterator[Cutting]:
    cutting = Cutting(night.store, night.log, night.clock, night.strips)
    running = asyncio.create_task(cutting.run())
    yield cutting
    running.cancel()


async def test_a_strip_is_cut_when_its_end_has_come(night: Night) -> None:
    """Not before; then it is whole, finished, and told of."""
    async with cutting(night) as cutter:
        view = begun()
        await night.append(recorded(to_s=5))
        strip = await night.begin(view)
        cutter.on_alarm(view)
        await night.pass_by(10)
        assert await night.store.strip(strip.alarm_id) is None
        await night.append(recorded(from_s=5, to_s=12))
        await night.pass_by(9)
        kept = await night.kept(strip.alarm_id)
        (told,) = await night.strips.of(PATIENT)
        assert kept.due_us is None
        assert (told["whole"], told["finished"], told["leads"]) == (True, True, 1)
        assert night.strips.revision(PATIENT) == 1


async def test_what_comes_late_is_added_and_then_it_is_finished_with_its_gaps(
    night: Night,
) -> None:
    """A backlog drains behind what is live; what has not come after minutes stays missing."""
    async with cutting(night) as cutter:
        view = begun()
        await night.append(recorded(to_s=-12) + recorded(from_s=2))
        strip = await night.begin(view)
        cutter.on_alarm(view)
        await night.pass_by(20)
        first = decode_strip((await night.kept(strip.alarm_id)).content or b"").strip
        assert [len(one.samples) for one in first.leads["II"]] == [8 * 250, 8 * 250]
        await night.append(recorded(from_s=-12, to_s=-3))
        await night.pass_by(20)
        later = decode_strip((await night.kept(strip.alarm_id)).content or b"").strip
        assert [len(one.samples) for one in later.leads["II"]] == [17 * 250, 8 * 250]
        await night.pass_by(LOOKED_US[-1] // SECOND_US)
        assert (await night.kept(strip.alarm_id)).due_us is None
        opened = night.log.opened
        await night.pass_by(20)
        assert night.log.opened == opened
        assert night.strips.revision(PATIENT) == 2


async def test_a_center_that_is_started_again_goes_on(night: Night) -> None:
    """From its list, with nobody telling it, and the alarm over long ago; it makes the same."""
    strip = await night.begin(begun())
    await night.append(recorded())
    async with cutting(night):
        await night.pass_by(1)
    night.clock.advance(60 * SECOND_US)
    async with cutting(night):
        await night.pass_by(5)
    kept = await night.kept(strip.alarm_id)
    assert decode_strip(kept.content or b"").strip.whole
    await night.store.write(Step([], [], {}, strips=[strip]))
    assert await night.kept(strip.alarm_id) == kept


async def test_patients_share_one_reading_and_none_costs_another(night: Night) -> None:
    """Two of one partition; between their frames lies what cannot be read."""
    place = partition_of(PATIENT, WAVEFORMS.partitions)
    neighbour = int(NEIGHBOUR[-12:], 16)
    async with cutting(night) as cutter:
        await night.append(recorded())
        writer = await night.log.writer()
        await writer.send(WAVEFORMS.name, place, b"\xff\xff", headers=HEADERS_BATCH)
        await night.append(recorded(name="V5"), NEIGHBOUR)
        ids = [(await night.begin(begun(number))).alarm_id for number in (1, neighbour)]
        cutter.on_alarm(begun())
        await night.pass_by(20)
        found = [decode_strip((await night.kept(one)).content or b"") for one in ids]
    assert [list(one.strip.leads) for one in found] == [["II"], ["V5"]]
    assert night.log.opened == 1


async def test_a_log_that_is_lost_is_read_when_it_is_back(night: Night) -> None:
    """Nothing is given up for it."""
    async with cutting(night) as cutter:
        await night.append(recorded())
        strip = await night.begin(begun())
        cutter.on_alarm(begun())
        night.log.lost = True
        await night.pass_by(30)
        assert await night.store.strip(strip.alarm_id) is None
        night.log.lost = False
        await night.pass_by(10)
        assert decode_strip((await night.kept(strip.alarm_id)).content or b"").strip.whole


async def test_what_the_log_has_let_go_is_missing(night: Night) -> None:
    """From its oldest record on."""
    place = TopicPartition(WAVEFORMS.name, partition_of(PATIENT, WAVEFORMS.partitions))
    async with cutting(night) as cutter:
        await night.append(recorded())
        strip = await night.begin(begun())
        await night.store.write_strips([replace(strip, next_offset=3)])
        night.log.delete_before(place, 25)
        cutter.on_alarm(begun())
        await night.pass_by(20)
        (stretch,) = decode_strip((await night.kept(strip.alarm_id)).content or b"").strip.leads[
            "II"
        ]
    assert stretch.start_us == ONSET_US - 5 * SECOND_US


async def test_without_a_waveform_there_is_no_strip(night: Night) -> None:
    """The patient has no leads: it is looked for, and that is all."""
    async with cutting(night) as cutter:
        strip = await night.begin(begun())
        cutter.on_alarm(begun())
        await night.pass_by(20 + LOOKED_US[-1] // SECOND_US)
    assert await night.store.strip(strip.alarm_id) is None
    assert await night.store.due_strips(STRIPS_AT_ONCE) == []
    assert await night.strips.of(PATIENT) == []


def test_which_alarms_have_a_strip() -> None:
    """Those told from a waveform, at their beginning, while the log may hold their waveforms."""
    view, now_us = begun(), ONSET_US + 5 * SECOND_US
    strip = wanted(view, now_us)
    assert strip is not None
    assert (strip.onset_us, strip.due_us) == (ONSET_US, ONSET_US + 13 * SECOND_US)
    assert wanted(begun(cause=Cause.NEWS2_HIGH), now_us) is None
    assert wanted(replace(view, revision=2), now_us) is None
    assert wanted(view, now_us + 2 * 3_600 * SECOND_US) is None
    late = wanted(replace(view, learned_us=ONSET_US + 600 * SECOND_US), now_us)
    assert late is not None
    assert late.due_us == ONSET_US + 603 * SECOND_US


async def test_the_oldest_strips_are_let_go(night: Night) -> None:
    """By their onset; one that is on its way and let go does not come back."""
    for number in range(1, 5):
        view = replace(begun(number), active_since_us=ONSET_US + number)
        await night.begin(view)
    await night.store.prune_strips(2)
    left = await night.store.due_strips(10)
    assert [strip.encounter_id for strip in left] == [encounter(3), encounter(4)]
    await night.store.write_strips([replace(left[0], alarm_id=begun(1).alarm_id)])
    assert len(await night.store.due_strips(10)) == 2

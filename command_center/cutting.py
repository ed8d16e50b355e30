"""Event strips, cut out of the log: what the leads showed when an arrhythmia began.

The log holds every waveform of the last two hours, so nobody keeps samples in case they are wanted.
An alarm that begins puts its strip on the list in the transaction that stores the alarm. When its
time has come, the partition of its patient is read from 20 s before the onset to the end; only the
frames of patients on the list are decoded. What comes late, from a unit that was cut off, is looked
for again at the ages of ``LOOKED_US``, from where the last look ended. Then a strip is finished,
with its gaps. Whatever stops between, the list is in the store.

A strip is named by its alarm, which has one id whoever raised it, and made from the log alone:
there is one, and it is the same after a restart.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from clinical.alarms.view import AlarmView
from clinical.instant import SECOND_US
from clinical.signals.event_strip import AFTER_US, BEFORE_US, CAUSES, EventStrip
from clinical.signals.waveform import WaveformChunk
from command_center.imaging.event_strips import EventStrips
from command_center.store.store import Store
from command_center.store.values import StoredStrip
from ports.clock import Clock
from ports.log.port import EARLIEST, Log, LogLost, LogReader, OffsetGone, Record, TopicPartition
from ports.logging import get_logger
from wire.frames import to_frame
from wire.partition import partition_of
from wire.reading import Unreadable
from wire.records import Batch, decode_record, frames_of
from wire.strips import AlarmStrip, decode_strip, encode_strip
from wire.topics import WAVEFORMS

LOOKED_US: Final = tuple(age * SECOND_US for age in (3, 15, 45, 120, 300))
"""Ages of a strip, from its end or from when its alarm was learned of, at which it is looked for;
with the last of them it is finished, whole or not."""

STRIPS_AT_ONCE: Final = 100
"""Strips that are looked for together; further ones wait for the next look."""

PAUSE_US: Final = 3 * SECOND_US
"""Between two looks into the list while something is on it: alarms of that time share a reading."""

SLACK_US: Final = 10 * SECOND_US
"""How far the clocks of a unit and of whoever writes the log may differ."""

READ_RECORDS: Final = 100
"""Records taken at once, so that other work of the center has its turn between."""

READ_WAIT_MS: Final = 1_000
"""Longest wait for the first of them."""

_LONGEST_US: Final = (WAVEFORMS.retention_ms or 0) * 1_000

_log = get_logger(__name__)


def wanted(view: AlarmView, now_us: int) -> StoredStrip | None:
    """Return the strip of an alarm that begins; None where there is none to be had."""
    if view.cause not in CAUSES or view.revision != 1:
        return None
    if view.active_since_us < now_us - _LONGEST_US:
        return None
    ends_us = max(view.active_since_us + AFTER_US, view.learned_us)
    return StoredStrip(
        alarm_id=view.alarm_id,
        encounter_id=view.encounter_id,
        unit_id=view.unit_id,
        cause=view.cause,
        onset_us=view.active_since_us,
        learned_us=view.learned_us,
        due_us=ends_us + LOOKED_US[0],
    )


class Cutting:
    """Works off the list of strips."""

    def __init__(self, store: Store, log: Log, clock: Clock, strips: EventStrips) -> None:
        self._store = store
        self._log = log
        self._clock = clock
        self._strips = strips
        self._begun = asyncio.Event()

    def on_alarm(self, view: AlarmView) -> None:
        """Note that something may be on the list."""
        if view.cause in CAUSES:
            self._begun.set()

    async def run(self) -> None:
        """Cut what is due, until cancelled."""
        while True:
            self._begun.clear()
            listed = await self._store.due_strips(STRIPS_AT_ONCE)
            if not listed:
                await self._begun.wait()
                continue
            await self._cut([strip for strip in listed if self._due(strip)])
            await self._clock.sleep_us(PAUSE_US)

    def _due(self, strip: StoredStrip) -> bool:
        return strip.due_us is not None and strip.due_us <= self._clock.now_us()

    async def _cut(self, due: Iterable[StoredStrip]) -> None:
        together: dict[int, list[StoredStrip]] = defaultdict(list)
        for strip in due:
            together[partition_of(strip.encounter_id, WAVEFORMS.partitions)].append(strip)
        for partition, strips in together.items():
            try:
                looked = await self._look(TopicPartition(WAVEFORMS.name, partition), strips)
            except (LogLost, OffsetGone) as error:
                _log.warning("strips not cut", partition=partition, error=str(error))
                continue
            await self._store.write_strips(looked)
            for before, after in zip(strips, looked, strict=True):
                if before.content != after.content:
                    self._strips.changed(after.encounter_id)

    async def _look(self, place: TopicPartition, strips: list[StoredStrip]) -> list[StoredStrip]:
        """Return these strips with what the log adds to them."""
        now_us = self._clock.now_us()
        found = [_known(strip) for strip in strips]
        chunks: list[list[WaveformChunk]] = [[] for _ in strips]
        mine: dict[str, list[int]] = defaultdict(list)
        for at, strip in enumerate(strips):
            mine[strip.encounter_id].append(at)
        end = (await self._log.end_positions([place]))[place]
        reader = await self._open(place, await self._start(place, strips))
        try:
            while reader.positions()[place] < end:
                for encounter_id, chunk in _chunks(await _some(reader), mine):
                    for at in mine[encounter_id]:
                        if found[at].overlaps(chunk):
                            chunks[at].append(chunk)
        finally:
            await reader.close()
        return [
            _looked(strip, known.extended(new), end, now_us)
            for strip, known, new in zip(strips, found, chunks, strict=True)
        ]

    async def _start(self, place: TopicPartition, strips: list[StoredStrip]) -> int:
        """Return where the first of these strips has to be looked for."""
        starts = [strip.next_offset for strip in strips if strip.next_offset is not None]
        onsets = [strip.onset_us for strip in strips if strip.next_offset is None]
        if onsets:
            from_us = min(onsets) - BEFORE_US - SLACK_US
            starts.append((await self._log.positions_at([place], from_us))[place])
        return min(starts)

    async def _open(self, place: TopicPartition, start: int) -> LogReader:
        try:
            return await self._log.reader({place: start})
        except OffsetGone:
            return await self._log.reader({place: EARLIEST})


def _known(strip: StoredStrip) -> EventStrip:
    return (
        EventStrip(strip.onset_us) if strip.content is None else decode_strip(strip.content).strip
    )


def _looked(strip: StoredStrip, found: EventStrip, end: int, now_us: int) -> StoredStrip:
    """Return a strip after a look at this instant, and when to look again."""
    ends_us = max(found.to_us, strip.learned_us)
    again = [ends_us + age_us for age_us in LOOKED_US if ends_us + age_us > now_us]
    told = AlarmStrip(strip.alarm_id, strip.encounter_id, strip.unit_id, strip.cause, found)
    return replace(
        strip,
        due_us=None if found.whole or not again else again[0],
        next_offset=end,
        content=encode_strip(told) if found.leads else None,
    )


async def _some(reader: LogReader) -> list[Record]:
    return await reader.read(max_records=READ_RECORDS, timeout_ms=READ_WAIT_MS)


def _chunks(records: Iterable[Record], mine: Iterable[str]) -> Iterable[tuple[str, WaveformChunk]]:
    """Yield the chunks of these patients; what cannot be read is passed over."""
    patients = frozenset(mine)
    for record in records:
        try:
            batch = decode_record(record.headers, record.value or b"")
            frames = frames_of(batch) if isinstance(batch, Batch) else []
            for frame in frames:
                if frame.encounter_id in patients:
                    for item in to_frame(frame).items:
                        if isinstance(item, WaveformChunk):
                            yield frame.encounter_id, item
        except Unreadable as unreadable:
            _log.warning("record unreadable", offset=record.offset, error=str(unreadable))

"""The gateway's own reading of the log: for the caches, for foreign ticks, for the judgement.

`encounters`, `downlink` and the newest of `alarms` are followed from the start, and the gateway
serves nobody before it has read what was there when it started; a cache that is still filling
would admit foreign frames. Ticks of other gateways are looked for in one partition of `images`
only: each gateway writes into all of them, and in `patients` every batch would be read with them.
"""

from collections.abc import Mapping
from typing import Final

from ports.clock import Clock
from ports.log.port import EARLIEST, LATEST, Log, LogLost, LogReader, Record, TopicPartition
from ports.logging import get_logger
from streams.gateway.following.catch_up import CatchUp
from streams.gateway.following.exchange import ENTRIES_KEPT, Exchange, History, PostedEntry
from streams.gateway.following.ownership import Ownership
from streams.gateway.following.ticks import ForeignClock
from wire.alarms import decode_entry
from wire.encounters import decode_encounter
from wire.messages import decode_message, parse_message_key
from wire.picture import judged_through
from wire.reading import Unreadable
from wire.records import HEADERS_TICK, decode_tick
from wire.topics import ALARMS, DOWNLINK, ENCOUNTERS, IMAGES, PICTURE, Topic

READ_RECORDS: Final = 500
"""Records taken at once."""

READ_WAIT_MS: Final = 1_000
"""Longest wait for the first of them; a record that comes ends it."""

_TICK_TYPE: Final = HEADERS_TICK[0]
_log = get_logger(__name__)


def _partitions(topic: Topic) -> list[TopicPartition]:
    return [TopicPartition(topic.name, number) for number in range(topic.partitions)]


class CacheTail:
    """Follows `encounters`, `downlink` and `alarms` into the ownership cache and the exchange."""

    def __init__(
        self,
        reader: LogReader,
        ends: Mapping[TopicPartition, int],
        ownership: Ownership,
        exchange: Exchange,
    ) -> None:
        self._reader = reader
        self._ends = ends
        self._ownership = ownership
        self._exchange = exchange

    async def catch_up(self) -> None:
        """Read what was in the log when this was opened."""
        while any(
            position < self._ends[partition]
            for partition, position in self._reader.positions().items()
        ):
            await self._read()

    async def run(self) -> None:
        """Follow, until cancelled."""
        while True:
            await self._read()

    async def close(self) -> None:
        """Let go of the reader."""
        await self._reader.close()

    async def _read(self) -> None:
        records = await self._reader.read(max_records=READ_RECORDS, timeout_ms=READ_WAIT_MS)
        for record in records:
            try:
                self._take(record)
            except Unreadable as unreadable:
                _log.warning(
                    "record unreadable",
                    topic=record.topic,
                    partition=record.partition,
                    offset=record.offset,
                    error=str(unreadable),
                )

    def _take(self, record: Record) -> None:
        if record.topic == ENCOUNTERS.name:
            self._take_encounter(record)
        elif record.topic == DOWNLINK.name:
            self._take_message(record)
        elif record.value is not None:
            self._take_entry(record, record.value)

    def _take_encounter(self, record: Record) -> None:
        if record.value is None:
            self._ownership.forget((record.key or b"").decode())
        else:
            self._ownership.learn(decode_encounter(record.value))

    def _take_message(self, record: Record) -> None:
        if record.value is None:
            unit_id, message_id = parse_message_key(record.key or b"")
            self._exchange.bury_message(record.partition, record.offset, unit_id, message_id)
        else:
            message = decode_message(record.value)
            self._exchange.post_message(record.partition, record.offset, message)

    def _take_entry(self, record: Record, value: bytes) -> None:
        posted = posted_entry(record, value)
        if self._ownership.recipient(posted.encounter_id) is None:
            unit_id = getattr(decode_entry(value), "unit_id", "")
            if posted.encounter_id and unit_id:
                self._ownership.presume(posted.encounter_id, unit_id)
        self._exchange.post_entry(posted)


def posted_entry(record: Record, value: bytes) -> PostedEntry:
    """Return a record of `alarms` as the exchange keeps it; its key is the encounter."""
    encounter_id = (record.key or b"").decode(errors="replace")
    return PostedEntry(record.partition, record.offset, encounter_id, value)


async def open_caches(log: Log, ownership: Ownership) -> tuple[Exchange, CacheTail]:
    """Open the exchange and the tail that fills it."""
    alarms = _partitions(ALARMS)
    positions = dict.fromkeys([*alarms, *_partitions(ENCOUNTERS), *_partitions(DOWNLINK)], EARLIEST)
    ends = await log.end_positions(list(positions))
    oldest = await _oldest(log, alarms)
    starts = {tp: max(oldest[tp], ends[tp] - ENTRIES_KEPT) for tp in alarms}
    histories = [History(starts[tp], whole=starts[tp] == oldest[tp]) for tp in alarms]
    exchange = Exchange(ownership, histories)
    reader = await log.reader({**positions, **starts})
    return exchange, CacheTail(reader, ends, ownership, exchange)


async def _oldest(log: Log, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
    reader = await log.reader(dict.fromkeys(partitions, EARLIEST))
    try:
        return reader.positions()
    finally:
        await reader.close()


class TickTail:
    """Listens to the ticks of other gateways."""

    def __init__(self, reader: LogReader, foreign: ForeignClock, clock: Clock) -> None:
        self._reader = reader
        self._foreign = foreign
        self._clock = clock

    @classmethod
    async def open(cls, log: Log, foreign: ForeignClock, clock: Clock) -> "TickTail":
        """Open at the end of the first partition of `images`."""
        reader = await log.reader({TopicPartition(IMAGES.name, 0): LATEST})
        return cls(reader, foreign, clock)

    async def run(self) -> None:
        """Listen, until cancelled."""
        while True:
            records = await self._reader.read(max_records=READ_RECORDS, timeout_ms=READ_WAIT_MS)
            now_us = self._clock.now_us()
            for record in records:
                if record.value is not None and _TICK_TYPE in record.headers:
                    self._foreign.hear(decode_tick(record.value), now_us)

    async def close(self) -> None:
        """Let go of the reader."""
        await self._reader.close()


class JudgementTail:
    """Follows how far the workers are, while what comes from the past has to wait for them."""

    def __init__(self, log: Log, catch_up: CatchUp, clock: Clock) -> None:
        self._log = log
        self._catch_up = catch_up
        self._clock = clock

    async def run(self) -> None:
        """Follow whenever it is asked for, until cancelled; a log that is away is asked again."""
        while True:
            await self._catch_up.begun()
            try:
                await self._follow()
            except LogLost as lost:
                _log.warning("judgement not followed", error=str(lost))
                self._catch_up.goes_on()
                await self._clock.sleep_us(READ_WAIT_MS * 1_000)

    async def _follow(self) -> None:
        reader = await self._log.reader(dict.fromkeys(_partitions(PICTURE), LATEST))
        try:
            while self._catch_up.goes_on():
                for record in await reader.read(max_records=READ_RECORDS, timeout_ms=READ_WAIT_MS):
                    self._take(record)
        finally:
            await reader.close()

    def _take(self, record: Record) -> None:
        try:
            self._catch_up.judged(*judged_through(record.value or b""))
        except Unreadable as unreadable:
            _log.warning("picture unreadable", offset=record.offset, error=str(unreadable))

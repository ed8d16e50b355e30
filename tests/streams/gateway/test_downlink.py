"""What a unit hears: its messages and the alarms of its encounters, resumable at every point."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import grpc
import pytest

from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from clinical.alarms.transition import EncounterClosed
from ports.log.memory_log import MemoryLog
from ports.log.port import TopicPartition
from streams.gateway.downlink import LOG_READS, DownlinkStream
from streams.gateway.following import exchange, tails
from streams.gateway.following.positions import OLDEST
from tests.patience import PATIENCE_S
from tests.streams.gateway.station import (
    ENCOUNTER,
    UNIT,
    Frames,
    Station,
    own,
    station_at,
    until,
)
from wire.alarms import encode_entry
from wire.frames import Lane
from wire.messages import Message, encode_message, message_key
from wire.partition import partition_of
from wire.records import HEADERS_ALARM_ENTRY, HEADERS_MESSAGE
from wire.topics import ALARMS, DOWNLINK
from wire.unit_items import Receipt, ReceiptStage

OTHER = ENCOUNTER[:-1] + "1"


def message_id(number: int) -> str:
    return f"01890a5d-ac96-774b-bcce-b3020000{number:04d}"


async def say(log: MemoryLog, number: int, unit_id: str = UNIT) -> None:
    """Put a message for a unit, long expired, into `downlink`."""
    message = Message(message_id(number), unit_id, f"text {number}", "chief", 1, 2)
    await (await log.writer()).send(
        DOWNLINK.name,
        partition_of(unit_id, DOWNLINK.partitions),
        encode_message(message),
        key=message_key(unit_id, message.message_id),
        headers=HEADERS_MESSAGE,
    )


async def close(log: MemoryLog, at_us: int, encounter_id: str = ENCOUNTER) -> None:
    """Put an entry about an encounter into `alarms`; its instant tells entries apart."""
    await (await log.writer()).send(
        ALARMS.name,
        partition_of(encounter_id, ALARMS.partitions),
        encode_entry(EncounterClosed(encounter_id, at_us)),
        key=encounter_id.encode(),
        headers=HEADERS_ALARM_ENTRY,
    )


class Ear:
    """The unit's side of a downlink."""

    def __init__(
        self, call: "grpc.aio.StreamStreamCall[pb.DownlinkRequest, pb.DownlinkResponse]"
    ) -> None:
        self.call = call
        self.token = b""

    async def next(self) -> str:
        """What comes next, in short: a message's text, an entry's instant, or "caught up"."""
        async with asyncio.timeout(PATIENCE_S):
            response = await self.call.read()
        assert isinstance(response, pb.DownlinkResponse)
        self.token = response.resume_token
        if response.HasField("message"):
            return response.message.text
        if response.HasField("alarm_entry"):
            return str(response.alarm_entry.encounter_closed.at_us)
        return "caught up"

    async def until_caught_up(self) -> list[str]:
        heard = []
        while (said := await self.next()) != "caught up":
            heard.append(said)
        return heard


@asynccontextmanager
async def listening(
    station: Station, token: bytes | None = None, unit_id: str = UNIT
) -> AsyncIterator[Ear]:
    call = station.stub.Downlink()
    await call.write(pb.DownlinkRequest(unit_id=unit_id, resume_token=token))
    try:
        yield Ear(call)
    finally:
        call.cancel()


async def test_a_unit_hears_its_own_and_nothing_else(log: MemoryLog) -> None:
    """First what was there, then caught up, then what comes; expired messages too."""
    await own(log, UNIT)
    await own(log, "AMB-2", OTHER)
    await say(log, 1)
    await say(log, 2, "AMB-2")
    await close(log, 11)
    await close(log, 12, OTHER)
    async with station_at(log) as station, listening(station) as ear:
        assert await ear.until_caught_up() == ["text 1", "11"]
        await close(log, 13, OTHER)
        await say(log, 3, "AMB-2")
        await say(log, 4)
        assert await ear.next() == "text 4"
        await close(log, 14)
        assert await ear.next() == "14"


async def test_every_token_resumes_exactly_behind_its_response(log: MemoryLog) -> None:
    """Whatever a unit stored last, it misses nothing and hears nothing again."""
    await own(log, UNIT)
    await own(log, UNIT, OTHER)
    for number in range(4):
        await close(log, number)
        await close(log, 100 + number, OTHER)
        await say(log, number)
    async with station_at(log) as station:
        async with listening(station) as ear:
            whole, tokens = [], []
            while (said := await ear.next()) != "caught up":
                whole.append(said)
                tokens.append(ear.token)
            end = ear.token
        assert len(whole) == 12
        for heard, token in enumerate(tokens, start=1):
            async with listening(station, token) as again:
                assert await again.until_caught_up() == whole[heard:]
        await say(log, 9)
        async with listening(station, end) as again:
            assert {await again.next(), await again.next()} == {"caught up", "text 9"}


async def test_what_memory_lacks_is_read_from_the_log(
    log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A unit that was away for longer than memory reaches back misses nothing either."""
    monkeypatch.setattr(tails, "ENTRIES_KEPT", 3)
    await own(log, UNIT)
    for number in range(10):
        await close(log, number)
        await close(log, 100 + number, OTHER)
    async with station_at(log) as station:
        async with listening(station) as ear:
            assert await ear.until_caught_up() == [str(number) for number in range(10)]
        log.delete_before(TopicPartition(ALARMS.name, partition_of(ENCOUNTER, 4)), 4)
        async with listening(station, None) as ear:
            heard = await ear.until_caught_up()
            assert heard[-1] == "9"
            assert len(heard) < 10


async def test_a_token_of_another_log_starts_over(log: MemoryLog) -> None:
    """Positions beyond the end cannot be this log's; the unit hears all that is kept."""
    await own(log, UNIT)
    for number in range(3):
        await say(log, number)
        await close(log, number)
    async with station_at(log) as station, listening(station) as ear:
        await ear.until_caught_up()
        token = ear.token
    fresh = MemoryLog()
    await own(fresh, UNIT)
    await say(fresh, 7)
    async with station_at(fresh) as station, listening(station, token) as ear:
        assert await ear.until_caught_up() == ["text 7"]


async def test_a_bad_token_and_a_bad_unit_are_refused_by_name(station: Station) -> None:
    """INVALID_ARGUMENT says which field."""
    for unit_id, token in ((UNIT, b"nonsense"), ("no unit", None)):
        async with listening(station, token, unit_id) as ear:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await ear.call.read()
            assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_the_newest_downlink_of_a_unit_wins(station: Station) -> None:
    """What a broken link left behind is ended when the unit comes back."""
    async with listening(station) as older:
        await older.until_caught_up()
        async with listening(station) as newer:
            await newer.until_caught_up()
            with pytest.raises(grpc.aio.AioRpcError) as ended:
                await older.call.read()
            assert ended.value.code() is grpc.StatusCode.ABORTED
            assert len(station.gateway._exchange) == 1
    await until(lambda: len(station.gateway._exchange) == 0)


async def test_a_unit_that_does_not_keep_up_is_sent_away(
    station: Station, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is dropped: the stream ends, and the unit resumes by its token."""
    monkeypatch.setattr(exchange, "POSTS_WAITING", 0)
    await own(log, UNIT)
    async with listening(station) as ear:
        await ear.until_caught_up()
        await say(log, 1)
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await ear.call.read()
        assert ended.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_receipted_message_is_not_sent_again(station: Station, log: MemoryLog) -> None:
    """The unit's receipt becomes a tombstone, and the message is gone for the next downlink."""
    await say(log, 1)
    frames = Frames(lane=Lane.ALARM)
    async with listening(station) as ear:
        while await ear.next() != "text 1":
            pass
        line = await station.uplink(frames)
        receipt = Receipt(message_id(1), ReceiptStage.DELIVERED)
        await line.send((1, frames(1, receipt, encounter_id=None)))
        await line.until_acknowledged(1)
    await until(lambda: station.figure("tombstones_total") == 1)
    await until(lambda: station.gateway._exchange.since(UNIT, OLDEST) == [])
    async with listening(station) as ear:
        assert await ear.until_caught_up() == []


async def test_a_stopping_gateway_ends_downlinks(station: Station) -> None:
    """The unit is told to go elsewhere."""
    async with listening(station) as ear:
        await ear.until_caught_up()
        await station.gateway.drain(int(PATIENCE_S * 1_000))
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await ear.call.read()
        assert ended.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_the_past_of_so_many_units_is_read_at_a_time(
    log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG_READS of a thousand that return at once; the others wait, and all hear their past."""
    monkeypatch.setattr(tails, "ENTRIES_KEPT", 1)
    units = [f"AMB-{number}" for number in range(LOG_READS + 2)]
    for number, unit_id in enumerate(units):
        encounter_id = ENCOUNTER[:-1] + str(number)
        await own(log, unit_id, encounter_id)
        for at_us in range(20):
            await close(log, at_us, encounter_id)
    gate, reading, most = asyncio.Event(), list[str](), list[int]()
    read_log = DownlinkStream._read_log

    async def slowly(
        stream: DownlinkStream, missing: dict[int, int]
    ) -> AsyncIterator[exchange.PostedEntry]:
        reading.append(stream._unit_id)
        most.append(len(reading))
        await gate.wait()
        async for post in read_log(stream, missing):
            yield post
        reading.remove(stream._unit_id)

    monkeypatch.setattr(DownlinkStream, "_read_log", slowly)
    async with station_at(log) as station, AsyncExitStack() as stack:
        ears = [
            await stack.enter_async_context(listening(station, None, unit_id)) for unit_id in units
        ]
        await until(lambda: len(reading) == LOG_READS)
        waiting = station.gateway.service._outlet.log_reads
        await until(lambda: len(waiting._waiters or ()) == len(units) - LOG_READS)
        gate.set()
        for ear in ears:
            assert (await ear.until_caught_up())[-1] == "19"
    assert max(most) == LOG_READS

"""Messages to units, over real gRPC."""

import asyncio
from pathlib import Path
from uuid import UUID

import grpc
import pytest

from ambulance.command.v1 import command_service_pb2 as pb
from ambulance.command.v1 import message_pb2
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from ports.log.port import TopicPartition
from tests.command_center.station import Station, station_at, violations
from tests.patience import PATIENCE_S
from wire.messages import decode_message, message_key, to_message
from wire.partition import partition_of
from wire.topics import DOWNLINK

UNIT = "AMB-7"


def _asked() -> message_pb2.Message:
    expires_us = SystemClock().now_us() + 60_000_000
    return message_pb2.Message(
        unit_id=UNIT, text="Go to hall 3", person="dispatcher", expires_at_us=expires_us
    )


async def test_a_message_is_in_the_downlink_when_it_is_answered(
    station: Station, log: MemoryLog
) -> None:
    """The center names and dates it; the gateway finds it in the unit's partition."""
    answer = await station.commands.SendMessage(pb.SendMessageRequest(message=_asked()))
    place = TopicPartition(DOWNLINK.name, partition_of(UNIT, DOWNLINK.partitions))
    (record,) = await log.read_to_end(place)
    assert record.value is not None
    assert decode_message(record.value) == to_message(answer.message)
    assert record.key == message_key(UNIT, answer.message.message_id)
    assert UUID(answer.message.message_id).version == 7
    assert answer.message.issued_at_us > 0


async def test_a_bad_message_is_refused_by_field(station: Station) -> None:
    """Each field at fault is named."""
    bad = message_pb2.Message(unit_id="no unit", supersedes="?", expires_at_us=1)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.commands.SendMessage(pb.SendMessageRequest(message=bad))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    wanted = ["unit_id", "text", "person", "expires_at_us", "supersedes"]
    assert violations(refused.value) == [f"message.{name}" for name in wanted]


async def test_a_message_that_the_log_loses_is_not_confirmed(
    station: Station, log: MemoryLog
) -> None:
    """Not known is not success."""
    log.sever()
    with pytest.raises(grpc.aio.AioRpcError) as lost:
        await station.commands.SendMessage(pb.SendMessageRequest(message=_asked()))
    assert lost.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_a_message_that_is_confirmed_late_is_listed(log: MemoryLog, tmp_path: Path) -> None:
    """Its sender was told that it is not known: the list says that the crew has it after all."""
    clock = SystemClock()
    async with station_at(log, tmp_path, center_acknowledge_timeout_ms=1) as station:
        log.hold()
        with pytest.raises(grpc.aio.AioRpcError) as lost:
            await station.commands.SendMessage(pb.SendMessageRequest(message=_asked()))
        assert lost.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert await station.center._store.messages(UNIT, 10) == []
        log.release()
        async with asyncio.timeout(PATIENCE_S):
            while not (listed := await station.center._store.messages(UNIT, 10)):
                await clock.sleep_us(1_000)
    assert [sent.message.text for sent in listed] == ["Go to hall 3"]


async def test_a_live_view_needs_no_text_and_is_no_message_of_the_unit(
    station: Station, log: MemoryLog
) -> None:
    """It goes the same way, and no list of messages holds it."""
    asked = _asked()
    asked.ClearField("text")
    asked.live_chunk_ms = 200
    answer = await station.commands.SendMessage(pb.SendMessageRequest(message=asked))
    assert answer.message.live_chunk_ms == 200
    place = TopicPartition(DOWNLINK.name, partition_of(UNIT, DOWNLINK.partitions))
    (record,) = await log.read_to_end(place)
    assert decode_message(record.value or b"").live_chunk_ms == 200
    assert await station.center._store.messages(UNIT, 10) == []


@pytest.mark.parametrize("chunk_ms", [0, 99, 1_001])
async def test_a_live_view_of_another_length_is_refused(station: Station, chunk_ms: int) -> None:
    asked = _asked()
    asked.live_chunk_ms = chunk_ms
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.commands.SendMessage(pb.SendMessageRequest(message=asked))
    assert violations(refused.value) == ["message.live_chunk_ms"]

"""Setting a limit for a patient, as whoever asks for it sees it, over real gRPC."""

import asyncio
from dataclasses import replace
from typing import Any

import grpc
import pytest

from ambulance.alerts.v1 import action_pb2
from ambulance.alerts.v1 import alert_service_pb2 as pb
from clinical.alarms.priority import Source
from clinical.alarms.staff_limit import LimitChange, LimitSet
from clinical.watch.encounter import EncounterState, provisional
from ports.log.memory_log import MemoryLog
from ports.log.port import EARLIEST, TopicPartition
from streams.engine.host import PartitionHost
from streams.engine.watches import PatientWatches
from tests.command_center.night import append, at, encounter, turns
from tests.command_center.station import Station, violations
from tests.patience import PATIENCE_S
from tests.streams.engine.night import WELL, batch, frame
from wire.encounters import encode_encounter
from wire.partition import partition_of
from wire.records import HEADERS_ENCOUNTER_STATE, decode_record
from wire.topics import ALARMS, ENCOUNTERS, PATIENTS

WHO = encounter(1)


def _asked(
    *, cause: str = "SPO2_LOW", medium: float = 86, high: float | None = None
) -> pb.SetLimitRequest:
    change = action_pb2.LimitChange(
        encounter_id=WHO,
        cause=cause,
        medium=medium,
        high=high,
        for_us=3_600_000_000,
        person="Dr Wu",
        reason="COPD, target 88-92",
        request_id="limit-1",
    )
    return pb.SetLimitRequest(change=change)


async def _arrives(station: Station, log: MemoryLog, age_years: int | None = None) -> None:
    """Have a patient on the roster."""
    state: EncounterState = replace(provisional(WHO, "unit-1", at(0)), age_years=age_years)
    writer = await log.writer()
    await writer.send(
        ENCOUNTERS.name,
        partition_of(WHO, ENCOUNTERS.partitions),
        encode_encounter(state),
        key=WHO.encode(),
        headers=HEADERS_ENCOUNTER_STATE,
    )
    await writer.close()
    async with asyncio.timeout(PATIENCE_S):
        while station.center.roster.row(WHO) is None:
            await turns()


async def _judge(log: MemoryLog, *, refused: str = "") -> LimitChange:
    """Answer the next change as the judgement does."""
    part = TopicPartition(PATIENTS.name, partition_of(WHO, PATIENTS.partitions))
    reader = await log.reader({part: EARLIEST})
    (record,) = await reader.read(max_records=1, timeout_ms=int(PATIENCE_S * 1_000))
    await reader.close()
    change = decode_record(record.headers, record.value or b"")
    assert isinstance(change, LimitChange)
    await append(log, _set(change, refused))
    return change


def _set(change: LimitChange, refused: str = "") -> LimitSet:
    return LimitSet(
        change.encounter_id,
        change.cause,
        change.medium,
        change.high,
        at(9),
        at(9) + change.for_us,
        change.person,
        change.reason,
        change.request_id,
        refused,
    )


async def test_a_limit_is_answered_when_the_judgement_has_taken_it(
    station: Station, log: MemoryLog
) -> None:
    """With until when; asked again it is answered again, from the store, and told to nobody."""
    await _arrives(station, log)
    judging = asyncio.create_task(_judge(log))
    answer = await station.alerts.SetLimit(_asked())
    change = await judging
    assert (change.medium, change.high, change.person) == (86, None, "Dr Wu")
    assert change.at_us > 0
    assert (answer.limit.since_us, answer.limit.until_us) == (at(9), at(9) + 3_600_000_000)
    assert await station.alerts.SetLimit(_asked()) == answer
    with pytest.raises(grpc.aio.AioRpcError) as reused:
        await station.alerts.SetLimit(_asked(medium=87))
    assert reused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("fields", "age_years", "said"),
    [
        ({"medium": 83.0}, None, "change.medium must be 84 to 94"),
        ({"high": 70.0}, None, "change.high must be 80 to 90"),
        ({"cause": "ASYSTOLE"}, None, "change.cause is none whose limits are set"),
        ({"high": 80.0}, 4, "change.high is not set for this patient"),
    ],
)
async def test_an_unsafe_limit_is_refused_with_the_field_and_the_bound(
    station: Station,
    log: MemoryLog,
    fields: dict[str, Any],
    age_years: int | None,
    said: str,
) -> None:
    await _arrives(station, log, age_years)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.SetLimit(_asked(**fields))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violations(refused.value) == [said.split(maxsplit=1)[0]]
    assert said in (refused.value.details() or "")


async def test_the_real_judgement_answers_what_the_center_asks(
    station: Station, log: MemoryLog
) -> None:
    """The worker's host takes the very record that the center wrote, and its word is the answer."""
    await _arrives(station, log)
    partition = partition_of(WHO, PATIENTS.partitions)
    host = PartitionHost(partition, Source.CENTER_A, PatientWatches())
    host.on_record(0, batch(0, 0.1, frame(1, 1, 0, WELL), partition=partition))

    async def judged() -> None:
        reader = await log.reader({TopicPartition(PATIENTS.name, partition): EARLIEST})
        (record,) = await reader.read(max_records=1, timeout_ms=int(PATIENCE_S * 1_000))
        await reader.close()
        for fact in host.on_record(1, record).facts:
            assert fact.topic == ALARMS.name
            writer = await log.writer()
            await writer.send(
                fact.topic, fact.partition, fact.value, key=fact.key, headers=fact.headers
            )
            await writer.close()

    judging = asyncio.create_task(judged())
    answer = await station.alerts.SetLimit(_asked(high=82))
    await judging
    assert (answer.limit.medium, answer.limit.high) == (86, 82)
    assert answer.limit.until_us - answer.limit.since_us == 3_600_000_000


async def test_the_judgement_has_the_last_word(station: Station, log: MemoryLog) -> None:
    await _arrives(station, log)
    judging = asyncio.create_task(_judge(log, refused="high is not set for this patient"))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.SetLimit(_asked())
    await judging
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "high is not set for this patient" in (refused.value.details() or "")


async def test_without_an_answer_of_the_judgement_it_is_not_known(
    station: Station, log: MemoryLog
) -> None:
    """Nobody is told that a limit holds while nobody judges."""
    await _arrives(station, log)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.SetLimit(_asked())
    assert refused.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_no_limit_is_set_for_a_patient_who_is_not_under_care(station: Station) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.SetLimit(_asked())
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_an_empty_request_names_every_field_that_it_lacks(station: Station) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.SetLimit(pb.SetLimitRequest())
    wanted = ["encounter_id", "cause", "person", "request_id", "reason", "for_us"]
    assert violations(refused.value) == [f"change.{name}" for name in wanted]

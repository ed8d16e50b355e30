"""The running system as others see it: grpcurl and kcat, programs that nobody here wrote."""

import asyncio
import json
import secrets
from asyncio.subprocess import PIPE
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from clinical.instant import MINUTE_US
from clinical.items import Vitals
from goldenhour.broker.running import RunningBroker
from ports.log.kafka_admin import create_topics
from tests.kafka.stack import CLOCK, Running, eventually, outside_tool
from tests.patience import PATIENCE_S
from wire.frames import Frame, Lane, encode_frame
from wire.messages import message_key
from wire.partition import partition_of
from wire.topics import ALARMS, DOWNLINK, PATIENTS, Topic

pytestmark = pytest.mark.asyncio(loop_scope="package")

UPLINK = "ambulance.telemetry.v1.TelemetryService/Uplink"
SUBSCRIBE = "ambulance.alerts.v1.AlertService/Subscribe"
ACKNOWLEDGE = "ambulance.alerts.v1.AlertService/Acknowledge"
SEND_MESSAGE = "ambulance.command.v1.CommandService/SendMessage"
HEALTH = "grpc.health.v1.Health"
INVALID_ARGUMENT = 3

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said, and how it ended."""

    code: int
    out: str
    errors: str

    def json(self) -> Json:
        assert self.code == 0, self.errors
        return dict(json.loads(self.out))


async def run(*command: str, standard_input: str = "") -> Answer:
    """Run a program to its end."""
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(PATIENCE_S):
        out, errors = await process.communicate(standard_input.encode())
    return Answer(process.returncode or 0, out.decode(), errors.decode())


async def grpcurl(address: str, *what: str, data: str | None = None) -> Answer:
    """Run grpcurl without any proto file: it knows what the server tells by reflection."""
    said = () if data is None else ("-d", "@")
    tool = outside_tool("grpcurl", "make tools")
    return await run(
        tool, "-plaintext", "-format-error", *said, address, *what, standard_input=data or ""
    )


async def kcat(bootstrap: str, *arguments: str, standard_input: str = "") -> list[str]:
    """Run kcat and return the lines that it printed."""
    tool = outside_tool("kcat", "apt-get install -y kcat")
    answer = await run(tool, "-q", "-b", bootstrap, *arguments, standard_input=standard_input)
    assert answer.code == 0, answer.errors
    return answer.out.splitlines()


async def subscribe(address: str) -> AsyncGenerator[Json]:
    """Yield what the feed says, as grpcurl prints it."""
    tool = outside_tool("grpcurl", "make tools")
    request = json.dumps({"subscriber": "grpcurl"})
    process = await asyncio.create_subprocess_exec(
        tool, "-plaintext", "-d", request, address, SUBSCRIBE, stdout=PIPE
    )
    assert process.stdout is not None
    printed = ""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while line := (await process.stdout.readline()).decode():
                printed += line
                if line.startswith("}"):
                    yield json.loads(printed)
                    printed = ""
    finally:
        process.kill()
        await process.wait()


def base64(data: bytes) -> str:
    return b64encode(data).decode()


async def send_pressure(system: Running, encounter_id: str, unit_id: str) -> Answer:
    """Send one frame of a low blood pressure through the gateway, with grpcurl."""
    segment = secrets.token_bytes(16)
    vitals = Vitals(systolic_mmhg=74.0)
    frame = Frame(
        unit_id, Lane.VITALS, segment, 1, CLOCK.now_us(), None, None, encounter_id, (vitals,)
    )
    requests: list[Mapping[str, object]] = [
        {
            "open": {
                "unit_id": unit_id,
                "lane": "LANE_VITALS",
                "segment": base64(segment),
                "next_sequence": 1,
            }
        },
        {"frames": {"frames": [{"sequence": 1, "frame": base64(encode_frame(frame))}]}},
    ]
    data = "\n".join(json.dumps(request) for request in requests)
    return await grpcurl(system.gateway, UPLINK, data=data)


async def alarm_of(system: Running, encounter_id: str) -> Json:
    """Return the alarm about an encounter's blood pressure, from a subscription."""
    async with aclosing(subscribe(system.alerts)) as responses:
        async for response in responses:
            alarm = response.get("delivery", {}).get("alarm", {})
            if (alarm.get("encounter_id"), alarm.get("cause")) == (encounter_id, "SYSTOLIC_LOW"):
                return dict(alarm)
    message = "the subscription ended"
    raise AssertionError(message)


async def test_reflection_lists_the_services_and_health_says_serving(system: Running) -> None:
    """Whoever has the address needs nothing else to find out what can be called."""
    expected = {
        system.gateway: {
            "ambulance.imaging.v1.ImagingService",
            "ambulance.telemetry.v1.TelemetryService",
        },
        system.alerts: {"ambulance.alerts.v1.AlertService", "ambulance.command.v1.CommandService"},
    }
    for address, services in expected.items():
        listed = (await grpcurl(address, "list")).out.split()
        assert {it for it in listed if it.startswith("ambulance.")} == services
        assert HEALTH in listed
        assert (await grpcurl(address, f"{HEALTH}/Check")).json() == {"status": "SERVING"}
        for service in services:
            asked = json.dumps({"service": service})
            answer = await grpcurl(address, f"{HEALTH}/Check", data=asked)
            assert answer.json() == {"status": "SERVING"}


async def test_reflection_describes_what_is_asked_and_answered(system: Running) -> None:
    """Methods and fields come with their names and types."""
    service = await grpcurl(system.alerts, "describe", "ambulance.alerts.v1.AlertService")
    assert "rpc Subscribe" in service.out
    assert "returns ( stream .ambulance.alerts.v1.SubscribeResponse )" in service.out
    frame = await grpcurl(system.gateway, "describe", "ambulance.telemetry.v1.Vitals")
    assert "optional double heart_rate_bpm = 1;" in frame.out


async def test_a_frame_becomes_an_alarm_that_can_be_acknowledged(system: Running) -> None:
    """Uplink, Subscribe and Acknowledge, called from a shell."""
    encounter_id, unit_id = str(uuid4()), f"AMB-CURL-{uuid4().hex[:8]}"
    sent = await send_pressure(system, encounter_id, unit_id)
    assert sent.code == 0, sent.errors
    assert '"through_sequence": "1"' in sent.out
    alarm = await alarm_of(system, encounter_id)
    assert (alarm["priority"], alarm["state"]) == ("PRIORITY_HIGH", "ALARM_STATE_ACTIVE")
    assert (alarm["unit_id"], alarm["words_en"]) == (unit_id, "Systolic blood pressure low")
    assert alarm["unacknowledged"] is True
    assert len(b64decode(alarm["alarm_id"])) == 16
    acknowledgement = {
        "encounter_id": encounter_id,
        "alarm_id": alarm["alarm_id"],
        "priority": alarm["priority"],
        "revision": alarm["revision"],
        "person": "Li Wei",
        "place": "PLACE_CENTER",
        "request_id": str(uuid4()),
    }
    data = json.dumps({"acknowledgement": acknowledgement})
    answered = (await grpcurl(system.alerts, ACKNOWLEDGE, data=data)).json()["alarm"]
    assert answered["alarm_id"] == alarm["alarm_id"]
    assert [it["person"] for it in answered["acknowledgements"]] == ["Li Wei"]
    assert not answered.get("unacknowledged", False)


async def test_a_bad_acknowledgement_is_refused_field_by_field(system: Running) -> None:
    """INVALID_ARGUMENT carries a BadRequest that names every field."""
    data = json.dumps({"acknowledgement": {"alarm_id": base64(b"short"), "revision": 1}})
    answer = await grpcurl(system.alerts, ACKNOWLEDGE, data=data)
    assert answer.code != 0
    error = json.loads(answer.errors)
    assert error["code"] == INVALID_ARGUMENT
    (details,) = error["details"]
    assert details["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    assert {it["field"] for it in details["field_violations"]} == {
        "acknowledgement.alarm_id",
        "acknowledgement.priority",
        "acknowledgement.person",
        "acknowledgement.request_id",
    }
    assert all(it["description"] for it in details["field_violations"])


async def test_a_message_is_stored_under_the_key_that_is_documented(system: Running) -> None:
    """SendMessage with grpcurl, found again by kcat in ``downlink``."""
    unit_id = f"AMB-CURL-{uuid4().hex[:8]}"
    message = {
        "unit_id": unit_id,
        "text": "Return to base.",
        "person": "Li Wei",
        "expires_at_us": str(CLOCK.now_us() + MINUTE_US),
    }
    answer = await grpcurl(system.alerts, SEND_MESSAGE, data=json.dumps({"message": message}))
    stored = answer.json()["message"]
    assert stored.items() >= message.items()
    key = message_key(unit_id, stored["message_id"]).decode()
    found = await kcat(system.bootstrap, "-C", "-e", "-t", DOWNLINK.name, "-f", "%k %p %h\n")
    partition = partition_of(unit_id, DOWNLINK.partitions)
    assert f"{key} {partition} type=ambulance.command.v1.Message,v=1" in found


async def test_the_log_reads_as_documented(system: Running) -> None:
    """An alarm lies under its encounter, in that key's partition; headers say type and version."""
    encounter_id = str(uuid4())
    await send_pressure(system, encounter_id, f"AMB-CURL-{uuid4().hex[:8]}")
    partition = str(partition_of(encounter_id, PATIENTS.partitions))

    async def told() -> list[str] | None:
        lines = await kcat(system.bootstrap, "-C", "-e", "-t", ALARMS.name, "-f", "%k %p %h\n")
        return [it for it in lines if it.startswith(encounter_id)] or None

    mine = await eventually(told)
    header = "type=ambulance.alerts.v1.AlarmEntry,v=1"
    assert set(mine) == {f"{encounter_id} {partition} {header}"}
    heads = await kcat(system.bootstrap, "-C", "-e", "-t", PATIENTS.name, "-f", "%h\n")
    kinds = Counter(heads)
    assert kinds["type=ambulance.log.v1.Tick,v=1"] >= PATIENTS.partitions
    assert kinds["type=ambulance.log.v1.RecordBatch,v=1"] >= 1


async def test_others_put_a_key_where_we_put_it(kafka: RunningBroker) -> None:
    """The murmur2 partitioner of librdkafka and ours agree on every key."""
    scratch = Topic(f"scratch-{uuid4().hex[:8]}", partitions=7, retention_ms=60_000)
    await create_topics(kafka.bootstrap, [scratch])
    keys = [str(uuid4()) for _ in range(100)] + ["A", "AMB-7", "unit.a_b", "急救-1", "x" * 64]
    await kcat(
        kafka.bootstrap,
        "-P", "-t", scratch.name, "-K", "|", "-X", "topic.partitioner=murmur2_random",
        standard_input="".join(f"{key}|value\n" for key in keys),
    )  # fmt: skip
    found = await kcat(kafka.bootstrap, "-C", "-e", "-t", scratch.name, "-f", "%p %k\n")
    placed = {key: int(partition) for partition, _, key in (line.partition(" ") for line in found)}
    assert placed == {key: partition_of(key, scratch.partitions) for key in keys}


async def test_a_missing_tool_fails_with_the_line_that_mends_it() -> None:
    """Nothing is skipped in silence."""
    with pytest.raises(AssertionError, match="no-such-tool is not installed; to mend it: make it"):
        outside_tool("no-such-tool", "make it")

"""The alert feed over WebSocket, spoken with a client that is not ours."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect

from clinical.alarms.priority import Priority
from command_center.feed.socket import AlertSocket
from ports.http_server import serve_http
from ports.log.memory_log import MemoryLog
from tests.command_center.night import alarm_of, append, encounter, latched, transition
from tests.command_center.station import Station, station_at
from tests.patience import PATIENCE_S


@asynccontextmanager
async def dialled(station: Station) -> AsyncIterator[ClientConnection]:
    """A socket of this station's feed."""

    async def alerts(socket: WebSocket) -> None:
        await AlertSocket(station.center.alerts, socket).run()

    app = Starlette(routes=[WebSocketRoute("/v1/alerts", alerts)])
    server = await serve_http(app, "127.0.0.1:0", setting="--http-address")
    try:
        async with connect(f"ws://{server.address}/v1/alerts", proxy=None) as socket:
            yield socket
    finally:
        await server.stop()


async def hear(socket: ClientConnection) -> tuple[str, dict[str, Any]]:
    async with asyncio.timeout(PATIENCE_S):
        said = json.loads(await socket.recv())
    assert len(said) == 1
    ((kind, body),) = said.items()
    return kind, body


async def say(socket: ClientConnection, kind: str, **body: object) -> None:
    await socket.send(json.dumps({kind: body}))


async def test_the_same_alarms_as_over_grpc_and_then_changes(
    station: Station, log: MemoryLog
) -> None:
    """Current alarms, caught_up, changes: field for field what gRPC says, but for who is told."""
    await append(log, transition(1, 1, priority=Priority.MEDIUM), transition(2, 2))
    feed = station.subscribe()
    told = [r for r in await feed.until_caught_up() if r.HasField("delivery")]
    while len(told) < 2:
        told.append(await feed.next())
    async with dialled(station) as socket:
        await say(socket, "subscribe", request_id="s-1", subscriber="web")
        heard = [await hear(socket) for _ in range(3)]
        assert [kind for kind, _ in heard] == ["alarm", "alarm", "caught_up"]
        assert {body["request_id"] for _, body in heard} == {"s-1"}
        assert heard[2][1]["alarms"] == 2
        grpc = {
            response.delivery.alarm.alarm_id: MessageToDict(
                response.delivery.alarm, preserving_proto_field_name=True
            )
            for response in told
        }
        for _, body in heard[:2]:
            assert body["alarm"] == grpc[base64.b64decode(body["alarm"]["alarm_id"])]
        await append(log, transition(2, 3, revision=2, active=False))
        kind, body = await hear(socket)
        assert (kind, body["alarm"]["state"]) == ("alarm", "ALARM_STATE_ENDED")
        assert body["resume_token"]


async def test_a_token_of_either_transport_resumes_on_the_other(
    log: MemoryLog, tmp_path: Path
) -> None:
    """What was missed is told once, over a restart of the center."""
    async with station_at(log, tmp_path) as station, dialled(station) as socket:
        await say(socket, "subscribe", subscriber="web")
        await hear(socket)
        await append(log, transition(1, 1, priority=Priority.LOW))
        token = (await hear(socket))[1]["resume_token"]
    await append(log, transition(2, 2, priority=Priority.LOW))
    async with station_at(log, tmp_path) as station:
        feed = station.subscribe(base64.b64decode(token))
        missed, caught_up = await feed.until_caught_up()
        assert missed.delivery.alarm.alarm_id == alarm_of(2)
        async with dialled(station) as socket:
            await say(socket, "subscribe", subscriber="web", resume_token=token)
            kind, body = await hear(socket)
            assert base64.b64decode(body["alarm"]["alarm_id"]) == alarm_of(2)
            kind, body = await hear(socket)
            assert kind == "caught_up"
            assert base64.b64decode(body["resume_token"]) == caught_up.resume_token


def asked(**more: object) -> dict[str, object]:
    return {
        "encounter_id": encounter(1),
        "alarm_id": base64.b64encode(alarm_of(1)).decode(),
        "priority": "PRIORITY_HIGH",
        "revision": 1,
        "person": "dispatcher",
        "request_id": "request-1",
        **more,
    }


async def test_acknowledging_is_answered_beside_the_feed_and_deliveries_reported(
    station: Station, log: MemoryLog
) -> None:
    """The result has the alarm with its owner; the report says how many it knew."""
    async with dialled(station) as socket:
        await say(socket, "subscribe", request_id="s", subscriber="web")
        await hear(socket)
        await append(log, transition(1, 1))
        _, delivery = await hear(socket)
        await say(socket, "acknowledge", request_id="a", acknowledgement=asked())
        answers = dict([await hear(socket), await hear(socket)])
        assert answers["result"]["request_id"] == "a"
        (owner,) = answers["result"]["alarm"]["acknowledgements"]
        assert (owner["person"], owner["place"]) == ("dispatcher", "PLACE_CENTER")
        assert not answers["alarm"]["alarm"]["unacknowledged"]
        await say(
            socket,
            "report",
            request_id="r",
            subscriber="web",
            delivery_ids=[delivery["delivery_id"]],
            stage="DELIVERY_STAGE_VIEWED",
        )
        assert await hear(socket) == ("result", {"request_id": "r", "recorded": 1})


async def test_resetting_is_answered_beside_the_feed(station: Station, log: MemoryLog) -> None:
    """Refused while the condition holds; then the alarm is over, and says who reset it."""
    began, over = latched(1, 2)
    alarm_id = base64.b64encode(alarm_of(1, "APNOEA")).decode()
    wanted = {name: value for name, value in asked(alarm_id=alarm_id).items() if name != "priority"}
    async with dialled(station) as socket:
        await say(socket, "subscribe", request_id="s", subscriber="web")
        await hear(socket)
        await append(log, began)
        await hear(socket)
        await say(socket, "reset", request_id="early", reset=wanted)
        kind, body = await hear(socket)
        assert (kind, body["request_id"], body["code"]) == ("error", "early", "FAILED_PRECONDITION")
        await append(log, over)
        assert (await hear(socket))[1]["alarm"]["state"] == "ALARM_STATE_LATCHED"
        await say(socket, "reset", request_id="r", reset=wanted)
        answers = dict([await hear(socket), await hear(socket)])
        assert answers["result"]["request_id"] == "r"
        for said in answers.values():
            assert said["alarm"]["state"] == "ALARM_STATE_ENDED"
            assert said["alarm"]["reset"]["person"] == "dispatcher"


async def test_pausing_is_answered_beside_the_feed(station: Station, log: MemoryLog) -> None:
    wanted = asked(for_us="60000000")
    async with dialled(station) as socket:
        await say(socket, "subscribe", request_id="s", subscriber="web")
        await hear(socket)
        await append(log, transition(1, 1))
        await hear(socket)
        await say(socket, "pause", request_id="p", pause=wanted)
        answers = dict([await hear(socket), await hear(socket)])
        for said in answers.values():
            assert said["alarm"]["pauses"][0]["person"] == "dispatcher"
            assert said["alarm"]["unacknowledged"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("{", "INVALID_ARGUMENT", ""),
        ("[]", "INVALID_ARGUMENT", "one object"),
        ('{"subscribe": {}, "report": {}}', "INVALID_ARGUMENT", "one key"),
        ("[" * 50_000, "INVALID_ARGUMENT", "nested"),
        ('{"subscribe": {"request_id": "\\ud800"}}', "INVALID_ARGUMENT", "Unicode"),
        ('{"subscribe": {"subscriber": "\\ud800"}}', "INVALID_ARGUMENT", "Unicode"),
        ('{"dance": {}}', "INVALID_ARGUMENT", "one of subscribe"),
        ('{"subscribe": {"request_id": 7}}', "INVALID_ARGUMENT", "request_id"),
        ('{"subscribe": {"subscriber": "w", "colour": 1}}', "INVALID_ARGUMENT", "colour"),
        ('{"subscribe": {"subscriber": ""}}', "INVALID_ARGUMENT", "subscriber"),
        ('{"subscribe": {"subscriber": "w", "resume_token": "AAAA"}}', "INVALID_ARGUMENT", "token"),
        ('{"acknowledge": {}}', "INVALID_ARGUMENT", "alarm_id"),
        ('{"pause": {}}', "INVALID_ARGUMENT", "pause.for_us"),
        ('{"escalate": {}}', "INVALID_ARGUMENT", "escalation.reason"),
        ('{"reset": {}}', "INVALID_ARGUMENT", "reset.alarm_id"),
    ],
)
async def test_what_is_wrong_is_said_and_the_socket_goes_on(
    station: Station, text: str, code: str, words: str
) -> None:
    """An error names the fault, and the next request is served."""
    async with dialled(station) as socket:
        await socket.send(text)
        kind, body = await hear(socket)
        assert (kind, body["code"]) == ("error", code)
        assert words in body["message"]
        await say(socket, "subscribe", subscriber="web")
        assert (await hear(socket))[0] == "caught_up"


async def test_refusals_are_those_of_grpc(station: Station) -> None:
    """As over gRPC, field by field; a socket carries one subscription, and blanks name nobody."""
    async with dialled(station) as socket:
        await say(socket, "acknowledge", request_id="a", acknowledgement=asked())
        assert (await hear(socket))[1]["code"] == "NOT_FOUND"
        for nobody in ("", "  "):
            await say(socket, "acknowledge", request_id="b", acknowledgement=asked(person=nobody))
            _, body = await hear(socket)
            assert [one["field"] for one in body["violations"]] == ["acknowledgement.person"]
        await say(socket, "subscribe", subscriber="web")
        assert (await hear(socket))[0] == "caught_up"
        await say(socket, "subscribe", request_id="again", subscriber="web")
        assert (await hear(socket))[1]["code"] == "FAILED_PRECONDITION"


async def test_a_stopping_center_says_so_and_a_closed_socket_is_forgotten(
    station: Station,
) -> None:
    """UNAVAILABLE, as over gRPC; nothing stays behind of a client that went."""
    async with dialled(station) as socket:
        await say(socket, "subscribe", subscriber="web")
        await hear(socket)
        assert len(station.center.publisher) == 1
        station.center.publisher.stop()
        assert (await hear(socket))[1]["code"] == "UNAVAILABLE"
    assert len(station.center.publisher) == 0

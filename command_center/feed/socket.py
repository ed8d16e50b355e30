"""The alert feed over WebSocket: the same service, tokens and refusals as over gRPC.

One object per message with one key, in protobuf's JSON mapping with the proto's field names. The
client says ``subscribe``, ``acknowledge``, ``pause``, ``escalate``, ``reset``, ``limit``
(SetLimit), ``strip`` (GetStrip) or ``report``; each is that request of AlertService, with a
``request_id`` of the client's choice beside its fields. The server says ``alarm``, ``series``,
``caught_up``, ``result`` or ``error``, with the ``request_id`` that it answers. A socket carries
one subscription; what else is asked is answered one after the other, beside it. An overflown or
stopping subscription ends with ``error``, and can be asked for again on the same socket.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, NoReturn

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from starlette.websockets import WebSocket, WebSocketDisconnect

from ambulance.alerts.v1 import alert_service_pb2 as pb
from command_center.feed.service import AlertService
from ports.grpc_server import STATUS_DETAILS_KEY
from wire.limits import MAX_NAME

_INVALID: Final = grpc.StatusCode.INVALID_ARGUMENT
_KINDS: Final = (
    "subscribe",
    "acknowledge",
    "pause",
    "escalate",
    "reset",
    "limit",
    "strip",
    "report",
)

Send = Callable[[str, dict[str, Any]], Awaitable[None]]
"""Sends one message: its key, and what lies under it."""


class _CallEnded(Exception):  # noqa: N818 - as gRPC ends a call
    """The service ended a call with a status, as it stands in an ``error``."""

    def __init__(self, status: dict[str, Any]) -> None:
        super().__init__(status["message"])
        self.status = status


class _SocketCall:
    """What a service sees of one request: the twin of gRPC's context."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id

    async def write(self, message: pb.SubscribeResponse) -> None:
        """Send one message of the feed."""
        said = _plain(message)
        named = message.WhichOneof("response") or "delivery"
        kind = "alarm" if named == "delivery" else named
        body = said.pop(named, {})
        await self._send(kind, {"request_id": self._request_id, **body, **said})

    async def abort(
        self, code: grpc.StatusCode, details: str, trailing_metadata: tuple[tuple[str, bytes], ...]
    ) -> NoReturn:
        """End the call."""
        violations = _violations(dict(trailing_metadata)[STATUS_DETAILS_KEY])
        status = {"code": code.name, "message": details}
        raise _CallEnded({**status, "violations": violations} if violations else status)


class AlertSocket:
    """Serves one WebSocket for as long as it is open."""

    def __init__(self, alerts: AlertService, socket: WebSocket) -> None:
        self._alerts = alerts
        self._socket = socket
        self._subscribed: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Answer until the client goes."""
        await self._socket.accept()
        try:
            while True:
                await self._take(await self._socket.receive_text())
        except (WebSocketDisconnect, KeyError):
            return
        finally:
            if self._subscribed is not None:
                self._subscribed.cancel()

    async def _take(self, text: str) -> None:
        try:
            kind, request_id, body = _asked(text)
        except ValueError as wrong:
            await self._send("error", {"code": _INVALID.name, "message": str(wrong)})
            return
        if kind != "subscribe":
            await self._answer(kind, request_id, body)
        elif self._subscribed is None or self._subscribed.done():
            self._subscribed = asyncio.create_task(self._answer(kind, request_id, body))
        else:
            words = "this socket carries a subscription already"
            status = {"code": grpc.StatusCode.FAILED_PRECONDITION.name, "message": words}
            await self._send("error", {"request_id": request_id, **status})

    async def _answer(self, kind: str, request_id: str, body: dict[str, Any]) -> None:
        call = _SocketCall(self._send, request_id)
        with suppress(WebSocketDisconnect, RuntimeError):
            try:
                result = await self._call(kind, body, call)
            except _CallEnded as ended:
                await self._send("error", {"request_id": request_id, **ended.status})
            except ParseError as wrong:
                status = {"code": _INVALID.name, "message": str(wrong)}
                await self._send("error", {"request_id": request_id, **status})
            else:
                await self._send("result", {"request_id": request_id, **_plain(result)})

    async def _call(self, kind: str, body: dict[str, Any], call: _SocketCall) -> Message:
        alerts = self._alerts
        match kind:
            case "acknowledge":
                return await alerts.acknowledge(ParseDict(body, pb.AcknowledgeRequest()), call)
            case "pause":
                return await alerts.pause(ParseDict(body, pb.PauseRequest()), call)
            case "escalate":
                return await alerts.escalate(ParseDict(body, pb.EscalateRequest()), call)
            case "reset":
                return await alerts.reset(ParseDict(body, pb.ResetRequest()), call)
            case "limit":
                return await alerts.set_limit(ParseDict(body, pb.SetLimitRequest()), call)
            case _:
                return await self._ask(kind, body, call)

    async def _ask(self, kind: str, body: dict[str, Any], call: _SocketCall) -> Message:
        """Do what changes no alarm."""
        match kind:
            case "strip":
                return await self._alerts.get_strip(ParseDict(body, pb.GetStripRequest()), call)
            case "report":
                return await self._alerts.report(ParseDict(body, pb.ReportRequest()), call)
            case _:
                await self._alerts.subscribe(ParseDict(body, pb.SubscribeRequest()), call)
                raise AssertionError  # a subscription ends by a status

    async def _send(self, kind: str, body: dict[str, Any]) -> None:
        await self._socket.send_text(json.dumps({kind: body}, ensure_ascii=False))


def _asked(text: str) -> tuple[str, str, dict[str, Any]]:
    """Return kind, request id and fields of a client's message.

    Raises:
        ValueError: it is not of the shape that the module describes.
    """
    message = _read(text)
    if not isinstance(message, dict) or len(message) != 1:
        wrong = "a message is one object with one key"
        raise ValueError(wrong)
    ((kind, body),) = message.items()
    if kind not in _KINDS or not isinstance(body, dict):
        wrong = f"the key is one of {', '.join(_KINDS)}, and an object lies under it"
        raise ValueError(wrong)
    request_id = body.pop("request_id", "")
    if not isinstance(request_id, str) or len(request_id) > MAX_NAME:
        wrong = f"request_id is a text of at most {MAX_NAME} characters"
        raise ValueError(wrong)
    return kind, request_id, body


def _read(text: str) -> object:
    """Return what JSON says, as far as it can be said again in an answer.

    Raises:
        ValueError: it is no JSON, is nested too deeply, or holds half of a surrogate pair.
    """
    try:
        message = json.loads(text)
        json.dumps(message, ensure_ascii=False).encode()
    except RecursionError:
        wrong = "it is nested too deeply"
        raise ValueError(wrong) from None
    except UnicodeEncodeError:
        wrong = "a text in it is not Unicode"
        raise ValueError(wrong) from None
    return message


def _plain(message: Message) -> dict[str, Any]:
    plain = MessageToDict(message, preserving_proto_field_name=True)
    return {str(name): value for name, value in plain.items()}


def _violations(status: bytes) -> list[dict[str, str]]:
    bad = error_details_pb2.BadRequest()
    return [
        {"field": violation.field, "description": violation.description}
        for detail in status_pb2.Status.FromString(status).details
        if detail.Unpack(bad)
        for violation in bad.field_violations
    ]

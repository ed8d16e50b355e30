"""Messages to units over gRPC: stored in `downlink`, from where the gateway takes them."""

import asyncio
import secrets
from asyncio import Future
from typing import Any, Final

import grpc

from ambulance.command.v1 import command_service_pb2 as pb
from ambulance.command.v1 import message_pb2
from command_center.feed.validation import message_violations
from command_center.store.store import Store
from ports.clock import Clock
from ports.grpc_server import abort_with
from ports.log.port import LogLost, LogWriter
from wire.messages import Message, encode_message, from_message, message_key
from wire.partition import partition_of
from wire.records import HEADERS_MESSAGE
from wire.topics import DOWNLINK
from wire.uuid7 import RANDOM_BYTES, uuid7

SERVICE: Final = pb.DESCRIPTOR.services_by_name["CommandService"].full_name

Context = grpc.aio.ServicerContext[Any, Any]


class CommandService:
    """Sends messages; a unit that was never seen gets them when it comes."""

    def __init__(self, writer: LogWriter, store: Store, clock: Clock, timeout_ms: int) -> None:
        self._writer = writer
        self._store = store
        self._clock = clock
        self._timeout_ms = timeout_ms

    def register(self, server: grpc.aio.Server) -> None:
        """Add the service to a server."""
        handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            "SendMessage": grpc.unary_unary_rpc_method_handler(
                self._send_message,
                request_deserializer=pb.SendMessageRequest.FromString,
                response_serializer=pb.SendMessageResponse.SerializeToString,
            )
        }
        handler = grpc.method_handlers_generic_handler(SERVICE, handlers)
        server.add_generic_rpc_handlers((handler,))

    async def _send_message(
        self, request: pb.SendMessageRequest, context: Context
    ) -> pb.SendMessageResponse:
        now_us = self._clock.now_us()
        violations = message_violations(request.message, now_us)
        if violations:
            words = "; ".join(f"{path} {description}" for path, description in violations)
            await abort_with(context, grpc.StatusCode.INVALID_ARGUMENT, words, violations)
        message = _issued(request.message, now_us)
        try:
            async with asyncio.timeout(self._timeout_ms / 1_000):
                await asyncio.shield(await self._append(message))
        except (TimeoutError, LogLost):
            words = "the log did not confirm the message in time: it may still be sent"
            await abort_with(context, grpc.StatusCode.DEADLINE_EXCEEDED, words)
        await self._store.write_message(message)
        return pb.SendMessageResponse(message=from_message(message))

    async def _append(self, message: Message) -> Future[int]:
        durable = await self._writer.send(
            DOWNLINK.name,
            partition_of(message.unit_id, DOWNLINK.partitions),
            encode_message(message),
            key=message_key(message.unit_id, message.message_id),
            headers=HEADERS_MESSAGE,
        )
        durable.add_done_callback(_settled)
        return durable


def _issued(asked: message_pb2.Message, now_us: int) -> Message:
    return Message(
        message_id=str(uuid7(now_us, secrets.token_bytes(RANDOM_BYTES))),
        unit_id=asked.unit_id,
        text=asked.text,
        person=asked.person,
        issued_us=now_us,
        expires_us=asked.expires_at_us,
        supersedes=asked.supersedes or None,
        encounter_id=asked.encounter_id or None,
    )


def _settled(durable: "Future[int]") -> None:
    """Take note of a loss that nobody waits for any more."""
    if not durable.cancelled():
        durable.exception()

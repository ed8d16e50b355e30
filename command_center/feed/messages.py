"""Messages to units over gRPC: stored in `downlink`, from where the gateway takes them."""

from typing import Any, Final

import grpc

from ambulance.command.v1 import command_service_pb2 as pb
from command_center.feed.validation import message_violations
from command_center.messaging import Messaging, NotConfirmed
from ports.clock import Clock
from ports.grpc_server import abort_with, refuse_with
from wire.messages import from_message, to_message

SERVICE: Final = pb.DESCRIPTOR.services_by_name["CommandService"].full_name

Context = grpc.aio.ServicerContext[Any, Any]


class CommandService:
    """Sends messages; a unit that was never seen gets them when it comes."""

    def __init__(self, messaging: Messaging, clock: Clock) -> None:
        self._messaging = messaging
        self._clock = clock

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
        await refuse_with(context, message_violations(request.message, self._clock.now_us()))
        try:
            message = await self._messaging.send(to_message(request.message))
        except NotConfirmed as lost:
            await abort_with(context, grpc.StatusCode.DEADLINE_EXCEEDED, str(lost))
        return pb.SendMessageResponse(message=from_message(message))

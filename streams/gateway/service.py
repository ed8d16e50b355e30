"""The gateway as units see it: hands each call to the stream that serves it.

The handlers are registered by hand, because they read and write their context themselves; the
generated base class knows only handlers that are iterators.
"""

from typing import Any, Final

import grpc

from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from ports.grpc_server import abort_with
from streams.gateway import downlink
from streams.gateway.downlink import DownlinkStream, Outlet
from streams.gateway.reception.opening import BadRequest, read_open
from streams.gateway.reception.reception import Reception
from streams.gateway.uplink import stream as uplink
from streams.gateway.uplink.stream import Intake, UplinkStream

SERVICE: Final = pb.DESCRIPTOR.services_by_name["TelemetryService"].full_name


class TelemetryService:
    """Serves uplinks and downlinks; a call costs the handler that gRPC starts, nothing more."""

    def __init__(self, intake: Intake, outlet: Outlet, reception: Reception) -> None:
        self._intake = intake
        self._reception = reception
        self._outlet = outlet
        self.draining = False
        """Whether new calls are turned away."""

    def register(self, server: grpc.aio.Server) -> None:
        """Add the service to a server."""
        handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            "Uplink": grpc.stream_stream_rpc_method_handler(
                self._uplink,
                request_deserializer=pb.UplinkRequest.FromString,
                response_serializer=pb.UplinkResponse.SerializeToString,
            ),
            "Downlink": grpc.stream_stream_rpc_method_handler(
                self._downlink,
                request_deserializer=pb.DownlinkRequest.FromString,
                response_serializer=pb.DownlinkResponse.SerializeToString,
            ),
        }
        handler = grpc.method_handlers_generic_handler(SERVICE, handlers)
        server.add_generic_rpc_handlers((handler,))

    async def _uplink(self, _: object, context: uplink.Context) -> None:
        request = await self._reception.first_message(context)
        if request is grpc.aio.EOF:
            return
        if self.draining:
            await abort_with(context, grpc.StatusCode.UNAVAILABLE, "the gateway stops")
        try:
            key, next_sequence = read_open(request)
            self._reception.admit(context, key.unit_id, "open.unit_id")
        except BadRequest as bad:
            await abort_with(context, bad.code, str(bad), bad.violations)
        else:
            await UplinkStream(context, self._intake, key, next_sequence).run()

    async def _downlink(self, _: object, context: downlink.Context) -> None:
        if self.draining:
            await abort_with(context, grpc.StatusCode.UNAVAILABLE, "the gateway stops")
        await DownlinkStream(context, self._outlet, self._reception).run()

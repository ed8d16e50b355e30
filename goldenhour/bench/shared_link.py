"""A link whose connection other units share, for large fleets.

The lanes are gRPC streams of their own, as in a vehicle; only the connection beneath them is
shared, and with it the keep-alive.
"""

from typing import Any

import grpc.aio

from ambulance.telemetry.v1 import telemetry_service_pb2_grpc
from vehicle.grpc_link import GrpcLink
from wire.frames import Lane


class SharedLink(GrpcLink):
    """One unit on a channel that somebody else opens and closes."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """Send everything by this channel."""
        super().__init__({})
        self._shared: Any = telemetry_service_pb2_grpc.TelemetryServiceStub(channel)

    def _stub(self, lane: Lane) -> Any:  # noqa: ANN401 - as in GrpcLink
        del lane
        return self._shared

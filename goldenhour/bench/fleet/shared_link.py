"""A link whose connection other units share, for large fleets.

The lanes are gRPC streams of their own, as in a vehicle; only the connection beneath them is
shared, and with it the keep-alive.
"""

from ports.grpc_line import Line
from vehicle.lane.grpc_link import GrpcLink
from wire.frames import Lane


class SharedLink(GrpcLink):
    """One unit on a line that somebody else closes."""

    def __init__(self, line: Line) -> None:
        """Send everything by this line."""
        super().__init__({})
        self._lines = dict.fromkeys(Lane, line)

    async def close(self) -> None:
        """Leave the line to the others."""

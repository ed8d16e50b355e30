"""What the client needs of a link to a gateway, as frozen values and two small protocols."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from vehicle.lane.session import SealedFrame
from wire.alarms import Entry
from wire.frames import Lane
from wire.messages import Message


class LinkDown(Exception):  # noqa: N818 - named for what happened
    """The stream is over; dial again. The words say why."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The stream is ready."""

    credit_frames: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Everything of the stream's segment through this sequence is durable in the log."""

    through: int
    credit_frames: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A frame will never be in the log as data."""

    sequence: int
    reason: str
    """Name of the RefusalReason without its prefix, for example "OUT_OF_RANGE"."""
    field_path: str
    description: str


@dataclass(frozen=True, slots=True)
class ClockReply:
    """The gateway's instants of one exchange, microseconds since the Unix epoch."""

    unit_sent_us: int
    gateway_received_us: int
    gateway_sent_us: int


UplinkArrival = Opened | Acknowledged | Refused | ClockReply


@dataclass(frozen=True, slots=True)
class DownlinkArrival:
    """One response of the downlink; None is caught up, or what this version does not know."""

    what: Message | Entry | None
    resume_token: bytes


class UplinkStream(Protocol):
    """One stream of one segment. Every method raises LinkDown once the stream is over."""

    async def open(self, unit_id: str, lane: Lane, segment: bytes, next_sequence: int) -> None:
        """Say what will come."""
        ...

    async def send(self, frames: Sequence[SealedFrame]) -> None:
        """Send frames in sequence order."""
        ...

    async def probe(self, unit_sent_us: int) -> None:
        """Ask for the gateway's time."""
        ...

    async def read(self) -> UplinkArrival:
        """Wait for what the gateway says next."""
        ...

    def cancel(self) -> None:
        """End the stream; what waits on it raises LinkDown."""
        ...


class Link(Protocol):
    """The connections of one unit."""

    def uplink(self, lane: Lane) -> UplinkStream:
        """Begin a stream on a lane's channel, which is opened when first used."""
        ...

    def downlink(
        self, unit_id: str, resume_token: bytes | None
    ) -> AsyncGenerator[DownlinkArrival, None]:
        """Receive from after the token, or from the oldest kept; LinkDown at the end."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...

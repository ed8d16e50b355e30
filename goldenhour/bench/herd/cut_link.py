"""A link that can be cut and mended: while it is cut nothing answers, as in a tunnel.

A cut closes the unit's connections to the gateway. What is dialled then hears nothing until the
link is whole again or the unit gives up, and fails then; the unit's own back-off does the rest.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import NoReturn

from vehicle.lane.grpc_link import GrpcLink, GrpcUplink
from vehicle.lane.link import DownlinkArrival, LinkDown, UplinkArrival
from vehicle.lane.session import SealedFrame
from wire.frames import Lane


class CutUplink:
    """A stream that was dialled while the link was cut."""

    def __init__(self, whole: asyncio.Event) -> None:
        self._whole = whole

    async def open(self, unit_id: str, lane: Lane, segment: bytes, next_sequence: int) -> None:
        """Hear nothing."""
        del unit_id, lane, segment, next_sequence
        await _nothing(self._whole)

    async def send(self, frames: Sequence[SealedFrame]) -> None:
        """Hear nothing."""
        del frames
        await _nothing(self._whole)

    async def probe(self, unit_sent_us: int) -> None:
        """Hear nothing."""
        del unit_sent_us
        await _nothing(self._whole)

    async def read(self) -> UplinkArrival:
        """Hear nothing."""
        await _nothing(self._whole)

    def cancel(self) -> None:
        """There is nothing to end."""


class CutLink:
    """The link of one unit; it begins cut."""

    def __init__(self, link: GrpcLink) -> None:
        """Wrap the real link."""
        self._link = link
        self._whole = asyncio.Event()

    async def cut(self) -> None:
        """Close every connection; nothing answers any more."""
        self._whole.clear()
        await self._link.close()

    def mend(self) -> None:
        """Let what is dialled from now on arrive."""
        self._whole.set()

    def uplink(self, lane: Lane) -> GrpcUplink | CutUplink:
        """Begin a stream."""
        return self._link.uplink(lane) if self._whole.is_set() else CutUplink(self._whole)

    async def downlink(
        self, unit_id: str, resume_token: bytes | None
    ) -> AsyncGenerator[DownlinkArrival, None]:
        """Receive, where the link is whole."""
        if not self._whole.is_set():
            await _nothing(self._whole)
        async for arrival in self._link.downlink(unit_id, resume_token):
            yield arrival

    async def close(self) -> None:
        """Let go of every connection."""
        await self._link.close()


async def _nothing(whole: asyncio.Event) -> NoReturn:
    await whole.wait()
    message = "the link was cut"
    raise LinkDown(message)

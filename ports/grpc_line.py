"""A line to one address: a channel that is opened when first used and follows its certificate.

A channel of gRPC keeps the certificate that it was made with. When the files have changed, the
next call goes by a new channel; calls that run stay where they are, and the old channel is closed
after the last of them. So a renewed certificate costs no stream.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc

from ports.grpc_channel import open_channel
from ports.tls import Material, Tls, channel_credentials

_Call = TypeVar("_Call", bound=Any)


@dataclass(slots=True, eq=False)
class _Channel:
    channel: grpc.aio.Channel
    material: Material | None
    calls: int = 0
    retired: bool = False


class Line:
    """The way to one server."""

    def __init__(self, address: str, tls: Tls | None = None) -> None:
        """Remember where it goes; connect later."""
        self._address = address
        self._tls = tls
        self._newest: _Channel | None = None
        self._older: set[_Channel] = set()
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def channels(self) -> int:
        """How many channels are open: one, and those that older calls still use."""
        return len(self._older) + (self._newest is not None)

    def begin(self, start: Callable[[grpc.aio.Channel], _Call]) -> _Call:
        """Begin a call by the newest channel."""
        used = self._fresh()
        call = start(used.channel)
        used.calls += 1
        call.add_done_callback(lambda _: self._ended(used))
        return call

    async def close(self) -> None:
        """Close every channel."""
        channels = [*self._older, *([] if self._newest is None else [self._newest])]
        self._older.clear()
        self._newest = None
        for one in channels:
            await one.channel.close()
        if self._closing:
            await asyncio.wait(list(self._closing))

    def _fresh(self) -> _Channel:
        if self._tls is not None:
            self._tls.refresh()
        material = None if self._tls is None else self._tls.material
        newest = self._newest
        if newest is not None and newest.material is material:
            return newest
        credentials = None if material is None else channel_credentials(material)
        channel = open_channel(self._address, credentials=credentials)
        self._newest = _Channel(channel, material)
        if newest is not None:
            newest.retired = True
            self._older.add(newest)
            self._close_unused(newest)
        return self._newest

    def _ended(self, used: _Channel) -> None:
        used.calls -= 1
        self._close_unused(used)

    def _close_unused(self, one: _Channel) -> None:
        if not one.retired or one.calls or one not in self._older:
            return
        self._older.discard(one)
        closing = asyncio.get_running_loop().create_task(one.channel.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

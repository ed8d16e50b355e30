"""Connections that are opened and say nothing, as many as asked for, opened again when closed.

Loopback only. A connection counts as held until the other end closes it; how long that took is
noted. New ones are opened at a steady rate, so that the attack is the number of connections and
not a burst of work.
"""

import asyncio
import socket
from ipaddress import ip_address
from typing import Final

from ports.clock import Clock

OPENED_PER_S: Final = 2_000
"""Connections opened per second at most."""

_SECOND_US: Final = 1_000_000
_BATCH: Final = 100


class HalfOpen:
    """The half-open connections of one attacker."""

    def __init__(self, address: str, count: int, clock: Clock) -> None:
        """Prepare an attack on an address of this machine.

        Raises:
            ValueError: the address is another machine's.
        """
        host, _, port = address.rpartition(":")
        if not ip_address(host).is_loopback:
            message = f"{address}: an attack is made on loopback alone"
            raise ValueError(message)
        self._target = (host, int(port))
        self._count = count
        self._clock = clock
        self._held: dict[socket.socket, int] = {}
        self.opened = 0
        self.failed = 0
        """Connections that could not be opened."""
        self.most = 0
        """Most that were held at a time."""
        self.closed_after_us: list[int] = []

    @property
    def held(self) -> int:
        """Connections that stand now."""
        return len(self._held)

    async def run(self, stop: asyncio.Event) -> None:
        """Hold the connections until ``stop`` is set."""
        while not stop.is_set():
            for _ in range(min(_BATCH, self._count - len(self._held))):
                await self._open_one()
            await self._clock.sleep_us(_BATCH * _SECOND_US // OPENED_PER_S)
        await self._until_closed()

    async def _open_one(self) -> None:
        loop = asyncio.get_running_loop()
        one = socket.socket()
        one.setblocking(False)  # noqa: FBT003 - the only way to say it
        try:
            await loop.sock_connect(one, self._target)
        except OSError:
            self.failed += 1
            one.close()
            return
        self.opened += 1
        self._held[one] = self._clock.monotonic_us()
        self.most = max(self.most, len(self._held))
        loop.add_reader(one, self._on_readable, one)

    def _on_readable(self, one: socket.socket) -> None:
        """Read what TLS says first, until the other end closes."""
        try:
            if one.recv(4_096):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        asyncio.get_running_loop().remove_reader(one)
        one.close()
        self.closed_after_us.append(self._clock.monotonic_us() - self._held.pop(one))

    async def _until_closed(self) -> None:
        """Leave nothing behind: wait until the other end has closed all of them."""
        while self._held:
            await self._clock.sleep_us(_SECOND_US // 20)

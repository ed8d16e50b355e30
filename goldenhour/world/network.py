"""gRPC calls without sockets: what is written on one machine is read on another, in order, later.

Both edges are the real ones. A client's stub talks to ``Dialer``, which stands in for a gRPC
channel; a server's handlers, as they were registered, get a ``Served`` call in place of gRPC's
context. Messages are handed over as they are, without serialising them.

A call breaks when its link is cut or one of its machines dies. The other side learns of it after a
while: at once when a process died, within the keep-alive when a link just fell silent. Until then
what it writes is lost, as bytes in a socket's buffer are.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, NamedTuple, NoReturn

import grpc

from goldenhour.world.schedule import Machine

KEEP_ALIVE_US: Final = 3_000_000
"""Longest time until a side learns that its link fell silent."""

Corrupt = Callable[[Any], Any]


@dataclass(slots=True)
class Way:
    """The way between a client and whatever it dials."""

    rng: Random
    least_us: int = 2_000
    most_us: int = 40_000
    """Shortest and longest time of a message on its way."""
    up: bool = True
    slow_until_us: int = 0
    """Until then every message takes a second more."""
    corrupt: Corrupt | None = None
    """Changes what the client sends, while it is set."""
    calls: "dict[Call, None]" = field(default_factory=dict)

    def delay_us(self, now_us: int) -> int:
        """Draw how long a message takes."""
        spread = self.most_us - self.least_us
        late_us = 1_000_000 if now_us < self.slow_until_us else 0
        return late_us + self.least_us + int(self.rng.random() * spread)

    def cut(self) -> None:
        """Let nothing through; both sides of each call learn of it when their time is up."""
        self.up = False
        for call in list(self.calls):
            call.fall_silent()

    def mend(self) -> None:
        """Let new calls through."""
        self.up = True

    def reset(self) -> None:
        """End every call that is open, as a restarted modem does."""
        for call in list(self.calls):
            call.fall_silent(0)


class _End:
    """One side of a call: what has arrived there and was not read."""

    __slots__ = ("_ending", "_waiting", "arrived", "last_us", "machine", "over")

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.arrived: deque[Any] = deque()
        self.last_us = 0
        self.over = False
        self._waiting: asyncio.Future[Any] | None = None

    def take(self, message: Any) -> None:  # noqa: ANN401 - any message
        """Hand over what arrived."""
        waiting = self._waiting
        if waiting is not None and not waiting.done():
            waiting.set_result(message)
        elif not self.over:
            self.arrived.append(message)

    def end(self) -> None:
        """Read no more than what has arrived."""
        self.over = True
        waiting = self._waiting
        if waiting is not None and not waiting.done():
            waiting.set_result(grpc.aio.EOF)

    async def read(self) -> Any:  # noqa: ANN401 - any message, or EOF
        """Return the next message, EOF when there will be none."""
        if self.arrived:
            return self.arrived.popleft()
        if self.over:
            return grpc.aio.EOF
        self._waiting = asyncio.Future(loop=self.machine)
        try:
            return await self._waiting
        finally:
            self._waiting = None


class Call:
    """A call of two machines; the client's side of it is what a stub returns."""

    def __init__(self, way: Way, client: Machine, server: "Server | None", method: str) -> None:
        self._way = way
        self._schedule = client.schedule
        self.client = _End(client)
        self.server = None if server is None else _End(server.machine)
        self._handler: asyncio.Task[None] | None = None
        self._cancelled = False
        way.calls[self] = None
        if server is None or not way.up:
            self.fall_silent(None if way.rng.random() < _UNNOTICED else way.delay_us(0))
        else:
            self._after(
                way.delay_us(self._schedule.now_us), server.machine, self._begin, server, method
            )

    def _after(
        self, delay_us: int, machine: Machine, do: Callable[..., object], *what: object
    ) -> None:
        self._schedule.at(self._schedule.now_us + delay_us, do, *what, machine=machine)

    def _begin(self, server: "Server", method: str) -> None:
        if self.server is None or self.server.over:
            return
        handler = server.methods.get(method)
        if handler is None:
            self._end_client()
            return
        self._handler = asyncio.Task(_serve(handler, Served(self)), loop=server.machine)

    # The client's side.

    async def write(self, message: Any) -> None:  # noqa: ANN401 - any request
        """Send a request."""
        if self.client.over:
            message = "the call is over"
            raise asyncio.InvalidStateError(message)
        corrupt = self._way.corrupt
        self._send(self.server, message if corrupt is None else corrupt(message))

    async def read(self) -> Any:  # noqa: ANN401 - any response, or EOF
        """Return the next response, EOF at the end."""
        return await self.client.read()

    def cancel(self) -> bool:
        """End the call from the client's side."""
        if self._cancelled or self.client.machine.dead:
            return False
        self._cancelled = True
        self._end_client()
        if self.server is not None and self._way.up:
            delay_us = self._way.delay_us(self._schedule.now_us)
            self._after(delay_us, self.server.machine, self._end_server)
        return True

    def cancelled(self) -> bool:
        """Whether the client ended it."""
        return self._cancelled

    # Both sides.

    def fall_silent(self, within_us: int | None = None) -> None:
        """Let nothing more arrive; each side learns of it within a time, else the keep-alive."""
        self._way.calls.pop(self, None)
        for end, learn in ((self.client, self._end_client), (self.server, self._end_server)):
            if end is None:
                continue
            longest_us = KEEP_ALIVE_US if within_us is None else within_us
            delay_us = int(self._way.rng.random() * longest_us)
            self._after(delay_us, end.machine, learn)
        self._silent = True

    _silent = False

    def lose(self, machine: Machine) -> None:
        """Let the other side learn that a machine died, behind all that it had sent."""
        self._way.calls.pop(self, None)
        now_us = self._schedule.now_us
        if machine is self.client.machine and self.server is not None:
            when_us, learn, other = self.server.last_us, self._end_server, self.server.machine
        else:
            when_us, learn, other = self.client.last_us, self._end_client, self.client.machine
        self._schedule.at(max(when_us, now_us + self._way.least_us), learn, machine=other)

    def respond(self, message: Any) -> None:  # noqa: ANN401 - any response
        """Send a response."""
        if self.server is None or self.server.over:
            message = "the call is over"
            raise grpc.aio.UsageError(message)
        self._send(self.client, message)

    def finish(self) -> None:
        """End the call from the server's side, behind what it sent."""
        if self.server is not None:
            self.server.end()
        if not self._silent:
            self._schedule.at(
                max(self.client.last_us, self._schedule.now_us),
                self._end_client,
                machine=self.client.machine,
            )

    def _send(self, end: _End | None, message: Any) -> None:  # noqa: ANN401
        if end is None or self._silent:
            return
        now_us = self._schedule.now_us
        end.last_us = when_us = max(end.last_us, now_us + self._way.delay_us(now_us))
        self._schedule.at(when_us, self._arrive, end, message, machine=end.machine)

    def _arrive(self, end: _End, message: Any) -> None:  # noqa: ANN401
        if not self._silent:
            end.take(message)

    def _end_client(self) -> None:
        self._way.calls.pop(self, None)
        self.client.end()

    def _end_server(self) -> None:
        if self.server is not None:
            self.server.end()
        if self._handler is not None:
            self._handler.cancel()


_UNNOTICED: Final = 0.5
"""Part of the dials into nowhere that nobody answers at all."""


class Served:
    """A call as its server sees it; stands in for gRPC's context."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def read(self) -> Any:  # noqa: ANN401 - any request, or EOF
        """Return the next request, EOF when the client will send none."""
        end = self._call.server
        return grpc.aio.EOF if end is None else await end.read()

    async def write(self, message: Any) -> None:  # noqa: ANN401 - any response
        """Send a response."""
        self._call.respond(message)

    async def abort(self, code: grpc.StatusCode, details: str = "", _: Any = ()) -> NoReturn:  # noqa: ANN401
        """End the call with a status."""
        self._call.finish()
        words = f"{code.name}: {details}"
        raise grpc.aio.AbortError(words)

    def finish(self) -> None:
        """End the call behind what was sent."""
        self._call.finish()

    def auth_context(self) -> dict[str, list[bytes]]:
        """Return nothing: there is no TLS here."""
        return {}


class Method(NamedTuple):
    """One method of a service, as it was registered."""

    serve: Callable[[Any, Served], Awaitable[Any]]
    streaming: bool
    """Whether it reads its requests itself."""


async def _serve(method: Method, served: Served) -> None:
    request = None if method.streaming else await served.read()
    if request is grpc.aio.EOF:
        return
    with suppress(grpc.aio.BaseError):
        response = await method.serve(request, served)
        if response is not None:
            await served.write(response)
    served.finish()


@dataclass(slots=True)
class Server:
    """What listens on a machine; stands in for a gRPC server while handlers register."""

    machine: Machine
    methods: dict[str, Method] = field(default_factory=dict)

    def add_generic_rpc_handlers(self, generic: Any) -> None:  # noqa: ANN401 - as gRPC has it
        """Take the handlers of a service."""
        for one in generic:
            for path, method in one._method_handlers.items():  # noqa: SLF001 - gRPC names no other way
                serve = method.stream_stream or method.unary_stream or method.unary_unary
                self.methods[path] = Method(serve, method.request_streaming)


class Dialer:
    """Stands in for a gRPC channel: begins calls to whatever answers at present."""

    def __init__(self, way: Way, client: Machine, pick: Callable[[], Server | None]) -> None:
        self._way = way
        self._client = client
        self._pick = pick

    def stream_stream(self, method: str, *_: Any, **__: Any) -> Callable[[], Call]:  # noqa: ANN401
        """Return what begins a call of a method."""
        return lambda: Call(self._way, self._client, self._pick(), method)

    def _unused(self, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """Stand for the methods of a stub that no machine calls."""

    unary_stream = unary_unary = stream_unary = _unused

"""Who may call a server that speaks mutual TLS, from the first call to the end of the last.

TLS has checked that an authority of ours vouches for the caller and that its dates were good when
the connection began. The door adds what TLS does not look at: that the caller is of a kind that
this server serves, that its certificate is not revoked and has not run out since, and that one
caller has no more than ``CALLS_PER_IDENTITY`` calls at a time. It looks again at running calls
each second and ends those whose certificate has lost its force, so a revocation does not wait for
a reconnection.
"""

import asyncio
import inspect
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import grpc

from ports.clock import Clock, SystemClock
from ports.grpc_server import Server, abort_with, serve
from ports.identity import Identity, Kind, PeerCertificate, Unidentified, certificate_of
from ports.logging import get_logger
from ports.program import cancel
from ports.tls import Tls

CALLS_PER_IDENTITY: Final = 64
"""Calls of one caller at a time; a further one is refused with RESOURCE_EXHAUSTED."""

REFRESH_US: Final = 1_000_000
"""Between two looks at files and calls; a certificate without force loses its calls so soon."""

STOP_GRACE_MS: Final = 500
"""Time that calls have to end by themselves when the server stops."""

_log = get_logger(__name__)

_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
_Found: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
_Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class TurnedAway(Exception):  # noqa: N818 - named for what happened
    """A caller may not come in, or may not stay."""

    def __init__(self, code: grpc.StatusCode, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(slots=True, eq=False)
class Visit:
    """A call that came in."""

    certificate: PeerCertificate
    task: "asyncio.Task[Any] | None"
    away: TurnedAway | None = None
    """Why it has to leave."""


class Door(grpc.aio.ServerInterceptor):
    """Stands before every method of a server."""

    def __init__(self, tls: Tls, kinds: Collection[Kind], clock: Clock) -> None:
        """Prepare to let in callers of these kinds."""
        self._tls = tls
        self._kinds = frozenset(kinds)
        self._clock = clock
        self._visits: set[Visit] = set()
        self._calls: Counter[Identity] = Counter()

    @property
    def visits(self) -> int:
        """How many calls run. No ``__len__``: gRPC passes over an interceptor that is false."""
        return len(self._visits)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[_Found]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> _Found:
        """Return the method's handler with the door before it."""
        handler = await continuation(handler_call_details)
        return None if handler is None else self._guarded(handler)

    async def watch(self) -> None:
        """End running calls whose certificate has lost its force, until cancelled."""
        while True:
            await self._clock.sleep_us(REFRESH_US)
            self.look_again()

    def look_again(self) -> None:
        """Take over changed files, and end calls whose certificate has lost its force."""
        self._tls.refresh()
        for visit in list(self._visits):
            away = self._objection(visit.certificate)
            if away is not None and visit.away is None and visit.task is not None:
                visit.away = away
                visit.task.cancel()

    def admit(self, context: _Context) -> PeerCertificate:
        """Return the certificate of a caller who may come in.

        Raises:
            TurnedAway: it may not.
        """
        try:
            certificate = certificate_of(context)
        except Unidentified as error:
            raise TurnedAway(grpc.StatusCode.UNAUTHENTICATED, str(error)) from error
        if certificate is None:
            raise TurnedAway(grpc.StatusCode.UNAUTHENTICATED, "a certificate is needed")
        objection = self._objection(certificate)
        if objection is not None:
            raise objection
        if self._calls[certificate.identity] >= CALLS_PER_IDENTITY:
            words = f"{CALLS_PER_IDENTITY} calls of this caller are open"
            raise TurnedAway(grpc.StatusCode.RESOURCE_EXHAUSTED, words)
        return certificate

    def _objection(self, certificate: PeerCertificate) -> TurnedAway | None:
        if certificate.identity.kind not in self._kinds:
            words = f"a certificate of a {certificate.identity.kind} does not open this door"
            return TurnedAway(grpc.StatusCode.PERMISSION_DENIED, words)
        if certificate.serial in self._tls.material.revoked:
            return TurnedAway(grpc.StatusCode.UNAUTHENTICATED, "the certificate is revoked")
        if certificate.until_us <= self._clock.now_us():
            return TurnedAway(grpc.StatusCode.UNAUTHENTICATED, "the certificate has expired")
        return None

    def _guarded(self, handler: _Handler) -> _Handler:
        for kind in ("unary_unary", "unary_stream", "stream_unary", "stream_stream"):
            behaviour = getattr(handler, kind)
            if behaviour is not None:
                make = getattr(grpc, f"{kind}_rpc_method_handler")
                guarded: _Handler = make(
                    self._behind(behaviour),
                    handler.request_deserializer,
                    handler.response_serializer,
                )
                return guarded
        return handler

    def _behind(self, behaviour: Callable[[Any, _Context], Any]) -> Callable[..., Any]:
        if inspect.isasyncgenfunction(behaviour):
            return self._behind_generator(behaviour)

        async def guarded(request: Any, context: _Context) -> Any:  # noqa: ANN401 - gRPC's
            visit = await self._enter(context)
            try:
                return await behaviour(request, context)
            except asyncio.CancelledError:
                if visit.away is None:
                    raise
                await self._send_away(context, visit.away, visit.certificate)
            finally:
                self._leave(visit)

        return guarded

    def _behind_generator(self, behaviour: Callable[[Any, _Context], Any]) -> Callable[..., Any]:
        async def guarded(request: Any, context: _Context) -> AsyncIterator[Any]:  # noqa: ANN401
            visit = await self._enter(context)
            visit.task = None
            try:
                async for response in behaviour(request, context):
                    yield response
            finally:
                self._leave(visit)

        return guarded

    async def _enter(self, context: _Context) -> Visit:
        try:
            certificate = self.admit(context)
        except TurnedAway as away:
            await self._send_away(context, away, None)
            raise
        visit = Visit(certificate, asyncio.current_task())
        self._visits.add(visit)
        self._calls[certificate.identity] += 1
        return visit

    def _leave(self, visit: Visit) -> None:
        self._visits.discard(visit)
        identity = visit.certificate.identity
        self._calls[identity] -= 1
        if not self._calls[identity]:
            del self._calls[identity]

    async def _send_away(
        self, context: _Context, away: TurnedAway, certificate: PeerCertificate | None
    ) -> None:
        who = None if certificate is None else certificate.identity.uri
        _log.warning("caller turned away", identity=who, peer=context.peer(), why=str(away))
        await abort_with(context, away.code, str(away))


@asynccontextmanager
async def serving(
    registrations: Iterable[Callable[[grpc.aio.Server], None]],
    address: str,
    *,
    services: Sequence[str],
    tls: Tls | None,
    kinds: Collection[Kind],
) -> AsyncIterator[Server]:
    """Serve as ``serve`` does while the context lasts; with ``tls`` behind a door for ``kinds``.

    Raises:
        AddressRefused: the port is busy, or the host is not loopback and there is no TLS.
    """
    doors = [] if tls is None else [Door(tls, kinds, SystemClock())]
    watching = [asyncio.create_task(door.watch()) for door in doors]
    try:
        server = await serve(
            registrations,
            address,
            services=services,
            credentials=None if tls is None else tls.server_credentials(),
            interceptors=doors,
        )
        try:
            yield server
        finally:
            await server.stop(STOP_GRACE_MS)
    finally:
        for watch in watching:
            await cancel(watch)

"""What every call of a unit goes through before it is served.

It must say soon who it is; with mutual TLS that must be the unit of its certificate; and the unit
must be within its quota. A refusal names the field and the reason, and is counted and logged; the
log line carries unit ids, never what was sent.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import grpc

from ports.clock import Clock
from ports.grpc_server import abort_with
from ports.identity import Identity, Kind, certificate_of
from ports.logging import get_logger
from streams.gateway.metrics import GatewayMetrics
from streams.gateway.reception.opening import BadRequest
from streams.gateway.reception.quota import Kept, Quota, QuotaExceeded
from wire.synthetic import unit_of

OPEN_WITHIN_S: Final = 5
"""Longest time from the begin of a call to its first message; then it is ended."""

_log = get_logger(__name__)


class Reception:
    """Receives the units of one gateway."""

    def __init__(self, clock: Clock, metrics: GatewayMetrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._quota = Quota()

    async def first_message(self, context: Any) -> object:  # noqa: ANN401 - any of gRPC's contexts
        """Return the first message of a call; end a call that says nothing."""
        try:
            async with asyncio.timeout(OPEN_WITHIN_S):
                first: object = await context.read()
        except TimeoutError:
            self._metrics.turned_away("SILENT")
            words = f"nothing was sent within {OPEN_WITHIN_S} s"
            await abort_with(context, grpc.StatusCode.DEADLINE_EXCEEDED, words)
        return first

    def admit(self, context: Any, unit_id: str, field_path: str) -> None:  # noqa: ANN401 - as above
        """Let a unit in.

        Raises:
            BadRequest: the certificate is another's, or the unit opened too many calls.
        """
        certificate = certificate_of(context)
        if certificate is not None:
            holder = certificate.identity
            if not _speaks_as(holder, unit_id):
                self._turn_away("IDENTITY", unit_id, holder.uri)
                words = "is not the unit of the certificate"
                raise BadRequest(field_path, words, grpc.StatusCode.PERMISSION_DENIED)
        try:
            self._quota.opened(unit_id, self._clock.monotonic_us())
        except QuotaExceeded as exceeded:
            self._exceeded(exceeded, unit_id, field_path)

    @contextmanager
    def holding(self, kind: Kept, unit_id: str, field_path: str) -> Iterator[None]:
        """Count a call while it is open.

        Raises:
            BadRequest: the unit holds as many as it may.
        """
        try:
            self._quota.hold(kind, unit_id)
        except QuotaExceeded as exceeded:
            self._exceeded(exceeded, unit_id, field_path)
        try:
            yield
        finally:
            self._quota.let_go(kind, unit_id)

    def _exceeded(self, exceeded: QuotaExceeded, unit_id: str, field_path: str) -> NoReturn:
        self._turn_away("QUOTA", unit_id, str(exceeded))
        code = grpc.StatusCode.RESOURCE_EXHAUSTED
        raise BadRequest(field_path, str(exceeded), code) from exceeded

    def _turn_away(self, reason: str, unit_id: str, why: str) -> None:
        self._metrics.turned_away(reason)
        _log.warning("call turned away", reason=reason, unit_id=unit_id, why=why)


def _speaks_as(holder: Identity, unit_id: str) -> bool:
    """Tell whether somebody may call under this name: a unit its own, a center its heartbeat's."""
    if holder.kind is Kind.CENTER:
        return unit_id == unit_of(holder.name)
    return holder.kind is Kind.UNIT and unit_id == holder.name

"""One downlink: the gRPC edge around a ``Subscription``.

First comes what the unit has missed: from the log, if it was away for long, then from memory; then
``caught_up``; then what is posted, as it is posted. Each response carries the position behind it,
so a unit may resume after any. Messages that have expired are sent too: the vehicle shows them as
expired.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import grpc

from ambulance.alerts.v1 import alarm_pb2
from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from ports.grpc_server import abort_with
from ports.log.port import EARLIEST, Log, LogReader, OffsetGone, TopicPartition
from streams.gateway.following.exchange import Closing, Exchange, Post, PostedEntry, PostedMessage
from streams.gateway.following.ownership import Ownership
from streams.gateway.following.positions import (
    OLDEST,
    BadToken,
    Positions,
    decode_token,
    encode_token,
)
from streams.gateway.following.tails import READ_RECORDS, READ_WAIT_MS, posted_entry
from streams.gateway.metrics import GatewayMetrics
from streams.gateway.reception.opening import BadRequest
from streams.gateway.reception.quota import Kept
from streams.gateway.reception.reception import Reception
from wire.limits import is_unit_id
from wire.messages import from_message
from wire.topics import ALARMS

LOG_READS: Final = 4
"""Units whose past is read from the log at a time; the others wait for their turn."""

_CODES: Final = {
    Closing.OVERFLOWN: grpc.StatusCode.UNAVAILABLE,
    Closing.SUPERSEDED: grpc.StatusCode.ABORTED,
    Closing.STOPPING: grpc.StatusCode.UNAVAILABLE,
}

Context = grpc.aio.ServicerContext[pb.DownlinkRequest, pb.DownlinkResponse]


@dataclass(frozen=True, slots=True)
class Outlet:
    """What all downlinks of a gateway share."""

    log: Log
    exchange: Exchange
    ownership: Ownership
    metrics: GatewayMetrics
    log_reads: asyncio.Semaphore


class DownlinkStream:
    """One downlink of one unit."""

    def __init__(self, context: Context, outlet: Outlet, reception: Reception) -> None:
        self._context = context
        self._reception = reception
        self._outlet = outlet
        self._unit_id = ""
        self._positions = OLDEST

    async def run(self) -> None:
        """Serve the unit until either side ends it."""
        request = await self._reception.first_message(self._context)
        if not isinstance(request, pb.DownlinkRequest):
            return
        await self._open(request)
        try:
            self._reception.admit(self._context, self._unit_id, "unit_id")
            with self._reception.holding(Kept.DOWNLINK, self._unit_id, "unit_id"):
                await self._serve()
        except BadRequest as bad:
            await abort_with(self._context, bad.code, str(bad), bad.violations)

    async def _serve(self) -> None:
        await self._send_log()
        exchange = self._outlet.exchange
        subscription = exchange.subscribe(self._unit_id)
        missed = exchange.since(self._unit_id, self._positions)
        ends = exchange.ends(self._unit_id)
        try:
            for post in missed:
                await self._send(post)
            self._positions = ends
            await self._respond(pb.DownlinkResponse(caught_up=pb.DownlinkCaughtUp()))
            while subscription.closing is None:
                while subscription.waiting and subscription.closing is None:
                    await self._send(subscription.waiting.popleft())
                subscription.stirred.clear()
                if not subscription.waiting and subscription.closing is None:
                    await subscription.stirred.wait()
        finally:
            exchange.unsubscribe(subscription)
        closing = subscription.closing
        await abort_with(self._context, _CODES[closing], closing.value)

    async def _open(self, request: pb.DownlinkRequest) -> None:
        if not is_unit_id(request.unit_id):
            await self._refuse("unit_id", "must be 1 to 64 characters of [A-Za-z0-9._-]")
        self._unit_id = request.unit_id
        if request.HasField("resume_token"):
            try:
                positions = decode_token(request.resume_token)
            except BadToken as bad:
                await self._refuse("resume_token", str(bad))
            else:
                self._positions = self._outlet.exchange.adjusted(self._unit_id, positions)

    async def _refuse(self, field_path: str, description: str) -> None:
        await abort_with(
            self._context,
            grpc.StatusCode.INVALID_ARGUMENT,
            f"{field_path} {description}",
            [(field_path, description)],
        )

    async def _send_log(self) -> None:
        """Send what memory does not reach back to; memory may lose more of it meanwhile."""
        while missing := self._outlet.exchange.missing(self._positions):
            async with self._outlet.log_reads:
                async for post in self._read_log(missing):
                    await self._send(post)
            alarms = list(self._positions.alarms)
            for partition, end in missing.items():
                alarms[partition] = max(alarms[partition], end)
            self._positions = Positions(self._positions.downlink, tuple(alarms))

    async def _read_log(self, missing: dict[int, int]) -> AsyncIterator[PostedEntry]:
        reader = await self._open_reader(missing)
        try:
            while any(
                position < missing[partition.partition]
                for partition, position in reader.positions().items()
            ):
                records = await reader.read(max_records=READ_RECORDS, timeout_ms=READ_WAIT_MS)
                for record in records:
                    if record.value is None or record.offset >= missing[record.partition]:
                        continue
                    posted = posted_entry(record, record.value)
                    if self._outlet.ownership.recipient(posted.encounter_id) == self._unit_id:
                        yield posted
        finally:
            await reader.close()

    async def _open_reader(self, missing: dict[int, int]) -> LogReader:
        log = self._outlet.log
        wanted = {
            TopicPartition(ALARMS.name, partition): EARLIEST if position < 0 else position
            for partition, position in enumerate(self._positions.alarms)
            if partition in missing
        }
        try:
            return await log.reader(wanted)
        except OffsetGone:
            return await log.reader(dict.fromkeys(wanted, EARLIEST))

    async def _send(self, post: Post) -> None:
        match post:
            case PostedMessage(offset, message):
                self._positions = self._positions.after_message(offset)
                await self._respond(pb.DownlinkResponse(message=from_message(message)))
            case PostedEntry(partition, offset, _, value):
                self._positions = self._positions.after_entry(partition, offset)
                entry = alarm_pb2.AlarmEntry.FromString(value)
                await self._respond(pb.DownlinkResponse(alarm_entry=entry))

    async def _respond(self, response: pb.DownlinkResponse) -> None:
        response.resume_token = encode_token(self._positions)
        await self._context.write(response)
        self._outlet.metrics.downlink_sent()

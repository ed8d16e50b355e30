"""A gateway, put together from its parts: what runs, and how it stops.

Stopping takes no more frames, lets those taken become durable and be acknowledged, and ends every
stream with UNAVAILABLE, so that the units go elsewhere and send again what was not acknowledged.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry

from ports.clock import Clock
from ports.log.port import Log, LogWriter
from ports.objects.port import Objects
from streams.gateway.downlink import LOG_READS, Outlet
from streams.gateway.following.catch_up import CatchUp
from streams.gateway.following.exchange import Closing, Exchange
from streams.gateway.following.ownership import Ownership
from streams.gateway.following.tails import CacheTail, JudgementTail, TickTail, open_caches
from streams.gateway.following.ticks import ForeignClock, Ticker
from streams.gateway.imaging.library import Library
from streams.gateway.imaging.service import ImagingService
from streams.gateway.metrics import GatewayMetrics
from streams.gateway.reception.reception import Reception
from streams.gateway.reception.units import Units
from streams.gateway.service import TelemetryService
from streams.gateway.uplink.appending import Appender
from streams.gateway.uplink.pledges import Backlog
from streams.gateway.uplink.segments import SegmentBook
from streams.gateway.uplink.stream import Intake

_MS_US: Final = 1_000
_MS_PER_S: Final = 1_000
_CLOSE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts of one gateway process that live as long as it does."""

    service: TelemetryService
    imaging: ImagingService
    _writer: LogWriter
    _intake: Intake
    _exchange: Exchange
    _ticker: Ticker
    _cache_tail: CacheTail
    _tick_tail: TickTail
    _judgement_tail: JudgementTail

    @classmethod
    async def open(
        cls,
        log: Log,
        objects: Objects,
        *,
        clock: Clock,
        gateway_id: str,
        batch_gap_ms: int,
        registry: CollectorRegistry,
    ) -> "Gateway":
        """Connect to the log and fill the caches; units may be served on return.

        Raises:
            LogLost: no broker answered.
        """
        metrics = GatewayMetrics(registry)
        writer = await log.writer()
        ownership = Ownership()
        foreign = ForeignClock(gateway_id)
        exchange, cache_tail = await open_caches(log, ownership)
        await cache_tail.catch_up()
        appender = Appender(
            writer=writer,
            clock=clock,
            gateway_id=gateway_id,
            metrics=metrics,
            batch_gap_us=batch_gap_ms * _MS_US,
        )
        catch_up = CatchUp(clock)
        intake = Intake(
            SegmentBook(), ownership, Units(), appender, Backlog(), catch_up, clock, metrics
        )
        outlet = Outlet(log, exchange, ownership, metrics, asyncio.Semaphore(LOG_READS))
        ticker = Ticker(writer=writer, clock=clock, gateway_id=gateway_id, foreign=foreign)
        tick_tail = await TickTail.open(log, foreign, clock)
        metrics.watch("uplinks", "Open uplink streams.", lambda: len(list(intake.units)))
        metrics.watch("units", "Units with an open uplink.", lambda: len(intake.units))
        metrics.watch("downlinks", "Open downlinks.", lambda: len(exchange))
        metrics.watch("unacknowledged", "Frames not durable yet.", lambda: intake.backlog.frames)
        metrics.watch("unacknowledged_bytes", "Their bytes.", lambda: intake.backlog.bytes)
        metrics.watch("past_waiting", "Streams whose past waits.", lambda: catch_up.waiting)
        metrics.watch("past_window", "Most of it before judgement.", lambda: catch_up.window)
        metrics.watch("encounters", "Encounters whose owner is known.", lambda: len(ownership))
        reception = Reception(clock, metrics)
        service = TelemetryService(intake, outlet, reception)
        library = Library(objects, writer, clock, registry)
        imaging = ImagingService(library, ownership, clock, reception)
        judgement_tail = JudgementTail(log, catch_up, clock)
        return cls(
            service,
            imaging,
            writer,
            intake,
            exchange,
            ticker,
            cache_tail,
            tick_tail,
            judgement_tail,
        )

    async def run(self) -> None:
        """Batch, tick and follow the log, until cancelled; a failure of any part ends all."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._intake.appender.run())
            group.create_task(self._ticker.run())
            group.create_task(self._cache_tail.run())
            group.create_task(self._tick_tail.run())
            group.create_task(self._judgement_tail.run())

    async def drain(self, limit_ms: int) -> None:
        """Take no more frames, and end every stream once what it sent is acknowledged."""
        self.service.draining = self.imaging.draining = True
        streams = list(self._intake.units)
        for stream in streams:
            stream.drain()
        for subscription in self._exchange:
            subscription.close(Closing.STOPPING)
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_ms / _MS_PER_S):
                await self._intake.appender.drain()
                await asyncio.gather(*[stream.ended() for stream in streams])

    async def close(self) -> None:
        """Let go of the log; what it does not confirm in time is left to be sent again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self._cache_tail.close()
                await self._tick_tail.close()
                await self._writer.close()

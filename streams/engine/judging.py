"""A worker at work: its parts on Kafka and Faust, from joining the group to letting go of it."""

import asyncio
from collections.abc import Awaitable
from typing import Final, NoReturn

from prometheus_client import CollectorRegistry

from ports.clock import SystemClock
from ports.log.kafka_log import KafkaLog
from ports.logging import get_logger
from ports.program import say_ready
from streams.engine.apps import hosted
from streams.engine.faust_worker import FaustWorker
from streams.engine.metrics import ProgressCollector, WorkerMetrics
from streams.engine.outbox import BULK_LINGER_MS
from streams.engine.partition_runner import Runners
from streams.engine.settings import WorkerSettings
from streams.engine.stall import LoopWatch
from streams.engine.stall_watch import beat, until_stalled

STOPPING_S: Final = 5.0
"""Longest time that a clean stop may take; then the worker leaves as it is."""

_log = get_logger(__name__)


async def judge(settings: WorkerSettings, registry: CollectorRegistry, metrics: str) -> None:
    """Judge until cancelled; raise why it cannot go on."""
    log = KafkaLog(settings.bootstrap, client_id=f"worker-{settings.group}")
    writer, bulk = await asyncio.gather(log.writer(), log.writer(linger_ms=BULK_LINGER_MS))
    runners = Runners(log, writer, settings.channel.source, hosted(settings.app), bulk=bulk)
    clock = SystemClock()
    metrics_of_records = WorkerMetrics(registry, clock, settings.app)
    worker = FaustWorker(settings, runners, metrics_of_records.observe, clock)
    registry.register(ProgressCollector(worker.progress))
    loop_watch = LoopWatch(clock.monotonic_us)
    watching = asyncio.ensure_future(beat(loop_watch, clock))
    loop_watch.start()
    try:
        await worker.start()
        await _announce(worker, metrics)
        await _until_it_ends(worker, until_stalled(worker, runners.topic.name, log, clock))
    finally:
        watching.cancel()
        loop_watch.stop()
        await _stopped(worker)
        await writer.close()
        await bulk.close()


async def _until_it_ends(worker: FaustWorker, stalled: Awaitable[NoReturn]) -> None:
    """Raise why the worker cannot go on, by its own word or as seen from beside it."""
    ways = [asyncio.ensure_future(worker.ended()), asyncio.ensure_future(stalled)]
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        await done.pop()
    finally:
        for way in ways:
            way.cancel()


async def _announce(worker: FaustWorker, metrics: str) -> None:
    ended = asyncio.ensure_future(worker.ended())
    ready = asyncio.ensure_future(worker.ready.wait())
    await asyncio.wait([ended, ready], return_when=asyncio.FIRST_COMPLETED)
    if ended.done():
        await ended
    ended.cancel()
    say_ready("worker", metrics=metrics)


async def _stopped(worker: FaustWorker) -> None:
    try:
        async with asyncio.timeout(STOPPING_S):
            await worker.stop()
    except Exception as error:  # noqa: BLE001 - it leaves either way; the log holds everything
        _log.warning("stopped_hard", reason=repr(error))

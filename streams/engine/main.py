"""A worker of the stream engine: built here, run until told to stop.

``goldenhour worker --app patients --channel a`` joins the channel's group and judges the partitions
that it is given; other apps do so with their topics. When it cannot go on it says why and exits
with 1, or with 70 when it does not get on although there is something to judge (``stall``); whoever
restarts it loses nothing, since everything is in the log.
"""

import asyncio
import os
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from prometheus_client import CollectorRegistry

from ports.clock import SystemClock
from ports.logging import configure_logging, get_logger
from ports.metrics import MetricsPortBusy, new_registry, serve_metrics
from ports.program import run as run_program
from ports.program import say_ready
from ports.settings import settings_of
from streams.engine.settings import NICENESS, App, Channel, WorkerSettings
from streams.engine.stall import STALLED, LoopWatch
from streams.engine.stall_watch import WorkerStalled, beat, until_stalled

if TYPE_CHECKING:
    from streams.engine.faust_worker import FaustWorker

STOPPING_S = 5.0
"""Longest time that a clean stop may take; then the worker leaves as it is."""

_log = get_logger(__name__)


def main(  # noqa: PLR0917 - options have names where they are given
    app: Annotated[App | None, typer.Option(help="What to run.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="Channel of detection.")] = None,
    bootstrap: Annotated[str | None, typer.Option(help="Kafka, as host:port.")] = None,
    metrics_port: Annotated[int | None, typer.Option(help="Metrics port; 0: a free one.")] = None,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
    member: Annotated[
        str | None, typer.Option(help="Name in the group that survives a restart.")
    ] = None,
    *,
    log_json: Annotated[bool | None, typer.Option(help="Log lines as JSON objects.")] = None,
) -> None:
    """Judge patients, waveforms or images: one Faust worker."""
    settings = settings_of(WorkerSettings, locals())
    configure_logging(json=settings.log_json)
    os.nice(NICENESS[settings.app])
    raise typer.Exit(run_program(lambda stop: run(settings, stop)))


async def run(settings: WorkerSettings, stop: asyncio.Event) -> int:
    """Run a worker until ``stop`` is set; return the exit code."""
    _log.info("settings", **settings.model_dump(mode="json"))
    registry = new_registry("worker")
    try:
        server = serve_metrics(registry, settings.metrics_port)
    except MetricsPortBusy as busy:
        _log.error("not started", error=str(busy))
        return 1
    judging = asyncio.ensure_future(_judge(settings, registry, server.address))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([judging, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in (judging, stopping):
        task.cancel()
    try:
        await judging
    except asyncio.CancelledError:
        return 0
    except WorkerStalled as stalled:
        _log.error("worker_stalled", reason=str(stalled))
        return STALLED
    except Exception as error:  # noqa: BLE001 - said here once; the exit code says the rest
        _log.error("worker_ended", reason=repr(error))
    finally:
        server.close()
    return 1


async def _judge(settings: WorkerSettings, registry: CollectorRegistry, metrics: str) -> None:
    from ports.log.kafka_log import KafkaLog  # noqa: PLC0415 - --help answers without Kafka
    from streams.engine.apps import hosted  # noqa: PLC0415
    from streams.engine.faust_worker import FaustWorker  # noqa: PLC0415 - and without Faust
    from streams.engine.metrics import ProgressCollector, WorkerMetrics  # noqa: PLC0415
    from streams.engine.outbox import BULK_LINGER_MS  # noqa: PLC0415
    from streams.engine.partition_runner import Runners  # noqa: PLC0415

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


async def _until_it_ends(worker: "FaustWorker", stalled: Awaitable[NoReturn]) -> None:
    """Raise why the worker cannot go on, by its own word or as seen from beside it."""
    ways = [asyncio.ensure_future(worker.ended()), asyncio.ensure_future(stalled)]
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        await done.pop()
    finally:
        for way in ways:
            way.cancel()


async def _announce(worker: "FaustWorker", metrics: str) -> None:
    ended = asyncio.ensure_future(worker.ended())
    ready = asyncio.ensure_future(worker.ready.wait())
    await asyncio.wait([ended, ready], return_when=asyncio.FIRST_COMPLETED)
    if ended.done():
        await ended
    ended.cancel()
    say_ready("worker", metrics=metrics)


async def _stopped(worker: "FaustWorker") -> None:
    try:
        async with asyncio.timeout(STOPPING_S):
            await worker.stop()
    except Exception as error:  # noqa: BLE001 - it leaves either way; the log holds everything
        _log.warning("stopped_hard", reason=repr(error))

"""A worker of the stream engine: built here, run until told to stop.

``goldenhour worker --app patients --channel a`` joins the channel's group and judges the partitions
that it is given; other apps do so with their topics. When it cannot go on it says why and exits
with 1, or with 70 when it does not get on although there is something to judge (``stall``); whoever
restarts it loses nothing, since everything is in the log.
"""

import asyncio
import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ports.logging import configure_logging, get_logger
from ports.metrics import MetricsPortBusy, new_registry, serve_metrics
from ports.program import run as run_program
from ports.settings import settings_of
from streams.engine.settings import NICENESS, App, Channel, WorkerSettings
from streams.engine.stall import STALLED
from streams.engine.stall_watch import WorkerStalled

if TYPE_CHECKING:
    from types import ModuleType

    from prometheus_client import CollectorRegistry

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
    raise typer.Exit(run_program(lambda stop: run(settings, stop), lambda: load(settings.app)))


def load(app: App) -> "ModuleType":
    """Load what judges and return it: ``--help`` answers without Kafka and Faust."""
    judging = import_module("streams.engine.judging")
    judging.hosted(app)
    return judging


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


async def _judge(settings: WorkerSettings, registry: "CollectorRegistry", metrics: str) -> None:
    await load(settings.app).judge(settings, registry, metrics)

"""The command center program: builds every real part and hands it over."""

import asyncio
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from command_center.center import Center
from command_center.feed import messages, service
from command_center.settings import CenterSettings
from ports.clock import SystemClock
from ports.grpc_door import serving
from ports.grpc_server import AddressRefused
from ports.http_server import serve_http
from ports.identity import Kind
from ports.log.kafka_log import KafkaLog
from ports.log.port import Log, LogLost
from ports.logging import configure_logging, get_logger
from ports.metrics import MetricsPortBusy, new_registry, serve_metrics
from ports.objects.opening import open_objects
from ports.program import cancel, say_ready, unless_refused, until_stopped
from ports.program import run as run_program
from ports.settings import settings_of
from ports.tls import TlsRefused

if TYPE_CHECKING:
    from starlette.applications import Starlette

PROGRAM: Final = "command-center"

STAFF_ALONE: Final = frozenset({Kind.STAFF})
"""Who may call a center, where there is TLS."""

_REFUSALS: Final = (AddressRefused, MetricsPortBusy, LogLost, TlsRefused)
_log = get_logger(__name__)


async def run(settings: CenterSettings, stop: asyncio.Event, log: Log | None = None) -> None:
    """Serve feed and board until ``stop`` is set, then end it in good order.

    ``log`` is the log to use in place of Kafka at ``settings.bootstrap``.

    Raises:
        AddressRefused, MetricsPortBusy: a port is taken.
        LogLost: no broker answered.
        TlsRefused: the certificates cannot be used.
    """
    tls = settings.tls()
    _log.info("settings", **settings.model_dump(mode="json"))
    registry = new_registry(PROGRAM)
    async with AsyncExitStack() as stack:
        port = settings.center_metrics_port
        metrics = serve_metrics(registry, port, setting="--metrics-port")
        stack.callback(metrics.close)
        center = await Center.open(
            settings,
            SystemClock(),
            log or KafkaLog(settings.bootstrap, client_id=settings.center_id),
            registry,
            open_objects(settings.objects_place),
            tls=tls,
        )
        stack.push_async_callback(center.close)
        running = asyncio.create_task(center.run())
        stack.push_async_callback(cancel, running)
        server = await stack.enter_async_context(
            serving(
                [center.alerts.register, center.commands.register],
                settings.center_address,
                services=[service.SERVICE, messages.SERVICE],
                tls=tls,
                kinds=STAFF_ALONE,
            )
        )
        pages = await serve_http(
            await _web(center), settings.center_http_address, setting="--http-address"
        )
        stack.push_async_callback(pages.stop)
        say_ready(PROGRAM, address=server.address, http=pages.address, metrics=metrics.address)
        await until_stopped(running, stop)
        await server.set_serving(False)
        center.publisher.stop()


async def _web(center: Center) -> "Starlette":
    """Return the board and what else is served over HTTP.

    It takes as long to import as all the rest; meanwhile the feed is served.
    """
    module = await asyncio.to_thread(import_module, "command_center.web")
    application: Starlette = module.web(center)
    return application


def load() -> None:
    """Load what a center else comes to while it starts, as a spare does while it waits."""
    for module in (
        "command_center.store.migrating",
        "command_center.web",
        "fastapi.middleware.gzip",
        "nicegui.middlewares",
        "sqlite3",
        "uvicorn.lifespan.on",
        "uvicorn.protocols.http.auto",
        "uvicorn.protocols.websockets.websockets_sansio_impl",
    ):
        import_module(module)


def main(  # noqa: PLR0917 - options have names where they are given
    bootstrap: Annotated[str | None, typer.Option(help="Kafka, as host:port.")] = None,
    address: Annotated[str | None, typer.Option(help="Where to subscribe; port 0: any.")] = None,
    http_address: Annotated[
        str | None, typer.Option(help="Where the board is; port 0: any.")
    ] = None,
    metrics_port: Annotated[int | None, typer.Option(help="Port of the metrics; 0: any.")] = None,
    channels: Annotated[
        int | None, typer.Option(help="Channels of detection that are to run: 1 or 2.")
    ] = None,
    gateway: Annotated[
        str | None, typer.Option(help="Gateway for the heartbeat of synthetic patients.")
    ] = None,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate: mutual TLS on gRPC.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key.")] = None,
    tls_ca: Annotated[Path | None, typer.Option(help="Authorities that are believed.")] = None,
    tls_crl: Annotated[Path | None, typer.Option(help="Revoked certificates.")] = None,
    objects: Annotated[str | None, typer.Option(help="Images, only read: folder or s3://.")] = None,
    *,
    log_json: Annotated[bool | None, typer.Option(help="Log lines as JSON objects.")] = None,
) -> None:
    """Fold the log of alarms, store it, and serve feed and board."""
    settings = settings_of(
        CenterSettings,
        locals(),
        address="center_address",
        http_address="center_http_address",
        metrics_port="center_metrics_port",
        channels="center_channels",
        gateway="center_gateway",
    )
    configure_logging(json=settings.log_json)

    raise typer.Exit(run_program(lambda stop: unless_refused(run(settings, stop), _REFUSALS), load))

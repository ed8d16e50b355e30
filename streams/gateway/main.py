"""The gateway program: builds every real part and hands it over."""

import asyncio
import secrets
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Final

import typer

from ports.clock import SystemClock
from ports.grpc_door import serving
from ports.grpc_server import AddressRefused
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
from streams.gateway import service
from streams.gateway.gateway import Gateway
from streams.gateway.imaging import service as imaging
from streams.gateway.settings import GatewaySettings

PROGRAM: Final = "gateway"

UNITS_AND_CENTERS: Final = frozenset({Kind.UNIT, Kind.CENTER})
"""Who may call a gateway, where there is TLS; a center only as the unit of its heartbeat."""

_REFUSALS: Final = (AddressRefused, MetricsPortBusy, LogLost, TlsRefused)
_log = get_logger(__name__)


async def run(settings: GatewaySettings, stop: asyncio.Event, log: Log | None = None) -> None:
    """Serve units until ``stop`` is set, then drain.

    ``log`` is the log to use in place of Kafka at ``settings.bootstrap``.

    Raises:
        AddressRefused, MetricsPortBusy: a port is taken.
        LogLost: no broker answered.
        TlsRefused: the certificates cannot be used.
    """
    tls = settings.tls()
    gateway_id = f"{PROGRAM}-{secrets.token_hex(4)}"
    _log.info("settings", gateway_id=gateway_id, **settings.model_dump(mode="json"))
    registry = new_registry(PROGRAM)
    async with AsyncExitStack() as stack:
        port = settings.gateway_metrics_port
        metrics = serve_metrics(registry, port, setting="--metrics-port")
        stack.callback(metrics.close)
        gateway = await Gateway.open(
            log or KafkaLog(settings.bootstrap, client_id=gateway_id),
            open_objects(settings.objects_place),
            clock=SystemClock(),
            gateway_id=gateway_id,
            batch_gap_ms=settings.gateway_batch_gap_ms,
            registry=registry,
        )
        stack.push_async_callback(gateway.close)
        running = asyncio.create_task(gateway.run())
        stack.push_async_callback(cancel, running)
        server = await stack.enter_async_context(
            serving(
                [gateway.service.register, gateway.imaging.register],
                settings.gateway_address,
                services=[service.SERVICE, imaging.SERVICE],
                tls=tls,
                kinds=UNITS_AND_CENTERS,
            )
        )
        say_ready(PROGRAM, address=server.address, metrics=metrics.address)
        await until_stopped(running, stop)
        await server.set_serving(False)
        await gateway.drain(settings.gateway_drain_ms)


def main(  # noqa: PLR0917 - one per setting
    bootstrap: Annotated[str | None, typer.Option(help="Kafka, as host:port.")] = None,
    address: Annotated[str | None, typer.Option(help="Where units connect; port 0: any.")] = None,
    metrics_port: Annotated[int | None, typer.Option(help="Port of the metrics; 0: any.")] = None,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
    objects: Annotated[str | None, typer.Option(help="Images: folder or s3://BUCKET.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate: mutual TLS.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key.")] = None,
    tls_ca: Annotated[Path | None, typer.Option(help="Authorities that are believed.")] = None,
    tls_crl: Annotated[Path | None, typer.Option(help="Revoked certificates.")] = None,
    *,
    log_json: Annotated[bool | None, typer.Option(help="Log lines as JSON objects.")] = None,
) -> None:
    """Serve units: check their frames, append them to the log, acknowledge what it holds."""
    settings = settings_of(
        GatewaySettings,
        locals(),
        address="gateway_address",
        metrics_port="gateway_metrics_port",
    )
    configure_logging(json=settings.log_json)

    raise typer.Exit(run_program(lambda stop: unless_refused(run(settings, stop), _REFUSALS)))

"""``goldenhour broker``: start, stop, status, and run in the foreground."""

import asyncio
import logging
import os
import signal
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from goldenhour.broker.errors import BrokerError
from goldenhour.broker.settings import DEFAULT_PORT, BrokerSettings, settings_from

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Folder of run state [.goldenhour, GOLDENHOUR_HOME].")
]
PortOption = Annotated[int, typer.Option("--port", help="Port to listen on, on 127.0.0.1.")]
PortsOption = Annotated[
    str | None, typer.Option("--ports", help="'auto' takes a free port instead of --port.")
]
BootstrapOption = Annotated[
    str | None,
    typer.Option("--bootstrap", help="Use this broker; start none [GOLDENHOUR_KAFKA]."),
]


@app.callback(invoke_without_command=True)
def quiet(  # noqa: PLR0917 - options have names where they are given
    context: typer.Context,
    nodes: Annotated[
        int | None, typer.Option(help="3: run a cluster of three until Ctrl-C.")
    ] = None,
    racks: Annotated[str, typer.Option(help="The racks of the nodes, comma-separated.")] = "",
    home: HomeOption = None,
    port: PortOption = DEFAULT_PORT,
    ports: PortsOption = None,
) -> None:
    """A real Apache Kafka in one command, on loopback."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    if context.invoked_subcommand is not None:
        return
    if nodes is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)
    from goldenhour.broker.cluster_main import run_cluster  # noqa: PLC0415 - keeps --help quick

    named = tuple(rack.strip() for rack in racks.split(",") if rack.strip())
    raise typer.Exit(run_cluster(_settings(home, port, ports, None), nodes, named))


@app.command()
def start(
    home: HomeOption = None,
    port: PortOption = DEFAULT_PORT,
    ports: PortsOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Start a broker in the background and make the topics; return when a record went through."""
    asyncio.run(_start(_settings(home, port, ports, bootstrap)))


@app.command()
def run(
    home: HomeOption = None,
    port: PortOption = DEFAULT_PORT,
    ports: PortsOption = None,
) -> None:
    """Run a broker until Ctrl-C."""
    asyncio.run(_run(_settings(home, port, ports, None)))


@app.command()
def stop(home: HomeOption = None) -> None:
    """Stop the broker of this home."""
    asyncio.run(_stop(_settings(home, DEFAULT_PORT, None, None)))


@app.command()
def status(home: HomeOption = None) -> None:
    """Print what runs, where, and which version; exit 1 when nothing runs."""
    from goldenhour.broker.state import read_state  # noqa: PLC0415 - keeps --help quick

    settings = _settings(home, DEFAULT_PORT, None, None)
    state = read_state(settings.folder)
    if state is None:
        typer.echo(f"no broker runs in {settings.home}")
        raise typer.Exit(1)
    typer.echo(f"kafka {state.version} at {state.bootstrap}, process {state.pid}, {state.runtime}")


def _settings(
    home: Path | None, port: int, ports: str | None, bootstrap: str | None
) -> BrokerSettings:
    if ports not in (None, "auto"):
        message = f"--ports knows only 'auto', not {ports!r}"
        raise typer.BadParameter(message)
    chosen = None if ports else port
    return settings_from(os.environ, home=home, port=chosen, bootstrap=bootstrap)


async def _start(settings: BrokerSettings) -> None:
    from goldenhour.broker.launch import start_broker  # noqa: PLC0415 - keeps --help quick
    from ports.log.kafka_admin import LogUnavailable, TopicRefused  # noqa: PLC0415

    try:
        broker = await start_broker(settings, detached=True)
    except (BrokerError, LogUnavailable, TopicRefused) as error:
        _fail(error)
    typer.echo(f"kafka {broker.version} at {broker.bootstrap}")


async def _run(settings: BrokerSettings) -> None:
    from goldenhour.broker.launch import start_broker  # noqa: PLC0415 - keeps --help quick
    from ports.log.kafka_admin import LogUnavailable, TopicRefused  # noqa: PLC0415

    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    try:
        broker = await start_broker(settings)
    except (BrokerError, LogUnavailable, TopicRefused) as error:
        _fail(error)
    typer.echo(f"kafka {broker.version} at {broker.bootstrap}; Ctrl-C stops it")
    stopping = asyncio.create_task(asked.wait())
    ending = asyncio.create_task(broker.ended())
    await asyncio.wait({stopping, ending}, return_when=asyncio.FIRST_COMPLETED)
    died = not broker.alive
    stopping.cancel()
    ending.cancel()
    await broker.stop()
    if died:
        _fail(BrokerError(f"Kafka ended by itself; see {settings.folder / 'kafka.log'}"))


async def _stop(settings: BrokerSettings) -> None:
    from goldenhour.broker.cluster import stop_cluster  # noqa: PLC0415 - keeps --help quick
    from goldenhour.broker.process import BrokerProcess  # noqa: PLC0415
    from goldenhour.broker.state import forget_state, read_state  # noqa: PLC0415
    from ports.clock import SystemClock  # noqa: PLC0415

    stopped = await stop_cluster(settings, SystemClock())
    if stopped:
        typer.echo(f"stopped {stopped} nodes in {settings.home}")
        return
    state = read_state(settings.folder)
    if state is None:
        typer.echo(f"no broker runs in {settings.home}")
        return
    await BrokerProcess(state.pid).stop(SystemClock(), settings.stop_timeout_s)
    forget_state(settings.folder)
    typer.echo(f"stopped kafka {state.version} at {state.bootstrap}")


def _fail(error: Exception) -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(1)

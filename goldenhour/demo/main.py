"""``goldenhour demo``: the whole way from patient to feed, in one terminal."""

import asyncio
import json
import logging
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from goldenhour.broker.errors import BrokerError
from goldenhour.demo import run as kafka_demo
from goldenhour.demo.plan import KILLABLE, DemoOptions, Engine, kills
from goldenhour.demo.ports import Ports
from goldenhour.home import default_home, replace_file
from goldenhour.stack.supervisor import ProgramFailed
from ports import program
from ports.addresses import Addresses
from ports.clock import SystemClock
from ports.log.kafka_admin import LogUnavailable, TopicRefused
from ports.logging import configure_logging
from simulators.scenario import BadScenario, load
from simulators.verdict.report import verdict

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_EXPECTED = (BrokerError, LogUnavailable, TopicRefused, ProgramFailed, kafka_demo.StackRunning)
"""What the user can mend; the message says how."""

_BANNER = """\
[bold white on red] NO KAFKA [/] This runs on the in-memory twin of the log: one process, nothing is
durable, nothing survives a kill, and no figure of it says anything about the real system.
{why}
[bold]goldenhour doctor[/] says what is missing and the command that mends it."""


@app.command()
def demo(  # noqa: PLR0917 - options have names where they are given
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
    engine: Annotated[Engine, typer.Option(help="kafka fails without a real one.")] = Engine.AUTO,
    seconds: Annotated[int | None, typer.Option(min=1, help="Length of the story.")] = None,
    report: Annotated[Path | None, typer.Option(help="File for the report, JSON.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed plays the same story.")] = 1,
    scenario: Annotated[str, typer.Option(help="Name or file of the scenario.")] = "demo",
    ports: Annotated[Ports, typer.Option(help="auto takes free ones.")] = Ports.FIXED,
    kill: Annotated[
        str, typer.Option(help=f"What to kill -9, comma-separated: {', '.join(KILLABLE)}.")
    ] = "",
    bootstrap: Annotated[str | None, typer.Option(help="Use this Kafka; start none.")] = None,
    channels: Annotated[
        int,
        typer.Option(min=1, max=2, help="Of detection; with 2 a killed worker delays no alarm."),
    ] = 2,
    *,
    headless: Annotated[bool, typer.Option(help="Play the story, report, and end.")] = False,
    tls: Annotated[bool, typer.Option(help="Mutual TLS on every link; needs a Kafka.")] = False,
) -> None:
    """Start everything, play a story of patients who get worse, and say what was seen."""
    options = DemoOptions(
        home=(home or default_home(os.environ)).absolute(),
        engine=engine,
        headless=headless,
        seconds=seconds if seconds is not None or not headless else 90,
        report=report,
        seed=seed,
        scenario=scenario,
        auto_ports=ports is Ports.AUTO,
        kill=tuple(name.strip() for name in kill.split(",") if name.strip()),
        bootstrap=bootstrap,
        channels=channels,
        tls=tls,
    )
    if tls and engine is Engine.MEMORY:
        message = "--tls: the in-memory twin has no links to encrypt"
        raise typer.BadParameter(message)
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        kills(options.kill)
        load(options.scenario)
    except BadScenario as refused:
        message = f"--scenario: {refused}"
        raise typer.BadParameter(message) from refused
    except ValueError as refused:
        raise typer.BadParameter(str(refused)) from refused
    raise typer.Exit(program.run(lambda stop: _demo(options, stop)))


async def _demo(options: DemoOptions, stop: asyncio.Event) -> int:
    console = Console(stderr=True)
    try:
        report = await _play(options, stop, console)
    except _EXPECTED as failed:
        console.print(f"[bold red]{type(failed).__name__}[/] {failed}", highlight=False)
        return 1
    if report is None:
        return 0
    if options.report is not None:
        replace_file(options.report, json.dumps(report, indent=2) + "\n")
    console.print_json(json.dumps(summary(report)))
    return 0 if verdict(report) else 1


async def _play(
    options: DemoOptions, stop: asyncio.Event, console: Console
) -> dict[str, Any] | None:
    clock = SystemClock()
    if options.engine is not Engine.MEMORY:
        try:
            async with kafka_demo.started(options, clock) as running:
                _say_addresses(console, running.addresses)
                return await kafka_demo.play(running, clock, stop)
        except BrokerError as missing:
            if options.engine is Engine.KAFKA or options.tls:
                raise
            console.print(_BANNER.format(why=missing), highlight=False)
    else:
        console.print(_BANNER.format(why="Asked for by --engine memory."), highlight=False)
    from goldenhour.demo.memory import play_in_memory  # noqa: PLC0415 - with Kafka, programs of their own judge

    return await play_in_memory(
        options, clock, stop, lambda addresses: _say_addresses(console, addresses)
    )


def _say_addresses(console: Console, addresses: Addresses) -> None:
    console.print("[bold]Golden Hour[/] is running. Not a medical device.")
    for name in ("board", "gateway", "alerts", "websocket", "kafka"):
        if address := getattr(addresses, name):
            console.print(f"  {name:24} {address}", highlight=False)
    for program_name, address in addresses.metrics.items():
        console.print(f"  metrics {program_name:16} {address}/metrics", highlight=False)
    console.print(
        "Open the board in a browser, or: [bold]goldenhour feed tail[/]. Ctrl-C stops everything."
    )


def summary(report: dict[str, Any]) -> dict[str, Any]:
    """Return the report without its long lists."""
    return {
        key: value
        for key, value in report.items()
        if not (isinstance(value, list) and key not in ("kills", "unexpected"))
    }

"""The demo on the in-memory twin: the same programs over ``MemoryLog``, in one process.

For machines where no Kafka can be had. Nothing is durable and nothing can be killed.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clinical.alarms.priority import CHANNELS, Source
from command_center import main as command_center
from command_center.settings import CenterSettings
from goldenhour.broker.free_port import free_port
from goldenhour.demo import plan
from goldenhour.demo.plan import DemoOptions
from goldenhour.demo.ports import PORTS
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home
from goldenhour.stack.hops import fetch_expositions, hops_of
from ports.addresses import Addresses, remove_addresses, write_addresses
from ports.clock import Clock
from ports.log.memory_log import MemoryLog
from ports.log.port import Log
from simulators import main as simulate
from simulators.scenario import load
from simulators.settings import SimulateSettings
from streams.engine.apps import PATIENTS_APP, HostedApp
from streams.engine.imaging_host import IMAGING_APP
from streams.engine.memory_worker import MemoryWorker
from streams.engine.partition_runner import Runners
from streams.engine.waveform_host import WAVEFORMS_APP
from streams.gateway import main as gateway
from streams.gateway.settings import GatewaySettings

ENGINE = "memory"


async def play_in_memory(
    options: DemoOptions,
    clock: Clock,
    stop: asyncio.Event,
    say_addresses: Callable[[Addresses], None],
) -> dict[str, Any] | None:
    """Play the story in this process and return its report; None when told to stop before."""
    home = Home(options.home)
    folder = await fresh_folder(home, "demo", clock)
    log = MemoryLog()
    addresses = _addresses(options)
    ending = asyncio.Event()
    programs = [
        asyncio.create_task(work)
        for work in (
            gateway.run(_gateway(addresses, folder), ending, log),
            command_center.run(_center(addresses, folder, options.channels), ending, log),
            *(
                _worker(log, ending, PATIENTS_APP, source)
                for source in CHANNELS[: options.channels]
            ),
            _worker(log, ending, WAVEFORMS_APP),
            _worker(log, ending, IMAGING_APP),
        )
    ]
    write_addresses(home.root, addresses)
    say_addresses(addresses)
    report_file = folder / "simulate-report.json"
    try:
        settings = SimulateSettings(
            scenario=options.scenario,
            seed=options.seed,
            gateway=addresses.gateway,
            alerts=addresses.alerts,
            home=folder / "simulate",
            seconds=options.seconds,
            report=report_file,
        )
        story = simulate.run(settings, load(options.scenario), stop, log)
        await _played(asyncio.create_task(story), programs)
        expositions = await fetch_expositions(list(addresses.metrics.values()))
    finally:
        remove_addresses(home.root)
        ending.set()
        await _end(programs)
    if stop.is_set():
        return None
    return {
        "engine": ENGINE,
        **await asyncio.to_thread(_read, report_file),
        "hops": [
            {"name": hop.name, "p50": hop.p50, "p99": hop.p99} for hop in hops_of(expositions)
        ],
        "kills": [],
    }


def _read(report_file: Path) -> dict[str, Any]:
    return dict(json.loads(report_file.read_text()))


def _addresses(options: DemoOptions) -> Addresses:
    def port(fixed: int) -> int:
        return free_port() if options.auto_ports else fixed

    http_address = f"127.0.0.1:{port(PORTS['board'])}"
    return Addresses(
        gateway=f"127.0.0.1:{port(PORTS['gateway'])}",
        alerts=f"127.0.0.1:{port(PORTS['alerts'])}",
        kafka=None,
        board=plan.board_url(http_address),
        websocket=plan.websocket_url(http_address),
        metrics={
            name: f"127.0.0.1:{port(PORTS[f'metrics-{name}'])}"
            for name in ("gateway", "command-center")
        },
    )


def _metrics_port(addresses: Addresses, name: str) -> int:
    return int(addresses.metrics[name].rpartition(":")[2])


def _gateway(addresses: Addresses, folder: Path) -> GatewaySettings:
    return GatewaySettings(
        gateway_address=addresses.gateway,
        gateway_metrics_port=_metrics_port(addresses, "gateway"),
        home=folder,
    )


def _center(addresses: Addresses, folder: Path, channels: int) -> CenterSettings:
    return CenterSettings(
        center_channels=channels,
        center_gateway=addresses.gateway,
        center_address=addresses.alerts,
        center_http_address=urlsplit(addresses.board or "").netloc,
        center_metrics_port=_metrics_port(addresses, "command-center"),
        home=folder / "command-center",
        objects=str(folder / "objects"),
    )


async def _worker(
    log: Log, stop: asyncio.Event, app: HostedApp, source: Source = Source.CENTER_A
) -> None:
    runners = Runners(log, await log.writer(), source, app)
    worker = await MemoryWorker.open(log, runners)
    await worker.run(stop)


async def _played(story: "asyncio.Task[int]", programs: Sequence["asyncio.Task[None]"]) -> None:
    """Return once the story is over; a program that ends before it ends the story too."""
    await asyncio.wait({story, *programs}, return_when=asyncio.FIRST_COMPLETED)
    if not story.done():
        story.cancel()
    await asyncio.wait({story})
    if not story.cancelled():
        story.result()


async def _end(programs: Sequence["asyncio.Task[None]"]) -> None:
    for ended in await asyncio.gather(*programs, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended

"""Runs a demo: broker, gateway, workers, command center, then the story against them.

Stopping goes the other way round, whatever happened: fleet first, broker last.
"""

import asyncio
import contextlib
import importlib.metadata
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from goldenhour.broker.free_port import free_port
from goldenhour.broker.launch import start_broker
from goldenhour.broker.running import RunningBroker
from goldenhour.broker.settings import BrokerSettings, settings_from
from goldenhour.broker.state import read_state
from goldenhour.demo import plan
from goldenhour.demo.certificates import CENTER, GATEWAY, certify
from goldenhour.demo.plan import DemoOptions, Kill
from goldenhour.demo.ports import PORTS
from goldenhour.home import Home, replace_file
from goldenhour.stack.hops import fetch_expositions, hops_of
from goldenhour.stack.program import Program
from goldenhour.stack.supervisor import Stack, Supervised
from ports.addresses import Addresses, remove_addresses, write_addresses
from ports.clock import Clock

_logger = structlog.get_logger()

_POLL_US: Final = 100_000
_SECOND_US: Final = 1_000_000


class StackRunning(Exception):  # noqa: N818 - named for what happened
    """The folder of run state belongs to a running stack."""


@dataclass(slots=True)
class Demo:
    """A running demo."""

    options: DemoOptions
    folder: Path
    stack: Stack
    broker: RunningBroker
    addresses: Addresses
    kills: list[dict[str, Any]] = field(default_factory=list)

    @property
    def certificates(self) -> Path | None:
        """Where everybody's certificates lie, if the run speaks TLS."""
        folder = self.addresses.certificates
        return None if folder is None else Path(folder)

    @property
    def report_file(self) -> Path:
        """Where the simulators write what they saw."""
        return self.folder / "simulate-report.json"

    @property
    def kills_file(self) -> Path:
        """Where the simulators read what was killed when."""
        return self.folder / "kills.json"


@contextlib.asynccontextmanager
async def started(options: DemoOptions, clock: Clock) -> AsyncIterator["Demo"]:
    """Start everything but the story; stop everything at the end.

    Raises:
        BrokerFailed: no Kafka could be started; the message says what mends it.
        ProgramFailed: a program did not come up.
    """
    home = Home(options.home)
    folder = await fresh_folder(home, "demo", clock)
    broker = await start_broker(_broker_settings(options, folder), clock=clock)
    stack = Stack(folder, clock)
    try:
        addresses = await _start_programs(options, stack, folder, broker.bootstrap, clock)
        write_addresses(home.root, addresses)
        yield Demo(options, folder, stack, broker, addresses)
    finally:
        remove_addresses(home.root)
        await stack.stop()
        await broker.stop()


async def fresh_folder(home: Home, name: str, clock: Clock) -> Path:
    """Return an empty folder of run state; a broker that was left behind in it is stopped.

    Raises:
        StackRunning: the stack of this folder runs.
    """
    folder = home.folder(name)
    settings = settings_from({}, home=folder)
    if read_state(settings.folder) is not None:
        left_behind = await start_broker(settings, clock=clock)
        if not left_behind.owned:
            message = f"a stack already runs in {folder}: stop it, or choose another --home"
            raise StackRunning(message)
        await left_behind.stop()
    shutil.rmtree(folder)
    folder.mkdir()
    return folder


def _port(options: DemoOptions, name: str) -> int:
    return free_port() if options.auto_ports else PORTS[name]


def _broker_settings(options: DemoOptions, folder: Path) -> BrokerSettings:
    port = None if options.auto_ports else PORTS["kafka"]
    return settings_from(os.environ, home=folder, port=port, bootstrap=options.bootstrap)


async def _start_programs(
    options: DemoOptions, stack: Stack, folder: Path, bootstrap: str, clock: Clock
) -> Addresses:
    metrics: dict[str, str] = {}

    async def start(program: Program) -> Mapping[str, str]:
        return await stack.start(plan.with_spares(program, options.channels))

    certificates = certify(folder, options.scenario, clock.now_us()) if options.tls else None
    gateway = await start(
        plan.gateway(
            bootstrap,
            _port(options, "gateway"),
            _port(options, "metrics-gateway"),
            folder,
            plan.tls_options(certificates, GATEWAY),
        )
    )
    metrics["gateway"] = gateway["metrics"]
    center, waveforms, imaging, *workers = await asyncio.gather(
        start(
            plan.command_center(
                bootstrap,
                _port(options, "alerts"),
                _port(options, "board"),
                _port(options, "metrics-command-center"),
                folder,
                plan.tls_options(certificates, CENTER),
                channels=options.channels,
                gateway=gateway["address"],
            )
        ),
        start(plan.waveforms(bootstrap, _port(options, "metrics-waveforms"), folder)),
        start(plan.imaging(bootstrap, _port(options, "metrics-imaging"), folder)),
        *(
            start(
                plan.worker(
                    number,
                    bootstrap,
                    _port(options, f"metrics-worker-{number}"),
                    folder,
                    plan.channel_of(number, options.channels),
                )
            )
            for number in range(1, plan.WORKERS + 1)
        ),
    )
    metrics["command-center"] = center["metrics"]
    metrics["waveforms"] = waveforms["metrics"]
    metrics["imaging"] = imaging["metrics"]
    metrics |= {f"worker-{n}": ready["metrics"] for n, ready in enumerate(workers, start=1)}
    return Addresses(
        gateway=gateway["address"],
        alerts=center["address"],
        kafka=bootstrap,
        board=plan.board_url(center["http"]),
        websocket=plan.websocket_url(center["http"]),
        certificates=None if certificates is None else str(certificates),
        metrics=metrics,
    )


async def play(demo: Demo, clock: Clock, stop: asyncio.Event) -> dict[str, Any] | None:
    """Play the story to its end, with the kills asked for, and return the whole report.

    Told to stop before the end, or without an end, it returns None.
    """
    simulate = plan.simulate(
        demo.options,
        gateway_address=demo.addresses.gateway,
        alerts_address=demo.addresses.alerts,
        bootstrap=demo.broker.bootstrap,
        home=demo.folder,
        report=demo.report_file,
        kills_file=demo.kills_file,
        certificates=demo.certificates,
    )
    replace_file(demo.kills_file, "[]")
    await demo.stack.start(simulate)
    fleet = demo.stack.named("simulate")
    stopping = asyncio.create_task(stop.wait())
    playing = asyncio.create_task(_until_ended(demo, fleet, clock))
    await asyncio.wait({stopping, playing}, return_when=asyncio.FIRST_COMPLETED)
    if not playing.done():
        playing.cancel()
        return None
    stopping.cancel()
    await playing
    expositions = await fetch_expositions(list(demo.addresses.metrics.values()))
    report = json.loads(demo.report_file.read_text())
    hops = [{"name": hop.name, "p50": hop.p50, "p99": hop.p99} for hop in hops_of(expositions)]
    return {
        "engine": engine_name(demo.broker.version),
        **report,
        "hops": hops,
        "kills": demo.kills,
        "restarts": {name: it.restarts for name, it in demo.stack.programs.items()},
        "spares_used": {name: it.promotions for name, it in demo.stack.programs.items()},
    }


async def _until_ended(demo: Demo, fleet: Supervised, clock: Clock) -> None:
    killing = asyncio.create_task(_kill_all(demo, clock))
    try:
        await fleet.wait_ended()
    finally:
        killing.cancel()


def engine_name(kafka_version: str) -> str:
    """Return the engine as reports name it, from the broker's own start-up log."""
    return f"kafka {kafka_version} + faust {importlib.metadata.version('faust-streaming')}"


async def _kill_all(demo: Demo, clock: Clock) -> None:
    planned = plan.kills(demo.options.kill)
    if not planned:
        return
    story = demo.folder / "simulate" / "story.json"
    while not story.exists():
        await clock.sleep_us(_POLL_US)
    started_us = json.loads(story.read_text())["story_started_us"]
    for kill in planned:
        await clock.sleep_us(started_us + kill.at_s * _SECOND_US - clock.now_us())
        at_s = round((clock.now_us() - started_us) / _SECOND_US, 1)
        demo.kills.append({"what": kill.what, "at_s": at_s, "recovered_s": None})
        replace_file(demo.kills_file, json.dumps(demo.kills))
        killed_us = clock.monotonic_us()
        await _kill_one(demo, kill, clock)
        demo.kills[-1]["recovered_s"] = round((clock.monotonic_us() - killed_us) / _SECOND_US, 3)
        _logger.info("killed_and_recovered", **demo.kills[-1])


async def _kill_one(demo: Demo, kill: Kill, clock: Clock) -> None:
    if kill.what == "vehicle":
        await _kill_vehicle(demo.folder / "simulate" / "stdin-unit.json", clock)
        return
    victim: Supervised = demo.stack.named(kill.what)
    victim.kill()
    await victim.wait_ready()


async def _kill_vehicle(state_file: Path, clock: Clock) -> None:
    def unit() -> dict[str, int]:
        return dict(json.loads(state_file.read_text()))

    before = unit()
    os.kill(before["pid"], signal.SIGKILL)
    await _until(lambda: unit()["restarts"] > before["restarts"], clock)


async def _until(condition: Callable[[], bool], clock: Clock) -> None:
    while not condition():
        await clock.sleep_us(_POLL_US)

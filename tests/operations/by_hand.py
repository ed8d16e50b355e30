"""The Compose file without a container engine: each service's command line, run as a process.

What the images would do is done here: Kafka's image makes settings of its environment, volumes are
folders, and every fixed port becomes a free one, so that nothing running here is in the way.
"""

import asyncio
import json
import os
import re
import shlex
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from goldenhour.broker.archive import archived
from goldenhour.broker.free_port import free_port
from goldenhour.broker.properties import render
from goldenhour.broker.runtime import KAFKA_MAIN, STORAGE_MAIN, Runtime, find_runtime
from goldenhour.broker.settings import settings_from
from goldenhour.main import GRPC_ENVIRONMENT
from ports.clock import SystemClock

COMPOSE: Final = Path(__file__).parents[2] / "deploy" / "compose" / "compose.yaml"

_PORT: Final = re.compile(r"(?<=127\.0\.0\.1:)\d+|(?<=--metrics-port )\d+")
_KAFKA_PREFIX: Final = "KAFKA_"
_NOT_SETTINGS: Final = {"KAFKA_HEAP_OPTS"}


@dataclass(frozen=True, slots=True)
class Deployment:
    """The services of the file with ports and paths of this test."""

    services: Mapping[str, Mapping[str, Any]]
    targets: str
    """The text of Prometheus' targets file."""
    folder: Path


@dataclass(slots=True)
class ByHand:
    """What runs, and what each program said of itself when it was ready."""

    deployment: Deployment
    ready: dict[str, dict[str, str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def deployment(folder: Path) -> Deployment:
    """Return the Compose file with a free port for each fixed one and folders for volumes."""
    text = COMPOSE.read_text()
    targets = COMPOSE.with_name("targets.json").read_text()
    ports = {port: str(free_port()) for port in sorted(set(_PORT.findall(text)))}
    moved = _PORT.sub(lambda found: ports[found.group()], text)
    moved = moved.replace("/var/lib/goldenhour", str(folder / "goldenhour"))
    services = yaml.safe_load(moved)["services"]
    return Deployment(services, _PORT.sub(lambda found: ports[found.group()], targets), folder)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[ByHand]:
    """Run brokers and topics, then every program of ours; stop all at the end."""
    by_hand = ByHand(deployment(folder))
    services = by_hand.deployment.services
    async with AsyncExitStack() as stack:
        brokers = [name for name in services if name.startswith("kafka-")]
        await asyncio.gather(*(_broker(stack, by_hand.deployment, name) for name in brokers))
        topics = await _ours(services["topics"])
        said, _ = await topics.communicate()
        assert topics.returncode == 0, said.decode()
        ours = [
            name
            for name, service in services.items()
            if service["image"] == "goldenhour" and name != "topics"
        ]
        await asyncio.gather(*(_program(stack, by_hand, name) for name in ours))
        yield by_hand


def _kafka_settings(environment: Mapping[str, Any], data: Path) -> dict[str, str]:
    """Return server.properties as the image's start script makes it from the environment."""
    settings = {
        name.removeprefix(_KAFKA_PREFIX).lower().replace("_", "."): str(value)
        for name, value in environment.items()
        if name.startswith(_KAFKA_PREFIX) and name not in _NOT_SETTINGS
    }
    return settings | {"log.dirs": str(data)}


async def _broker(stack: AsyncExitStack, where: Deployment, name: str) -> None:
    environment = where.services[name]["environment"]
    folder = where.folder / name
    (folder / "data").mkdir(parents=True)
    properties = folder / "server.properties"
    properties.write_text(render(_kafka_settings(environment, folder / "data")))
    found = find_runtime(settings_from(os.environ, home=folder), os.environ)
    runtime = await archived(found, SystemClock())
    await _format(runtime, folder, properties, environment["CLUSTER_ID"])
    log = (folder / "kafka.log").open("wb")
    stack.callback(log.close)
    process = await asyncio.create_subprocess_exec(
        *runtime.command(folder, KAFKA_MAIN, str(properties)), stdout=log, stderr=STDOUT
    )
    stack.push_async_callback(_killed, process)


async def _format(runtime: Runtime, folder: Path, properties: Path, cluster: str) -> None:
    command = runtime.command(folder, STORAGE_MAIN, "format", "-t", cluster, "-c", str(properties))
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


async def _ours(service: Mapping[str, Any]) -> Process:
    environment = {name: str(value) for name, value in service["environment"].items()}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "goldenhour", *shlex.split(service["command"])),
        env=os.environ | GRPC_ENVIRONMENT | environment,
        stdout=PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _program(stack: AsyncExitStack, by_hand: ByHand, name: str) -> None:
    process = await _ours(by_hand.deployment.services[name])
    stack.push_async_callback(_stopped, process)
    assert process.stdout is not None
    line = await process.stdout.readline()
    if line:
        by_hand.ready[name] = json.loads(line)
    else:
        by_hand.failed[name] = f"ended with {await process.wait()}"


async def _stopped(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.communicate()


async def _killed(process: Process) -> None:
    process.kill()
    await process.wait()

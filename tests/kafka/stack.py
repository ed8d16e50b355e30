"""The real programs around a broker, one worker of each app among them, and who speaks to them.

Everything listens on free ports and keeps its state below one folder. The broker, and so its
topics, may be shared: who looks at them looks for encounters and units of its own.
"""

import asyncio
import json
import os
import random
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from clinical.alarms.view import AlarmView
from goldenhour.demo import plan
from goldenhour.stack.supervisor import Stack
from ports.clock import SystemClock
from ports.log.kafka_log import KafkaLog
from ports.log.port import Record, TopicPartition
from simulators.verdict.alert_feed import AlertFeed, Delivered
from tests.patience import PATIENCE_S, PATIENCE_US
from tests.vehicle.hearing import Hearing
from vehicle.client import ClientOptions, VehicleClient
from vehicle.lane.grpc_link import GrpcLink
from vehicle.spool.spool import Spool
from wire.frames import Lane
from wire.topics import Topic

CLOCK = SystemClock()
STEP_US = 20_000
PROJECT = Path(__file__).resolve().parents[2]

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Running:
    """Where the running programs are, and where their state lies."""

    bootstrap: str
    gateway: str
    alerts: str
    board: str
    home: Path

    async def records(self, topic: Topic) -> list[Record]:
        """Return every record that a topic holds now."""
        log = KafkaLog(self.bootstrap, client_id="reader")
        partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        return [record for one in partitions for record in await log.read_to_end(one)]


@asynccontextmanager
async def running(bootstrap: str, home: Path) -> AsyncIterator[Running]:
    """Run gateway, workers and command center as child processes, and stop them in the end."""
    stack = Stack(home, CLOCK, PATIENCE_US)
    try:
        gateway, center, *_ = await asyncio.gather(
            stack.start(plan.gateway(bootstrap, 0, 0, home)),
            stack.start(plan.command_center(bootstrap, 0, 0, 0, home)),
            stack.start(plan.worker(1, bootstrap, 0, home)),
            stack.start(plan.waveforms(bootstrap, 0, home)),
            stack.start(plan.imaging(bootstrap, 0, home)),
        )
        yield Running(bootstrap, gateway["address"], center["address"], center["http"], home)
        assert {name: it.restarts for name, it in stack.programs.items() if it.restarts} == {}
    finally:
        await stack.stop()


class Desk:
    """A dispatcher: everything that the feed said, in its order."""

    def __init__(self, address: str) -> None:
        self.feed = AlertFeed(address, f"desk-{uuid4()}", CLOCK)
        self.heard: list[AlarmView] = []

    async def listen(self) -> None:
        async for event in self.feed.events():
            if isinstance(event, Delivered):
                self.heard.append(event.alarm)

    def about(self, encounter_id: str, cause: str) -> list[AlarmView]:
        """Return all that was said of one cause in one patient."""
        return [it for it in self.heard if (it.encounter_id, it.cause) == (encounter_id, cause)]

    async def alarm(
        self,
        encounter_id: str,
        cause: str,
        fits: Callable[[AlarmView], object] = lambda _: True,
    ) -> AlarmView:
        """Return the first alarm of a cause in a patient that fits, waiting for it."""

        async def found() -> AlarmView | None:
            return next(filter(fits, self.about(encounter_id, cause)), None)

        return await eventually(found)


@asynccontextmanager
async def desk(address: str) -> AsyncIterator[Desk]:
    """Subscribe to the feed."""
    desk = Desk(address)
    listening = asyncio.create_task(desk.listen())
    try:
        yield desk
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


@asynccontextmanager
async def unit(
    system: Running, unit_id: str, *, waveforms: bool = True
) -> AsyncIterator[VehicleClient]:
    """Run a unit's client in this process; it knows the run of its system, as a vehicle does.

    Without ``waveforms`` it leaves them to the center.
    """
    spool = Spool(system.home / f"spool-{unit_id}")
    await spool.open()
    client = VehicleClient(
        unit_id,
        GrpcLink(dict.fromkeys(Lane, system.gateway)),
        spool,
        CLOCK,
        random.Random(5),  # noqa: S311 - jitter, not a secret
        listener=Hearing(),
        options=ClientOptions(boot_id="boot-1", waveforms=waveforms, link_state_pulses=0),
    )
    await client.start()
    try:
        yield client
    finally:
        await client.stop()
        await spool.close()


async def shown_to_crew(client: VehicleClient, cause: str, number: int) -> list[AlarmView]:
    """Return the alarms of a cause that a unit holds, as soon as they are so many."""

    async def shown() -> list[AlarmView] | None:
        alarms = [it for it in client.alarms if it.cause == cause]
        return alarms if len(alarms) == number else None

    return await eventually(shown)


class VehicleProcess:
    """A ``goldenhour vehicle`` that reads JSON lines from its standard input."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def say(self, line: Mapping[str, object]) -> dict[str, Any]:
        """Write a line and return the answer to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            return dict(json.loads(await self.process.stdout.readline()))

    async def end(self) -> int:
        """Close its input; it drains, and ends with this exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        async with asyncio.timeout(PATIENCE_S):
            return await self.process.wait()


def vehicle(system: Running, unit_id: str) -> AbstractAsyncContextManager[VehicleProcess]:
    """Run a vehicle as a process of its own."""
    return vehicle_of(system.gateway, system.home, unit_id)


@asynccontextmanager
async def vehicle_of(gateway: str, home: Path, unit_id: str) -> AsyncIterator[VehicleProcess]:
    """Run a vehicle that speaks with this gateway and keeps its state in this home."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "goldenhour", "vehicle",
        "--unit-id", unit_id,
        "--gateway", gateway,
        "--home", str(home),
        "--source", "stdin",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    )  # fmt: skip
    vehicle = VehicleProcess(process)
    try:
        assert (await vehicle.hear())["ready"] == "vehicle"
        yield vehicle
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def eventually(look: Callable[[], Awaitable[Found | None]]) -> Found:
    """Return what a look finds, as soon as it finds something."""
    async with asyncio.timeout(PATIENCE_S):
        while (found := await look()) is None:
            await CLOCK.sleep_us(STEP_US)
        return found


def outside_tool(name: str, mend: str) -> str:
    """Return the path of a program that others wrote; where it is missing, fail with its mend."""
    path = shutil.which(name, path=f"{PROJECT / '.cache' / 'bin'}:{os.environ['PATH']}")
    assert path is not None, f"{name} is not installed; to mend it: {mend}"
    return path

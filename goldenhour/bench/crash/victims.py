"""What can be killed in a crash run, and how one knows that it is back."""

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Final, Protocol

from goldenhour.broker.cluster import RunningCluster
from goldenhour.stack.program import READY_TIMEOUT_US
from goldenhour.stack.supervisor import Supervised
from ports.clock import Clock

_LOOKED_EVERY_US: Final = 50_000


class Kind(StrEnum):
    """What a run kills."""

    GATEWAY = "gateway"
    WORKER = "worker"
    COMMAND_CENTER = "command-center"
    VEHICLE = "vehicle"
    BROKER = "broker"


class Victim(Protocol):
    """One process that is killed with SIGKILL and comes back."""

    @property
    def name(self) -> str:
        """Which."""
        ...

    def kill(self) -> None:
        """Kill it; nothing is flushed."""
        ...

    async def back(self) -> None:
        """Return once it works again."""
        ...

    async def whole(self) -> None:
        """Return once it could be killed again as it was the first time."""
        ...


@dataclass(frozen=True, slots=True)
class ProgramVictim:
    """A program under the supervisor, which starts it again."""

    supervised: Supervised

    @property
    def name(self) -> str:
        """Which."""
        return self.supervised.program.name

    def kill(self) -> None:
        """Kill it."""
        self.supervised.kill()

    async def back(self) -> None:
        """Return once it has said that it is ready."""
        await self.supervised.wait_ready()

    async def whole(self) -> None:
        """Return once its next spare is loaded, if one is kept; a cold start would do as well."""
        spare = self.supervised.spare
        if spare is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(spare.loaded.wait(), READY_TIMEOUT_US / 1e6)


@dataclass(slots=True)
class VehicleVictim:
    """A unit that is a process; its feeder starts it again."""

    unit_id: str
    state_file: Path
    clock: Clock
    _restarts: int = 0

    @property
    def name(self) -> str:
        """Which."""
        return self.unit_id

    def kill(self) -> None:
        """Kill it."""
        state = json.loads(self.state_file.read_text())
        self._restarts = state["restarts"]
        os.kill(state["pid"], signal.SIGKILL)

    async def back(self) -> None:
        """Return once the next process is ready."""
        while json.loads(self.state_file.read_text())["restarts"] <= self._restarts:
            await self.clock.sleep_us(_LOOKED_EVERY_US)

    async def whole(self) -> None:
        """Return at once: it is whole as soon as it is back."""


@dataclass(frozen=True, slots=True)
class NodeVictim:
    """A node of the cluster, which this run starts again."""

    cluster: RunningCluster
    number: int

    @property
    def name(self) -> str:
        """Which."""
        return f"broker-{self.number}"

    def kill(self) -> None:
        """Kill it."""
        self.cluster.kill(self.number)

    async def back(self) -> None:
        """Start it, and return once every partition has all its copies in sync again."""
        await self.cluster.start_node(self.number)
        await self.cluster.until_whole()

    async def whole(self) -> None:
        """Return at once: it is whole as soon as it is back."""


def chosen(victims: Sequence[Victim], rng: Random) -> Victim:
    """Return whose turn it is."""
    return victims[rng.randrange(len(victims))]

"""A broker and the programs of the stack, each with its process, for benches that weigh them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from goldenhour.bench.programs.kept_bytes import kept_bytes
from goldenhour.broker.free_port import free_port
from goldenhour.broker.launch import start_broker
from goldenhour.broker.running import RunningBroker
from goldenhour.broker.settings import settings_from
from goldenhour.demo import plan
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home
from goldenhour.stack.program import Program
from goldenhour.stack.supervisor import Stack
from ports.clock import Clock


@dataclass(frozen=True, slots=True)
class Standing:
    """A stack that stands."""

    folder: Path
    broker: RunningBroker
    stack: Stack
    gateway: str
    alerts: str

    @property
    def bootstrap(self) -> str:
        """Where the broker is."""
        return self.broker.bootstrap

    @property
    def pids(self) -> Mapping[str, int]:
        """The process of each program."""
        names = ("gateway", "worker", "command-center")
        pids = {name: self.stack.named(name).pid for name in names}
        return pids if self.broker.pid is None else {**pids, "kafka": self.broker.pid}

    def kept_bytes(self) -> dict[str, int]:
        """Return what the broker keeps on disk, by topic."""
        return kept_bytes(self.broker.settings.folder)


@asynccontextmanager
async def standing_stack(
    environment: Mapping[str, str], home: Path, clock: Clock, *, spares: bool = False
) -> AsyncIterator[Standing]:
    """Run everything on a fresh broker for as long as the context lasts; with spares, as a demo."""
    folder = await fresh_folder(Home(home), "bench", clock)
    broker = await start_broker(settings_from(environment, home=folder, port=None), clock=clock)
    stack = Stack(folder, clock)

    async def start(program: Program) -> Mapping[str, str]:
        return await stack.start(plan.with_spares(program, channels=1) if spares else program)

    try:
        bootstrap = broker.bootstrap
        gateway = await start(plan.gateway(bootstrap, free_port(), 0, folder))
        center = await start(plan.command_center(bootstrap, free_port(), 0, 0, folder))
        await start(plan.worker(1, bootstrap, 0, folder))
        yield Standing(folder, broker, stack, gateway["address"], center["address"])
    finally:
        await stack.stop()
        await broker.stop()

"""A peer as a process: started, watched from outside, killed and started again."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from bench.peers.assignment import Assignment
from bench.peers.roster import Peer
from goldenhour.bench.programs.spending import processor_s_in
from goldenhour.stack.program import Program
from goldenhour.stack.supervisor import Supervised
from ports.clock import Clock

ROOT: Final = Path(__file__).parents[2]


class PeerMissing(Exception):  # noqa: N818 - named for what happened
    """The environment of a peer has not been made."""


class PeerEnded(Exception):  # noqa: N818 - named for what happened
    """A peer ended by itself."""


class PeerProcess:
    """A peer that runs."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        log: Path,
        again: Callable[[], Awaitable["PeerProcess"]],
    ) -> None:
        self._process = process
        self._log = log
        self._again = again

    @property
    def pid(self) -> int:
        """Of the process that was started; it may have children."""
        return self._process.pid

    def check(self) -> None:
        """Raise PeerEnded with the end of what it said, if it does not run any more."""
        if self._process.returncode is not None:
            message = f"ended with {self._process.returncode}: {self._log.read_text()[-2_000:]}"
            raise PeerEnded(message)

    def processor_s(self) -> float:
        """Return the processor time of it and its children so far."""
        ticks_per_s = os.sysconf("SC_CLK_TCK")
        return sum(processor_s_in(stat, ticks_per_s) for stat in _stats(self.pid))

    async def kill(self) -> None:
        """End it and its children at once."""
        for pid in list(_tree(self.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self._process.wait()

    async def kill_and_start(self) -> "PeerProcess":
        """End it at once and start it again at once; return the new one."""
        await self.kill()
        return await self._again()


async def start(peer: Peer, told: Assignment, log: Path) -> PeerProcess:
    """Start a peer in its environment.

    Raises:
        PeerMissing: there is none.
    """
    program = PeerProgram.of(peer, told)
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *program.command,
            stdout=output,
            stderr=output,
            env={**os.environ, **program.environment},
        )
    return PeerProcess(process, log, lambda: start(peer, told, log))


@dataclass(frozen=True, slots=True)
class PeerProgram(Program):
    """A peer as a supervisor starts it."""

    python: str = ""

    @classmethod
    def of(cls, peer: Peer, told: Assignment) -> Self:
        """Return how a peer is started in its environment.

        Raises:
            PeerMissing: there is none.
        """
        python = ROOT / peer.environment / "bin" / "python"
        if not python.exists():
            message = f"{peer.environment} is missing: run make peers"
            raise PeerMissing(message)
        told.folder.mkdir(parents=True, exist_ok=True)
        words = ("-m", f"bench.peers.engines.{peer.engine}", *told.words())
        path = os.pathsep.join([str(ROOT), str(ROOT / "proto" / "gen")])
        return cls(told.group, words, {"PYTHONPATH": path}, peer.spare, str(python))

    @property
    def command(self) -> tuple[str, ...]:
        """The whole command line."""
        return (self.python, *self.arguments)


class KeptPeer:
    """A peer that runs under our supervisor, with a spare."""

    def __init__(self, supervised: Supervised) -> None:
        self._supervised = supervised

    @classmethod
    async def start(cls, peer: Peer, told: Assignment, folder: Path, clock: Clock) -> Self:
        """Start it and its spare, and return when both have loaded."""
        supervised = Supervised(PeerProgram.of(peer, told), folder, clock)
        await supervised.start()
        if supervised.spare is not None:
            await supervised.spare.loaded.wait()
        return cls(supervised)

    def check(self) -> None:
        """Do nothing: who supervises it starts it again."""

    def processor_s(self) -> float:
        """Return the processor time of it and its spare so far."""
        ticks_per_s = os.sysconf("SC_CLK_TCK")
        stats = (stat for pid in self._pids() for stat in _stats(pid))
        return sum(processor_s_in(stat, ticks_per_s) for stat in stats)

    def memory_mb(self) -> list[float]:
        """Return what it and its spare take each, with their shares of what they share (PSS)."""
        return [round(kilobytes / 1024, 1) for kilobytes in map(_pss_kb, self._pids())]

    async def kill(self) -> None:
        """End both."""
        await self._supervised.stop()

    async def kill_and_start(self) -> Self:
        """Kill it; its spare takes over."""
        self._supervised.kill()
        return self

    def _pids(self) -> list[int]:
        spare = self._supervised.spare
        pids = [self._supervised.pid, None if spare is None else spare.pid]
        return [pid for pid in pids if pid is not None]


def _pss_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from _tree(int(child))


def _stats(pid: int) -> Iterator[str]:
    for each in _tree(pid):
        with suppress(OSError):
            yield Path(f"/proc/{each}/stat").read_text(encoding="utf-8")

"""Keeps programs running: start, wait until ready, restart with back-off, stop in order.

A child is told who supervises it and dies with it (``ports.program``). Of a program that asks for
it one more process is kept, which has loaded all that the program needs and opened nothing
(``ports.spare``): when the program dies, that one takes its place at once. The next spare is begun
when it is ready. Where there is no spare, or a program died too soon after it was ready, it is
started cold. What does not become ready in its time is killed and started again.
"""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from goldenhour.stack.launching import launch
from goldenhour.stack.probe import PROBED_EVERY_US, UNANSWERED_MAX, answers
from goldenhour.stack.program import (
    PROMOTED_TIMEOUT_US,
    READY_TIMEOUT_US,
    STEADY_US,
    Program,
    back_off_us,
    parse_ready,
)
from ports.clock import Clock
from ports.spare.keeping import SpareKeeper

_STOP_TIMEOUT_S: Final = 25
_LATELY_US: Final = 60_000_000

_logger = structlog.get_logger()


class ProgramFailed(Exception):  # noqa: N818 - named for what happened
    """A program ended, or never became ready, while it was being started for the first time."""


class Supervised:
    """One program under supervision."""

    def __init__(
        self, program: Program, home: Path, clock: Clock, ready_timeout_us: int = READY_TIMEOUT_US
    ) -> None:
        """Prepare; nothing runs before ``start``, which waits so long for its ready line."""
        self.program = program
        self._ready_timeout_us = ready_timeout_us
        self.ready: Mapping[str, str] = {}
        self.restarts = 0
        self.promotions = 0
        """Those of the restarts in which a spare took over."""
        launch_spare = partial(launch, program, home, spare=True)
        self.spare = SpareKeeper(program.name, launch_spare, clock) if program.spare else None
        self._home = home
        self._clock = clock
        self._process: Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._ready_event = asyncio.Event()
        self._restart_times_us: list[int] = []
        self._stopping = False

    @property
    def pid(self) -> int:
        """Process id of the running child."""
        if self._process is None:
            raise ProgramFailed(self.program.name)
        return self._process.pid

    async def start(self) -> Mapping[str, str]:
        """Start it and return what its ready line says.

        Raises:
            ProgramFailed: it ended or stayed silent; the message names its log file.
        """
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.program.name}")
        waiter = asyncio.create_task(self._ready_event.wait())
        done, _ = await asyncio.wait(
            {waiter, self._keeper},
            timeout=self._ready_timeout_us / 1e6,
            return_when=asyncio.FIRST_COMPLETED,
        )
        waiter.cancel()
        if waiter not in done:
            await self.stop()
            log_file = self.program.log_file(self._home)
            message = f"{self.program.name} did not become ready; see {log_file}"
            tail = log_file.read_text(errors="replace").splitlines()[-5:]
            raise ProgramFailed("\n".join([message, *tail]))
        return self.ready

    def kill(self) -> None:
        """Kill it with SIGKILL; the supervisor restarts it."""
        self._ready_event.clear()
        os.kill(self.pid, signal.SIGKILL)

    async def wait_ready(self) -> None:
        """Wait until it says that it is ready (again)."""
        await self._ready_event.wait()

    async def stop(self) -> int | None:
        """Ask it to stop, after a time make it; return its exit code."""
        self._stopping = True
        if self.spare is not None:
            await self.spare.stop()
        process = self._process
        code = None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                code = await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_S)
            except TimeoutError:
                _logger.warning("program_killed_at_stop", program=self.program.name)
                process.kill()
                code = await process.wait()
        elif process is not None:
            code = process.returncode
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError, ProgramFailed):
                await self._keeper
        return code

    async def wait_ended(self) -> int:
        """Wait for a program that ends by itself; return its exit code."""
        if self._process is None:
            raise ProgramFailed(self.program.name)
        self._stopping = True
        return await self._process.wait()

    async def _keep(self) -> None:
        promoted: Process | None = None
        while True:
            lived_us = await self._run_once(promoted)
            if self._stopping or not self.ready:
                return
            self._ready_event.clear()
            self.restarts += 1
            promoted = None if self.spare is None or lived_us < STEADY_US else self.spare.take()
            if promoted is None:
                await self._pause()
            else:
                self.promotions += 1
                _logger.warning("spare_takes_over", program=self.program.name, pid=promoted.pid)

    async def _pause(self) -> None:
        """Wait before a cold start, longer each time that one follows within a minute."""
        now_us = self._clock.monotonic_us()
        self._restart_times_us = [at for at in self._restart_times_us if now_us - at < _LATELY_US]
        pause_us = back_off_us(len(self._restart_times_us))
        self._restart_times_us.append(now_us)
        _logger.warning("program_restarts", program=self.program.name, pause_us=pause_us)
        await self._clock.sleep_us(pause_us)

    async def _run_once(self, promoted: Process | None) -> int:
        """Run a process until it ends; return for how long it was ready."""
        process = self._process = promoted or await launch(self.program, self._home)
        if process.stdout is None:
            raise ProgramFailed(self.program.name)
        ready_at_us: int | None = None
        watching = asyncio.create_task(self._doubt(process, spare=promoted is not None))
        try:
            while line := await process.stdout.readline():
                said = parse_ready(line)
                if said is not None and ready_at_us is None:
                    ready_at_us = self._clock.monotonic_us()
                    self._on_ready(said)
                    watching.cancel()
                    watching = asyncio.create_task(self._probe(process))
            await process.wait()
        finally:
            watching.cancel()
        return 0 if ready_at_us is None else self._clock.monotonic_us() - ready_at_us

    def _on_ready(self, said: Mapping[str, str]) -> None:
        self.ready = said
        self._ready_event.set()
        if self.spare is not None and not self._stopping:
            self.spare.keep()

    async def _doubt(self, process: Process, *, spare: bool) -> None:
        """Kill what does not become ready: a spare that is given its word, or a cold start."""
        if spare and process.stdin is not None:
            process.stdin.close()
        await self._clock.sleep_us(PROMOTED_TIMEOUT_US if spare else self._ready_timeout_us)
        event = "spare_never_ready" if spare else "program_never_ready"
        _logger.warning(event, program=self.program.name)
        process.kill()

    async def _probe(self, process: Process) -> None:
        """Kill the program once it has stopped answering."""
        address = self.ready.get("metrics")
        unanswered = 0
        while address is not None and unanswered < UNANSWERED_MAX:
            await self._clock.sleep_us(PROBED_EVERY_US)
            answered = await asyncio.to_thread(answers, address)
            unanswered = 0 if answered else unanswered + 1
        if address is not None and process.returncode is None and not self._stopping:
            _logger.warning("program_does_not_answer", program=self.program.name)
            process.kill()


class Stack:
    """All supervised programs, stopped in the reverse order of their start."""

    def __init__(self, home: Path, clock: Clock, ready_timeout_us: int = READY_TIMEOUT_US) -> None:
        """Prepare an empty stack that keeps its logs under ``home``, as patient at starts."""
        self._ready_timeout_us = ready_timeout_us
        self._home = home
        self._clock = clock
        self.programs: dict[str, Supervised] = {}

    async def start(self, program: Program) -> Mapping[str, str]:
        """Start one more program and wait until it is ready."""
        supervised = Supervised(program, self._home, self._clock, self._ready_timeout_us)
        self.programs[program.name] = supervised
        return await supervised.start()

    def named(self, name: str) -> Supervised:
        """Return the program of this name, or the first whose name begins with it."""
        for known, supervised in self.programs.items():
            if known == name or known.startswith(f"{name}-"):
                return supervised
        raise ProgramFailed(name)

    async def stop(self) -> None:
        """Stop every program."""
        for supervised in reversed(list(self.programs.values())):
            await supervised.stop()
        self.programs.clear()

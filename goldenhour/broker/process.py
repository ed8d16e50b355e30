"""A Kafka program as an operating-system process, in a session of its own.

It gets its own session so that a Ctrl-C in the terminal reaches the launcher alone, which then
stops things in order; and it is no asyncio subprocess, because it may outlive the event loop that
started it (``broker start``).
"""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from goldenhour.broker.state import process_lives
from ports.clock import Clock

_POLL_US: Final = 30_000
_MICROSECONDS_PER_SECOND: Final = 1_000_000


class BrokerProcess:
    """A process that this program started, or one that it found running."""

    def __init__(self, pid: int, child: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self._child = child

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        if self._child is not None:
            return self._child.poll() is None
        return process_lives(self.pid)

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs, or when it was not our child."""
        return self._child.poll() if self._child is not None else None

    async def ended(self, clock: Clock, timeout_s: float | None = None) -> bool:
        """Wait until the process has ended; False when it still runs after ``timeout_s``."""
        start_us = clock.monotonic_us()
        while self.alive:
            waited_us = clock.monotonic_us() - start_us
            if timeout_s is not None and waited_us >= timeout_s * _MICROSECONDS_PER_SECOND:
                return False
            await clock.sleep_us(_POLL_US)
        return True

    async def stop(self, clock: Clock, timeout_s: float) -> None:
        """Ask the process to end, and kill it when it does not within ``timeout_s``."""
        self._signal(signal.SIGTERM)
        if not await self.ended(clock, timeout_s):
            self.kill()
            await self.ended(clock, timeout_s)

    def kill(self) -> None:
        """Kill the process as a power cut would: nothing is flushed."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def spawn(command: Sequence[str], folder: Path, log: Path) -> BrokerProcess:
    """Start a program in a folder, its output appended to a log file."""
    with log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603 - the command is built from our own runtime
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return BrokerProcess(child.pid, child)

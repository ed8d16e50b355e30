"""The part of a supervisor: keep one spare of a program loaded, and hand it over when it is needed.

A spare that dies is started again, later each time that it dies soon after; meanwhile there is
none, and whoever needs one starts the program cold. A spare that is not loaded yet counts as none:
it loads at the lowest priority, and a cold start is sooner.
"""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from ports.clock import Clock
from ports.logging import get_logger
from ports.spare.waiting import LOADED

SPARE_BACK_OFF_FIRST_US: Final = 1_000_000
"""Pause before a spare that died is started again; doubled while they die while they load."""

SPARE_BACK_OFF_MOST_US: Final = 60_000_000
"""Longest such pause: what cannot be loaded now is cheap to go without."""

_WORD: Final = b"go\n"
_log = get_logger(__name__)


class SpareKeeper:
    """Keeps one spare of a program."""

    def __init__(self, name: str, start: Callable[[], Awaitable[Process]], clock: Clock) -> None:
        """Prepare; ``start`` begins a process as a spare, its standard input and output piped."""
        self._name = name
        self._start = start
        self._clock = clock
        self._process: Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self.loaded = asyncio.Event()
        """A spare waits."""

    @property
    def pid(self) -> int | None:
        """Process id of the spare, loaded or not."""
        return None if self._process is None else self._process.pid

    def keep(self) -> None:
        """See to it that there will be a spare."""
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep(), name=f"keep spare {self._name}")

    def take(self) -> Process | None:
        """Give the spare its word and hand it over; None: there is none that is loaded.

        The next one is not begun before ``keep``: it would compete with this one.
        """
        process = self._process
        if not self.loaded.is_set() or process is None or process.returncode is not None:
            return None
        self._let_go()
        if process.stdin is not None:
            process.stdin.write(_WORD)
        return process

    async def stop(self) -> None:
        """End the spare; it has nothing to finish."""
        process, keeping = self._process, self._keeping
        self._let_go()
        if keeping is not None:
            await asyncio.wait([keeping])
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _let_go(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
        self._keeping = self._process = None
        self.loaded.clear()

    async def _keep(self) -> None:
        pause_us = SPARE_BACK_OFF_FIRST_US
        while True:
            if await self._waited():
                pause_us = SPARE_BACK_OFF_FIRST_US
            _log.warning("spare_died", program=self._name, pause_us=pause_us)
            await self._clock.sleep_us(pause_us)
            pause_us = min(2 * pause_us, SPARE_BACK_OFF_MOST_US)

    async def _waited(self) -> bool:
        """Run a spare until it dies; say whether it was ever loaded."""
        try:
            process = self._process = await self._start()
        except OSError as error:
            _log.warning("spare_not_started", program=self._name, error=str(error))
            return False
        loaded = await self._is_loaded(process)
        if loaded:
            self.loaded.set()
        await process.wait()
        self.loaded.clear()
        return loaded

    @staticmethod
    async def _is_loaded(process: Process) -> bool:
        while process.stdout is not None and (line := await process.stdout.readline()):
            if line == LOADED:
                return True
        return False

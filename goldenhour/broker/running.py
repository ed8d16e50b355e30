"""A broker that works, and how it is stopped."""

import asyncio

from goldenhour.broker.process import BrokerProcess
from goldenhour.broker.runtime import Runtime
from goldenhour.broker.settings import BrokerSettings
from goldenhour.broker.state import forget_state
from ports.clock import Clock


class RunningBroker:
    """A broker that works; stopping one that belongs to somebody else does nothing.

    ``settings`` name the port that was taken: ``start_broker(broker.settings)`` starts it again
    on the same data after it was killed.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        bootstrap: str,
        version: str,
        clock: Clock,
        *,
        process: BrokerProcess | None = None,
        runtime: Runtime | None = None,
        owned: bool = True,
    ) -> None:
        self.settings = settings
        self.bootstrap = bootstrap
        self.version = version
        """As the start-up log says, such as 4.4.0; "unknown" for a broker of the user."""
        self.owned = owned and process is not None
        """True when this program is the one to stop it."""
        self._clock = clock
        self._process = process
        self._runtime = runtime

    @property
    def pid(self) -> int | None:
        """Its process; None for a broker that the user runs elsewhere."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """False when its process has ended; a broker elsewhere counts as alive."""
        return self._process is None or self._process.alive

    async def ended(self) -> None:
        """Return when its process has ended; for a broker elsewhere, never."""
        if self._process is None:
            await asyncio.Event().wait()
        else:
            await self._process.ended(self._clock)

    async def stop(self) -> None:
        """Stop it if it is ours: ask, wait for at most the stop time-out, kill."""
        if self._process is None or not self.owned:
            return
        await self._process.stop(self._clock, self.settings.stop_timeout_s)
        await self._clear_up()

    async def kill(self) -> None:
        """Kill it as a power cut would, whoever owns it; its data stay."""
        if self._process is None:
            return
        self._process.kill()
        await self._process.ended(self._clock)
        await self._clear_up()

    async def _clear_up(self) -> None:
        if self._runtime:
            await asyncio.to_thread(self._runtime.remove, self.settings.folder)
        forget_state(self.settings.folder)

"""Virtual time, and the machines that share it: one deterministic event loop per machine.

A machine is an asyncio event loop without a selector: callbacks that are ready, first in first
out, as asyncio promises its users. Which of several machines runs next is drawn from the seed, as
the network and the operating system decide it in life. Time moves only when nobody has anything
left to do, straight to the next event, so an idle hour costs nothing.

A machine that is killed runs no further callback, not even what its programs would do at their
end, and whatever it has under way elsewhere looks at ``dead`` first. A paused one finds all that
came meanwhile when it goes on, and its clock has moved.
"""

import asyncio
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import Any, Final, TypeVar

_US_PER_S: Final = 1_000_000

_Result = TypeVar("_Result")


_EventLoop: Any = asyncio.AbstractEventLoop
"""Of its many methods a machine has those that our programs use."""


class Handle:
    """One callback that waits; a twin of ``asyncio.TimerHandle``."""

    __slots__ = ("_when_us", "arguments", "callback", "context", "dropped")

    def __init__(
        self,
        callback: Callable[..., object],
        arguments: tuple[Any, ...],
        context: Context | None,
        when_us: int = 0,
    ) -> None:
        self.callback = callback
        self.arguments = arguments
        self.context = context
        self.dropped = False
        """Whether it was cancelled."""
        self._when_us = when_us

    def cancel(self) -> None:
        """Never run it."""
        self.dropped = True

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self.dropped

    def when(self) -> float:
        """Return when it is due, in seconds of the loop's time."""
        return self._when_us / _US_PER_S

    def run(self) -> None:
        """Run it, unless it was cancelled."""
        if self.dropped:
            return
        if self.context is None:
            self.callback(*self.arguments)
        else:
            self.context.run(self.callback, *self.arguments)


class Schedule:
    """Virtual time in microseconds from 0, and all that is due."""

    def __init__(self, rng: Random) -> None:
        self.now_us = 0
        self._rng = rng
        self._due: list[tuple[int, int, Machine | None, Handle]] = []
        self._order = 0
        self._runnable: list[Machine] = []
        self._turned: Machine | None = None
        """Whose loop Python takes for the running one."""
        self.troubles: list[str] = []
        """What no machine may do: errors that nobody took."""

    def at(
        self,
        when_us: int,
        callback: Callable[..., object],
        *arguments: Any,  # noqa: ANN401 - as asyncio has it
        machine: "Machine | None" = None,
        context: Context | None = None,
    ) -> Handle:
        """Run a callback at an instant, on a machine if one is named."""
        when_us = max(when_us, self.now_us)
        handle = Handle(callback, arguments, context, when_us)
        self._order = order = self._order + 1
        heappush(self._due, (when_us, order, machine, handle))
        return handle

    def stirred(self, machine: "Machine") -> None:
        """Let a machine have its turn."""
        self._runnable.append(machine)

    def run_until(self, end_us: int) -> None:
        """Let everything happen that is due before an instant, and move there."""
        due, runnable = self._due, self._runnable
        while True:
            while runnable:
                next_one = runnable.pop() if len(runnable) == 1 else self._drawn()
                if next_one is not self._turned:
                    self._turn_to(next_one)
                next_one.turn()
            if not due or due[0][0] > end_us:
                break
            self.now_us, _, machine, handle = heappop(due)
            if machine is not None:
                machine.add(handle)
            elif not handle.dropped:
                self._turn_to(None)
                handle.run()
        self._turn_to(None)
        self.now_us = max(self.now_us, end_us)

    def _drawn(self) -> "Machine":
        """Draw who of several machines is next."""
        runnable = self._runnable
        index = int(self._rng.random() * len(runnable))
        runnable[index], runnable[-1] = runnable[-1], runnable[index]
        return runnable.pop()

    def _turn_to(self, machine: "Machine | None") -> None:
        """Say whose loop runs, None between turns; dear enough not to be said twice."""
        self._turned = machine
        events._set_running_loop(machine)  # noqa: SLF001 - how a loop says that it runs


class Machine(_EventLoop):  # type: ignore[misc]
    """One machine: its event loop, and whether it lives."""

    def __init__(self, name: str, schedule: Schedule) -> None:
        self.name = name
        self.schedule = schedule
        self.dead = False
        self._paused = False
        self._ready: deque[Handle] = deque()
        self._stirred = False

    def __repr__(self) -> str:
        """Return the name."""
        return f"Machine({self.name})"

    def kill(self) -> None:
        """Stop at once; nothing that runs here runs on."""
        self.dead = True
        self._ready.clear()

    def pause(self) -> None:
        """Let nothing run until ``resume``; what comes due waits."""
        self._paused = True

    def resume(self) -> None:
        """Go on."""
        self._paused = False
        if self._ready and not self._stirred:
            self._stirred = True
            self.schedule.stirred(self)

    @property
    def paused(self) -> bool:
        """Whether nothing runs here for now."""
        return self._paused

    def add(self, handle: Handle) -> None:
        """Let a callback run in its turn, unless it was cancelled meanwhile."""
        if self.dead or handle.dropped:
            return
        self._ready.append(handle)
        if not self._stirred and not self._paused:
            self._stirred = True
            self.schedule.stirred(self)

    def turn(self) -> None:
        """Run what is ready now."""
        self._stirred = False
        if self.dead or self._paused:
            return
        ready = self._ready
        try:
            for _ in range(len(ready)):
                handle = ready.popleft()
                if handle.dropped:
                    continue
                if handle.context is None:
                    handle.callback(*handle.arguments)
                else:
                    handle.context.run(handle.callback, *handle.arguments)
                if self.dead:
                    return
        except Exception as error:  # noqa: BLE001 - whatever it is, the run has failed
            self.call_exception_handler({"message": "callback failed", "exception": error})
        if ready and not self._stirred and not self._paused:
            self._stirred = True
            self.schedule.stirred(self)

    def spawn(self, work: Coroutine[Any, Any, _Result]) -> "asyncio.Task[_Result]":
        """Begin work on this machine from outside of it."""
        return asyncio.Task(work, loop=self)

    # What asyncio asks of a loop.

    def call_soon(
        self,
        callback: Callable[..., object],
        *args: Any,  # noqa: ANN401 - as asyncio has it
        context: Context | None = None,
    ) -> Handle:
        """Run a callback after those that wait."""
        handle = Handle(callback, args, context)
        if not self.dead:
            self._ready.append(handle)
            if not self._stirred and not self._paused:
                self._stirred = True
                self.schedule.stirred(self)
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,  # noqa: ANN401
        context: Context | None = None,
    ) -> Handle:
        """Run a callback after so many seconds."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,  # noqa: ANN401
        context: Context | None = None,
    ) -> Handle:
        """Run a callback at a time of this loop."""
        when_us = round(when * _US_PER_S)
        return self.schedule.at(when_us, callback, *args, machine=self, context=context)

    def time(self) -> float:
        """Return the loop's time in seconds."""
        return self.schedule.now_us / _US_PER_S

    def create_future(self) -> "asyncio.Future[Any]":
        """Return a future of this machine."""
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Any:  # noqa: ANN401
        """Begin a task on this machine."""
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # noqa: ANN401, ARG002
        """Run a function a moment later, as a thread would; never when killed before."""
        done: asyncio.Future[Any] = asyncio.Future(loop=self)
        self.schedule.at(
            self.schedule.now_us + _THREAD_US, partial(_perform, done, func, *args), machine=self
        )
        return done

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Note what nobody took; that a killed machine left work behind is no trouble."""
        error = context.get("exception")
        if not self.dead and error is not None:
            self.schedule.troubles.append(f"{self.name}: {context['message']}: {error!r}")

    def get_debug(self) -> bool:
        """Say that nothing is checked beyond the normal."""
        return False

    def is_running(self) -> bool:
        """Say whether it is this machine's turn."""
        return events._get_running_loop() is self  # noqa: SLF001

    def is_closed(self) -> bool:
        """Say whether the machine is dead."""
        return self.dead


_THREAD_US: Final = 500
"""How long the work of a thread takes."""


def _perform(done: "asyncio.Future[Any]", func: Callable[..., Any], *args: Any) -> None:  # noqa: ANN401
    if done.cancelled():
        return
    try:
        result = func(*args)
    except Exception as error:  # noqa: BLE001 - it belongs to whoever waits
        done.set_exception(error)
    else:
        done.set_result(result)

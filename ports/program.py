"""Running a program: one event loop, a clean end on SIGTERM and SIGINT, an exit code.

The first signal sets the stop event and the program drains; a second one cancels the drain.

A program whose supervisor names itself in ``SUPERVISOR`` dies with it: the kernel is asked to
(PR_SET_PDEATHSIG), so that not even ``kill -9`` of the supervisor leaves anything behind. The child
asks by itself, since code between fork and exec can hang where the parent has other threads.
"""

import asyncio
import ctypes
import gc
import json
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import uvloop

from ports.logging import get_logger
from ports.spare.waiting import await_turn, is_spare, standing_back

INTERRUPTED: Final = 130
"""Exit code of a program whose drain was cut short by a second signal."""

SUPERVISOR: Final = "GOLDENHOUR_SUPERVISOR"
"""Environment variable: process id of the supervisor."""

COLLECT_AFTER_OBJECTS: Final = 20_000
"""New objects after which the garbage collector looks for cycles among the young; Python's 700
makes it look at the frames of every micro-batch while they are still in use."""

COLLECT_MIDDLE_AFTER: Final = 1
"""Of these looks, as many more before what survived them is looked at once again and then counts
as old. Python's 10 would look at ten times as much at once: where a thousand units come together,
at all their connections or patients, which stops the program for 100 to 200 ms."""

COLLECT_ALL_AFTER: Final = 40
"""Of those, as many more before all is looked at: as seldom as with Python's 10 and 10."""

_PR_SET_PDEATHSIG: Final = 1
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_log = get_logger(__name__)


def run(
    main: Callable[[asyncio.Event], Awaitable[int]], beforehand: Callable[[], object] | None = None
) -> int:
    """Run ``main`` on uvloop until it returns its exit code; signals set the event it is given.

    A process that was started as a spare waits here for its turn (``ports.spare``); ``beforehand``
    loads what ``main`` would else import when it comes to it.
    """
    die_with_supervisor()
    if is_spare():
        if beforehand is not None:
            standing_back(beforehand)
        await_turn()
    allow_open_files()
    collect_in_small_steps()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return runner.run(_supervised(main))
        except asyncio.CancelledError:
            return INTERRUPTED


def collect_in_small_steps() -> None:
    """Have the garbage collector look seldom, and at little at a time."""
    gc.set_threshold(COLLECT_AFTER_OBJECTS, COLLECT_MIDDLE_AFTER, COLLECT_ALL_AFTER)


def say_ready(program: str, **more: str) -> None:
    """Print the one line that says that a program serves, and where.

    What is loaded by now stays loaded: the garbage collector looks at it no more. A full collection
    would else stop the program for as long as a hundred thousand objects of libraries take.
    """
    gc.freeze()
    sys.stdout.write(json.dumps({"ready": program, **more}) + "\n")
    sys.stdout.flush()


async def until_stopped(running: "asyncio.Task[None]", stop: asyncio.Event) -> None:
    """Wait until the program is told to stop, or the work that it does has failed."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()


async def unless_refused(program: Awaitable[None], refusals: tuple[type[Exception], ...]) -> int:
    """Run a program and return its exit code: 1 where one of these kept it from starting."""
    try:
        await program
    except refusals as refused:
        _log.error("not started", error=str(refused))
        return 1
    return 0


async def cancel(running: "asyncio.Task[None]") -> None:
    """Cancel the work; what had failed before is raised here."""
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def allow_open_files() -> None:
    """Take as many open files as the system lets this process have: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def die_with_supervisor() -> None:
    """Have this process killed when its supervisor ends; end at once where it has already."""
    supervisor = os.environ.get(SUPERVISOR)
    if supervisor is None or not hasattr(ctypes.CDLL(None), "prctl"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if str(os.getppid()) != supervisor:
        raise SystemExit(INTERRUPTED)


async def _supervised(main: Callable[[asyncio.Event], Awaitable[int]]) -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    task = asyncio.ensure_future(main(stop))

    def on_signal() -> None:
        if stop.is_set():
            task.cancel()
        stop.set()

    for number in _SIGNALS:
        loop.add_signal_handler(number, on_signal)
    try:
        return await task
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

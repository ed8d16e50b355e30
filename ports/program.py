"""Running a program: one event loop, a clean end on SIGTERM and SIGINT, an exit code.

The first signal sets the stop event and the program drains; a second one cancels the drain.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Final

import uvloop

INTERRUPTED: Final = 130
"""Exit code of a program whose drain was cut short by a second signal."""

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def run(main: Callable[[asyncio.Event], Awaitable[int]]) -> int:
    """Run ``main`` on uvloop until it returns its exit code; signals set the event it is given."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return runner.run(_supervised(main))
        except asyncio.CancelledError:
            return INTERRUPTED


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

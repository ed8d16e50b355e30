"""The board bench: from an alarm on the feed to its card painted in a browser, on one machine.

Everything runs for real: broker, gateway, one worker, command center, the load in one process, a
subscriber of the feed in another, and a headless Chromium that shows the board. Both instants are
of the machine's own clock.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from clinical.instant import SECOND_US
from goldenhour.bench.board.browsing import OpenBoard
from goldenhour.bench.board.listening import ListenerRecord
from goldenhour.bench.board.painting import (
    MemorySample,
    memory_growth,
    never_painted,
    paint_latencies_ms,
    paint_summary,
    strip_summary,
)
from goldenhour.bench.load.clients import Course
from goldenhour.bench.programs.spending import spending, spent
from goldenhour.broker.free_port import free_port
from goldenhour.demo import plan
from goldenhour.stack.program import Program
from goldenhour.stack.supervisor import Stack
from ports.clock import Clock

WARM_UP_S: Final = 30
"""Time for the first patients to become ill and for the browser to settle."""

WEIGHED_EVERY_S: Final = 15
"""Between two looks at memory; each makes the page collect its garbage."""

SETTLE_US: Final = 2 * SECOND_US
"""Time for the last cards to be painted."""

_LOAD_MARGIN_S: Final = 120
"""The load lasts longer than what is measured, and is stopped with the stack."""


@dataclass(frozen=True, slots=True)
class BoardOptions:
    """What to measure."""

    units: int
    seconds: int
    folder: Path
    course: Course = Course.SHIFT
    strip: bool = False
    """Also open a patient's page, and ask its live strip for its frames; every unit then sends two
    ECG leads beside its vital signs."""


async def measure(options: BoardOptions, bootstrap: str, clock: Clock) -> dict[str, Any]:
    """Run load and browser, and return the figures."""
    stack = Stack(options.folder, clock)
    heard_file = options.folder / "listener.msgpack"
    try:
        url = await _start(options, stack, bootstrap, heard_file)
        await clock.sleep_us(WARM_UP_S * SECOND_US)
        async with OpenBoard(url, options.units, clock) as board:
            if options.strip:
                await board.open_patient()
            seen = await _watch(options, board, stack, clock)
        await stack.named("bench-listener").stop()
    finally:
        await stack.stop()
    heard = msgspec.msgpack.decode(heard_file.read_bytes(), type=ListenerRecord).heard_us
    return _figures(options, seen, heard)


@dataclass(frozen=True, slots=True)
class _Seen:
    begin_us: int
    end_us: int
    painted_us: dict[str, float]
    memory: list[MemorySample]
    skew_ms: tuple[float, float]
    strip: dict[str, Any] | None
    programs: dict[str, dict[str, float]]


async def _watch(options: BoardOptions, board: OpenBoard, stack: Stack, clock: Clock) -> _Seen:
    begin_us, began_us = clock.now_us(), clock.monotonic_us()
    pids = {name: program.pid for name, program in stack.programs.items()}
    before = await spent(pids)
    skew_ms = await board.skew_ms()
    memory: list[MemorySample] = []
    for due_s in range(0, options.seconds + 1, WEIGHED_EVERY_S):
        await clock.sleep_us(began_us + due_s * SECOND_US - clock.monotonic_us())
        memory.append(await board.weigh((clock.monotonic_us() - began_us) / SECOND_US))
    end_us, took_us = clock.now_us(), clock.monotonic_us() - began_us
    programs = spending(before, await spent(pids), took_us / SECOND_US)
    await clock.sleep_us(SETTLE_US)
    return _Seen(
        begin_us,
        end_us,
        await board.painted_us(),
        memory,
        (skew_ms, await board.skew_ms()),
        await board.strip(),
        programs,
    )


def _figures(options: BoardOptions, seen: _Seen, heard_us: dict[str, int]) -> dict[str, Any]:
    painted = paint_latencies_ms(heard_us, seen.painted_us, seen.begin_us)
    return {
        "units": options.units,
        "seconds": options.seconds,
        "course": str(options.course),
        "feed_to_paint": paint_summary(painted),
        "never_painted": never_painted(heard_us, seen.painted_us, seen.begin_us, seen.end_us),
        "memory": memory_growth(seen.memory),
        "memory_samples": [msgspec.to_builtins(sample) for sample in seen.memory],
        "browser_clock_skew_ms": list(seen.skew_ms),
        "strip": strip_summary(seen.strip),
        "programs": seen.programs,
    }


async def _start(options: BoardOptions, stack: Stack, bootstrap: str, heard: Path) -> str:
    """Start everything but the browser; return where the board is."""
    folder = options.folder
    gateway = await stack.start(plan.gateway(bootstrap, free_port(), 0, folder))
    center = await stack.start(plan.command_center(bootstrap, free_port(), 0, 0, folder))
    await stack.start(plan.worker(1, bootstrap, 0, folder))
    await stack.start(_listener(center["address"], heard))
    await stack.start(_load(options, gateway["address"]))
    return plan.board_url(center["http"])


def _listener(alerts: str, out: Path) -> Program:
    arguments = ("bench", "listener", "--alerts", alerts, "--out", str(out))
    return Program("bench-listener", arguments)


def _load(options: BoardOptions, gateway: str) -> Program:
    return Program(
        "bench-load",
        (
            "bench", "load",
            "--gateway", gateway,
            "--units", str(options.units),
            "--warm-up", str(WARM_UP_S),
            "--seconds", str(options.seconds + _LOAD_MARGIN_S),
            "--course", options.course,
            *(("--waveforms",) if options.strip else ()),
            "--folder", str(options.folder),
            "--out", str(options.folder / "load.msgpack"),
        ),
    )  # fmt: skip

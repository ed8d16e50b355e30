"""The herd bench: every link is cut for half an hour, and all come back at once.

Everything runs for real: broker, gateway, one worker, command center, whole vehicle clients in
several processes (``goldenhour.bench.herd.program``). What is compressed is the time inside the
tunnel, unless ``real_time`` is asked for: the units' clocks begin in the past and are moved on as
fast as the machine captures, so that every frame bears the instant at which it would have been
captured. From the return on, nothing is compressed.

In real time the units are connected first, so the center knows the patients and hears them fall
silent; in compressed time it hears of every one of them for the first time at the return.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from clinical.instant import MINUTE_US, SECOND_US
from goldenhour.bench.accounting import accounted
from goldenhour.bench.herd import program as herd_program
from goldenhour.bench.herd.judging import Watched, alarms, current_s, spread
from goldenhour.bench.herd.program import CAPTURED, DRAINED, LOOK_US, MEND, OUTCOME, Outcome
from goldenhour.bench.herd.return_watcher import NAME
from goldenhour.bench.herd.tunnel import Tunnel
from goldenhour.bench.herd.units import captured
from goldenhour.bench.programs.standing_stack import Standing, standing_stack
from goldenhour.home import replace_file
from goldenhour.stack.program import Program
from ports.clock import Clock
from ports.log.kafka_log import KafkaLog
from simulators.verdict.reader import present

PROCESS_UNITS: Final = 125
"""Units that one process plays."""

BEFORE_US: Final = 15 * SECOND_US
"""Real time: from the start of the last units to the cut."""

START_US: Final = 6 * SECOND_US
"""Real time: how long the start of one process may take."""

AFTER_US: Final = 20 * SECOND_US
"""Shortest time that is watched after the return."""

SETTLE_US: Final = 10 * SECOND_US
"""From the last acknowledgement of the backlog to the end of the watch."""


@dataclass(frozen=True, slots=True)
class HerdOptions:
    """What to measure."""

    units: int
    cut_minutes: float
    period_s: int
    """Between two frames of vitals of a unit, in the tunnel."""
    return_period_s: int
    """The same after the return."""
    drain_s: int
    """Longest wait for the backlog."""
    home: Path
    real_time: bool = False
    edge: bool = True
    """Whether the edge watch of each unit runs; in life it has the vehicle's processor."""


async def measure(
    options: HerdOptions, environment: Mapping[str, str], clock: Clock
) -> dict[str, Any]:
    """Cut, capture, mend, and return the figures."""
    async with standing_stack(environment, options.home, clock) as standing:
        out = standing.folder / "watched.msgpack"
        await standing.stack.start(_watcher(standing, out))
        tunnel, outcomes = await _Herds(options, standing, clock).run()
        await standing.stack.named(NAME).stop()
        watched = msgspec.msgpack.decode(out.read_bytes(), type=Watched)
        found = await present(KafkaLog(standing.bootstrap, client_id="bench-reader"))
    last = {
        (unit_id, lane, segment): through
        for outcome in outcomes
        for unit_id, lane, segment, through in outcome.last
    }
    mended_us = min(outcome.mended_us for outcome in outcomes)
    seconds, never = current_s(watched, options.units, mended_us)
    return {
        "units": options.units,
        "processes": len(outcomes),
        "cut_minutes": options.cut_minutes,
        "period_s": options.period_s,
        "return_period_s": options.return_period_s,
        "compressed": not options.real_time,
        "edge": options.edge,
        "capture_took_s": max(outcome.capture_took_s for outcome in outcomes),
        **accounted(captured(last), found),
        "frames_refused": sum(outcome.refusals for outcome in outcomes),
        "backlog_frames": sum(outcome.backlog for outcome in outcomes),
        "connected_s": spread([at_s for outcome in outcomes for at_s in outcome.connected_s]),
        "never_connected": options.units - sum(len(one.connected_s) for one in outcomes),
        "current_s": spread(seconds),
        "never_current": len(never),
        "drained_s": _slowest([outcome.drained_s for outcome in outcomes]),
        "alarms": alarms(watched, options.units, tunnel),
    }


class _Herds:
    """The processes that play the herd, from their start to their end."""

    def __init__(self, options: HerdOptions, standing: Standing, clock: Clock) -> None:
        self._options = options
        self._stack = standing.stack
        self._gateway = standing.gateway
        self._folder = standing.folder / "herd"
        self._clock = clock

    async def run(self) -> tuple[Tunnel, list[Outcome]]:
        """Let all capture, mend every link at once, and look until the backlog has drained."""
        firsts = range(0, self._options.units, PROCESS_UNITS)
        tunnel = self._tunnel(len(firsts))
        programs = [self._program(first, tunnel) for first in firsts]
        for program in programs:
            await self._stack.start(program)
        folders = [self._part(first) for first in firsts]
        await self._until_all(CAPTURED, folders)
        replace_file(self._folder / MEND, "")
        mended_us = self._clock.monotonic_us()
        within_us = self._options.drain_s * SECOND_US
        await self._until_all(DRAINED, folders, within_us=within_us)
        await self._clock.sleep_us(mended_us + AFTER_US - self._clock.monotonic_us())
        await self._clock.sleep_us(SETTLE_US)
        await asyncio.gather(*(self._stack.named(program.name).stop() for program in programs))
        return tunnel, [
            msgspec.msgpack.decode((folder / OUTCOME).read_bytes(), type=Outcome)
            for folder in folders
        ]

    def _tunnel(self, processes: int) -> Tunnel:
        cut_us = int(self._options.cut_minutes * MINUTE_US)
        now_us = self._clock.now_us()
        if not self._options.real_time:
            return Tunnel(now_us - cut_us, now_us)
        began_us = now_us + processes * START_US + BEFORE_US
        return Tunnel(began_us, began_us + cut_us)

    def _part(self, first: int) -> Path:
        return self._folder / f"{first:05}"

    def _program(self, first: int, tunnel: Tunnel) -> Program:
        options = self._options
        units = min(PROCESS_UNITS, options.units - first)
        return Program(
            f"{herd_program.NAME}-{first:05}",
            (
                "bench", "herd-units",
                "--gateway", self._gateway,
                "--first", str(first),
                "--units", str(units),
                "--period-s", str(options.period_s),
                "--return-period-s", str(options.return_period_s),
                "--began-us", str(tunnel.began_us),
                "--ended-us", str(tunnel.ended_us),
                "--folder", str(self._part(first)),
                *(["--real-time"] if options.real_time else []),
                *([] if options.edge else ["--no-edge"]),
            ),
        )  # fmt: skip

    async def _until_all(
        self, name: str, folders: Sequence[Path], *, within_us: int | None = None
    ) -> None:
        """Wait until every part has said it, or the time for it is over."""
        since_us = self._clock.monotonic_us()
        while not all((folder / name).exists() for folder in folders):
            if within_us is not None and self._clock.monotonic_us() - since_us > within_us:
                return
            await self._clock.sleep_us(LOOK_US)


def _slowest(seconds: Sequence[float | None]) -> float | None:
    """Return the longest; None where one of them never came so far."""
    known = [it for it in seconds if it is not None]
    return max(known) if len(known) == len(seconds) else None


def _watcher(standing: Standing, out: Path) -> Program:
    return Program(
        NAME,
        (
            "bench", "return-watcher",
            "--bootstrap", standing.bootstrap,
            "--alerts", standing.alerts,
            "--out", str(out),
        ),
    )  # fmt: skip

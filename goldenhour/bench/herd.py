"""The herd bench: every link is cut for half an hour, and all come back at once.

Everything runs for real: broker, gateway, one worker, command center, whole vehicle clients. What
is compressed is the time inside the tunnel, unless ``real_time`` is asked for: the units' clocks
begin in the past and are moved on as fast as the machine captures, so that every frame bears the
instant at which it would have been captured. From the return on, nothing is compressed.

In real time the units are connected first, so the center knows the patients and hears them fall
silent; in compressed time it hears of every one of them for the first time at the return.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from clinical.instant import MINUTE_US, SECOND_US
from goldenhour.bench.catch_up_clock import CatchUpClock
from goldenhour.bench.herd_judging import Watched, alarms, current_s, spread
from goldenhour.bench.herd_units import Herd, lost
from goldenhour.bench.return_watcher import NAME
from goldenhour.bench.standing_stack import Standing, standing_stack
from goldenhour.bench.tunnel import Tunnel
from goldenhour.stack.program import Program
from ports.clock import Clock
from ports.log.kafka_log import KafkaLog
from simulators.reader import frames_present

BEFORE_US: Final = 15 * SECOND_US
"""Real time: how long the units are connected before the cut."""

AFTER_US: Final = 20 * SECOND_US
"""Shortest time that is watched after the return."""

SETTLE_US: Final = 10 * SECOND_US
"""From the last acknowledgement of the backlog to the end of the watch."""

LOOK_US: Final = 100_000


@dataclass(frozen=True, slots=True)
class HerdOptions:
    """What to measure."""

    units: int
    cut_minutes: float
    period_s: int
    """Between two frames of vitals of a unit."""
    drain_s: int
    """Longest wait for the backlog."""
    home: Path
    real_time: bool = False


async def measure(
    options: HerdOptions, environment: Mapping[str, str], clock: Clock
) -> dict[str, Any]:
    """Cut, capture, mend, and return the figures."""
    async with standing_stack(environment, options.home, clock) as standing:
        out = standing.folder / "watched.msgpack"
        await standing.stack.start(_watcher(standing, out))
        outcome = await _Return(options, standing, clock).run()
        await standing.stack.named(NAME).stop()
        watched = msgspec.msgpack.decode(out.read_bytes(), type=Watched)
        present = await frames_present(KafkaLog(standing.bootstrap, client_id="bench-reader"))
    seconds, never = current_s(watched, options.units, outcome.mended_us)
    return {
        "units": options.units,
        "cut_minutes": options.cut_minutes,
        "period_s": options.period_s,
        "compressed": not options.real_time,
        "capture_took_s": outcome.capture_took_s,
        "frames_captured": outcome.herd.ledger.frames,
        "frames_lost": lost(outcome.herd.ledger.last, present),
        "frames_refused": outcome.herd.ledger.refusals,
        "backlog_frames": outcome.backlog,
        "connected_s": outcome.connected_s,
        "current_s": spread(seconds),
        "never_current": len(never),
        "drained_s": outcome.drained_s,
        "alarms": alarms(watched, options.units, outcome.tunnel),
    }


@dataclass(slots=True)
class _Outcome:
    herd: Herd
    tunnel: Tunnel
    mended_us: int
    backlog: int
    capture_took_s: float
    connected_s: float | None = None
    drained_s: float | None = None


class _Return:
    """One run, from the first capture to the drained backlog."""

    def __init__(self, options: HerdOptions, standing: Standing, clock: Clock) -> None:
        self._options = options
        self._standing = standing
        self._clock = clock

    async def run(self) -> _Outcome:
        """Capture in the tunnel, then come back."""
        began_us = self._clock.monotonic_us()
        inside = self._in_real_time if self._options.real_time else self._in_compressed_time
        herd, tunnel, following = await inside()
        took_s = (self._clock.monotonic_us() - began_us) / SECOND_US
        going_on = asyncio.create_task(herd.go_on(tunnel))
        try:
            outcome = _Outcome(herd, tunnel, self._clock.now_us(), herd.depth, round(took_s, 1))
            herd.mend()
            await self._watch(outcome)
        finally:
            for task in (going_on, following):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        await herd.stop()
        return outcome

    async def _in_compressed_time(self) -> tuple[Herd, Tunnel, "asyncio.Task[None]"]:
        cut_us = int(self._options.cut_minutes * MINUTE_US)
        clock = CatchUpClock(self._clock, cut_us)
        herd = self._herd(clock)
        tunnel = Tunnel(clock.now_us(), clock.now_us() + cut_us)
        await herd.start()
        period_us = self._options.period_s * SECOND_US
        while clock.behind_us >= period_us:
            for number in range(self._options.units):
                herd.capture(number, tunnel)
            await herd.committed()
            await clock.advance(period_us)
        clock.join()
        return herd, tunnel, asyncio.create_task(clock.follow())

    async def _in_real_time(self) -> tuple[Herd, Tunnel, "asyncio.Task[None]"]:
        herd = self._herd(self._clock)
        await herd.start()
        herd.mend()
        cut_us = int(self._options.cut_minutes * MINUTE_US)
        began_us = self._clock.now_us() + BEFORE_US
        tunnel = Tunnel(began_us, began_us + cut_us)
        going_on = asyncio.create_task(herd.go_on(tunnel))
        await self._clock.sleep_us(BEFORE_US)
        await herd.cut()
        await self._clock.sleep_us(cut_us)
        going_on.cancel()
        with suppress(asyncio.CancelledError):
            await going_on
        return herd, tunnel, asyncio.create_task(self._clock.sleep_us(0))

    def _herd(self, clock: Clock) -> Herd:
        options = self._options
        return Herd(
            self._standing.gateway, options.units, options.period_s, self._standing.folder, clock
        )

    async def _watch(self, outcome: _Outcome) -> None:
        """Look until the backlog has drained, or the time for it is over."""
        since_us = self._clock.monotonic_us()
        live = max(16, 2 * self._options.units // self._options.period_s)
        while (waited_us := self._clock.monotonic_us() - since_us) < self._longest_us:
            waited_s = round(waited_us / SECOND_US, 1)
            if outcome.connected_s is None and outcome.herd.connected == self._options.units:
                outcome.connected_s = waited_s
            if outcome.drained_s is None and outcome.herd.depth <= live:
                outcome.drained_s = waited_s
            if outcome.drained_s is not None and waited_us >= AFTER_US:
                break
            await self._clock.sleep_us(LOOK_US)
        await self._clock.sleep_us(SETTLE_US)

    @property
    def _longest_us(self) -> int:
        return self._options.drain_s * SECOND_US


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

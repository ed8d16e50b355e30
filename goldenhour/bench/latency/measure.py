"""The latency bench: from ``capture()`` in a vehicle to the feed of a subscriber, and its floor.

Everything runs for real on this machine: broker, gateway, a worker per channel, command center, the
load in one process, the subscriber in another. Then the same broker carries the floor at the same
rate. A worker can be killed on the way: the alarms from the kill until it is back are then shown
beside all others, so that what its loss costs can be read off. So are the first alarm of all after
an idle time and the first of each unit.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from clinical.instant import SECOND_US
from goldenhour.bench.accounting import accounted
from goldenhour.bench.figures import (
    FrameKey,
    around,
    at_the_end,
    by_source,
    first_alarms,
    latencies_ms,
    percentile,
)
from goldenhour.bench.latency import floor as floor_of_bench
from goldenhour.bench.latency.subscriber import SubscriberRecord
from goldenhour.bench.load.clients import Course, LoadRecord
from goldenhour.broker.free_port import free_port
from goldenhour.broker.running import RunningBroker
from goldenhour.demo import plan
from goldenhour.stack.hops import fetch_expositions, hops_of
from goldenhour.stack.program import Program
from goldenhour.stack.supervisor import Stack
from ports.clock import Clock
from ports.grpc_channel import open_channel
from ports.log.kafka_admin import create_topics
from ports.log.kafka_log import KafkaLog
from simulators.verdict.reader import present

WARM_UP_S: Final = 6
FLOOR_SECONDS: Final = 15
FLOOR_RECORD_BYTES: Final = 160
SETTLE_US: Final = 2_000_000
"""Time for the last alarms to arrive after the load has drained."""


@dataclass(frozen=True, slots=True)
class LatencyOptions:
    """What to measure."""

    units: int
    seconds: int
    folder: Path
    waveforms: bool = False
    """Two ECG leads at 250 Hz beside the vital signs, and their worker."""
    channels: int = 1
    """Channels of detection, one worker each."""
    idle_minutes: int = 0
    """Time in which no unit says anything, before the measured alarms; the warm-up comes before."""
    kill_worker: bool = False
    """Kill the worker of channel A in the middle of the measured time."""
    course: Course = Course.FLIPPING
    """How the patients fare."""
    whole: bool = False
    """Vehicles with their edge watch and a spool on disk."""


async def measure(options: LatencyOptions, broker: RunningBroker, clock: Clock) -> dict[str, Any]:
    """Run the load, then the floor, and return the figures."""
    load, heard, ran = await _alarms(options, broker.bootstrap, clock)
    floor = await floor_ms(options.folder, options.units, broker.bootstrap, clock)
    found = await present(KafkaLog(broker.bootstrap, client_id="bench-reader"))
    sent_us = {
        FrameKey(unit_id, lane, segment, sequence): at_us
        for unit_id, lane, segment, sequence, at_us in load.sent
    }
    arrivals = heard.first_arrivals()
    latencies = latencies_ms(sent_us, arrivals)
    return {
        "units": options.units,
        "seconds": options.seconds,
        "waveforms": options.waveforms,
        "whole_vehicles": options.whole,
        "channels": options.channels,
        "course": options.course.value,
        "alarms": len(latencies),
        "p50_ms": round(percentile(latencies, 0.50), 3),
        "p99_ms": round(percentile(latencies, 0.99), 3),
        "max_ms": round(max(latencies), 3),
        "floor_p50_ms": round(percentile(floor, 0.50), 3),
        "floor_p99_ms": round(percentile(floor, 0.99), 3),
        **accounted(load.captured, found),
        "frames_refused": load.refused,
        "shown_twice": heard.shown_twice,
        "by_source": by_source(sent_us, arrivals),
        "idle_minutes": options.idle_minutes,
        "first_alarms": first_alarms(sent_us, arrivals),
        "end": at_the_end(sent_us, arrivals, SECOND_US),
        "worker_killed": None if ran.killed is None else around(sent_us, arrivals, *ran.killed),
        "hops": ran.hops,
    }


@dataclass(frozen=True, slots=True)
class _Ran:
    """What else is known of the run."""

    hops: Sequence[dict[str, Any]]
    killed: tuple[int, int] | None
    """When the worker was killed, and when it was ready again."""


async def _alarms(
    options: LatencyOptions, bootstrap: str, clock: Clock
) -> tuple[LoadRecord, SubscriberRecord, _Ran]:
    stack = Stack(options.folder, clock)
    try:
        gateway = await stack.start(plan.gateway(bootstrap, free_port(), 0, options.folder))
        center = await stack.start(
            plan.command_center(
                bootstrap, free_port(), 0, 0, options.folder, channels=options.channels
            )
        )
        for number in range(1, options.channels + 1):
            channel = plan.channel_of(number, options.channels)
            await stack.start(plan.worker(number, bootstrap, 0, options.folder, channel))
        if options.waveforms:
            await stack.start(plan.waveforms(bootstrap, 0, options.folder))
        heard_file = options.folder / "subscriber.msgpack"
        await stack.start(_subscriber(center["address"], heard_file))
        load_file = options.folder / "load.msgpack"
        await stack.start(_load(options, gateway["address"], load_file))
        killing = asyncio.create_task(_kill(options, stack, clock))
        await stack.named("bench-load").wait_ended()
        killed = await killing
        await clock.sleep_us(SETTLE_US)
        await stack.named("bench-subscriber").stop()
        expositions = await fetch_expositions(
            [stack.named(name).ready["metrics"] for name in stack.programs if "bench" not in name]
        )
        hops = [{"name": it.name, "p50": it.p50, "p99": it.p99} for it in hops_of(expositions)]
        load = msgspec.msgpack.decode(load_file.read_bytes(), type=LoadRecord)
        heard = msgspec.msgpack.decode(heard_file.read_bytes(), type=SubscriberRecord)
        return load, heard, _Ran(hops, killed)
    finally:
        await stack.stop()


async def _kill(options: LatencyOptions, stack: Stack, clock: Clock) -> tuple[int, int] | None:
    """Kill the worker of channel A in the middle; return when, and when it was ready again."""
    if not options.kill_worker:
        return None
    before_s = WARM_UP_S + options.idle_minutes * 60 + options.seconds // 2
    await clock.sleep_us(before_s * SECOND_US)
    victim = stack.named("worker")
    killed_us = clock.now_us()
    victim.kill()
    await victim.wait_ready()
    return killed_us, clock.now_us()


async def floor_ms(folder: Path, units: int, bootstrap: str, clock: Clock) -> list[float]:
    """Return how long each record takes over the same hops, without judgement."""
    await create_topics(bootstrap, (floor_of_bench.IN, floor_of_bench.OUT))
    stack = Stack(folder, clock)
    try:
        await stack.start(_role("forward", bootstrap))
        exit_ = await stack.start(_role("exit", bootstrap))
        entry = await stack.start(_role("entry", bootstrap))
        async with (
            open_channel(entry["address"]) as entry_channel,
            open_channel(exit_["address"]) as exit_channel,
        ):
            return await asyncio.wait_for(
                floor_of_bench.measure(
                    entry_channel,
                    exit_channel,
                    clock,
                    records_per_s=units,
                    seconds=FLOOR_SECONDS,
                    record_bytes=FLOOR_RECORD_BYTES,
                ),
                FLOOR_SECONDS * 4,
            )
    finally:
        await stack.stop()


def _subscriber(alerts: str, out: Path) -> Program:
    return Program(
        "bench-subscriber", ("bench", "subscriber", "--alerts", alerts, "--out", str(out))
    )


def _load(options: LatencyOptions, gateway: str, out: Path) -> Program:
    return Program(
        "bench-load",
        (
            "bench", "load",
            "--gateway", gateway,
            "--units", str(options.units),
            "--warm-up", str(WARM_UP_S),
            "--idle", str(options.idle_minutes * 60),
            "--seconds", str(options.seconds),
            "--folder", str(options.folder),
            "--out", str(out),
            "--course", options.course.value,
            *(("--waveforms",) if options.waveforms else ()),
            *(("--whole",) if options.whole else ()),
        ),
    )  # fmt: skip


def _role(role: str, bootstrap: str) -> Program:
    return Program(f"bench-floor-{role}", ("bench", "floor", role, "--bootstrap", bootstrap))

"""The rhythm bench: from the onset of fibrillation to the alarm on the feed of a subscriber.

Every program runs for real on this machine, with a worker for the waveforms. Many units send vital
signs for the whole time, and two ECG leads each in the second half of it, when one heart after
another begins to fibrillate (``fibrillating``). The center alone judges their rhythm: a process
that plays hundreds of vehicles cannot also judge for each of them.

Of each onset it is told how long it took until the alarm was on the feed, and how much of that is
transport and processing: from the capture of the chunk that the alarm names, which completed the
evidence. Beside it stands the way of the vital signs, without and with the load of waveforms, and
what each program used of a processor in both halves.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from goldenhour.bench.figures import Arrival, FrameKey, latencies_ms, percentile, summary
from goldenhour.bench.latency.measure import SETTLE_US, WARM_UP_S, floor_ms
from goldenhour.bench.latency.subscriber import SubscriberRecord
from goldenhour.bench.load.clients import LoadRecord
from goldenhour.bench.load.flipping import CAUSE
from goldenhour.bench.load.leads import LEADS
from goldenhour.bench.programs.spending import Spent, spending, spent
from goldenhour.broker.free_port import free_port
from goldenhour.demo import plan
from goldenhour.stack.program import Program
from goldenhour.stack.supervisor import Stack
from ports.clock import Clock

WAVEFORMS: Final = "waveforms"
SEEN_LEAST: Final = 2
"""Looks at what programs have spent between which there is a time."""

SpentAt = tuple[int, Mapping[str, Spent]]
"""What each program had spent at an instant."""

RHYTHM: Final = Cause.VENTRICULAR_FIBRILLATION


@dataclass(frozen=True, slots=True)
class RhythmOptions:
    """What to measure."""

    units: int
    seconds: int
    """Measured time without waveforms, and again as much with them."""
    onsets: int
    folder: Path


async def measure(options: RhythmOptions, bootstrap: str, clock: Clock) -> dict[str, Any]:
    """Run the load, then the floor, and return the figures."""
    spent_at: list[SpentAt] = []
    load, vitals, rhythms = await _alarms(options, bootstrap, clock, spent_at)
    floor = await floor_ms(options.folder, options.units, bootstrap, clock)
    return {
        "units": options.units,
        "seconds": options.seconds,
        **told(load, rhythms.first_arrivals()),
        **vitals_path(load, vitals.first_arrivals()),
        **processors(load, spent_at),
        "floor_p50_ms": round(percentile(floor, 0.50), 3),
        "floor_p99_ms": round(percentile(floor, 0.99), 3),
        "frames_refused": load.refused,
        "shown_twice": vitals.shown_twice + rhythms.shown_twice,
    }


def told(load: LoadRecord, arrivals: Sequence[Arrival]) -> dict[str, Any]:
    """Return how each onset was told of, and what was told without one."""
    sent_us = keyed(load.chunks)
    first: dict[str, Arrival] = {}
    for arrival in sorted(arrivals, key=lambda it: it.at_us):
        if arrival.at_us >= load.onsets_us.get(arrival.frame.unit_id, arrival.at_us + 1):
            first.setdefault(arrival.frame.unit_id, arrival)
    from_onset_s = [
        (it.at_us - load.onsets_us[unit_id]) / SECOND_US for unit_id, it in first.items()
    ]
    return {
        "onsets": len(load.onsets_us),
        "told": len(first),
        "told_without_onset": len(arrivals) - len(first),
        "from_onset_p50_s": round(percentile(from_onset_s, 0.50), 3) if first else None,
        "from_onset_max_s": round(max(from_onset_s), 3) if first else None,
        "transport_and_processing": summary(latencies_ms(sent_us, list(first.values()))),
    }


def vitals_path(load: LoadRecord, arrivals: Sequence[Arrival]) -> dict[str, Any]:
    """Return how long alarms of vital signs took without waveforms, and with them."""
    sent_us = keyed(load.sent)
    begun_us = min((at_us for *_, at_us in load.chunks), default=0)
    without = {key: at_us for key, at_us in sent_us.items() if not begun_us or at_us < begun_us}
    beside = {key: at_us for key, at_us in sent_us.items() if key not in without}
    return {
        "vitals_without_waveforms": summary(latencies_ms(without, arrivals)),
        "vitals_with_waveforms": summary(latencies_ms(beside, arrivals)),
    }


def processors(load: LoadRecord, spent_at: Sequence[SpentAt]) -> dict[str, Any]:
    """Return what each program used of a processor without waveforms and with them.

    And how many leads the worker of waveforms could judge with all of one.
    """
    begun_us = min((at_us for *_, at_us in load.chunks), default=0)
    first_us = min((at_us for *_, at_us in load.sent), default=0)
    last_us = max((at_us for *_, at_us in load.sent), default=0)
    without, beside = used(spent_at, first_us, begun_us), used(spent_at, begun_us, last_us)
    leads = len(LEADS) * len({unit_id for unit_id, *_ in load.chunks})
    part = beside.get(WAVEFORMS, 0.0)
    return {
        "processors_without_waveforms": without,
        "processors_with_waveforms": beside,
        "leads_per_processor_of_the_waveforms_worker": round(leads / part) if part else None,
    }


def used(spent_at: Sequence[SpentAt], begin_us: int, end_us: int) -> dict[str, float]:
    """Return the processors that each program used between two instants; nothing if not seen."""
    inside = [(at_us, spent) for at_us, spent in spent_at if begin_us <= at_us <= end_us]
    if len(inside) < SEEN_LEAST:
        return {}
    (from_us, before), (until_us, after) = inside[0], inside[-1]
    figures = spending(before, after, (until_us - from_us) / SECOND_US)
    return {name: figure["processors"] for name, figure in figures.items()}


def keyed(frames: Sequence[tuple[str, int, str, int, int]]) -> Mapping[FrameKey, int]:
    """Return the instant of each frame by its name."""
    return {
        FrameKey(unit_id, lane, segment, sequence): at_us
        for unit_id, lane, segment, sequence, at_us in frames
    }


async def _alarms(
    options: RhythmOptions, bootstrap: str, clock: Clock, spent_at: list[SpentAt]
) -> tuple[LoadRecord, SubscriberRecord, SubscriberRecord]:
    stack, folder = Stack(options.folder, clock), options.folder
    try:
        gateway = await stack.start(plan.gateway(bootstrap, free_port(), 0, folder))
        center = await stack.start(plan.command_center(bootstrap, free_port(), 0, 0, folder))
        await stack.start(plan.worker(1, bootstrap, 0, folder))
        await stack.start(plan.waveforms(bootstrap, 0, folder))
        heard = {cause: folder / f"{cause}.msgpack" for cause in (CAUSE, RHYTHM)}
        for cause, out in heard.items():
            await stack.start(_subscriber(center["address"], cause, out))
        sent = folder / "load.msgpack"
        await stack.start(_load(options, gateway["address"], sent))
        watching = asyncio.ensure_future(_watch(stack, clock, spent_at))
        await stack.named("bench-load").wait_ended()
        watching.cancel()
        await clock.sleep_us(SETTLE_US)
        for cause in heard:
            await stack.named(_name(cause)).stop()
        records = [
            msgspec.msgpack.decode(out.read_bytes(), type=SubscriberRecord)
            for out in heard.values()
        ]
        return msgspec.msgpack.decode(sent.read_bytes(), type=LoadRecord), records[0], records[1]
    finally:
        await stack.stop()


async def _watch(stack: Stack, clock: Clock, spent_at: list[SpentAt]) -> None:
    """Note every second what the programs have spent, until one of them has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        while True:
            pids = {name: program.pid for name, program in stack.programs.items()}
            spent_at.append((clock.now_us(), await spent(pids)))
            await clock.sleep_us(SECOND_US)


def _name(cause: str) -> str:
    return f"bench-subscriber-{cause.lower()}"


def _subscriber(alerts: str, cause: str, out: Path) -> Program:
    arguments = ("bench", "subscriber", "--alerts", alerts, "--cause", cause, "--out", str(out))
    return Program(_name(cause), arguments)


def _load(options: RhythmOptions, gateway: str, out: Path) -> Program:
    return Program(
        "bench-load",
        (
            "bench", "load",
            "--gateway", gateway,
            "--units", str(options.units),
            "--warm-up", str(WARM_UP_S),
            "--seconds", str(2 * options.seconds),
            "--folder", str(options.folder),
            "--out", str(out),
            "--fibrillating", str(options.onsets),
        ),
    )  # fmt: skip

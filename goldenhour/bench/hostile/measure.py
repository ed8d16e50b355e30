"""The hostile bench: so many frames in process, a share over gRPC, and what came of them."""

from pathlib import Path
from typing import Any, Final

from goldenhour.bench.hostile.judging import FRAMES_PER_STREAM, Judging, Tally
from goldenhour.bench.hostile.streams import HostileUnit, outcome
from goldenhour.broker.free_port import free_port
from goldenhour.broker.running import RunningBroker
from goldenhour.demo import plan
from goldenhour.stack.supervisor import Stack
from ports.clock import Clock
from ports.log.kafka_log import KafkaLog

_STATM: Final = Path("/proc/self/statm")
_PAGE_BYTES: Final = 4_096
_SECOND_US: Final = 1_000_000


def in_process(frames: int, seed: int, clock: Clock) -> dict[str, Any]:
    """Judge so many hostile frames in this process; return the figures."""
    judging = Judging(seed)
    began_us = clock.monotonic_us()
    early_mb = 0.0
    while (left := frames - judging.tally.frames) > 0:
        judging.stream(min(left, FRAMES_PER_STREAM))
        if not early_mb and judging.tally.frames >= frames // 10:
            early_mb = _rss_mb()
    seconds = (clock.monotonic_us() - began_us) / _SECOND_US
    return {
        **_figures(judging.tally),
        "by_way": {way: dict(reasons) for way, reasons in sorted(judging.tally.by_way.items())},
        "seconds": round(seconds, 1),
        "rss_mb_after_a_tenth": early_mb,
        "rss_mb_at_the_end": _rss_mb(),
    }


async def over_grpc(
    frames: int, seed: int, broker: RunningBroker, folder: Path, clock: Clock
) -> dict[str, Any]:
    """Send so many hostile frames to a real gateway; return the figures."""
    log = KafkaLog(broker.bootstrap, client_id="bench-hostile")
    unit = HostileUnit(seed)
    await unit.plant(log)
    stack = Stack(folder, clock)
    try:
        gateway = await stack.start(plan.gateway(broker.bootstrap, free_port(), 0, folder))
        calls = await unit.attack(gateway["address"], frames)
        restarts = stack.named("gateway").restarts
    finally:
        await stack.stop()
    held = await unit.arrived(log)
    return {**_figures(unit.tally), **held, "broken_calls": calls, "gateway_restarts": restarts}


def good(figures: dict[str, Any]) -> bool:
    """Say whether a run shows what it must: all refused rightly, all good frames there."""
    return (
        not figures["not_refused"]
        and not figures["wrongly_refused"]
        and figures["good_arrived"] == figures["good_sent"]
        and not figures.get("gateway_restarts", 0)
        and all(
            call["code"] != "OK" and call["fields"]
            for call in figures.get("broken_calls", {}).values()
        )
    )


def _figures(tally: Tally) -> dict[str, Any]:
    return {
        "frames": tally.frames,
        "not_refused": tally.not_refused,
        "wrongly_refused": len(tally.wrongly_refused),
        "refused": outcome(tally.refused),
        "good_sent": tally.good_sent,
        "good_arrived": tally.good_arrived,
    }


def _rss_mb() -> float:
    pages = int(_STATM.read_text().split()[1])
    return round(pages * _PAGE_BYTES / 1e6, 1)

"""``goldenhour bench crash``: one kind of process killed again and again under load, for real.

Everything is a real process over a real Kafka; for ``--kill broker`` over three nodes. Patients
turn ill and well all along. At seeded moments, and not before something is captured and not yet
acknowledged, a process is killed with SIGKILL; the next kill waits until it is back. In the end an
independent reader compares what the units' disks hold with the topics, and every turn for the worse
with what a subscriber of the feed was told.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from goldenhour.bench.accounting import accounted
from goldenhour.bench.crash.hearing import heard
from goldenhour.bench.crash.judging import Kill, Told, added_s, gaps_s, judge, spread
from goldenhour.bench.crash.victims import (
    Kind,
    NodeVictim,
    ProgramVictim,
    VehicleVictim,
    Victim,
    chosen,
)
from goldenhour.bench.crash.ward import Ward
from goldenhour.bench.load.flipping import CAUSE
from goldenhour.broker.cluster import ClusterOptions, RunningCluster, start_cluster
from goldenhour.broker.free_port import free_port
from goldenhour.broker.launch import start_broker
from goldenhour.broker.settings import BrokerSettings
from goldenhour.demo import plan
from goldenhour.stack.program import Program
from goldenhour.stack.supervisor import Stack
from ports.clock import Clock
from ports.log.kafka_log import KafkaLog
from simulators.verdict.reader import Present, present

WARM_UP_US: Final = 10_000_000
QUIET_US: Final = (7_000_000, 10_000_000)
"""Between the return of a process and the next kill: at least, at most. Alarms of 6 s after a kill
are looked at, so the next one comes later."""

UNCONFIRMED_WAIT_US: Final = 1_000_000
"""Longest wait for something to be under way before a kill."""

SETTLE_US: Final = 5_000_000
"""Time after that in which something may still be told twice."""

_LOOKED_EVERY_US: Final = 1_000
_PROCESSES: Final = 2


@dataclass(frozen=True, slots=True)
class CrashOptions:
    """What is killed, how often, and by which seed."""

    kill: Kind
    times: int
    seed: int
    units: int
    channels: int
    folder: Path
    spare: bool
    """Spares are kept, as the demo does."""


async def crash(options: CrashOptions, settings: BrokerSettings, clock: Clock) -> dict[str, Any]:
    """Run, kill, and return the figures."""
    rng = Random(options.seed)  # noqa: S311 - which process when, not a secret
    async with _log(options, settings, clock) as (bootstrap, cluster):
        stack = Stack(options.folder, clock)
        try:
            gateway, alerts = await _start(options, stack, bootstrap)
            processes = _PROCESSES if options.kill is Kind.VEHICLE else 0
            ward = Ward(gateway, options.folder, options.units, rng, clock, processes=processes)
            async with heard(alerts, clock) as subscriber:
                await ward.start()
                await clock.sleep_us(WARM_UP_US)
                victims = _victims(options, stack, ward, cluster, clock)
                kills = [
                    await _kill(chosen(victims, rng), ward, rng, clock)
                    for _ in range(options.times)
                ]
                await ward.drain()
                await subscriber.until_told(ward.injected(), CAUSE)
                await clock.sleep_us(SETTLE_US)
            found = await present(KafkaLog(bootstrap, client_id="bench-reader"))
        finally:
            await stack.stop()
    return _figures(options, ward, subscriber.told, kills, found)


@asynccontextmanager
async def _log(
    options: CrashOptions, settings: BrokerSettings, clock: Clock
) -> AsyncIterator[tuple[str, RunningCluster | None]]:
    if options.kill is Kind.BROKER:
        cluster = await start_cluster(settings, ClusterOptions(racks=("r1", "r2", "r3")), clock)
        try:
            yield cluster.bootstrap, cluster
        finally:
            await cluster.stop()
    else:
        broker = await start_broker(settings, clock=clock)
        try:
            yield broker.bootstrap, None
        finally:
            await broker.stop()


async def _start(options: CrashOptions, stack: Stack, bootstrap: str) -> tuple[str, str]:
    """Start the programs; gateway and center come back at the address that they had."""
    folder = options.folder

    async def start(program: Program) -> Mapping[str, str]:
        kept = plan.with_spares(program, options.channels) if options.spare else program
        return await stack.start(kept)

    gateway = await start(plan.gateway(bootstrap, free_port(), 0, folder))
    for number in range(1, plan.WORKERS + 1):
        channel = plan.channel_of(number, options.channels)
        await start(plan.worker(number, bootstrap, 0, folder, channel))
    center = await start(
        plan.command_center(
            bootstrap,
            free_port(),
            free_port(),
            0,
            folder,
            channels=options.channels,
            gateway=gateway["address"],
        )
    )
    return gateway["address"], center["address"]


def _victims(
    options: CrashOptions,
    stack: Stack,
    ward: Ward,
    cluster: RunningCluster | None,
    clock: Clock,
) -> Sequence[Victim]:
    if options.kill is Kind.VEHICLE:
        return [VehicleVictim(it.unit_id, it.state_file, clock) for it in ward.vehicles]
    if cluster is not None:
        return [NodeVictim(cluster, node.number) for node in cluster.nodes]
    names = [name for name in stack.programs if name.startswith(options.kill)]
    return [ProgramVictim(stack.named(name)) for name in names]


async def _kill(victim: Victim, ward: Ward, rng: Random, clock: Clock) -> Kill:
    await victim.whole()
    await clock.sleep_us(rng.randint(*QUIET_US))
    await _until_unconfirmed(ward, clock)
    unconfirmed, at_us = ward.recorder.unconfirmed, clock.now_us()
    victim.kill()
    await victim.back()
    return Kill(victim.name, at_us, clock.now_us(), unconfirmed)


async def _until_unconfirmed(ward: Ward, clock: Clock) -> None:
    """Wait until something is captured that the log has not confirmed."""
    patience = UNCONFIRMED_WAIT_US // _LOOKED_EVERY_US
    while ward.recorder.unconfirmed == 0 and patience:
        patience -= 1
        await clock.sleep_us(_LOOKED_EVERY_US)


def _figures(
    options: CrashOptions,
    ward: Ward,
    told: Sequence[Told],
    kills: Sequence[Kill],
    found: Present,
) -> dict[str, Any]:
    injected = ward.injected()
    confirmed = ward.confirmed()
    verdict = judge(injected, told, CAUSE)
    account = accounted([it.frame for it in confirmed], found)
    gaps = gaps_s(injected, verdict, kills)
    calm_s = [us / 1e6 for us in verdict.delays_us.values()]
    return {
        "kill": str(options.kill),
        "times": len(kills),
        "seed": options.seed,
        "channels": options.channels,
        "spare": options.spare,
        "frames_lost": account["frames_lost"],
        "alarms_lost": len(verdict.lost),
        "alarms_duplicated": verdict.duplicated,
        "frames_confirmed": len(confirmed),
        "frames_discarded": account["frames_discarded"],
        "frames_refused": ward.recorder.refusals,
        "alarms_injected": len(injected),
        "recovery_s": spread(gaps),
        "restart_s": spread([(kill.ready_us - kill.at_us) / 1e6 for kill in kills]),
        "added_delay_s": added_s(injected, verdict, kills),
        "delay_s": spread(calm_s),
        "unconfirmed_at_kill": spread([float(kill.unconfirmed) for kill in kills]),
        "kills": [
            {
                "what": kill.what,
                "gap_s": round(gap, 3),
                "restart_s": round((kill.ready_us - kill.at_us) / 1e6, 3),
                "unconfirmed": kill.unconfirmed,
            }
            for kill, gap in zip(kills, gaps, strict=True)
        ],
    }

"""The attack bench: healthy units without an attack and with one, on the same gateway.

A real Kafka, a gateway that speaks mutual TLS, healthy units in one process, attackers in another.
The healthy units send all the time; figures are cut by time into before and during. Everything is
on loopback and shares the cores; the attackers run at the lowest priority, because in earnest they
would work on cores of their own, but what the kernel does for them is felt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from goldenhour.bench.attack.healthy import HealthyRecord, encounter_of, unit_name
from goldenhour.bench.attack.intruders import (
    ADMITTED,
    EXPIRED,
    INTRUDER,
    NO_ANSWER,
    REVOKED,
    Attempt,
    attempts,
)
from goldenhour.bench.figures import percentile
from goldenhour.bench.holding import held_by, say_held
from goldenhour.broker.free_port import free_port
from goldenhour.broker.running import RunningBroker
from goldenhour.certs.authority import CERTIFICATE_DAYS, Authority
from goldenhour.certs.equipping import LOOPBACK, equip
from goldenhour.demo import plan
from goldenhour.demo.certificates import GATEWAY
from goldenhour.stack.hops import fetch_expositions
from goldenhour.stack.program import Program
from goldenhour.stack.supervisor import Stack
from ports.clock import Clock
from ports.identity import Kind, named
from ports.log.kafka_log import KafkaLog

WARM_UP_S: Final = 5
"""Healthy sending that is not measured."""

BUILD_UP_S: Final = 8
"""Time of the attack that is not measured, until all its connections stand."""

_SECOND_US: Final = 1_000_000
_DAY_US: Final = 86_400 * _SECOND_US
_US_PER_MS: Final = 1_000


class AttackRecord(msgspec.Struct):
    """What the attackers saw."""

    half_open_most: int
    half_open_opened: int
    half_open_failed: int
    closed_after_us: list[int]
    refused: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class AttackOptions:
    """How much of everything."""

    half_open: int
    units: int
    seconds: int
    folder: Path


async def measure(options: AttackOptions, broker: RunningBroker, clock: Clock) -> dict[str, Any]:
    """Run without an attack and with one, and return the figures."""
    certificates, foreign = certify(options, clock.now_us())
    held = (held_by(unit_name(one), encounter_of(one)) for one in range(options.units))
    await say_held(KafkaLog(broker.bootstrap, client_id="bench"), held)
    stack = Stack(options.folder, clock)
    healthy_file, attack_file = (options.folder / name for name in ("healthy.mp", "attack.mp"))
    try:
        tls = plan.tls_options(certificates, GATEWAY)
        gateway = await stack.start(
            plan.gateway(broker.bootstrap, free_port(), 0, options.folder, tls)
        )
        address = gateway["address"]
        await stack.start(_healthy(options, address, certificates, healthy_file))
        await clock.sleep_us(WARM_UP_S * _SECOND_US)
        quiet_us = clock.now_us()
        rss_before = await _rss_mb(gateway["metrics"])
        await clock.sleep_us(options.seconds * _SECOND_US)
        attack_us = clock.now_us()
        await stack.start(_attacker(options, address, certificates, foreign, attack_file))
        await clock.sleep_us(BUILD_UP_S * _SECOND_US)
        measured_us = clock.now_us()
        await clock.sleep_us(options.seconds * _SECOND_US)
        ended_us = clock.now_us()
        rss_during = await _rss_mb(gateway["metrics"])
        await stack.named("bench-attacker").stop()
        rss_after = await _rss_mb(gateway["metrics"])
        await stack.named("bench-healthy").stop()
    finally:
        await stack.stop()
    seen = msgspec.msgpack.decode(healthy_file.read_bytes(), type=HealthyRecord)
    attack = msgspec.msgpack.decode(attack_file.read_bytes(), type=AttackRecord)
    without = _between(seen, quiet_us, attack_us)
    during = _between(seen, measured_us, ended_us)
    return {
        **_ratio(without, during),
        "units": options.units,
        "seconds": options.seconds,
        "frames_without": len(without),
        "frames_during": len(during),
        "healthy_redialled": seen.redialled,
        **_attack(attack, attempts(certificates, foreign)),
        "gateway_rss_mb": {"before": rss_before, "during": rss_during, "after": rss_after},
    }


def certify(options: AttackOptions, now_us: int) -> tuple[Path, Path]:
    """Make everybody's certificates; return the folder of ours, and of a foreign authority's."""
    authority = Authority.found(options.folder / "authority", "Bench", now_us)
    ours, foreign = options.folder / "certificates", options.folder / "foreign"
    equip(authority, ours, named(Kind.GATEWAY, GATEWAY), now_us, hosts=LOOPBACK)
    for name in (INTRUDER, REVOKED, *map(unit_name, range(options.units))):
        equip(authority, ours, named(Kind.UNIT, name), now_us)
    long_ago_us = now_us - (CERTIFICATE_DAYS + 1) * _DAY_US
    equip(authority, ours, named(Kind.UNIT, EXPIRED), long_ago_us)
    revoked = named(Kind.UNIT, REVOKED)
    authority.revoke(serial=None, identity=revoked, now_us=now_us, reason="bench")
    (ours / "revoked.crl").symlink_to(authority.list_revoked(now_us))
    other = Authority.found(options.folder / "foreign-authority", "Foreign", now_us)
    equip(other, foreign, named(Kind.UNIT, INTRUDER), now_us)
    return ours, foreign


def _between(seen: HealthyRecord, from_us: int, to_us: int) -> list[float]:
    return [took / _US_PER_MS for at_us, took in seen.acknowledged if from_us <= at_us < to_us]


def _ratio(without: Sequence[float], during: Sequence[float]) -> dict[str, float]:
    before, after = percentile(without, 0.99), percentile(during, 0.99)
    return {
        "p50_ms_without": round(percentile(without, 0.50), 3),
        "p50_ms_during": round(percentile(during, 0.50), 3),
        "p99_ms_without": round(before, 3),
        "p99_ms_during": round(after, 3),
        "p99_ratio": round(after / before, 2),
    }


def _attack(attack: AttackRecord, ways: Mapping[str, Attempt]) -> dict[str, Any]:
    closed_s = [one / _SECOND_US for one in attack.closed_after_us]
    return {
        **judged(attack.refused, ways),
        "half_open_most": attack.half_open_most,
        "half_open_opened": attack.half_open_opened,
        "half_open_failed": attack.half_open_failed,
        "half_open_closed_after_s": {
            "p50": round(percentile(closed_s, 0.5), 2) if closed_s else None,
            "max": round(max(closed_s), 2) if closed_s else None,
        },
    }


def judged(refused: Mapping[str, Mapping[str, int]], ways: Mapping[str, Attempt]) -> dict[str, Any]:
    """Return what came of every way: how often it was let in, or refused for another reason.

    Who got no answer was not let in and proves nothing: ``never_refused`` names the ways that were
    not refused once for what is wrong with them.
    """
    otherwise = {
        name: {
            code: count
            for code, count in refused.get(name, {}).items()
            if code not in {*way.refused, ADMITTED, NO_ANSWER}
        }
        for name, way in ways.items()
    }
    return {
        "admitted": sum(codes.get(ADMITTED, 0) for codes in refused.values()),
        "refused_otherwise": sum(sum(codes.values()) for codes in otherwise.values()),
        "never_refused": [
            name for name, way in ways.items() if not way.refused & refused.get(name, {}).keys()
        ],
        "expected": {name: sorted(way.refused) for name, way in ways.items()},
        "refused": refused,
    }


async def _rss_mb(metrics: str) -> float:
    (text,) = await fetch_expositions([metrics])
    for family in text_string_to_metric_families(text):
        if family.name == "process_resident_memory_bytes":
            return round(family.samples[0].value / 1e6, 1)
    message = "the gateway does not say how much memory it uses"
    raise LookupError(message)


def _healthy(options: AttackOptions, address: str, certificates: Path, out: Path) -> Program:
    return Program(
        "bench-healthy",
        (
            "bench", "healthy",
            "--gateway", address,
            "--units", str(options.units),
            "--certificates", str(certificates),
            "--out", str(out),
        ),
    )  # fmt: skip


def _attacker(
    options: AttackOptions, address: str, certificates: Path, foreign: Path, out: Path
) -> Program:
    return Program(
        "bench-attacker",
        (
            "bench", "attacker",
            "--gateway", address,
            "--half-open", str(options.half_open),
            "--certificates", str(certificates),
            "--foreign", str(foreign),
            "--out", str(out),
        ),
    )  # fmt: skip

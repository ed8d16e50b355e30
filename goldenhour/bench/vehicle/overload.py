"""The overload bench: one unit whose link becomes thin while it captures ten times the waveforms.

Broker, gateway, worker and command center are the real programs; the unit, its link and the
subscriber of the feed live in this process. Three stretches: everything whole, the overload, and
the recovery, which nobody helps. The crew finds no pulse, and a pulse again, all the time; how long
each finding takes to the feed is measured in the first two. In the end the log is read, and every
captured frame is there, left out and said so, or lost.
"""

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from clinical.alarms.priority import Phase
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from clinical.items import CrewEvent, CrewFinding, EncounterChange, EncounterEvent, Vitals
from clinical.signals.waveform import WaveformChunk
from goldenhour.bench.accounting import accounted, key_of
from goldenhour.bench.figures import percentile
from goldenhour.demo import plan
from goldenhour.stack.supervisor import Stack
from ports.clock import Clock
from ports.log.kafka_log import KafkaLog
from simulators.fleet.links import FaultyLink
from simulators.verdict.judge import Judge
from simulators.verdict.ledger import FrameKey
from simulators.verdict.reader import present
from vehicle.client import ClientOptions, VehicleClient
from vehicle.lane.grpc_link import GrpcLink
from vehicle.lane.session import SequenceRef
from vehicle.spool.spool import Spool
from vehicle.spool.store import Refusal
from wire.frames import Lane
from wire.uuid7 import uuid7

UNIT: Final = "BENCH-OVERLOAD"
WHOLE_S: Final = 25
OVERLOAD_S: Final = 50
THIN_KBIT_S: Final = 20
LEADS: Final = ("II", "V5")
TIMES: Final = 10
"""So many times the waveforms of a patient during the overload."""

FINDING_EVERY_S: Final = 2
RECOVERY_AT_MOST_S: Final = 60
_NOISE: Final = random.Random(1)  # noqa: S311 - samples, not a secret
_SAMPLES: Final = tuple(_NOISE.randint(-200, 200) for _ in range(250))


@dataclass(slots=True)
class Account:
    """Hears what becomes of every frame."""

    captured_frames: list[FrameKey] = field(default_factory=list)
    refusals: int = 0

    def captured(self, ref: SequenceRef) -> None:
        """Note a confirmed capture."""
        self.captured_frames.append(key_of(ref))

    def acknowledged(self, unit_id: str, lane: Lane, segment: bytes, through: int) -> None:
        """Do nothing: the log itself is read at the end."""

    def refused(self, refusal: Refusal) -> None:
        """Count."""
        del refusal
        self.refusals += 1


class Patient:
    """One patient, captured by a client."""

    def __init__(self, client: VehicleClient, clock: Clock) -> None:
        """Prepare a new encounter."""
        self._client = client
        self._clock = clock
        now_us = clock.now_us()
        self.encounter_id = str(uuid7(now_us, random.Random(now_us).randbytes(10)))  # noqa: S311
        self._samples = 0
        client.capture(self.encounter_id, [EncounterEvent(EncounterChange.OPENED, age_years=60)])

    async def lives(self, seconds: int, times: int) -> dict[FrameKey, int]:
        """Capture for so long; return when each finding of no pulse was entered."""
        begin_us, found = self._clock.monotonic_us(), {}
        for second in range(seconds):
            if second % FINDING_EVERY_S == 0:
                at_us = self._clock.now_us()
                ref = self._client.capture(self.encounter_id, [CrewEvent(CrewFinding.NO_PULSE)])
                found[key_of(ref)] = at_us
            else:
                self._client.capture(self.encounter_id, [CrewEvent(CrewFinding.PULSE_FELT)])
            self._client.capture(self.encounter_id, [Vitals(heart_rate_bpm=80.0 + second % 5)])
            for part in range(times):
                await self._until(begin_us + (second * times + part) * SECOND_US // times)
                self._waveforms()
            await self._until(begin_us + (second + 1) * SECOND_US)
        return found

    def _waveforms(self) -> None:
        start_us = self._client.now_us()
        for lead in LEADS:
            chunk = WaveformChunk(lead, 250.0, 5.0, start_us, self._samples, _SAMPLES)
            self._client.capture(self.encounter_id, [chunk])
        self._samples += len(_SAMPLES)

    async def _until(self, at_us: int) -> None:
        await self._clock.sleep_us(at_us - self._clock.monotonic_us())


async def measure(bootstrap: str, folder: Path, clock: Clock) -> dict[str, Any]:
    """Run the three stretches and return the figures."""
    stack = Stack(folder, clock)
    try:
        gateway = await stack.start(plan.gateway(bootstrap, 0, 0, folder))
        center = await stack.start(plan.command_center(bootstrap, 0, 0, 0, folder))
        await stack.start(plan.worker(1, bootstrap, 0, folder))
        return await _measure(bootstrap, gateway["address"], center["address"], folder, clock)
    finally:
        await stack.stop()


async def _measure(
    bootstrap: str, gateway: str, alerts: str, folder: Path, clock: Clock
) -> dict[str, Any]:
    link, judge, account = FaultyLink(gateway, clock), Judge(alerts, clock), Account()
    spool = Spool(folder / "spool")
    await link.open()
    await judge.start()
    await spool.open()
    client = VehicleClient(
        UNIT,
        GrpcLink(dict.fromkeys(Lane, link.address)),
        spool,
        clock,
        random.Random(1),  # noqa: S311 - jitter, not a secret
        listener=account,
        options=ClientOptions(),
    )
    await client.start()
    try:
        patient = Patient(client, clock)
        whole = await patient.lives(WHOLE_S, 1)
        link.thin(THIN_KBIT_S)
        overload = await patient.lives(OVERLOAD_S, TIMES)
        link.heal()
        recovery_s = await _recovered(client, patient, clock)
        await asyncio.wait_for(client.drained(), RECOVERY_AT_MOST_S)
        await clock.sleep_us(SECOND_US)
    finally:
        await client.stop()
        await spool.close()
        await judge.stop()
        await link.close()
    found = await present(KafkaLog(bootstrap, client_id="bench-reader"))
    arrivals = _arrivals(judge)
    return {
        "whole_s": WHOLE_S,
        "overload_s": OVERLOAD_S,
        "thin_kbit_s": THIN_KBIT_S,
        "waveforms_times": TIMES,
        **_latency("whole", whole, arrivals),
        **_latency("overload", overload, arrivals),
        "recovery_s": recovery_s,
        **accounted(account.captured_frames, found),
        "frames_refused": account.refusals,
    }


async def _recovered(client: VehicleClient, patient: Patient, clock: Clock) -> float:
    """Go on as before, and return how long it took until nothing was left out any more."""
    healed_us = clock.monotonic_us()
    while client.thinned:
        await patient.lives(1, 1)
        if clock.monotonic_us() - healed_us > RECOVERY_AT_MOST_S * SECOND_US:
            message = "the overload did not end by itself"
            raise TimeoutError(message)
    return round((clock.monotonic_us() - healed_us) / SECOND_US, 1)


def _arrivals(judge: Judge) -> dict[FrameKey, int]:
    """Return when the feed first told of each finding, by the frame that it came from."""
    first: dict[FrameKey, int] = {}
    for it in judge.deliveries:
        if it.alarm.cause == Cause.NO_PULSE and it.alarm.phase is Phase.START:
            frame = it.alarm.frame
            first.setdefault((frame.unit_id, frame.lane, frame.segment, frame.sequence), it.at_us)
    return first


def _latency(
    name: str, entered: dict[FrameKey, int], arrivals: dict[FrameKey, int]
) -> dict[str, Any]:
    delays = sorted(
        (arrivals[key] - at_us) / 1_000 for key, at_us in entered.items() if key in arrivals
    )
    return {
        f"{name}_alarms": len(entered),
        f"{name}_alarms_missed": len(entered) - len(delays),
        f"{name}_alarm_p50_ms": round(percentile(delays, 0.50), 1) if delays else None,
        f"{name}_alarm_p99_ms": round(percentile(delays, 0.99), 1) if delays else None,
    }

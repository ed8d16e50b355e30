"""Overload against a real Kafka: what is left out is said, and nothing acknowledged is lost.

The broker stands still, as a machine that swaps or a disk that hangs does. Gateways then confirm
nothing and use up their credit, so what is captured waits in the vehicle, which leaves out of it
what the rule allows.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from prometheus_client.parser import text_string_to_metric_families

from clinical.alarms.priority import Phase
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from clinical.items import CrewEvent, CrewFinding, EncounterChange, EncounterEvent, Vitals
from clinical.signals.waveform import WaveformChunk
from goldenhour.bench.accounting import key_of
from goldenhour.broker.running import RunningBroker
from goldenhour.demo import plan
from goldenhour.stack.hops import fetch_expositions
from goldenhour.stack.supervisor import Stack
from ports.log.kafka_log import KafkaLog
from ports.log.port import TopicPartition
from simulators.fleet.links import FaultyLink
from simulators.verdict.reader import Present, left_out, present
from tests.kafka.stack import CLOCK, STEP_US, Desk, desk
from tests.patience import PATIENCE_S, PATIENCE_US
from tests.vehicle.hearing import Hearing
from vehicle.client import ClientOptions, VehicleClient
from vehicle.lane.grpc_link import GrpcLink
from vehicle.lane.session import SequenceRef
from vehicle.spool.spool import Spool
from wire.frames import Lane
from wire.picture import decode_picture
from wire.topics import PICTURE

UNIT = "AMB-OVERLOAD"
CHUNK = WaveformChunk("II", 250.0, 5.0, 0, 0, tuple(range(250)))
NO_PULSE = CrewEvent(CrewFinding.NO_PULSE)
"""For one step: some wait for the thirty seconds after which a gateway gives a record up."""


@dataclass(frozen=True, slots=True)
class Night:
    """Programs that a broker carries, one unit behind a link of its own, and a dispatcher."""

    broker: RunningBroker
    stack: Stack
    metrics: str
    link: FaultyLink
    client: VehicleClient
    hearing: Hearing
    spool: Spool
    desk: Desk


@asynccontextmanager
async def night(broker: RunningBroker, home: Path) -> AsyncIterator[Night]:
    """Start them, and stop them in the end. What a standing Kafka ends is started again."""
    stack = Stack(home, CLOCK, PATIENCE_US)
    spool, hearing = Spool(home / "spool"), Hearing()
    await spool.open()
    try:
        gateway, center, _ = await asyncio.gather(
            stack.start(plan.gateway(broker.bootstrap, 0, 0, home)),
            stack.start(plan.command_center(broker.bootstrap, 0, 0, 0, home)),
            stack.start(plan.worker(1, broker.bootstrap, 0, home)),
        )
        link = FaultyLink(gateway["address"], CLOCK)
        await link.open()
        client = VehicleClient(
            UNIT,
            GrpcLink(dict.fromkeys(Lane, link.address)),
            spool,
            CLOCK,
            random.Random(5),  # noqa: S311 - jitter, not a secret
            listener=hearing,
            options=ClientOptions(link_state_pulses=0),
        )
        await client.start()
        try:
            async with desk(center["address"]) as dispatcher:
                metrics = gateway["metrics"]
                yield Night(broker, stack, metrics, link, client, hearing, spool, dispatcher)
        finally:
            await client.stop()
            await link.close()
    finally:
        await spool.close()
        await stack.stop()


@contextmanager
def stalled(broker: RunningBroker) -> Iterator[None]:
    """Hold the broker still."""
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(broker.pid, signal.SIGCONT)


@asynccontextmanager
async def flooded(client: VehicleClient, encounter_id: str) -> AsyncIterator[None]:
    """Ten times the waveforms of a patient, vital signs, and now and then a word of the crew."""

    async def flood() -> None:
        beat = 0
        while True:
            client.capture(encounter_id, [CHUNK])
            client.capture(encounter_id, [CHUNK])
            if beat % 2 == 0:
                client.capture(encounter_id, [Vitals(heart_rate_bpm=float(60 + beat % 60))])
            if beat % 20 == 0:
                client.capture(encounter_id, [CrewEvent(CrewFinding.PULSE_FELT)])
            beat += 1
            await CLOCK.sleep_us(SECOND_US // 10)

    flooding = asyncio.create_task(flood())
    try:
        yield
    finally:
        flooding.cancel()
        with suppress(asyncio.CancelledError):
            await flooding


async def eventually(look: Callable[[], object]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not look():
            await CLOCK.sleep_us(STEP_US)


async def shown_left_out(log: KafkaLog, encounter_id: str) -> Mapping[int, int]:
    """Return what the board was told of a patient: by lane, the most frames called left out."""
    shown = Counter[int]()
    for partition in range(PICTURE.partitions):
        for record in await log.read_to_end(TopicPartition(PICTURE.name, partition)):
            for row in decode_picture(record.value or b"").rows:
                for one in row.thinned if row.encounter_id == encounter_id else ():
                    shown[one.lane] = max(shown[one.lane], one.frames)
    return shown


def stale(desk: Desk) -> bool:
    """Whether the last that the dispatcher heard of detection is that it stands still."""
    said = [one for one in desk.heard if one.cause == Cause.DETECTION_STALE]
    return bool(said) and said[-1].phase is not Phase.END


async def left_out_metric(metrics: str) -> Mapping[str, float]:
    """Return what the gateway's counter says, by lane."""
    (text,) = await fetch_expositions([metrics])
    return {
        sample.labels["lane"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "goldenhour_gateway_discarded_total" and sample.value
    }


def told(desk: Desk, encounter_id: str, ref: SequenceRef) -> bool:
    """Whether the dispatcher was told that there was no pulse, because of this frame."""
    alarms = desk.about(encounter_id, Cause.NO_PULSE)
    return any(
        (it.frame.segment, it.frame.sequence) == (ref.segment, ref.sequence) for it in alarms
    )


def assert_accounted(hearing: Hearing, found: Present) -> Counter[int]:
    """Every captured frame is there or said to be left out; return the latter by lane."""
    missing = [key for key in map(key_of, hearing.refs) if key not in found.frames]
    assert left_out(missing, found.discarded) == set(missing)
    return Counter(key[1] for key in missing)


async def test_a_stalled_kafka_costs_waveforms_and_old_vitals_that_are_said_and_no_alarm(
    own_kafka: RunningBroker, tmp_path: Path
) -> None:
    """Waveforms go first, then vitals, alarms never, though the link breaks meanwhile.

    The operator sees it, it ends by itself, and every captured frame is accounted for.
    """
    encounter_id = str(uuid4())
    async with night(own_kafka, tmp_path) as it:
        client = it.client
        client.capture(encounter_id, [EncounterEvent(EncounterChange.OPENED, age_years=60)])
        await asyncio.wait_for(client.drained(), PATIENCE_S)
        async with flooded(client, encounter_id):
            with stalled(own_kafka):
                await eventually(lambda: client.discarded.get(Lane.WAVEFORM))
                it.link.cut()
                await eventually(lambda: not client.connected)
                it.link.heal()
                await eventually(lambda: client.connected)
                before = client.discarded[Lane.WAVEFORM]
                await eventually(lambda: client.discarded[Lane.WAVEFORM] > before)
                await eventually(lambda: client.discarded.get(Lane.VITALS))
                alarm = client.capture(encounter_id, [NO_PULSE])
                await eventually(lambda: stale(it.desk))
            await eventually(lambda: not client.thinned)
        await asyncio.wait_for(client.drained(), PATIENCE_S)
        await eventually(lambda: not stale(it.desk))
        await eventually(lambda: told(it.desk, encounter_id, alarm))
        assert list(client.discarded) == [Lane.WAVEFORM, Lane.VITALS]
        await it.spool.flush()
        log = KafkaLog(own_kafka.bootstrap, client_id="reader")
        assert assert_accounted(it.hearing, await present(log)) == {
            int(lane): frames for lane, frames in client.discarded.items()
        }
        assert set(await shown_left_out(log, encounter_id)) == {Lane.WAVEFORM, Lane.VITALS}
        counted = await left_out_metric(it.metrics)
        assert all(counted[lane.name] >= frames for lane, frames in client.discarded.items())

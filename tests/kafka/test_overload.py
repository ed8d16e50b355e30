"""Overload against a real Kafka: what is left out is said, and nothing acknowledged is lost."""

import asyncio
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from clinical.instant import SECOND_US
from clinical.items import CrewEvent, CrewFinding, EncounterChange, EncounterEvent, Vitals
from clinical.signals.waveform import WaveformChunk
from goldenhour.broker.running import RunningBroker
from ports.clock import SystemClock
from ports.log.kafka_log import KafkaLog
from simulators.reader import present
from tests.kafka.test_vehicle import PATIENCE_S, kill, start_gateway
from tests.vehicle.hearing import Hearing, until
from vehicle.client import ClientOptions, VehicleClient
from vehicle.grpc_link import GrpcLink
from vehicle.spool import Spool
from wire.frames import Lane

UNIT = "AMB-OVERLOAD"
CHUNK = WaveformChunk("II", 250.0, 5.0, 0, 0, tuple(range(250)))
NO_PULSE = CrewEvent(CrewFinding.NO_PULSE)


@contextmanager
def stalled(broker: RunningBroker) -> Iterator[None]:
    """Hold the broker still, as a machine that swaps or a disk that hangs does."""
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(broker.pid, signal.SIGCONT)


async def flood(client: VehicleClient, encounter_id: str, clock: SystemClock) -> None:
    """Ten times the waveforms of a patient, and vital signs, until cancelled."""
    beat = 0
    while True:
        client.capture(encounter_id, [CHUNK])
        client.capture(encounter_id, [CHUNK])
        if beat % 2 == 0:
            client.capture(encounter_id, [Vitals(heart_rate_bpm=float(60 + beat % 60))])
        beat += 1
        await clock.sleep_us(SECOND_US // 10)


async def test_a_stalled_kafka_costs_waveforms_that_are_said_and_no_alarm(
    kafka: RunningBroker, tmp_path: Path
) -> None:
    """Waveforms give way while Kafka stands still; it ends by itself; every frame is accounted."""
    encounter_id, clock = str(uuid4()), SystemClock()
    process, address = await start_gateway(kafka, "127.0.0.1:0")
    spool, hearing = Spool(tmp_path), Hearing()
    await spool.open()
    client = VehicleClient(
        UNIT,
        GrpcLink(dict.fromkeys(Lane, address)),
        spool,
        clock,
        random.Random(5),  # noqa: S311 - jitter, not a secret
        listener=hearing,
        options=ClientOptions(link_state_pulses=0),
    )
    await client.start()
    try:
        client.capture(encounter_id, [EncounterEvent(EncounterChange.OPENED, age_years=60)])
        await asyncio.wait_for(client.drained(), PATIENCE_S)
        flooding = asyncio.create_task(flood(client, encounter_id, clock))
        with stalled(kafka):
            await until(lambda: client.discarded.get(Lane.WAVEFORM))
            alarm = client.capture(encounter_id, [NO_PULSE])
        await until(lambda: hearing.through.get((Lane.ALARM, alarm.segment), 0) >= alarm.sequence)
        flooding.cancel()
        await asyncio.wait_for(client.drained(), PATIENCE_S)
        await until(lambda: not client.thinned)
        await spool.flush()
        found = await present(KafkaLog(kafka.bootstrap, client_id="reader"))
        keys = [(one.unit_id, int(one.lane), one.segment, one.sequence) for one in hearing.refs]
        missing = [key for key in keys if key not in found.frames]
        said = [one for one in found.discarded if one.unit_id == UNIT]
        assert [key for key in missing if not any(one.covers(key) for one in said)] == []
        assert {key[1] for key in missing} <= {Lane.WAVEFORM, Lane.VITALS}
        assert sum(key[1] == Lane.WAVEFORM for key in missing) > 0
    finally:
        await client.stop()
        await spool.close()
        await kill(process)

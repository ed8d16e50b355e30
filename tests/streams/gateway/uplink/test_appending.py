"""A failure of ours while a frame is taken costs one stream a reconnection, and no frame."""

import grpc
import pytest

from ambulance.log.v1 import record_pb2
from clinical.alarms.priority import Priority
from clinical.alarms.transition import Acknowledgement, Place
from clinical.items import EncounterChange, EncounterEvent
from clinical.signals.waveform import WaveformChunk
from ports.log.memory_log import MemoryLog
from streams.gateway.uplink import appending, ingress
from tests.streams.gateway.station import CAPTURED_US, ENCOUNTER, Frames, Station, until
from wire.frames import Lane
from wire.partition import partition_of
from wire.records import decode_batch
from wire.topics import ALARMS, PATIENTS, WAVEFORMS
from wire.validation import Route

VITALS = Frames()
ALARM = Frames(lane=Lane.ALARM)
WAVEFORM = Frames(lane=Lane.WAVEFORM)
CHUNK = WaveformChunk("II", 250.0, 5.0, CAPTURED_US, 0, (1, 2, 3))
SAID = Acknowledgement(
    ENCOUNTER, b"a" * 16, Priority.HIGH, 1, "medic", Place.VEHICLE, CAPTURED_US, "request-1"
)


def broken(*_: object) -> None:
    message = "planted"
    raise RuntimeError(message)


async def test_a_failure_on_the_way_to_the_log_is_sent_again(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The frame is not acknowledged, and is no duplicate when it comes again."""
    with monkeypatch.context() as planted:
        planted.setattr(appending, "entries_of", broken)
        line = await station.uplink(ALARM)
        await line.send((1, ALARM(1, SAID)))
        assert (await line.end())[0] is grpc.StatusCode.UNAVAILABLE
    line = await station.uplink(ALARM)
    await line.send((1, ALARM(1, SAID)))
    await line.until_acknowledged(1)
    assert len(await station.records(ALARMS)) == 1


async def test_a_failure_of_judgement_does_not_hold_up_the_segment(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other units' streams go on, and the segment begins anew at the reconnection."""
    other = Frames(unit_id="AMB-2")
    beside = await station.uplink(other)
    with monkeypatch.context() as planted:
        planted.setattr(ingress, "check", broken)
        line = await station.uplink(VITALS)
        await line.send((1, VITALS(1)))
        assert (await line.end())[0] is grpc.StatusCode.UNAVAILABLE
        assert line.acknowledged == []
    line = await station.uplink(VITALS)
    await line.send((1, VITALS(1)))
    await line.until_acknowledged(1)
    await beside.send((1, other(1)))
    await beside.until_acknowledged(1)


async def test_an_alarm_frame_takes_waiting_vitals_with_it(
    station: Station, log: MemoryLog
) -> None:
    """It closes the batch while the one before is unconfirmed; the order is kept."""
    vitals, alarm = await station.uplink(VITALS), await station.uplink(ALARM)
    partition = partition_of(ENCOUNTER, PATIENTS.partitions)
    batcher = station.gateway._intake.appender._beats[Route.PATIENTS].batchers[partition]
    log.hold()
    await vitals.send((1, VITALS(1)))
    await until(lambda: batcher.gathering._unconfirmed == 1)
    await vitals.send((2, VITALS(2)))
    await until(lambda: bool(batcher.gathering))
    opened = ALARM(1, EncounterEvent(EncounterChange.OPENED))
    await alarm.send((1, opened))
    await until(lambda: batcher.gathering._unconfirmed == 2)
    log.release()
    await alarm.until_acknowledged(1)
    await vitals.until_acknowledged(2)
    batches = [
        [frame.SerializeToString() for frame in decode_batch(record.value or b"").frames]
        for record in await station.records(PATIENTS, record_pb2.RecordBatch)
    ]
    assert batches == [[VITALS(1)], [VITALS(2), opened]]


async def test_a_waveform_goes_beside_the_vitals_and_delays_none(
    station: Station, log: MemoryLog
) -> None:
    """It has batches of its own: vitals are sent while a batch of waveforms is unconfirmed."""
    vitals, waveform = await station.uplink(VITALS), await station.uplink(WAVEFORM)
    partition = partition_of(ENCOUNTER, PATIENTS.partitions)
    beats = station.gateway._intake.appender._beats
    log.hold()
    await waveform.send((1, WAVEFORM(1, CHUNK)))
    leads = beats[Route.WAVEFORMS].batchers[partition].gathering
    await until(lambda: leads._unconfirmed == 1)
    await vitals.send((1, VITALS(1)))
    numbers = beats[Route.PATIENTS].batchers[partition].gathering
    await until(lambda: numbers._unconfirmed == 1)
    log.release()
    await waveform.until_acknowledged(1)
    await vitals.until_acknowledged(1)
    (record,) = await station.records(WAVEFORMS)
    assert record.partition == partition
    held = [one.SerializeToString() for one in decode_batch(record.value or b"").frames]
    assert held == [WAVEFORM(1, CHUNK)]

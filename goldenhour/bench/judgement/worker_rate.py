"""Frames per CPU-second of the real worker: a topic that is full already, Faust, and an app.

The topic is filled first; then a worker is started in this process, on the loop that programs run
on, and CPU time is counted from the first record that it has judged to the last: Kafka's client,
Faust, the host, the outbox and what it sends. Start-up is not counted.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clinical.alarms.priority import Source
from goldenhour.bench.judgement.vitals_host import FRAMES, TOPICS, vitals_app
from ports.clock import Clock, SystemClock
from ports.log.kafka_admin import create_topics
from ports.log.kafka_log import KafkaLog
from ports.log.port import Record
from streams.engine.apps import PATIENTS_APP, HostedApp
from streams.engine.outputs import Outputs
from streams.engine.partition_runner import Runners
from streams.engine.settings import WorkerSettings
from wire.records import BATCH, decode_batch, kind_of
from wire.topics import ENCOUNTER_PARTITIONS, PATIENTS

FILLING_AT_ONCE: Final = 500
"""Records that may be unconfirmed while a topic is filled."""


@dataclass(frozen=True, slots=True)
class WorkerLoad:
    """What every partition of the topics holds."""

    ward: Sequence[Record]
    job: Sequence[Record]


@dataclass(slots=True)
class _Meter:
    """Counts frames and CPU time from the first record on."""

    expected: int
    done: asyncio.Event
    frames: int = 0
    counted: int = 0
    begin_s: float = 0.0
    end_s: float = 0.0

    def observe(self, outputs: Outputs) -> None:
        if not self.frames:
            self.begin_s = time.process_time()
        else:
            self.counted += outputs.frames
        self.frames += outputs.frames
        if self.frames >= self.expected:
            self.end_s = time.process_time()
            self.done.set()


async def measure(bootstrap: str, clock: Clock, folder: Path, load: WorkerLoad) -> dict[str, int]:
    """Fill the topics, and return frames per CPU-second of each app on the real worker."""
    await create_topics(bootstrap, TOPICS, clock)
    await _fill(bootstrap, PATIENTS.name, load.ward)
    await _fill(bootstrap, FRAMES.name, load.job)
    apps = {
        "patient_watch": (PATIENTS_APP, load.ward),
        "vitals_job_on_item": (vitals_app(batches=False), load.job),
        "vitals_job_on_batch": (vitals_app(batches=True), load.job),
    }
    return {
        name: await _rate(bootstrap, app, _frames(records) * ENCOUNTER_PARTITIONS, folder)
        for name, (app, records) in apps.items()
    }


async def _fill(bootstrap: str, topic: str, records: Sequence[Record]) -> None:
    """Append the records to every partition alike."""
    writer = await KafkaLog(bootstrap, client_id="bench-filling").writer()
    waiting: list[asyncio.Future[int]] = []
    for record in records:
        waiting += [
            await writer.send(topic, partition, record.value, headers=record.headers)
            for partition in range(ENCOUNTER_PARTITIONS)
        ]
        if len(waiting) >= FILLING_AT_ONCE:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)
    await writer.close()


async def _rate(bootstrap: str, app: HostedApp, frames: int, folder: Path) -> int:
    from streams.engine.faust_worker import FaustWorker  # noqa: PLC0415 - Faust, for this alone

    settings = WorkerSettings(bootstrap=bootstrap, home=folder)
    log = KafkaLog(bootstrap, client_id="bench-worker")
    writer, bulk = await log.writer(), await log.writer()
    meter = _Meter(frames, asyncio.Event())
    runners = Runners(log, writer, Source.CENTER_A, app, bulk=bulk)
    worker = FaustWorker(settings, runners, meter.observe, SystemClock())
    await worker.start()
    await meter.done.wait()
    await worker.stop()
    await writer.close()
    await bulk.close()
    return int(meter.counted / (meter.end_s - meter.begin_s))


def _frames(records: Sequence[Record]) -> int:
    batches = [record.value for record in records if kind_of(record.headers) == BATCH]
    return sum(len(decode_batch(value or b"").frames) for value in batches)

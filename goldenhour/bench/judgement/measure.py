"""The bench of judgement: vitals frames per CPU-second, in this process, beside a bare decode.

CPU-seconds and not seconds, so that a busy machine makes the figures worse but not wrong; each is
taken several times, with its least and its most. The floor decodes the same bytes with protobuf
and looks at nothing. What the worker does beyond its host, Kafka's client and Faust, is measured by
``worker_rate``.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.items import Capture, Vitals
from clinical.watch.patient import PatientWatch
from goldenhour.bench.judgement.vitals_job import VitalsJob
from goldenhour.bench.judgement.ward import BATCH_FRAMES, vitals_job_records, ward
from goldenhour.bench.judgement.worker_rate import WorkerLoad
from ports.log.port import Record
from ports.program import collect_in_small_steps
from streams.engine.host import PartitionHost
from streams.engine.watches import PatientWatches
from wire.frames import to_frame
from wire.records import decode_batch
from wire.topics import ENCOUNTER_PARTITIONS

Step = Callable[[Record], int]
"""Does the next record; returns how many frames it held."""

WARM_UP_SHARE: Final = 0.25
"""Of the records, before the clock starts: by then every patient is known."""


@dataclass(frozen=True, slots=True)
class JudgementOptions:
    """How much is judged, and how often."""

    patients: int
    seconds: int
    repeats: int


def measure(options: JudgementOptions) -> dict[str, Any]:
    """Return the figures, in frames per CPU-second."""
    batches = ward(options.patients, options.seconds, ticks=False)
    whole = ward(options.patients, options.seconds, ticks=True)
    job = vitals_job_records(options.patients, options.seconds)
    return {
        "patients": options.patients,
        "seconds": options.seconds,
        "watch": {
            "floor_decode": rate(_decode, batches, options.repeats),
            "on_item": rate(_watch_items, batches, options.repeats),
            "host_on_record": rate(_host, batches, options.repeats),
            "host_with_ticks_and_pictures": rate(_host, whole, options.repeats),
            "bytes_per_frame": _bytes_per_frame(batches),
        },
        "vitals_job": {
            "floor_decode": rate(_decode, job, options.repeats),
            "on_item": rate(_job_items, job, options.repeats),
            "on_batch": rate(_job_batches, job, options.repeats),
            "bytes_per_frame": _bytes_per_frame(job),
        },
    }


def loads(options: JudgementOptions) -> WorkerLoad:
    """Return what is judged through the worker, in each partition: a share of the patients."""
    patients = max(1, options.patients // ENCOUNTER_PARTITIONS)
    return WorkerLoad(
        ward(patients, options.seconds, ticks=True), vitals_job_records(patients, options.seconds)
    )


def rate(begin: Callable[[], Step], records: Sequence[Record], repeats: int) -> dict[str, int]:
    """Return frames per CPU-second of some work: the least, the median and the most."""
    rates: list[float] = []
    warm = int(len(records) * WARM_UP_SHARE)
    collect_in_small_steps()
    for _ in range(repeats):
        step = begin()
        for record in records[:warm]:
            step(record)
        begin_s = time.process_time()
        frames = sum([step(record) for record in records[warm:]])
        rates.append(frames / (time.process_time() - begin_s))
    return {"min": int(min(rates)), "median": int(median(rates)), "max": int(max(rates))}


def _decode() -> Step:
    return lambda record: len(decode_batch(record.value or b"").frames)


def _watch_items() -> Step:
    """Judge frame by frame, as the reference does it; decoding included."""
    watches: dict[str, PatientWatch] = {}

    def step(record: Record) -> int:
        batch = decode_batch(record.value or b"")
        for handle in batch.frames:
            frame = to_frame(handle)
            name = frame.encounter_id or ""
            watch = watches.get(name)
            if watch is None:
                watch = watches[name] = PatientWatch(name, Source.CENTER_A)
            for index, item in enumerate(frame.items):
                source = FrameRef(frame.unit_id, frame.lane, frame.segment, frame.sequence, index)
                capture = Capture(source, frame.captured_us, batch.stamped_us, frame.boot_id)
                if isinstance(item, Vitals):
                    watch.on_item(item, capture, batch.stamped_us)
        return len(batch.frames)

    return step


def _host() -> Step:
    """Judge as the worker does: with containment, journal, snapshots and, on ticks, pictures."""
    host = PartitionHost(0, Source.CENTER_A, PatientWatches())
    return lambda record: host.on_record(record.offset, record).frames


def _job_items() -> Step:
    job = VitalsJob()

    def step(record: Record) -> int:
        handles = decode_batch(record.value or b"").frames
        for handle in handles:
            job.on_item(to_frame(handle))
        return len(handles)

    return step


def _job_batches() -> Step:
    job = VitalsJob()

    def step(record: Record) -> int:
        job.on_batch(record.value or b"")
        return BATCH_FRAMES

    return step


def _bytes_per_frame(records: Sequence[Record]) -> int:
    frames = sum(len(decode_batch(record.value or b"").frames) for record in records)
    return round(sum(len(record.value or b"") for record in records) / frames)

"""Golden Hour's own worker with the vitals job as its app: Faust, host, outbox, one writer.

``on_batch`` judges a micro-batch as columns, ``on_item`` frame by frame. It says when it is ready,
and can be kept as a spare, as all our programs can.
"""

import asyncio
from typing import Final

from bench.peers.assignment import Assignment, assignment, checkpoints_of
from clinical.alarms.priority import Source
from goldenhour.bench.judgement.vitals_host import vitals_app
from ports.clock import SystemClock
from ports.log.kafka_log import KafkaLog
from ports.logging import configure_logging
from ports.program import run, say_ready
from streams.engine.faust_worker import FaustWorker
from streams.engine.outbox import BULK_LINGER_MS
from streams.engine.outputs import Outputs
from streams.engine.partition_runner import Runners
from streams.engine.settings import WorkerSettings
from wire.topics import Topic

_HOUR_MS: Final = 3_600_000


async def _work(told: Assignment, stop: asyncio.Event) -> int:
    settings = WorkerSettings(bootstrap=told.bootstrap, home=told.folder, member=told.group)
    log = KafkaLog(told.bootstrap, client_id=told.group)
    writer, bulk = await asyncio.gather(log.writer(), log.writer(linger_ms=BULK_LINGER_MS))
    app = vitals_app(
        Topic(told.source, told.partitions, _HOUR_MS),
        Topic(told.sink, told.partitions, _HOUR_MS),
        Topic(checkpoints_of(told.sink), told.partitions, None),
        batches=told.variant == "on_batch",
    )
    runners = Runners(log, writer, Source.CENTER_A, app, bulk=bulk)
    worker = FaustWorker(settings, runners, _unwatched, SystemClock())
    await worker.start()
    ended = asyncio.ensure_future(worker.ended())
    announcing = asyncio.ensure_future(_announce(worker))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([ended, stopping], return_when=asyncio.FIRST_COMPLETED)
    announcing.cancel()
    if ended.done():
        return 1
    await worker.stop()
    await asyncio.gather(writer.close(), bulk.close())
    return 0


async def _announce(worker: FaustWorker) -> None:
    await worker.ready.wait()
    say_ready("golden-hour")


def _unwatched(_: Outputs) -> None:
    """Take no note of what a record led to."""


def main() -> None:
    """Run until killed."""
    told = assignment()
    configure_logging(json=False, level="WARNING")
    raise SystemExit(run(lambda stop: _work(told, stop)))


if __name__ == "__main__":
    main()

import asyncio

from clinical.alarms.priority import Source
from ports.log.memory_log import MemoryLog
from ports.log.port import TopicPartition
from streams.engine.memory_worker import MemoryWorker
from streams.engine.partition_runner import Runners
from tests.streams.engine.night import night
from wire.topics import ALARMS, PATIENTS


async def test_all_partitions_are_judged_and_the_rest_is_found_after_a_restart() -> None:
    log = MemoryLog()
    writer = await log.writer()
    runners = Runners(log, await log.writer(), Source.CENTER_A)
    worker = await MemoryWorker.open(log, runners)
    for partition in range(PATIENTS.partitions):
        for record in night(seconds=10, ill_from=2, ill_until=8):
            await writer.send(PATIENTS.name, partition, record.value, headers=record.headers)
    total = 0
    while total < PATIENTS.partitions * 20:
        total += await worker.step()
    await worker.close()
    for partition in range(PATIENTS.partitions):
        assert await log.read_to_end(TopicPartition(ALARMS.name, partition))
    again = await MemoryWorker.open(log, runners)
    stop = asyncio.Event()
    stop.set()
    await again.run(stop)


async def test_a_read_without_records_ends_in_time() -> None:
    log = MemoryLog()
    runners = Runners(log, await log.writer(), Source.CENTER_A)
    worker = await MemoryWorker.open(log, runners)
    assert await worker.step(timeout_ms=1) == 0

"""A bare loop over aiokafka: what its client and the step cost, with no engine around them.

State is a dict and gone after a kill: a floor, and nothing that could be used.
"""

import asyncio
from collections import defaultdict

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from ambulance.telemetry.v1.frame_pb2 import Frame
from bench.peers.assignment import (
    COMMIT_EVERY_S,
    HEARTBEAT_MS,
    SESSION_MS,
    Assignment,
    assignment,
)
from bench.peers.job import State, frames_of, new_state, step


async def _run(told: Assignment) -> None:
    consumer = AIOKafkaConsumer(
        told.source,
        bootstrap_servers=told.bootstrap,
        group_id=told.group,
        group_instance_id=told.group,
        auto_offset_reset="earliest",
        auto_commit_interval_ms=int(COMMIT_EVERY_S * 1_000),
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=HEARTBEAT_MS,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=told.bootstrap, acks="all", enable_idempotence=True, linger_ms=0
    )
    await producer.start()
    await consumer.start()
    known: defaultdict[str, State] = defaultdict(new_state)
    while True:
        found = await consumer.getmany(timeout_ms=1_000, max_records=500)
        for records in found.values():
            for record in records:
                value: bytes = record.value
                for frame in frames_of(value) if told.batched else (Frame.FromString(value),):
                    change = step(known[frame.encounter_id], frame)
                    if change is not None:
                        key = frame.encounter_id.encode()
                        await producer.send(told.sink, change.encoded(), key)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(assignment()))

"""Faust. ``table``: one frame a record and a Table, as its documentation shows; or a plain dict."""

import asyncio
from collections import defaultdict

import faust
import uvloop

from ambulance.telemetry.v1.frame_pb2 import Frame
from bench.peers.assignment import (
    COMMIT_EVERY_S,
    HEARTBEAT_MS,
    SESSION_MS,
    Assignment,
    assignment,
)
from bench.peers.job import State, frames_of, new_state, step


def build(told: Assignment) -> faust.App:
    """Return the app."""
    app = faust.App(
        told.group,
        broker=f"kafka://{told.bootstrap}",
        autodiscover=False,
        web_enabled=False,
        datadir=str(told.folder),
        store="memory://",
        topic_disable_leader=True,
        topic_partitions=told.partitions,
        key_serializer="raw",
        value_serializer="raw",
        stream_wait_empty=False,
        broker_session_timeout=SESSION_MS / 1_000,
        broker_heartbeat_interval=HEARTBEAT_MS / 1_000,
        broker_commit_interval=COMMIT_EVERY_S,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=told.group,
        producer_linger=0.0,
        producer_acks=-1,
    )
    source = app.topic(told.source, key_type=bytes, value_type=bytes)
    sink = app.topic(told.sink, key_type=bytes, value_type=bytes)

    async def table(stream: faust.StreamT[bytes]) -> None:
        async for value in stream:
            frame = Frame.FromString(value)
            state = states[frame.encounter_id]
            change = step(state, frame)
            states[frame.encounter_id] = state
            if change is not None:
                await sink.send(key=frame.encounter_id.encode(), value=change.encoded())

    async def plain(stream: faust.StreamT[bytes]) -> None:
        known: defaultdict[str, State] = defaultdict(new_state)
        async for value in stream:
            for frame in frames_of(value) if told.batched else (Frame.FromString(value),):
                change = step(known[frame.encounter_id], frame)
                if change is not None:
                    await sink.send(key=frame.encounter_id.encode(), value=change.encoded())

    if told.variant == "table":
        states = app.Table("states", default=new_state, partitions=told.partitions)
        app.agent(source, name="judge")(table)
    else:
        app.agent(source, name="judge")(plain)
    return app


async def _run(told: Assignment) -> None:
    app = build(told)
    await app.start()
    await app.wait_until_stopped()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(assignment()))

"""Quix Streams, with its state store (RocksDB, changelog in Kafka), as its documentation shows.

Its state belongs to the key of a record. A micro-batch has none, so there the key is the partition,
and each encounter has its own entry in that state.
"""

from collections.abc import Iterator
from typing import Any

from quixstreams import Application, State
from quixstreams.models import SerializationContext, Serializer

from ambulance.telemetry.v1.frame_pb2 import Frame
from bench.peers.assignment import COMMIT_EVERY_S, HEARTBEAT_MS, SESSION_MS, assignment
from bench.peers.job import frames_of, new_state, step


def judge(value: bytes, state: State) -> bytes | None:
    """Take one frame over."""
    known = state.get("known") or new_state()
    change = step(known, Frame.FromString(value))
    state.set("known", known)
    return None if change is None else change.encoded()


def judge_batch(value: bytes, state: State) -> Iterator[tuple[str, bytes]]:
    """Take the frames of a micro-batch over."""
    for frame in frames_of(value):
        encounter = frame.encounter_id
        known = state.get(encounter) or new_state()
        change = step(known, frame)
        state.set(encounter, known)
        if change is not None:
            yield encounter, change.encoded()


class SecondOf(Serializer):  # type: ignore[misc]
    """Writes the second of a pair: the first is the key."""

    def __call__(self, value: tuple[str, bytes], ctx: SerializationContext) -> bytes:
        """Return the bytes of a change."""
        del ctx
        return value[1]


def main() -> None:
    """Run until killed."""
    told = assignment()
    app = Application(
        broker_address=told.bootstrap,
        consumer_group=told.group,
        auto_offset_reset="earliest",
        commit_interval=COMMIT_EVERY_S,
        state_dir=told.folder,
        loglevel="WARNING",
        consumer_extra_config={
            "session.timeout.ms": SESSION_MS,
            "heartbeat.interval.ms": HEARTBEAT_MS,
            "group.instance.id": told.group,
        },
        producer_extra_config={"linger.ms": 0},
    )
    source = app.topic(told.source, key_deserializer="bytes", value_deserializer="bytes")
    serializer = SecondOf() if told.batched else "bytes"
    sink = app.topic(told.sink, key_serializer="bytes", value_serializer=serializer)
    frame: Any = app.dataframe(source)
    if told.batched:
        frame = frame.apply(judge_batch, stateful=True, expand=True)
        frame = frame.to_topic(sink, key=lambda change: change[0].encode())
    else:
        frame = frame.apply(judge, stateful=True).filter(lambda change: change is not None)
        frame = frame.to_topic(sink)
    app.run()


if __name__ == "__main__":
    main()

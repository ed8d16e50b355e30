"""Bytewax, with its recovery store, as its documentation shows: a snapshot of changes a second."""

from collections.abc import Iterable
from datetime import timedelta

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.testing import cluster_main

from ambulance.telemetry.v1.frame_pb2 import Frame
from bench.peers.assignment import COMMIT_EVERY_S, Assignment, assignment
from bench.peers.job import Change, State, frames_of, new_state, step


def one(message: "KafkaSourceMessage[bytes, bytes]") -> Iterable[Frame]:
    """Return the frame of a record."""
    return (Frame.FromString(message.value),)


def many(message: "KafkaSourceMessage[bytes, bytes]") -> Iterable[Frame]:
    """Return the frames of a micro-batch."""
    return frames_of(message.value)


def judge(state: State | None, frame: Frame) -> tuple[State, Iterable[Change]]:
    """Take one frame over."""
    state = state or new_state()
    change = step(state, frame)
    return state, () if change is None else (change,)


def said(keyed: tuple[str, Change]) -> "KafkaSinkMessage[bytes, bytes]":
    """Return the record of a change."""
    return KafkaSinkMessage(keyed[0].encode(), keyed[1].encoded())


def build(told: Assignment) -> Dataflow:
    """Return the flow."""
    flow = Dataflow("vitals")
    source = KafkaSource([told.bootstrap], [told.source], batch_size=10 if told.batched else 1_000)
    messages = op.input("frames", flow, source)
    frames = op.flat_map("decode", messages, many if told.batched else one)
    keyed = op.key_on("encounter", frames, lambda frame: frame.encounter_id)
    changes = op.stateful_flat_map("judge", keyed, judge)
    sink = KafkaSink([told.bootstrap], told.sink, add_config={"linger.ms": "0"})
    op.output("changes", op.map("said", changes, said), sink)
    return flow


def main() -> None:
    """Run until killed."""
    told = assignment()
    store = told.folder / "recovery"
    if not store.exists():
        store.mkdir(parents=True)
        init_db_dir(store, 1)
    cluster_main(
        build(told),
        [],
        0,
        epoch_interval=timedelta(seconds=COMMIT_EVERY_S),
        recovery_config=RecoveryConfig(store),
    )


if __name__ == "__main__":
    main()

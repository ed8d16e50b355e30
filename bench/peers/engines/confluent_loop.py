"""A bare loop over confluent-kafka (librdkafka): the other floor.

State is a dict and gone after a kill: a floor, and nothing that could be used.
"""

from collections import defaultdict

from confluent_kafka import Consumer, Producer

from ambulance.telemetry.v1.frame_pb2 import Frame
from bench.peers.assignment import COMMIT_EVERY_S, HEARTBEAT_MS, SESSION_MS, assignment
from bench.peers.job import State, frames_of, new_state, step

_POLL_S = 1.0


def main() -> None:
    """Run until killed."""
    told = assignment()
    consumer = Consumer(
        {
            "bootstrap.servers": told.bootstrap,
            "group.id": told.group,
            "group.instance.id": told.group,
            "auto.offset.reset": "earliest",
            "auto.commit.interval.ms": int(COMMIT_EVERY_S * 1_000),
            "session.timeout.ms": SESSION_MS,
            "heartbeat.interval.ms": HEARTBEAT_MS,
        }
    )
    producer = Producer(
        {"bootstrap.servers": told.bootstrap, "enable.idempotence": True, "linger.ms": 0}
    )
    consumer.subscribe([told.source])
    known: defaultdict[str, State] = defaultdict(new_state)
    while True:
        message = consumer.poll(_POLL_S)
        value = None if message is None or message.error() else message.value()
        if value is not None:
            for frame in frames_of(value) if told.batched else (Frame.FromString(value),):
                change = step(known[frame.encounter_id], frame)
                if change is not None:
                    producer.produce(told.sink, change.encoded(), frame.encounter_id.encode())
        producer.poll(0)


if __name__ == "__main__":
    main()

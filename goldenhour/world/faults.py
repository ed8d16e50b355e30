"""What each kind of fault does to a night."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Final

import msgspec

from clinical.alarms.priority import Source
from goldenhour.world.case import CLOCK_STEP_MOST_US, Fault
from goldenhour.world.night import Night, Post
from goldenhour.world.shared_log import WRITERS_HELD
from goldenhour.world.vehicles import Vehicle, corrupted
from ports.log.port import TopicPartition
from wire.partition import partition_of
from wire.records import (
    HEADERS_CHECKPOINT,
    Checkpoint,
    decode_checkpoint,
    encode_checkpoint,
    encounter_key,
)
from wire.topics import CHECKPOINTS_PATIENTS_A, PATIENTS, TOPICS

_OLD_VERSION: Final = 0
_AT_ONCE: Final = 0.4
"""Part of the kills that wait for nothing."""

_FOR_A_MESSAGE: Final = 0.7
"""Above this a kill of a vehicle waits for a message from the center."""

BUSY_WITHIN_US: Final = 5_000_000
"""Longest wait of a kill for a moment in which something is under way."""

MESSAGE_WITHIN_US: Final = 20_000_000
"""Longest wait of a kill for a message from the center."""

_WRITING: Final = ("gateway", "worker", "center")
_LOOK_US: Final = 700


def apply_to(night: Night, fault: Fault) -> None:
    """Let a fault happen now."""
    verb, _, what = fault.kind.partition("-")
    if verb == "kill":
        _kill(night, fault, what)
    elif verb == "pause":
        _pause(night, fault, what)
    else:
        _DOING[fault.kind](night, fault)


def _kill(night: Night, fault: Fault, kind: str) -> None:
    """Kill at once, or as soon as the program is in the middle of something."""
    posts = night.posts_of(kind)
    post = posts[fault.target % len(posts)]
    waits_us = 0 if fault.amount < _AT_ONCE else BUSY_WITHIN_US
    if kind == "vehicle" and fault.amount > _FOR_A_MESSAGE:
        waits_us = MESSAGE_WITHIN_US
    _kill_when_busy(night, fault, post, night.schedule.now_us + waits_us)


def _kill_when_busy(night: Night, fault: Fault, post: Post, until_us: int) -> None:
    if post.restart_us:
        return
    now_us = night.schedule.now_us
    if now_us >= until_us or night.busy(post, message=fault.amount > _FOR_A_MESSAGE):
        power = post.name.startswith("vehicle") and fault.target % 2 == 0
        night.kill(post, fault.for_us, power=power)
    else:
        again = partial(_kill_when_busy, night, fault, post, until_us)
        night.schedule.at(now_us + _LOOK_US, again)


def _pause(night: Night, fault: Fault, kind: str) -> None:
    posts = night.posts_of(kind)
    machine = posts[fault.target % len(posts)].machine
    machine.pause()
    night.schedule.at(night.schedule.now_us + fault.for_us, machine.resume)


def _vehicle(night: Night, fault: Fault) -> Vehicle:
    return night.vehicles[fault.target % len(night.vehicles)]


def _later(night: Night, fault: Fault, do: Callable[[], object]) -> None:
    night.schedule.at(night.schedule.now_us + fault.for_us, do)


def _cut_link(night: Night, fault: Fault) -> None:
    way = _vehicle(night, fault).way
    way.cut()
    _later(night, fault, way.mend)


def _reset_link(night: Night, fault: Fault) -> None:
    _vehicle(night, fault).way.reset()


def _slow_link(night: Night, fault: Fault) -> None:
    _vehicle(night, fault).way.slow_until_us = night.schedule.now_us + fault.for_us


def _corrupt(night: Night, fault: Fault) -> None:
    way = _vehicle(night, fault).way
    way.corrupt = partial(corrupted, Random(fault.amount))  # noqa: S311 - a seeded world

    def clean() -> None:
        way.corrupt = None

    _later(night, fault, clean)


def _reset_feed(night: Night, fault: Fault) -> None:
    """End the subscription, as soon as it has brought one of several changes."""
    _reset_halfway(night, night.schedule.now_us + fault.for_us, _told(night))


def _reset_halfway(night: Night, until_us: int, told: int) -> None:
    way, now_us = night.dispatcher.way, night.schedule.now_us
    more = any(call.client.last_us > now_us for call in way.calls)
    if now_us >= until_us or (more and _told(night) > told):
        way.reset()
    else:
        night.schedule.at(now_us + _LOOK_US, _reset_halfway, night, until_us, _told(night))


def _told(night: Night) -> int:
    return len(night.dispatcher.lives[-1].told)


def _log_stalls(night: Night, fault: Fault) -> None:
    night.broker.stalled_until_us = night.schedule.now_us + fault.for_us


def _log_doubtful(night: Night, fault: Fault) -> None:
    night.broker.doubtful_until_us = night.schedule.now_us + fault.for_us
    night.broker.doubt = fault.amount


def _hold_writes(night: Night, fault: Fault) -> None:
    """Let one of the writers of a program wait, as one does whose broker is away."""
    posts = [post for kind in _WRITING for post in night.posts_of(kind)]
    machine = posts[fault.target % len(posts)].machine
    writer = int(fault.amount * WRITERS_HELD)
    night.broker.held_until_us[machine, writer] = night.schedule.now_us + fault.for_us


def _clock_steps(night: Night, fault: Fault) -> None:
    """Step the wall clock of a vehicle or of a gateway, at once and for good."""
    step_us = int((2 * fault.amount - 1) * CLOCK_STEP_MOST_US)
    gateways = night.posts_of("gateway")
    index = fault.target % (len(gateways) + len(night.vehicles))
    if index >= len(gateways):
        vehicle = night.vehicles[index - len(gateways)]
        vehicle.offset_us += step_us
        if vehicle.clock is not None:
            vehicle.clock.offset_us = vehicle.offset_us
        return
    name = gateways[index].name
    night.clocks[name] = night.clocks.get(name, 0) + step_us
    night.kill(gateways[index], 1)


def _disk_full(night: Night, fault: Fault) -> None:
    disk = _vehicle(night, fault).disk
    disk.full = True

    def room() -> None:
        disk.full = False

    _later(night, fault, room)


def _rebalance(night: Night, fault: Fault) -> None:
    groups = list(night.groups.values())
    groups[fault.target % len(groups)].roll()


def _compact(night: Night, _: Fault) -> None:
    for topic in TOPICS:
        if topic.compacted:
            for partition in range(topic.partitions):
                night.broker.log.compact(TopicPartition(topic.name, partition))


def _old_checkpoint(night: Night, fault: Fault) -> None:
    """Leave a checkpoint in an earlier layout, and start the workers of its channel anew.

    It says that it is of now, and holds what was known of the patient at first.
    """
    patient = _vehicle(night, fault).patient
    if patient is None:
        return
    key = encounter_key(patient.encounter_id)
    partition = partition_of(patient.encounter_id, PATIENTS.partitions)
    where = TopicPartition(CHECKPOINTS_PATIENTS_A.name, partition)
    stored = [r.value for r in night.broker.log.kept(where) if r.key == key and r.value]
    if len(stored) > 1:
        value = encode_checkpoint(_outdated(stored[0], stored[-1]))
        night.broker.log.write(where, key, value, HEADERS_CHECKPOINT)
    for post in night.posts_of(f"worker-{Source.CENTER_A.value}"):
        night.kill(post, fault.for_us)


def _outdated(first: bytes, last: bytes) -> Checkpoint:
    old, new = decode_checkpoint(first), decode_checkpoint(last)
    state = msgspec.msgpack.decode(new.state or b"")
    state["watch"] = msgspec.msgpack.decode(old.state or b"")["watch"]
    return Checkpoint(_OLD_VERSION, new.next_offset, msgspec.msgpack.encode(state))


_DOING: Final[dict[str, Callable[[Night, Fault], None]]] = {
    "cut-link": _cut_link,
    "reset-link": _reset_link,
    "slow-link": _slow_link,
    "corrupt": _corrupt,
    "reset-feed": _reset_feed,
    "log-stalls": _log_stalls,
    "log-doubtful": _log_doubtful,
    "hold-writes": _hold_writes,
    "clock-steps": _clock_steps,
    "disk-full": _disk_full,
    "rebalance": _rebalance,
    "compact": _compact,
    "old-checkpoint": _old_checkpoint,
}

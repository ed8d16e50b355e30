"""What each kind of fault does to a night."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Final

from goldenhour.world.case import CLOCK_STEP_MOST_US, Fault
from goldenhour.world.vehicles import Vehicle, corrupted
from ports.log.port import TopicPartition
from wire.records import HEADERS_CHECKPOINT, Checkpoint, encode_checkpoint, encounter_key
from wire.topics import CHECKPOINTS_PATIENTS_A, PATIENTS, TOPICS

if TYPE_CHECKING:
    from goldenhour.world.night import Night

_OLD_VERSION: Final = 0
_VETERANS: Final = 3


def apply_to(night: "Night", fault: Fault) -> None:
    """Let a fault happen now."""
    verb, _, what = fault.kind.partition("-")
    if verb == "kill":
        _kill(night, fault, what)
    elif verb == "pause":
        _pause(night, fault, what)
    else:
        _DOING[fault.kind](night, fault)


def _kill(night: "Night", fault: Fault, kind: str) -> None:
    posts = night.posts_of(kind)
    post = posts[fault.target % len(posts)]
    if not post.restart_us:
        night.kill(post, fault.for_us)


def _pause(night: "Night", fault: Fault, kind: str) -> None:
    posts = night.posts_of(kind)
    machine = posts[fault.target % len(posts)].machine
    machine.pause()
    night.schedule.at(night.schedule.now_us + fault.for_us, machine.resume)


def _vehicle(night: "Night", fault: Fault) -> Vehicle:
    return night.vehicles[fault.target % len(night.vehicles)]


def _later(night: "Night", fault: Fault, do: Callable[[], object]) -> None:
    night.schedule.at(night.schedule.now_us + fault.for_us, do)


def _cut_link(night: "Night", fault: Fault) -> None:
    way = _vehicle(night, fault).way
    way.cut()
    _later(night, fault, way.mend)


def _reset_link(night: "Night", fault: Fault) -> None:
    _vehicle(night, fault).way.reset()


def _slow_link(night: "Night", fault: Fault) -> None:
    _vehicle(night, fault).way.slow_until_us = night.schedule.now_us + fault.for_us


def _corrupt(night: "Night", fault: Fault) -> None:
    way = _vehicle(night, fault).way
    way.corrupt = partial(corrupted, Random(fault.amount))  # noqa: S311 - a seeded world

    def clean() -> None:
        way.corrupt = None

    _later(night, fault, clean)


def _reset_feed(night: "Night", _: Fault) -> None:
    night.dispatcher.way.reset()


def _log_stalls(night: "Night", fault: Fault) -> None:
    night.broker.stalled_until_us = night.schedule.now_us + fault.for_us


def _log_doubtful(night: "Night", fault: Fault) -> None:
    night.broker.doubtful_until_us = night.schedule.now_us + fault.for_us
    night.broker.doubt = fault.amount


def _clock_steps(night: "Night", fault: Fault) -> None:
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


def _disk_full(night: "Night", fault: Fault) -> None:
    disk = _vehicle(night, fault).disk
    disk.full = True

    def room() -> None:
        disk.full = False

    _later(night, fault, room)


def _rebalance(night: "Night", fault: Fault) -> None:
    groups = list(night.groups.values())
    groups[fault.target % len(groups)].roll()


def _compact(night: "Night", _: Fault) -> None:
    for topic in TOPICS:
        if topic.compacted:
            for partition in range(topic.partitions):
                night.broker.log.compact(TopicPartition(topic.name, partition))


def _old_checkpoint(night: "Night", fault: Fault) -> None:
    """Leave a checkpoint that an earlier release wrote, of a patient of today."""
    patient = _vehicle(night, fault).patient
    if patient is None:
        return
    for partition in range(PATIENTS.partitions):
        where = TopicPartition(CHECKPOINTS_PATIENTS_A.name, partition)
        value = encode_checkpoint(Checkpoint(_OLD_VERSION, 0, b"\x80"))
        key = encounter_key(patient.encounter_id)
        night.broker.log.write(where, key, value, HEADERS_CHECKPOINT)


_DOING: Final[dict[str, Callable[["Night", Fault], None]]] = {
    "cut-link": _cut_link,
    "reset-link": _reset_link,
    "slow-link": _slow_link,
    "corrupt": _corrupt,
    "reset-feed": _reset_feed,
    "log-stalls": _log_stalls,
    "log-doubtful": _log_doubtful,
    "clock-steps": _clock_steps,
    "disk-full": _disk_full,
    "rebalance": _rebalance,
    "compact": _compact,
    "old-checkpoint": _old_checkpoint,
}

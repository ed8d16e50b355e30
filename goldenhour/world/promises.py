"""The promises of the design, section 5, checked against the senders' own record after a night.

Each check is one function that yields what it found broken, in words that name the frame, alarm or
message. None of them asks the system: they read the log, the vehicles' disks, the center's store
and what the subscriber was told, as they lie there when everything has come to rest.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from ambulance.alerts.v1 import alert_service_pb2 as pb
from clinical.alarms.priority import Source
from clinical.alarms.transition import Acknowledgement, Transition
from command_center.positions import OWN, decode_token
from goldenhour.world.center import Life
from goldenhour.world.night import Night
from goldenhour.world.oracle import (
    Replay,
    Said,
    Told,
    Words,
    entries,
    folded,
    kept,
    mirrored,
    replay,
    spoken,
)
from goldenhour.world.record import FrameKey
from wire.alarms import MessageReceipt, entries_of
from wire.frames import Frame, decode_frame
from wire.records import decode_dead_letter
from wire.rows import decode_rows
from wire.topics import DEAD_LETTERS, ENCOUNTERS, PATIENTS, UNITS
from wire.unit_items import Receipt

MOST_SAID: Final = 5
"""Breaches of one promise that are spelled out."""


class Evidence:
    """What a night left behind, read once."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.log = night.broker.log
        self.record = night.record
        self.frames: dict[FrameKey, bytes] = {}
        """Every frame that `patients` and `units` hold."""
        self.reused: list[FrameKey] = []
        """Names that the log holds with two contents."""
        self._read_frames()
        self.letters = self._letters()
        self.placed = entries(self.log)
        self.entries = [entry for placed in self.placed.values() for _, entry in placed]
        self._said = {repr(entry) for entry in self.entries}
        self.replay: Replay = replay(self.log)
        self.spoken: Words = spoken(self.entries)

    def _read_frames(self) -> None:
        for topic in (PATIENTS, UNITS):
            for record in kept(self.log, topic):
                if record.headers[0][1] != _BATCH:
                    continue
                batch = decode_rows(record.value or b"")
                for index in range(len(batch.rows)):
                    handle = batch.frame(index)
                    key = FrameKey(handle.unit_id, handle.lane, handle.segment, handle.sequence)
                    data = handle.SerializeToString()
                    if not _alike(self.frames.setdefault(key, data), data):
                        self.reused.append(key)

    def _letters(self) -> set[FrameKey]:
        letters: set[FrameKey] = set()
        for record in kept(self.log, DEAD_LETTERS):
            letter = decode_dead_letter(record.value or b"")
            letters.add(FrameKey(letter.unit_id, letter.lane, letter.segment, letter.sequence))
        return letters

    def holds(self, key: FrameKey, data: bytes) -> bool:
        """Tell whether the log holds a frame, itself or what became of it."""
        if key in self.frames:
            return _alike(self.frames[key], data)
        if key in self.letters:
            return True
        frame = decode_frame(data)
        if _becomes_entries(frame):
            return all(repr(entry) in self._said for entry in entries_of(frame))
        said_by = self.record.left_out.get(key)
        return said_by is not None and (said_by in self.frames or said_by in self.letters)


_BATCH: Final = b"ambulance.log.v1.RecordBatch"


def _alike(one: bytes, other: bytes) -> bool:
    """Tell whether two frames say the same; protobuf does not fix the order of a map."""
    return one == other or decode_frame(one) == decode_frame(other)


def _becomes_entries(frame: Frame) -> bool:
    """Tell whether a frame goes to `alarms`, one entry per item."""
    acts = {"Acknowledgement", "Pause", "Reset", "Escalation"}
    return all(type(item).__name__ in acts for item in frame.items) or (
        frame.encounter_id is not None and all(isinstance(i, Receipt) for i in frame.items)
    )


def broken(night: Night) -> dict[str, list[str]]:
    """Return what was found, by promise; empty when every promise was kept."""
    found: dict[str, list[str]] = {}
    if night.schedule.troubles:
        found["no program fails"] = night.schedule.troubles[:MOST_SAID]
    if not night.settled:
        found["everything comes to rest"] = list(_restless(night))
        return found
    evidence = Evidence(night)
    for name, check in PROMISES.items():
        breaches = list(check(evidence))
        if breaches:
            more = len(breaches) - MOST_SAID
            said = breaches[:MOST_SAID]
            found[name] = [*said, f"and {more} more"] if more > 0 else said
    return found


def _restless(night: Night) -> Iterator[str]:
    for vehicle in night.vehicles:
        if vehicle.depth:
            yield f"{vehicle.unit_id} has {vehicle.depth} frames that nobody acknowledged"
    for post in night.posts.values():
        if post.restart_us:
            yield f"{post.name} does not run"
    if not night.dispatcher.lives or night.dispatcher.lives[-1].token is None:
        yield "the subscriber was never caught up"


def _acknowledged_is_held(evidence: Evidence) -> Iterator[str]:
    for key, data in evidence.record.handed.items():
        if evidence.record.is_acknowledged(key) and not evidence.holds(key, data):
            yield f"{_name(key)} was acknowledged, and the log does not hold it"


def _captured_is_held(evidence: Evidence) -> Iterator[str]:
    for key in evidence.record.kept:
        if not evidence.holds(key, evidence.record.handed[key]):
            yield f"{_name(key)} was captured, and the log does not hold it"


def _no_sequence_twice(evidence: Evidence) -> Iterator[str]:
    for key in [*evidence.record.reused, *evidence.reused]:
        yield f"{_name(key)} names two frames"


def _refused_is_kept(evidence: Evidence) -> Iterator[str]:
    for key, reason in evidence.record.refusals.items():
        if key not in evidence.letters:
            yield f"{_name(key)} was refused as {reason}, and there is no dead letter"


def _said_as_replayed(evidence: Evidence) -> Iterator[str]:
    expected = evidence.replay.words
    for said in [*evidence.spoken.clashing, *expected.clashing]:
        yield f"{said.alarm_id.hex()} {said.source} {said.revision} was said in two ways"
    judged = expected.of(Source.CENTER_A)
    for source in (Source.CENTER_A, Source.CENTER_B):
        yield from _differences(mirrored(judged, source), evidence.spoken.of(source), source)
    edge = expected.of(Source.EDGE)
    yield from _differences(edge, evidence.spoken.of(Source.EDGE), Source.EDGE)
    if expected.closed != evidence.spoken.closed:
        yield "the encounters that were closed are not those of the replay"


def _differences(
    expected: dict[Said, Transition], found: dict[Said, Transition], source: Source
) -> Iterator[str]:
    for said in {**expected, **found}:
        if said not in found:
            one = expected[said]
            yield f"{source}: {one.cause} {one.phase} rev {said.revision} is missing"
        elif said not in expected:
            one = found[said]
            yield f"{source}: {one.cause} {one.phase} rev {said.revision} was not called for"
        elif expected[said] != found[said]:
            yield f"{source}: {found[said].cause} rev {said.revision} is not as replayed"


def _states_as_replayed(evidence: Evidence) -> Iterator[str]:
    newest = {r.key: r.value for r in kept(evidence.log, ENCOUNTERS) if r.key is not None}
    for key, value in evidence.replay.states.items():
        if newest.get(key, b"") != value:
            yield f"the state of {key.decode()} is not that of the replay"


def _center_as_folded(evidence: Evidence) -> Iterator[str]:
    fold, told = folded(evidence.placed)
    center = evidence.night.site.center
    stored = _stored(evidence)
    for partition, expected in told.items():
        if stored.get(partition, []) != expected:
            yield f"partition {partition}: the store tells {len(stored.get(partition, []))} changes"
            yield f"and the log calls for {len(expected)}"
        if center and center.folding.fold.snapshot(partition) != fold.snapshot(partition):
            yield f"partition {partition}: the center's book is not that of the log"


def _stored(evidence: Evidence) -> dict[int, list[Told]]:
    rows = evidence.night.store.connection.execute(
        'SELECT partition, "offset", ordinal, alarm_id, revision FROM changes'
        ' ORDER BY partition, "offset", ordinal'
    )
    stored: dict[int, list[Told]] = {}
    for partition, *told in rows:
        stored.setdefault(partition, []).append(Told(*told))
    return stored


def _told_once(evidence: Evidence) -> Iterator[str]:
    stored = _stored(evidence)
    lives = evidence.night.dispatcher.lives
    for life in lives:
        yield from _told_in(life, stored, last=life is lives[-1])


def _told_in(life: Life, stored: dict[int, list[Told]], *, last: bool) -> Iterator[str]:
    """Compare what a subscriber was told with what there was to tell since it began."""
    if life.begun is None:
        return
    begun = decode_token(life.begun)
    due = [
        (told.alarm_id, told.revision)
        for partition, changes in stored.items()
        for told in changes
        if (told.offset, told.ordinal) >= tuple(begun[partition])
    ]
    told = [_named(delivery) for delivery in life.told]
    for alarm_id, revision in sorted(Counter(told) - Counter(due)):
        yield f"{alarm_id.hex()} revision {revision} was told twice, or not called for"
    if last:
        for alarm_id, revision in sorted(set(due) - set(told)):
            yield f"{alarm_id.hex()} revision {revision} was not told"


def _named(delivery: pb.Delivery) -> tuple[bytes, int]:
    return delivery.alarm.alarm_id, delivery.alarm.revision


def _messages_arrive(evidence: Evidence) -> Iterator[str]:
    """A message that the center confirmed is in the vehicle, or still on its way to it."""
    for message in evidence.night.dispatcher.confirmed:
        unit = next(v for v in evidence.night.vehicles if v.unit_id == message.unit_id)
        held = {one.message_id for one in unit.disk.store.unit(unit.unit_id).messages}
        if message.message_id not in held:
            yield f"message {message.message_id} to {message.unit_id} was confirmed, and is lost"


def _receipts_are_true(evidence: Evidence) -> Iterator[str]:
    """Who says that a unit holds a message is right, whatever crashed since."""
    stores = {v.unit_id: v.disk.store for v in evidence.night.vehicles}
    held = {
        (unit_id, one.message_id)
        for unit_id, store in stores.items()
        for one in store.unit(unit_id).messages
    }
    for entry in evidence.entries:
        if isinstance(entry, MessageReceipt) and (entry.unit_id, entry.message_id) not in held:
            yield f"message {entry.message_id} was receipted, and {entry.unit_id} has it no more"
    for key, data in evidence.frames.items():
        if key.lane != _ALARM_LANE:
            continue
        for item in decode_frame(data).items:
            if isinstance(item, Receipt) and (key.unit_id, item.message_id) not in held:
                yield f"message {item.message_id} was receipted, and {key.unit_id} has it no more"


_ALARM_LANE: Final = 1


def _answers_are_true(evidence: Evidence) -> Iterator[str]:
    """An acknowledgement that the center confirmed is in the log."""
    said = evidence.entries
    there = {entry.request_id for entry in said if isinstance(entry, Acknowledgement)}
    own = _stored(evidence).get(OWN, [])
    ours = {told.alarm_id for told in own}
    for request_id, alarm_id in evidence.night.dispatcher.acknowledged.items():
        if request_id not in there and alarm_id not in ours:
            yield f"acknowledgement {request_id} was confirmed, and the log does not have it"


PROMISES: Final[dict[str, Callable[[Evidence], Iterator[str]]]] = {
    "what was acknowledged is in the log": _acknowledged_is_held,
    "what was captured is in the log": _captured_is_held,
    "no sequence is used twice": _no_sequence_twice,
    "what was refused is in the dead letters": _refused_is_kept,
    "both channels say what a replay says": _said_as_replayed,
    "encounters are as a replay has them": _states_as_replayed,
    "the center folds what the log holds": _center_as_folded,
    "a subscriber is told each change once": _told_once,
    "a confirmed message reaches its unit": _messages_arrive,
    "a receipt is true": _receipts_are_true,
    "a confirmed acknowledgement is in the log": _answers_are_true,
}


def _name(key: FrameKey) -> str:
    return f"{key.unit_id} lane {key.lane} {key.segment.hex()[:8]} #{key.sequence}"

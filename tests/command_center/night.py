"""Entries of `alarms` as detectors and people make them, and ways to put them into a log."""

from clinical.alarms.identity import FrameRef, alarm_id
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.transition import (
    Acknowledgement,
    AlarmEntry,
    EncounterClosed,
    Place,
    Reason,
    Transition,
)
from clinical.instant import SECOND_US
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from ports.log.port import Log
from wire.alarms import encode_entry
from wire.partition import partition_of
from wire.picture import Picture, encode_picture
from wire.records import HEADERS_ALARM_ENTRY, HEADERS_PICTURE
from wire.topics import ALARMS, PICTURE

START_US = 1_780_000_000 * SECOND_US


def encounter(number: int) -> str:
    return f"01890a5d-ac96-774b-bcce-{number:012x}"


def at(second: float) -> int:
    return START_US + int(second * SECOND_US)


def alarm_of(number: int, cause: str = "NEWS2_HIGH") -> bytes:
    return alarm_id(encounter(number), cause, _frame(number))


def transition(
    number: int,
    second: float,
    *,
    revision: int = 1,
    active: bool = True,
    cause: str = "NEWS2_HIGH",
    priority: Priority = Priority.HIGH,
) -> Transition:
    """A detector's word about patient ``number``."""
    return Transition(
        encounter_id=encounter(number),
        unit_id=f"unit-{number}",
        alarm_id=alarm_of(number, cause),
        cause=cause,
        subject="",
        category=Category.PHYSIOLOGICAL,
        priority=priority,
        phase=Phase.START if active else Phase.END,
        active=active,
        source=Source.CENTER_A,
        revision=revision,
        since_us=at(second),
        learned_us=at(second),
        until_us=None if active else at(second),
        recorded_only=False,
        late=False,
        frame=_frame(number),
        reason=Reason("a rule", {"heart_rate_bpm": 30.0}) if active else None,
    )


def acknowledgement(number: int, second: float, request_id: str = "request") -> Acknowledgement:
    return Acknowledgement(
        encounter_id=encounter(number),
        alarm_id=alarm_of(number),
        priority=Priority.HIGH,
        revision=1,
        person="crew",
        place=Place.VEHICLE,
        at_us=at(second),
        request_id=request_id,
    )


def latched(number: int, second: float) -> tuple[Transition, Transition]:
    """An apnoea of patient ``number`` that is over at this second."""
    began = transition(number, second - 1, cause="APNOEA")
    return began, transition(number, second, revision=2, active=False, cause="APNOEA")


def closed(number: int, second: float) -> EncounterClosed:
    return EncounterClosed(encounter(number), at(second))


async def append(log: Log, *entries: AlarmEntry) -> None:
    """Append entries as the engine does."""
    writer = await log.writer()
    for entry in entries:
        durable = await writer.send(
            ALARMS.name,
            partition_of(entry.encounter_id, ALARMS.partitions),
            encode_entry(entry),
            key=entry.encounter_id.encode(),
            headers=HEADERS_ALARM_ENTRY,
        )
        await durable
    await writer.close()


async def append_picture(log: MemoryLog, partition: int) -> None:
    """Append an empty picture, the sign of life of a partition."""
    writer = await log.writer()
    value = encode_picture(Picture(partition, at(0), Source.CENTER_A, ()))
    await writer.send(PICTURE.name, partition, value, key=b"a", headers=HEADERS_PICTURE)


async def turns(count: int = 20) -> None:
    """Let other tasks run."""
    for _ in range(count):
        await SystemClock().sleep_us(0)


def _frame(number: int) -> FrameRef:
    return FrameRef(f"unit-{number}", 2, b"segment-16-bytes", 1, 0)

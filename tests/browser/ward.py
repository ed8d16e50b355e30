"""A ward to look at: a center over a log in memory, and patients whose story a test tells."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from prometheus_client import CollectorRegistry

from clinical.alarms.catalogue import RULES
from clinical.alarms.identity import FrameRef, alarm_id
from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.staff_limit import LimitChange, LimitSet
from clinical.alarms.transition import Acknowledgement, Place, Reason, Transition
from clinical.deterioration.model import trained
from clinical.instant import SECOND_US
from clinical.vitals import Vital
from clinical.watch.crew.examined import Examined
from clinical.watch.encounter import EncounterState, EncounterStatus
from clinical.watch.outlook.deteriorating import Driver, Outlook
from clinical.watch.outlook.trending import Arrow
from clinical.watch.picture.picture import PictureRow, PictureVital
from clinical.watch.picture.thinning import Thinned
from clinical.watch.scores.shock import ShockIndex
from clinical.watch.scores.shown import PictureScore
from clinical.watch.scores.situated import SituatedScore
from command_center.center import Center
from command_center.settings import CenterSettings
from command_center.store.values import SentMessage
from command_center.web import web
from ports.clock import SystemClock
from ports.http_server import HttpServer, serve_http
from ports.log.memory_log import MemoryLog
from ports.log.port import EARLIEST, TopicPartition
from ports.objects.opening import open_objects
from tests.command_center.night import append
from tests.patience import PATIENCE_MS
from wire.alarms import MessageReceipt, encode_entry
from wire.encounters import encode_encounter
from wire.frames import Frame, Lane, encode_frame
from wire.partition import partition_of
from wire.picture import Picture, encode_picture
from wire.records import (
    HEADERS_ALARM_ENTRY,
    HEADERS_BATCH,
    HEADERS_ENCOUNTER_STATE,
    HEADERS_PICTURE,
    decode_record,
    encode_batch,
)
from wire.topics import ALARMS, ENCOUNTERS, PATIENTS, PICTURE, UNITS
from wire.unit_items import Position, ReceiptStage

BEAT_US = 500_000


def encounter(number: int) -> str:
    return f"01890a5d-ac96-774b-bcce-{number:012x}"


@dataclass
class Patient:
    """One patient, as detection sees them now."""

    number: int
    unit: str
    age_years: int
    vitals: Mapping[Vital, float]
    news2: int | None
    bay: str | None = None
    at_least: int | None = None
    refusals: tuple[str, ...] = ()
    thinned: tuple[Thinned, ...] = ()
    score: PictureScore | None = None
    index: float | None = 0.011
    """The deterioration index; None: there is none."""
    certainty: float = 1.0
    drivers: tuple[Driver, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    shock: ShockIndex | None = None
    limits: tuple[LimitSet, ...] = ()
    examined: tuple[Examined, ...] = ()
    situated: tuple[SituatedScore, ...] = ()
    alarms: dict[str, Transition] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return encounter(self.number)

    def row(self, now_us: int) -> PictureRow:
        return PictureRow(
            encounter_id=self.id,
            unit_id=self.unit,
            bay=self.bay,
            captured_us=now_us,
            received_us=now_us,
            vitals=tuple(PictureVital(v, value, now_us) for v, value in self.vitals.items()),
            news2_total=self.news2,
            news2_at_least=self.at_least,
            news2_refusals=self.refusals,
            not_judged=False,
            thinned=self.thinned,
            score=self.score,
            outlook=self._outlook(now_us),
            arrows=self.arrows,
            shock=self.shock,
            limits=self.limits,
            examined=self.examined,
            situated=self.situated,
        )

    def _outlook(self, now_us: int) -> Outlook | None:
        if self.index is None:
            return None
        alert = self.index >= trained().alert.threshold
        return Outlook(now_us, self.index, self.certainty, self.drivers, alert)


def ill(number: int = 1, unit: str = "AMB-05") -> Patient:
    """A patient whose heart is fast and whose pressure is low."""
    values = {Vital.HEART_RATE: 124.0, Vital.SYSTOLIC: 84.0, Vital.DIASTOLIC: 51.0}
    return Patient(number, unit, 33, values, 8)


@dataclass
class Ward:
    """What detection and crews say, as records of the log."""

    log: MemoryLog
    patients: list[Patient] = field(default_factory=list)
    detecting: bool = True
    clock: SystemClock = field(default_factory=SystemClock)

    async def admit(self, patient: Patient) -> Patient:
        await self._state(patient, EncounterStatus.OPEN)
        self.patients.append(patient)
        return patient

    async def hand_over(self, patient: Patient) -> None:
        self.patients.remove(patient)
        await self._state(patient, EncounterStatus.HANDED_OVER)

    async def _state(self, patient: Patient, status: EncounterStatus) -> None:
        state = EncounterState(
            encounter_id=patient.id,
            unit_id=patient.unit,
            bay=patient.bay,
            status=status,
            provisional=False,
            offered_to_unit_id=None,
            standby_until_us=None,
            owned_since_us=self.clock.now_us(),
            previous_unit_id=None,
            age_years=patient.age_years,
            pregnant=None,
        )
        writer = await self.log.writer()
        partition = partition_of(patient.id, ENCOUNTERS.partitions)
        await writer.send(
            ENCOUNTERS.name,
            partition,
            encode_encounter(state),
            key=patient.id.encode(),
            headers=HEADERS_ENCOUNTER_STATE,
        )

    async def alarm(
        self,
        patient: Patient,
        cause: Cause,
        priority: Priority,
        values: Mapping[str, float | str],
        *,
        subject: str = "",
        since_s: float = 0,
        source: Source = Source.CENTER_A,
    ) -> str:
        """Begin an alarm; return its id as the board names it."""
        now_us = self.clock.now_us()
        frame = FrameRef(patient.unit, 2, b"segment-16-bytes", len(patient.alarms) + 1, 0)
        rule = RULES[cause]
        said = Transition(
            encounter_id=patient.id,
            unit_id=patient.unit,
            alarm_id=alarm_id(patient.id, cause, frame),
            cause=cause,
            subject=subject,
            category=rule.category,
            priority=priority,
            phase=Phase.START,
            active=True,
            source=source,
            revision=1,
            since_us=now_us - int(since_s * SECOND_US),
            learned_us=now_us - int(since_s * SECOND_US),
            until_us=None,
            recorded_only=False,
            late=False,
            frame=frame,
            reason=Reason(rule.condition, dict(values), rule.citation),
        )
        patient.alarms[cause] = said
        await append(self.log, said)
        return said.alarm_id.hex()

    async def takes_limit(self, patient: Patient) -> LimitSet:
        """Answer the next limit that is set for a patient, as the judgement does."""
        part = TopicPartition(PATIENTS.name, partition_of(patient.id, PATIENTS.partitions))
        reader = await self.log.reader({part: EARLIEST})
        (record,) = await reader.read(max_records=1, timeout_ms=PATIENCE_MS)
        await reader.close()
        asked = decode_record(record.headers, record.value or b"")
        assert isinstance(asked, LimitChange)
        now_us = self.clock.now_us()
        limit = LimitSet(
            *(patient.id, asked.cause, asked.medium, asked.high, now_us, now_us + asked.for_us),
            *(asked.person, asked.reason, asked.request_id),
        )
        patient.limits = (limit,)
        await append(self.log, limit)
        return limit

    async def rises(self, patient: Patient, cause: Cause) -> None:
        """Let an alarm rise to high priority."""
        risen = replace(
            patient.alarms[cause], phase=Phase.ESCALATE, priority=Priority.HIGH, revision=2,
            learned_us=self.clock.now_us(),
        )  # fmt: skip
        await append(self.log, risen)

    async def over(self, patient: Patient, cause: Cause) -> None:
        """End the condition of an alarm."""
        now_us = self.clock.now_us()
        began = patient.alarms[cause]
        ended = replace(
            began, phase=Phase.END, active=False, revision=2, learned_us=now_us,
            until_us=now_us, reason=None,
        )  # fmt: skip
        await append(self.log, ended)

    async def crew_takes(self, patient: Patient, cause: Cause, person: str) -> None:
        said = patient.alarms[cause]
        taken = Acknowledgement(
            encounter_id=patient.id,
            alarm_id=said.alarm_id,
            priority=said.priority,
            revision=1,
            person=person,
            place=Place.VEHICLE,
            at_us=self.clock.now_us(),
            request_id=f"crew-{patient.number}-{cause}",
        )
        await append(self.log, taken)

    async def receipt(self, message_id: str, unit: str, stage: ReceiptStage) -> None:
        person = "Li Na" if stage is not ReceiptStage.DELIVERED else None
        said = MessageReceipt(message_id, unit, stage, person, self.clock.now_us())
        writer = await self.log.writer()
        value = encode_entry(said)
        await writer.send(ALARMS.name, 0, value, key=b"", headers=HEADERS_ALARM_ENTRY)

    async def picture(self, now_us: int | None = None) -> None:
        """Let every partition say how its patients are."""
        at_us = self.clock.now_us() if now_us is None else now_us
        writer = await self.log.writer()
        for partition in range(PATIENTS.partitions):
            rows = tuple(
                patient.row(at_us)
                for patient in self.patients
                if partition_of(patient.id, PATIENTS.partitions) == partition
            )
            value = encode_picture(Picture(partition, at_us, Source.CENTER_A, rows))
            await writer.send(PICTURE.name, partition, value, key=b"a", headers=HEADERS_PICTURE)

    async def position(self, unit: str, position: Position, *, ago_s: float = 0) -> None:
        """Let a unit say where it is, or was."""
        at_us = self.clock.now_us() - int(ago_s * SECOND_US)
        frame = Frame(unit, Lane.VITALS, b"s" * 16, 1, at_us, None, None, None, (position,))
        batch = encode_batch(at_us, "gateway", [encode_frame(frame)])
        writer = await self.log.writer()
        partition = partition_of(unit, UNITS.partitions)
        await writer.send(UNITS.name, partition, batch, headers=HEADERS_BATCH)

    async def run(self) -> None:
        """Go on saying so, while detection runs."""
        while True:
            if self.detecting:
                await self.picture()
            await self.clock.sleep_us(BEAT_US)


@dataclass
class Desk:
    """A center that serves its board."""

    center: Center
    server: HttpServer

    @property
    def url(self) -> str:
        return f"http://{self.server.address}"

    async def messages_to(self, unit: str) -> list[SentMessage]:
        return await self.center._store.messages(unit, 5)


@asynccontextmanager
async def desk_at(log: MemoryLog, home: Path, address: str = "127.0.0.1:0") -> AsyncIterator[Desk]:
    """Run a center and its board for as long as the context lasts."""
    async with AsyncExitStack() as stack:
        settings = CenterSettings(home=home)
        objects = open_objects(settings.objects_place)
        center = await Center.open(settings, SystemClock(), log, CollectorRegistry(), objects)
        stack.push_async_callback(center.close)
        running = asyncio.create_task(center.run())
        stack.callback(running.cancel)
        server = await serve_http(web(center), address, setting="--http-address")
        stack.push_async_callback(server.stop)
        yield Desk(center, server)


@asynccontextmanager
async def ward_over(log: MemoryLog) -> AsyncIterator[Ward]:
    """Let detection run over a log for as long as the context lasts."""
    ward = Ward(log)
    running = asyncio.create_task(ward.run())
    try:
        yield ward
    finally:
        running.cancel()

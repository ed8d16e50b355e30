"""The desk on a real client: what a screen is shown, and what it may ask."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from ambulance.telemetry.v1 import telemetry_service_pb2
from clinical.alarms.recipient import Recipient
from clinical.alarms.transition import Escalation, Place
from clinical.alarms.transition import Pause as PauseEntry
from clinical.alarms.transition import Reset as ResetEntry
from clinical.items import (
    CrewEvent,
    CrewExamination,
    CrewFinding,
    EncounterChange,
    EncounterEvent,
    Vitals,
)
from clinical.scores.gcs import Gcs, GcsPart
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from tests.patience import PATIENCE_S
from tests.vehicle.gateway import FakeGateway
from tests.vehicle.hearing import until
from vehicle.cabin.contract import (
    Acknowledge,
    Alarm,
    Enter,
    Escalate,
    Examine,
    Named,
    Note,
    Pause,
    Reset,
    Withdraw,
)
from vehicle.cabin.desk import Desk, NotDone
from vehicle.client import VehicleClient
from wire.alarms import from_entry
from wire.frames import Lane

Start = Callable[..., Awaitable[tuple[VehicleClient, object]]]

ENCOUNTER = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"


@pytest.fixture
async def client(start: Start) -> VehicleClient:
    client, _ = await start()
    client.capture(ENCOUNTER, [EncounterEvent(EncounterChange.OPENED, bay="2", age_years=71)])
    client.capture(ENCOUNTER, [Vitals(heart_rate_bpm=80, spo2_percent=90, systolic_mmhg=84)])
    return client


async def test_a_view_shows_values_score_and_alarms(client: VehicleClient) -> None:
    """A refused score says what it is at least, and names what is missing."""
    (patient,) = Desk(client).view().patients
    assert (patient.bay, patient.age_years) == ("2", 71)
    assert patient.vitals["heart_rate_bpm"].value == 80
    assert (patient.score.total, patient.score.at_least) == (None, 6)
    assert patient.score.response == "medium"
    assert ("MISSING", "temperature_c") in patient.score.refusals
    assert {alarm.cause for alarm in patient.alarms} == {"SYSTOLIC_LOW", "NEWS2_MEDIUM"}
    assert all(alarm.unacknowledged for alarm in patient.alarms)


async def test_an_acknowledgement_covers_what_the_screen_showed(client: VehicleClient) -> None:
    """All alarms that it names, by one act; one that is not there any more does no harm."""
    desk = Desk(client)
    (patient,) = desk.view().patients
    named = [Named(one.alarm_id, one.priority, one.revision) for one in patient.alarms]
    gone = Named("00" * 16, 3, 1)
    desk.do(Acknowledge(1, ENCOUNTER, [gone, *named], "Zhang Wei"))
    (patient,) = desk.view().patients
    assert len(patient.alarms) == 2
    for after in patient.alarms:
        assert not after.unacknowledged
        assert [one.person for one in after.acknowledged] == ["Zhang Wei"]


async def test_the_sound_of_a_patients_alarms_is_paused_and_comes_back(
    client: VehicleClient, gateway: FakeGateway
) -> None:
    """By one act that names each; what is not there any more does no harm; nothing is taken."""
    desk = Desk(client)

    def alarms() -> list[Alarm]:
        (patient,) = desk.view().patients
        return patient.alarms

    named = [Named(one.alarm_id, one.priority, one.revision) for one in alarms()]
    gone = Named("00" * 16, 3, 1)
    desk.do(Pause(1, ENCOUNTER, [gone, *named], 120, "Zhang Wei"))
    now_us = desk.view().now_us
    assert all(one.paused(now_us) and one.paused_by == "Zhang Wei" for one in alarms())
    assert all(one.calls for one in alarms())
    assert {one.paused_until_us for one in alarms()} <= {
        one.at_us + 120_000_000 for view in client.alarms for one in view.pauses
    }
    desk.do(Pause(2, ENCOUNTER, named, 0, "Zhang Wei"))
    assert not any(one.paused(desk.view().now_us) for one in alarms())
    async with asyncio.timeout(PATIENCE_S):
        await client.drained()
    items = [item for frame in gateway.frames(Lane.ALARM) for item in frame.items]
    told = [item for item in items if isinstance(item, PauseEntry)]
    assert [(one.place, one.for_us) for one in told] == [
        (Place.VEHICLE, 120_000_000),
        (Place.VEHICLE, 0),
    ]
    assert [seen.alarm_id.hex() for seen in told[0].also] == [one.alarm_id for one in named[1:]]


async def test_an_event_is_entered_and_withdrawn(client: VehicleClient) -> None:
    desk = Desk(client)
    desk.do(Enter(1, ENCOUNTER, "NO_PULSE"))
    (patient,) = desk.view().patients
    desk.do(Withdraw(2, ENCOUNTER, patient.events[0].event_id))
    (patient,) = desk.view().patients
    assert [event.withdrawn for event in patient.events] == [True]
    no_pulse = next(one for one in patient.alarms if one.cause == "NO_PULSE")
    assert no_pulse.ended_us is not None
    with pytest.raises(NotDone):
        desk.do(Withdraw(3, ENCOUNTER, patient.events[0].event_id))


async def test_a_latched_alarm_is_reset_once_its_condition_is_over(
    client: VehicleClient, gateway: FakeGateway
) -> None:
    """Not before; then it leaves the list at once, and the center is told who did it."""
    desk = Desk(client)
    desk.do(Enter(1, ENCOUNTER, "NO_PULSE"))

    def shown() -> Alarm | None:
        (patient,) = desk.view().patients
        return next((one for one in patient.alarms if one.cause == "NO_PULSE"), None)

    arrest = shown()
    assert arrest is not None
    with pytest.raises(NotDone):
        desk.do(Reset(2, ENCOUNTER, arrest.alarm_id, arrest.revision, "Zhang Wei"))
    desk.do(Enter(3, ENCOUNTER, "PULSE_FELT"))
    arrest = shown()
    assert arrest is not None
    assert arrest.state == "LATCHED"
    desk.do(Reset(4, ENCOUNTER, arrest.alarm_id, arrest.revision, "Zhang Wei"))
    assert shown() is None
    async with asyncio.timeout(PATIENCE_S):
        await client.drained()
    items = [item for frame in gateway.frames(Lane.ALARM) for item in frame.items]
    (told,) = [item for item in items if isinstance(item, ResetEntry)]
    assert (told.person, told.place) == ("Zhang Wei", Place.VEHICLE)
    assert told.alarm_id.hex() == arrest.alarm_id
    desk.do(Enter(5, ENCOUNTER, "NO_PULSE"))
    assert shown() is not None


async def test_the_crew_asks_the_center_for_help_and_then_for_somebody_above(
    client: VehicleClient, gateway: FakeGateway
) -> None:
    """Nobody is left after that; what was asked is shown at once, and told to the center."""
    desk = Desk(client)
    desk.do(Enter(1, ENCOUNTER, "NO_PULSE"))

    def shown() -> Alarm:
        (patient,) = desk.view().patients
        return next(one for one in patient.alarms if one.cause == "NO_PULSE")

    for number, told in enumerate(("center clinician", "shift supervisor"), 2):
        arrest = shown()
        assert arrest.more
        desk.do(Escalate(number, ENCOUNTER, arrest.alarm_id, 3, arrest.revision, "Zhang Wei"))
        assert told in dict(shown().told)
    assert not shown().more
    assert shown().unacknowledged
    with pytest.raises(NotDone):
        desk.do(Escalate(4, ENCOUNTER, arrest.alarm_id, 3, shown().revision, "Zhang Wei"))
    async with asyncio.timeout(PATIENCE_S):
        await client.drained()
    items = [item for frame in gateway.frames(Lane.ALARM) for item in frame.items]
    asked = [item for item in items if isinstance(item, Escalation)]
    assert [(one.to, one.place, one.person, one.step) for one in asked] == [
        (Recipient.CLINICIAN, Place.VEHICLE, "Zhang Wei", 0),
        (Recipient.SUPERVISOR, Place.VEHICLE, "Zhang Wei", 0),
    ]


async def test_the_centers_reset_takes_off_what_is_over_here_and_nothing_else(
    client: VehicleClient, gateway: FakeGateway
) -> None:
    """While this vehicle's own watch says that the condition holds, its alarm stays."""
    desk = Desk(client)

    def arrests() -> list[str]:
        (patient,) = desk.view().patients
        return [one.state for one in patient.alarms if one.cause == "NO_PULSE"]

    def reset(request_id: str) -> None:
        (arrest,) = [one for one in client.alarms if one.cause == "NO_PULSE"]
        said = ResetEntry(
            ENCOUNTER, arrest.alarm_id, 9, "Li Na", Place.CENTER, client.now_us(), request_id
        )
        told = telemetry_service_pb2.DownlinkResponse(alarm_entry=from_entry(said))
        gateway.posts.put_nowait(told)

    desk.do(Enter(1, ENCOUNTER, "NO_PULSE"))
    reset("too early")
    await until(gateway.posts.empty)
    assert arrests() == ["ACTIVE"]
    desk.do(Enter(2, ENCOUNTER, "PULSE_FELT"))
    assert arrests() == ["LATCHED"]
    reset("now")
    await until(lambda: arrests() == [])


@pytest.mark.parametrize(
    "request_",
    [
        Enter(1, ENCOUNTER, "SINGING"),
        Enter(1, ENCOUNTER, "DRUG_GIVEN"),
        Enter(1, ENCOUNTER, "DRUG_GIVEN", "x" * 65),
        Enter(1, "nobody", "NO_PULSE"),
        Withdraw(1, ENCOUNTER, "1:zz:1:0"),
        Withdraw(1, ENCOUNTER, f"1:{'0' * 32}:1:0"),
        Acknowledge(1, ENCOUNTER, [Named("00" * 16, 3, 1)], "Zhang Wei"),
        Acknowledge(1, ENCOUNTER, [], "Zhang Wei"),
        Pause(1, ENCOUNTER, [Named("00" * 16, 3, 1)], 120, "Zhang Wei"),
        Pause(1, ENCOUNTER, [], 120, "Zhang Wei"),
        Pause(1, ENCOUNTER, [Named("00" * 16, 3, 1)], 121, "Zhang Wei"),
        Reset(1, ENCOUNTER, "00" * 16, 1, "Zhang Wei"),
        Escalate(1, ENCOUNTER, "00" * 16, 3, 1, "Zhang Wei"),
        Note(1, ENCOUNTER, "VIEWED", "Zhang Wei"),
        Note(1, ENCOUNTER, "EXPIRED", "Zhang Wei"),
        Note(1, ENCOUNTER, "ANSWERED", "Zhang Wei", "MAYBE"),
        Note(1, ENCOUNTER, "VIEWED", "Zhang Wei", "CANNOT"),
    ],
    ids=lambda request_: msgspec.json.encode(request_).decode(),
)
async def test_what_cannot_be_done_is_refused_and_captures_nothing(
    client: VehicleClient, request_: Enter | Withdraw | Acknowledge | Reset | Escalate | Note
) -> None:
    before = client.record.events(ENCOUNTER)
    with pytest.raises(NotDone):
        Desk(client).do(request_)
    assert client.record.events(ENCOUNTER) == before


async def test_an_examination_is_captured_judged_and_shown(client: VehicleClient) -> None:
    """With who did it; the alarm is the vehicle's own, at once."""
    desk = Desk(client)
    found = CrewExamination(
        "Zhang Wei", Gcs(3, 4, 5), StrokeScreen(face=True), last_known_well_us=1
    )
    desk.do(Examine(1, ENCOUNTER, found))
    (patient,) = desk.view().patients
    assert [one.examination for one in patient.examined] == [found]
    alarm = next(one for one in patient.alarms if one.cause == "STROKE_SUSPECTED")
    assert alarm.values["stroke_signs"] == "face"


@pytest.mark.parametrize(
    "found",
    [
        CrewExamination("Zhang Wei"),
        CrewExamination("x" * 65, gcs=Gcs(4, 5, 6)),
        CrewExamination(gcs=Gcs()),
        CrewExamination(gcs=Gcs(5, 5, 6)),
        CrewExamination(gcs=Gcs(-1, 5, 6)),
        CrewExamination(gcs=Gcs(4, 5, 6, frozenset({GcsPart.VERBAL}))),
        CrewExamination(race=Race(face=3)),
        CrewExamination(race=Race(weak_side=WeakSide.RIGHT, agnosia=1)),
        CrewExamination(last_known_well_us=2**60),
    ],
    ids=repr,
)
async def test_what_a_gateway_would_refuse_is_not_captured(
    client: VehicleClient, found: CrewExamination
) -> None:
    """Nothing of it counts, and the crew is told."""
    desk = Desk(client)
    with pytest.raises(NotDone):
        desk.do(Examine(1, ENCOUNTER, found))
    with pytest.raises(NotDone):
        desk.do(Examine(1, "another", CrewExamination(gcs=Gcs(4, 5, 6))))
    assert desk.view().patients[0].examined == []


async def test_the_link_is_shown_with_what_waits(
    client: VehicleClient, gateway: FakeGateway
) -> None:
    desk = Desk(client)

    def settled() -> bool:
        desk.pulse()
        return desk.view().link.connected and desk.view().link.waiting == 0

    await until(settled)
    await gateway.cut()
    client.capture(ENCOUNTER, [CrewEvent(CrewFinding.AIRWAY_SECURED)])

    def cut() -> bool:
        desk.pulse()
        link = desk.view().link
        return not link.connected and link.waiting == 1 and link.waiting_us is not None

    await until(cut)


async def test_a_pulse_samples_the_trend(client: VehicleClient) -> None:
    desk = Desk(client)
    desk.pulse()
    assert desk.trend_version == 1
    assert desk.trends().encounters[ENCOUNTER].vitals["heart_rate_bpm"] == [80]

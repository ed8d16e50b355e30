"""From a patient to a dispatcher and back, through the real programs, Kafka, Faust and gRPC."""

from functools import partial
from uuid import uuid4

import grpc
import pytest

from ambulance.command.v1 import command_service_pb2, command_service_pb2_grpc, message_pb2
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Priority, Source
from clinical.alarms.transition import Place
from clinical.alarms.view import AlarmState, AlarmView
from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import (
    CrewEvent,
    CrewExamination,
    CrewFinding,
    EncounterChange,
    EncounterEvent,
    Vitals,
)
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from ports.grpc_channel import open_channel
from simulators.patients.ecg import RATE_HZ, LeadTrouble, SimulatedLead
from simulators.patients.rhythms import HeartRhythm
from simulators.verdict.alert_feed import AlertFeed
from tests.kafka.stack import CLOCK, Running, desk, eventually, shown_to_crew, unit, vehicle
from vehicle.client import VehicleClient
from vehicle.lane.session import SequenceRef
from wire.alarms import MessageReceipt, decode_entry
from wire.frames import to_frame
from wire.messages import message_key
from wire.records import HEADERS_BATCH, decode_batch, frames_of
from wire.strips import AlarmStrip
from wire.topics import ALARMS, DOWNLINK, UNITS
from wire.unit_items import Receipt, ReceiptStage

pytestmark = pytest.mark.asyncio(loop_scope="package")

FIBRILLATION = "VENTRICULAR_FIBRILLATION"
ONSET_S, OVER_S, WHOLE_S = 12, 24, 40
"""Of the stretch that is played to show it, in seconds."""
SEPTIC = {
    "heart_rate_bpm": 118,
    "respiration_per_min": 26,
    "spo2_percent": 93,
    "systolic_mmhg": 96,
    "temperature_c": 39.3,
    "consciousness": "CONSCIOUSNESS_ALERT",
    "on_oxygen": False,
}
SEPTIC_NEWS2 = 2 + 3 + 2 + 2 + 2
TEXT = "Stroke unit is full. Go to St Mary."


def name(what: str) -> str:
    """Return a unit id that no other test uses."""
    return f"AMB-{what}-{uuid4().hex[:8]}"


def opened(client: VehicleClient) -> str:
    """Open an encounter of an adult and return its id."""
    encounter_id = str(uuid4())
    client.capture(encounter_id, [EncounterEvent(EncounterChange.OPENED, age_years=67)])
    return encounter_id


def sounding(alarm: AlarmView) -> bool:
    return alarm.state is AlarmState.ACTIVE


async def test_a_septic_patient_reaches_the_dispatcher_with_the_reason(system: Running) -> None:
    """From a line on a vehicle's standard input to a high alarm that says what it rests on."""
    encounter_id, unit_id = str(uuid4()), name("SEPSIS")
    async with desk(system.alerts) as listening, vehicle(system, unit_id) as process:
        event = {"change": "ENCOUNTER_CHANGE_OPENED", "age_years": 67}
        answer = await process.say({"encounter_id": encounter_id, "encounter_event": event})
        assert answer["captured"]["lane"] == "LANE_ALARM"
        answer = await process.say({"encounter_id": encounter_id, "vitals": SEPTIC})
        assert answer["captured"]["lane"] == "LANE_VITALS"
        alarm = await listening.alarm(encounter_id, "NEWS2_HIGH")
        assert await process.end() == 0
    assert (alarm.priority, alarm.state, alarm.unit_id) == (
        Priority.HIGH,
        AlarmState.ACTIVE,
        unit_id,
    )
    assert alarm.frame.segment.hex() == answer["captured"]["segment"]
    assert alarm.frame.sequence == answer["captured"]["sequence"]
    assert not alarm.late
    assert alarm.reason is not None
    assert float(alarm.reason.values["news2_total"]) == SEPTIC_NEWS2
    assert float(alarm.reason.values["temperature_c"]) == SEPTIC["temperature_c"]
    assert alarm.reason.citation is not None


async def test_a_flat_lead_is_told_once_and_ends_when_it_is_reconnected(system: Running) -> None:
    """From samples to dispatcher and crew, through both apps; only the patient watch alarms."""
    async with desk(system.alerts) as listening, unit(system, name("LEAD")) as client:
        encounter_id, lead = opened(client), SimulatedLead("II", seed=1)
        begin_us = client.now_us() - 20 * SECOND_US

        def record(second: int, trouble: LeadTrouble | None = None) -> None:
            chunk = lead.record(RATE_HZ, 75, begin_us + second * SECOND_US, trouble)
            client.capture(encounter_id, [chunk])

        client.capture(encounter_id, [Vitals(heart_rate_bpm=75.0)])
        for second in (1, 2):
            record(second)
        for second in range(3, 12):
            record(second, LeadTrouble.FLAT)
        alarm = await listening.alarm(encounter_id, "ECG_LEAD_FAULT", sounding)
        assert [it.alarm_id for it in await shown_to_crew(client, "ECG_LEAD_FAULT", 1)] == [
            alarm.alarm_id
        ]
        for second in range(12, 17):
            record(second)
        ended = await listening.alarm(
            encounter_id, "ECG_LEAD_FAULT", lambda it: it.state is AlarmState.ENDED
        )
        await shown_to_crew(client, "ECG_LEAD_FAULT", 0)
    assert (alarm.priority, alarm.subject) == (Priority.LOW, "II")
    assert alarm.reason is not None
    assert alarm.reason.values["fault"] == "flat"
    assert ended.alarm_id == alarm.alarm_id
    assert {it.alarm_id for it in listening.about(encounter_id, "ECG_LEAD_FAULT")} == {
        alarm.alarm_id
    }


async def test_no_heart_beat_no_breath_and_no_pulse_sound(system: Running) -> None:
    """Zero is a measurement, and what the crew felt counts at once."""
    async with desk(system.alerts) as listening, unit(system, name("ARREST")) as client:
        encounter_id = opened(client)
        still = Vitals(heart_rate_bpm=0.0, respiration_per_min=0.0)
        client.capture(encounter_id, [still], captured_us=client.now_us() - 8 * SECOND_US)
        client.capture(encounter_id, [CrewEvent(CrewFinding.NO_PULSE)])
        client.capture(encounter_id, [still])
        for cause in ("NO_PULSE", "HEART_RATE_ZERO", "APNOEA"):
            alarm = await listening.alarm(encounter_id, cause, sounding)
            assert alarm.priority is Priority.HIGH


async def test_a_stroke_that_the_crew_finds_is_one_alarm_that_learns_more(system: Running) -> None:
    """From the crew's form to the feed; what becomes known later comes under the same id."""
    async with desk(system.alerts) as listening, unit(system, name("STROKE")) as client:
        encounter_id = opened(client)
        client.capture(encounter_id, [CrewExamination("crew", stroke=StrokeScreen(face=True))])
        alarm = await listening.alarm(encounter_id, "STROKE_SUSPECTED", sounding)
        large = Race(2, 2, 1, 0, WeakSide.RIGHT, aphasia=1)
        client.capture(encounter_id, [CrewExamination("crew", race=large)])

        def known(view: AlarmView) -> bool:
            return view.reason is not None and view.reason.values.get("race_total") == 6

        assert (await listening.alarm(encounter_id, "STROKE_SUSPECTED", known)).alarm_id == (
            alarm.alarm_id
        )


async def test_what_was_never_measured_does_not_keep_the_rest_quiet(system: Running) -> None:
    """Without temperature and consciousness the lower bound alarms, and invents neither."""
    async with desk(system.alerts) as listening, unit(system, name("PARTIAL")) as client:
        encounter_id = opened(client)
        known = Vitals(
            heart_rate_bpm=118.0,
            respiration_per_min=26.0,
            spo2_percent=93.0,
            systolic_mmhg=96.0,
            on_oxygen=False,
        )
        client.capture(encounter_id, [known])
        alarm = await listening.alarm(encounter_id, "NEWS2_HIGH", sounding)
        assert alarm.reason is not None
        assert float(alarm.reason.values["news2_at_least"]) == SEPTIC_NEWS2 - 2
        assert not {"temperature_c", "consciousness", "news2_total"} & set(alarm.reason.values)


async def test_responsibility_taken_on_one_side_is_seen_on_the_other(system: Running) -> None:
    """The crew sees the dispatcher's acknowledgement, and the dispatcher the crew's."""
    async with desk(system.alerts) as listening, unit(system, name("ACK")) as client:
        encounter_id = opened(client)
        client.capture(encounter_id, [Vitals(systolic_mmhg=78.0)])
        alarm = await listening.alarm(encounter_id, "SYSTOLIC_LOW", sounding)
        await listening.feed.acknowledge(alarm, "Li Wei", str(uuid4()))

        async def seen_by_crew() -> AlarmView | None:
            places = [
                (it, {ack.place: ack.person for ack in it.acknowledgements})
                for it in client.alarms
                if it.cause == "SYSTOLIC_LOW"
            ]
            return next((it for it, by in places if by.get(Place.CENTER) == "Li Wei"), None)

        seen = await eventually(seen_by_crew)
        assert not seen.unacknowledged
        client.acknowledge(seen, "Dr Roth")
        answered = await listening.alarm(
            encounter_id, "SYSTOLIC_LOW", lambda it: not it.unacknowledged_at(Place.VEHICLE)
        )
        assert [ack.person for ack in answered.acknowledgements] == ["Li Wei", "Dr Roth"]
        assert sounding(answered)


async def test_a_latched_alarm_that_one_side_resets_leaves_the_other(system: Running) -> None:
    """The pulse is back; the dispatcher resets one patient's alarm, the crew the other's."""
    async with desk(system.alerts) as listening, unit(system, name("RESET")) as client:

        async def arrested() -> AlarmView:
            encounter_id = opened(client)
            for finding in (CrewFinding.NO_PULSE, CrewFinding.PULSE_FELT):
                client.capture(encounter_id, [CrewEvent(finding)])
            return await listening.alarm(
                encounter_id, "NO_PULSE", lambda it: it.state is AlarmState.LATCHED
            )

        first, second = await arrested(), await arrested()
        await listening.feed.reset(first, "Li Wei", str(uuid4()))

        async def only_the_second() -> AlarmView | None:
            latched = [it for it in client.alarms if it.state is AlarmState.LATCHED]
            return latched[0] if len(client.alarms) == len(latched) == 1 else None

        seen = await eventually(only_the_second)
        assert seen.encounter_id == second.encounter_id
        client.reset_alarm(seen.encounter_id, seen.alarm_id, seen.revision, "Dr Roth")
        for alarm, person in ((first, "Li Wei"), (second, "Dr Roth")):
            ended = await listening.alarm(
                alarm.encounter_id, "NO_PULSE", lambda it: it.state is AlarmState.ENDED
            )
            assert ended.reset is not None
            assert ended.reset.person == person


async def test_who_watches_gets_short_chunks(system: Running) -> None:
    """The center asks the unit, not its crew; the unit says that it has heard."""
    unit_id, encounter_id = name("LIVE"), str(uuid4())
    async with unit(system, unit_id) as client:
        assert client.waveform_chunk_us(encounter_id) == SECOND_US
        message_id = await send(system, unit_id, encounter_id, live_chunk_ms=200)

        async def heard() -> bool | None:
            return client.waveform_chunk_us(encounter_id) == SECOND_US // 5 or None

        await eventually(heard)
        await taken_off_the_downlink(system, unit_id, message_id)
        assert list(client.messages) == []


async def send(
    system: Running, unit_id: str, encounter_id: str | None, live_chunk_ms: int | None = None
) -> str:
    """Say something to a unit and return the id of the message."""
    async with open_channel(system.alerts) as channel:
        stub = command_service_pb2_grpc.CommandServiceStub(channel)
        response = await stub.SendMessage(
            command_service_pb2.SendMessageRequest(
                message=message_pb2.Message(
                    unit_id=unit_id,
                    text=TEXT,
                    person="Li Wei",
                    expires_at_us=CLOCK.now_us() + MINUTE_US,
                    encounter_id=encounter_id,
                    live_chunk_ms=live_chunk_ms,
                )
            )
        )
    return response.message.message_id


async def reaches(client: VehicleClient, message_id: str) -> None:
    async def arrived() -> str | None:
        held = {it.message.message_id: it.message.text for it in client.messages}
        return held.get(message_id)

    assert await eventually(arrived) == TEXT


async def taken_off_the_downlink(system: Running, unit_id: str, message_id: str) -> None:
    key = message_key(unit_id, message_id)

    async def tombstone() -> bool | None:
        values = [it.value for it in await system.records(DOWNLINK) if it.key == key]
        return True if values and values[-1] is None else None

    await eventually(tombstone)


async def test_a_message_about_a_patient_arrives_and_its_receipt_returns(system: Running) -> None:
    """Its receipt stands in the log of alarms, and it is offered no more."""
    async with unit(system, name("MESSAGE")) as client:
        encounter_id = opened(client)
        client.capture(encounter_id, [Vitals(heart_rate_bpm=70.0)])
        await client.drained()
        message_id = await send(system, client.unit_id, encounter_id)
        await reaches(client, message_id)

        async def receipt() -> MessageReceipt | None:
            entries = [decode_entry(it.value or b"") for it in await system.records(ALARMS)]
            receipts = (it for it in entries if isinstance(it, MessageReceipt))
            return next((it for it in receipts if it.message_id == message_id), None)

        received = await eventually(receipt)
        assert (received.unit_id, received.stage) == (client.unit_id, ReceiptStage.DELIVERED)
        await taken_off_the_downlink(system, client.unit_id, message_id)


async def test_a_message_to_a_unit_arrives_and_its_receipt_returns(system: Running) -> None:
    """Its receipt stands among the unit's own records, and it is offered no more."""
    async with unit(system, name("MESSAGE")) as client:
        message_id = await send(system, client.unit_id, None)
        await reaches(client, message_id)

        async def receipt() -> Receipt | None:
            batches = [
                decode_batch(it.value or b"")
                for it in await system.records(UNITS)
                if tuple(it.headers) == tuple(HEADERS_BATCH)
            ]
            frames = [to_frame(handle) for batch in batches for handle in frames_of(batch)]
            items = (item for frame in frames for item in frame.items)
            receipts = (it for it in items if isinstance(it, Receipt))
            return next((it for it in receipts if it.message_id == message_id), None)

        assert (await eventually(receipt)).stage is ReceiptStage.DELIVERED
        await taken_off_the_downlink(system, client.unit_id, message_id)


async def test_a_late_condition_that_is_over_is_recorded_only(system: Running) -> None:
    """What was and is no more never sounds; the record carries both its instants."""
    async with desk(system.alerts) as listening, unit(system, name("TUNNEL")) as client:
        encounter_id, now_us = opened(client), client.now_us()
        client.capture(encounter_id, [Vitals(heart_rate_bpm=80.0)])
        for ago_s, heart_rate_bpm in ((120, 140.0), (100, 140.0), (90, 80.0)):
            client.capture(
                encounter_id,
                [Vitals(heart_rate_bpm=heart_rate_bpm)],
                captured_us=now_us - ago_s * SECOND_US,
            )
        alarm = await listening.alarm(encounter_id, "HEART_RATE_HIGH")
        assert alarm.state is AlarmState.RECORDED
        assert alarm.active_since_us == now_us - 120 * SECOND_US
        assert alarm.ended_us == now_us - 90 * SECOND_US
        client.capture(encounter_id, [Vitals(systolic_mmhg=80.0)])
        await listening.alarm(encounter_id, "SYSTOLIC_LOW")
        said = listening.about(encounter_id, "HEART_RATE_HIGH")
        assert {it.state for it in said} == {AlarmState.RECORDED}


async def test_a_late_condition_that_still_holds_sounds_with_both_times(system: Running) -> None:
    """It says when it began and when it was learned of, and that these lie apart."""
    async with desk(system.alerts) as listening, unit(system, name("TUNNEL")) as client:
        encounter_id, now_us = opened(client), client.now_us()
        client.capture(encounter_id, [Vitals(heart_rate_bpm=126.0)])
        for ago_s in (120, 100):
            client.capture(
                encounter_id,
                [Vitals(heart_rate_bpm=126.0)],
                captured_us=now_us - ago_s * SECOND_US,
            )
        alarm = await listening.alarm(encounter_id, "HEART_RATE_HIGH")
        assert sounding(alarm)
        assert alarm.late
        assert alarm.active_since_us == now_us - 120 * SECOND_US
        assert alarm.learned_us - alarm.active_since_us >= 119 * SECOND_US


def play(
    client: VehicleClient, encounter_id: str, rhythm: HeartRhythm | None = None
) -> list[SequenceRef]:
    """Send what two leads showed in the last seconds; return the name of each second's chunks.

    The rhythm comes and goes.
    """
    client.capture(encounter_id, [EncounterEvent(EncounterChange.OPENED, age_years=67)])
    client.capture(encounter_id, [Vitals(heart_rate_bpm=75.0)])
    leads = [SimulatedLead(name, seed=1) for name in ("I", "II")]
    begin_us = CLOCK.now_us() - WHOLE_S * SECOND_US
    sent = []
    for second in range(WHOLE_S):
        played = rhythm if ONSET_S <= second < OVER_S else None
        end_us = begin_us + (second + 1) * SECOND_US
        chunks = [lead.record(RATE_HZ, 75, end_us, rhythm=played) for lead in leads]
        sent.append(client.capture(encounter_id, chunks))
    return sent


async def test_fibrillation_in_one_ambulance_is_one_alarm_of_vehicle_and_center(
    system: Running,
) -> None:
    """It names the second that showed it, stays when it is over, has a strip; the other is well.

    All is sent at once: nothing here depends on how fast it is judged.
    """
    ill, well = str(uuid4()), str(uuid4())
    names = [f"AMB-{kind}-{uuid4().hex[:8]}" for kind in ("VF", "WELL")]
    async with (
        unit(system, names[0]) as client,
        unit(system, names[1]) as other,
        desk(system.alerts) as dispatcher,
    ):
        sent = play(client, ill, HeartRhythm.FIBRILLATION)
        play(other, well)
        both = {Source.EDGE, Source.CENTER_A}
        alarm = await dispatcher.alarm(ill, FIBRILLATION, lambda it: both <= set(it.sources))
        deciding = [FrameRef(*_parts(ref), item=1) for ref in sent[ONSET_S : ONSET_S + 6]]
        assert (alarm.priority, alarm.frame in deciding) == (Priority.HIGH, True)
        assert alarm.reason is not None
        assert alarm.reason.values["leads"] == "I II"
        await dispatcher.alarm(ill, FIBRILLATION, lambda it: it.state is AlarmState.LATCHED)
        (shown,) = await shown_to_crew(client, FIBRILLATION, 1)
        assert {it.alarm_id for it in dispatcher.about(ill, FIBRILLATION)} == {shown.alarm_id}
        await other.drained()
        assert [it.cause for it in dispatcher.heard if it.encounter_id == well] == []
        strip = (await eventually(partial(strip_of, system, alarm.alarm_id))).strip
        assert strip.onset_us == alarm.active_since_us
        assert set(strip.leads) == {"I", "II"}
        for (stretch,) in strip.leads.values():
            assert stretch.start_us < strip.onset_us - (ONSET_S - 2) * SECOND_US
            assert abs(stretch.end_us - strip.to_us) < SECOND_US // RATE_HZ


async def strip_of(system: Running, alarm_id: bytes) -> AlarmStrip | None:
    """Return the event strip of an alarm, once the center has cut it."""
    try:
        return await AlertFeed(system.alerts, "strips", CLOCK).strip(alarm_id)
    except grpc.aio.AioRpcError as refused:
        if refused.code() is not grpc.StatusCode.NOT_FOUND:
            raise
        return None


def _parts(ref: SequenceRef) -> tuple[str, int, bytes, int]:
    return ref.unit_id, int(ref.lane), ref.segment, ref.sequence

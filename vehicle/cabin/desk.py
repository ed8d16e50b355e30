"""Between the vehicle client and its screens: shows the client as a view, does what is asked."""

import re
from contextlib import suppress
from secrets import token_hex
from typing import Final

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Priority
from clinical.alarms.recipient import further
from clinical.alarms.staff_limit import LimitSet
from clinical.alarms.transition import (
    LONGEST_PAUSE_US,
    MOST_TOGETHER,
    Escalation,
    Place,
    Seen,
)
from clinical.alarms.view import AlarmState, AlarmView, Escalated
from clinical.instant import SECOND_US
from clinical.items import CrewEvent, CrewExamination, CrewFinding
from clinical.scores import news2
from clinical.scores.chart import Refused as RefusedScore
from vehicle.cabin import contract
from vehicle.cabin.trending import TrendBook
from vehicle.client import VehicleClient
from vehicle.downlink.inbox import HeldMessage, UnknownMessage
from vehicle.record import RecordedEvent, UnknownEvent
from vehicle.spool.spool import LaneFull
from wire.examinations import problem_of
from wire.limits import MAX_NAME
from wire.unit_items import CrewAnswer, ReceiptStage

_EVENT_ID: Final = re.compile(r"(\d+):([0-9a-f]{32}):(\d+):(\d+)")
_BY_A_PERSON: Final = frozenset({ReceiptStage.VIEWED.name, ReceiptStage.ANSWERED.name})


ASKED_FOR: Final = "the crew asks for somebody further"
"""Why, in the log of alarms: a tap has no words of its own."""


class NotDone(Exception):  # noqa: N818 - named for what happened
    """Nothing was done; the words say why."""


class Desk:
    """One unit's client, as a screen needs it."""

    def __init__(self, client: VehicleClient) -> None:
        """Look at a client; ``pulse`` it a few times a second."""
        self._client = client
        self._trends = TrendBook()
        self._connected = client.connected
        self._changed_us = client.now_us()

    @property
    def trend_version(self) -> int:
        """Grows when the trends do."""
        return self._trends.version

    def pulse(self) -> None:
        """Take a sample for the trends, and note a change of the link."""
        client = self._client
        now_us = client.now_us()
        if client.connected is not self._connected:
            self._connected, self._changed_us = client.connected, now_us
        self._trends.sample([watch.row() for watch in client.watches], now_us)

    def trends(self) -> contract.Trends:
        """Return the course of every patient."""
        return self._trends.trends()

    def view(self) -> contract.View:
        """Return everything that a screen shows of this moment."""
        client = self._client
        state = client.link_state
        return contract.View(
            unit_id=client.unit_id,
            now_us=client.now_us(),
            link=contract.Link(
                connected=self._connected,
                changed_us=self._changed_us,
                waiting=state.spool_depth_frames or 0,
                waiting_us=state.spool_oldest_us,
                refused=state.quarantine_frames or 0,
                thinned=[lane.name for lane in client.thinned],
            ),
            patients=self._patients(),
            letters=[_letter(held) for held in reversed(client.messages)],
        )

    def do(self, request: contract.Request) -> None:
        """Do what a screen asks; NotDone when that cannot be."""
        try:
            match request:
                case contract.Acknowledge():
                    self._acknowledge(request)
                case contract.Pause():
                    self._pause(request)
                case contract.Reset():
                    self._reset(request)
                case contract.Escalate():
                    self._escalate(request)
                case contract.Enter():
                    self._enter(request)
                case contract.Examine(encounter_id=encounter_id, examination=examination):
                    self._examine(encounter_id, examination)
                case contract.Withdraw(encounter_id=encounter_id, event_id=event_id):
                    self._client.withdraw(encounter_id, self._frame(event_id))
                case contract.Note():
                    self._note(request)
        except (UnknownEvent, UnknownMessage, LaneFull) as error:
            raise NotDone(type(error).__name__) from error

    def _patients(self) -> list[contract.Patient]:
        alarms: dict[str, list[contract.Alarm]] = {}
        for view in self._client.alarms:
            alarms.setdefault(view.encounter_id, []).append(_alarm(view))
        patients = []
        for watch in self._client.watches:
            row, inputs = watch.row(), watch.inputs()
            events = self._client.record.events(row.encounter_id)
            patients.append(
                contract.Patient(
                    encounter_id=row.encounter_id,
                    bay=row.bay,
                    age_years=watch.state.age_years,
                    vitals={
                        str(one.vital): contract.Reading(one.value, one.captured_us)
                        for one in row.vitals
                    },
                    consciousness=inputs.consciousness and str(inputs.consciousness),
                    on_oxygen=inputs.on_oxygen,
                    score=_score(inputs),
                    alarms=alarms.get(row.encounter_id, []),
                    events=[_event(event) for event in reversed(events)],
                    limits=[_own_limit(one) for one in row.limits],
                    examined=list(row.examined),
                    situated=list(row.situated),
                )
            )
        return sorted(patients, key=lambda patient: patient.bay or "")

    def _alarm(self, encounter_id: str, alarm_id: str) -> AlarmView:
        shown = {alarm.alarm_id.hex(): alarm for alarm in self._client.alarms}
        alarm = shown.get(alarm_id)
        if alarm is None or alarm.encounter_id != encounter_id:
            raise NotDone(alarm_id)
        return alarm

    def _pause(self, request: contract.Pause) -> None:
        """Pause what still stands of the alarms that the screen showed."""
        for_us = request.seconds * SECOND_US
        if not 0 <= for_us <= LONGEST_PAUSE_US:
            message = f"{len(request.alarms)} alarms for {request.seconds} s"
            raise NotDone(message)
        seen = self._seen(request)
        self._client.pause_alarms(request.encounter_id, seen, for_us, _name(request.person))

    def _seen(self, request: contract.Pause | contract.Acknowledge) -> list[Seen]:
        """Return what still stands of the alarms that the screen showed; NotDone: nothing."""
        if not 1 <= len(request.alarms) <= 1 + MOST_TOGETHER:
            message = f"{len(request.alarms)} alarms"
            raise NotDone(message)
        seen = []
        for one in request.alarms:
            with suppress(NotDone):
                alarm = self._alarm(request.encounter_id, one.alarm_id)
                priority = Priority(max(Priority.LOW, min(one.priority, alarm.priority)))
                seen.append(Seen(alarm.alarm_id, priority, max(1, one.revision)))
        if not seen:
            raise NotDone(request.encounter_id)
        return seen

    def _reset(self, request: contract.Reset) -> None:
        alarm = self._alarm(request.encounter_id, request.alarm_id)
        if alarm.state is not AlarmState.LATCHED:
            raise NotDone(alarm.state)
        self._client.reset_alarm(
            alarm.encounter_id, alarm.alarm_id, request.revision, _name(request.person)
        )

    def _escalate(self, request: contract.Escalate) -> None:
        """Ask for whom the center would tell next; when all were asked there is nobody left."""
        alarm = self._alarm(request.encounter_id, request.alarm_id)
        to = further(alarm.category, len(asked_for(alarm)))
        if to is None or not alarm.current:
            raise NotDone(alarm.cause)
        self._client.act(
            Escalation(
                encounter_id=alarm.encounter_id,
                alarm_id=alarm.alarm_id,
                priority=Priority(max(Priority.LOW, min(request.priority, alarm.priority))),
                revision=request.revision,
                to=to,
                person=_name(request.person),
                reason=ASKED_FOR,
                place=Place.VEHICLE,
                at_us=self._client.now_us(),
                request_id=token_hex(16),
            )
        )

    def _acknowledge(self, request: contract.Acknowledge) -> None:
        seen = self._seen(request)
        self._client.acknowledge_alarms(request.encounter_id, seen, _name(request.person))

    def _note(self, request: contract.Note) -> None:
        answer = CrewAnswer.__members__.get(request.answer or "")
        answers = request.stage == ReceiptStage.ANSWERED.name
        if request.stage not in _BY_A_PERSON or (request.answer and not (answer and answers)):
            raise NotDone(request.answer or request.stage)
        stage = ReceiptStage[request.stage]
        self._client.note_message(request.message_id, _name(request.person), stage, answer)

    def _enter(self, request: contract.Enter) -> None:
        finding = CrewFinding.__members__.get(request.finding)
        drug = request.drug and _name(request.drug)
        missing = finding is CrewFinding.DRUG_GIVEN and not drug
        if finding is None or missing or request.encounter_id not in self._client.encounters:
            raise NotDone(request.finding)
        self._client.capture(request.encounter_id, [CrewEvent(finding, drug or None)])

    def _examine(self, encounter_id: str, examination: CrewExamination) -> None:
        """Capture what was examined; NotDone where a gateway would refuse it."""
        if examination.person is not None:
            _name(examination.person)
        problem = problem_of(examination, self._client.now_us())
        if problem is not None or encounter_id not in self._client.encounters:
            raise NotDone(problem or encounter_id)
        self._client.capture(encounter_id, [examination])

    def _frame(self, event_id: str) -> FrameRef:
        parts = _EVENT_ID.fullmatch(event_id)
        if parts is None:
            raise NotDone(event_id)
        lane, segment, sequence, item = parts.groups()
        unit_id = self._client.unit_id
        return FrameRef(unit_id, int(lane), bytes.fromhex(segment), int(sequence), int(item))


def _name(text: str) -> str:
    if not 1 <= len(text) <= MAX_NAME:
        raise NotDone(text[:MAX_NAME])
    return text


def asked_for(view: AlarmView) -> list[Escalated]:
    """Return for whom the crew has asked at the present priority."""
    mine = (one for one in view.escalations if one.place is Place.VEHICLE)
    return [one for one in mine if one.priority >= view.priority]


def _score(inputs: news2.News2Inputs) -> contract.Score:
    result = news2.score(inputs)
    refused = isinstance(result, RefusedScore)
    return contract.Score(
        total=None if refused else result.at_least,
        at_least=result.at_least,
        response=str(news2.response(result.at_least, single_red=result.any_three)),
        parts=dict(result.parts),
        refusals=[(str(one.reason), one.column) for one in result.reasons]
        if isinstance(result, RefusedScore)
        else [],
    )


def _alarm(view: AlarmView) -> contract.Alarm:
    reason = view.reason
    paused = [one.person for one in view.pauses if one.place is Place.VEHICLE]
    return contract.Alarm(
        alarm_id=view.alarm_id.hex(),
        revision=view.revision,
        cause=view.cause,
        subject=view.subject,
        priority=int(view.priority),
        state=str(view.state),
        since_us=view.active_since_us,
        ended_us=view.ended_us,
        late=view.late,
        rule="" if reason is None else reason.rule,
        values={} if reason is None else dict(reason.values),
        unacknowledged=view.unacknowledged_at(Place.VEHICLE),
        acknowledged=[
            contract.Acknowledged(str(one.place), one.person, one.at_us)
            for one in view.acknowledgements
        ],
        paused_until_us=view.paused_until_us(Place.VEHICLE) or 0,
        called_us=view.called_us,
        paused_by=paused[-1] if paused else "",
        more=view.current and further(view.category, len(asked_for(view))) is not None,
        told=list({str(one.to): one.at_us for one in view.escalations}.items()),
    )


def _own_limit(limit: LimitSet) -> contract.OwnLimit:
    return contract.OwnLimit(
        limit.cause, limit.medium, limit.high, limit.until_us, limit.person, limit.reason
    )


def _event(event: RecordedEvent) -> contract.Event:
    frame = event.frame
    return contract.Event(
        event_id=f"{frame.lane}:{frame.segment.hex()}:{frame.sequence}:{frame.item}",
        finding=event.finding.name,
        drug=event.drug,
        at_us=event.at_us,
        withdrawn=event.withdrawn,
    )


def _letter(held: HeldMessage) -> contract.Letter:
    message = held.message
    return contract.Letter(
        message_id=message.message_id,
        person=message.person,
        text=message.text,
        issued_us=message.issued_us,
        stage=held.stage.name,
        encounter_id=message.encounter_id,
        answer=None if held.answer is None else held.answer.name,
    )

"""What a person does at the board: about alarms, messages to a crew, and pages to look at."""

from typing import Annotated, Any, Final

import msgspec

from clinical.alarms.identity import ALARM_ID_BYTES
from clinical.alarms.priority import Priority
from clinical.alarms.recipient import Recipient
from clinical.alarms.staff_limit import LONGEST_LIMIT_US, LimitChange
from clinical.alarms.transition import (
    LONGEST_PAUSE_US,
    MOST_TOGETHER,
    Acknowledgement,
    Escalation,
    Pause,
    Place,
    Reset,
    Seen,
)
from clinical.instant import MINUTE_US, SECOND_US
from command_center.board.board import Board
from command_center.board.viewer import Viewer
from command_center.feed.actions import (
    Actions,
    AlarmOver,
    ConditionHolds,
    UnknownAlarm,
)
from command_center.limiting import Limiting, UnknownPatient, UnsafeLimit
from command_center.messaging import Messaging, NotConfirmed
from command_center.read_back import NotReadBack, RequestReused
from ports.clock import Clock
from wire.limits import MAX_MESSAGE_TEXT, MAX_NAME, MAX_REASON
from wire.messages import Message

MESSAGE_VALID_US: Final = 15 * 60 * 1_000_000
"""How long a message written at the board stays true."""

_ID_DIGITS: Final = 2 * ALARM_ID_BYTES

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)]
AlarmId = Annotated[str, msgspec.Meta(pattern=f"^[0-9a-f]{{{_ID_DIGITS}}}$")]
Encounter = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Revision = Annotated[int, msgspec.Meta(ge=1)]
Grade = Annotated[int, msgspec.Meta(ge=1, le=3)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=LONGEST_PAUSE_US // SECOND_US)]


class Also(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A further alarm of the same patient, as it was seen."""

    alarm: AlarmId
    priority: Grade
    revision: Revision

    def seen(self) -> Seen:
        """Return it as the log of alarms names it."""
        return Seen(bytes.fromhex(self.alarm), Priority(self.priority), self.revision)


Further = Annotated[tuple[Also, ...], msgspec.Meta(max_length=MOST_TOGETHER)]


class Take(msgspec.Struct, tag="take", frozen=True, forbid_unknown_fields=True):
    """Take responsibility for an alarm, or for several of one patient."""

    request_id: Name
    alarm: AlarmId
    priority: Grade
    revision: Revision
    person: Name
    also: Further = ()


class Hush(msgspec.Struct, tag="pause", frozen=True, forbid_unknown_fields=True):
    """Pause the sound of an alarm, or of several of one patient; 0 s lets it sound again."""

    request_id: Name
    alarm: AlarmId
    priority: Grade
    revision: Revision
    seconds: Seconds
    person: Name
    also: Further = ()


class Raise(msgspec.Struct, tag="escalate", frozen=True, forbid_unknown_fields=True):
    """Tell somebody further of an alarm."""

    request_id: Name
    alarm: AlarmId
    priority: Grade
    revision: Revision
    to: Recipient
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REASON)]
    person: Name


class Clear(msgspec.Struct, tag="reset", frozen=True, forbid_unknown_fields=True):
    """Take a latched alarm off the list."""

    request_id: Name
    alarm: AlarmId
    revision: Revision
    person: Name


class Limit(msgspec.Struct, tag="limit", frozen=True, forbid_unknown_fields=True):
    """Set the limits of one cause for a patient, for a time; neither: back to the catalogue's."""

    request_id: Name
    encounter: Encounter
    cause: Name
    medium: float | None
    high: float | None
    minutes: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_LIMIT_US // MINUTE_US)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REASON)]
    person: Name


class Write(msgspec.Struct, tag="write", frozen=True, forbid_unknown_fields=True):
    """Write to the crew of a unit."""

    request_id: Name
    unit: Annotated[str, msgspec.Meta(pattern=f"^[A-Za-z0-9._-]{{1,{MAX_NAME}}}$")]
    encounter: Encounter
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_MESSAGE_TEXT)]
    person: Name


class Open(msgspec.Struct, tag="open", frozen=True, forbid_unknown_fields=True):
    """Open the page of a patient; the empty id goes back to all of them."""

    encounter: Annotated[str, msgspec.Meta(max_length=MAX_NAME)]


class Map(msgspec.Struct, tag="map", frozen=True, forbid_unknown_fields=True):
    """Show where the units are, or stop."""

    shown: bool


Act = Take | Hush | Raise | Clear | Limit | Write | Open | Map

_REFUSED: Final[dict[type[Exception], str]] = {
    UnknownAlarm: "OVER",
    AlarmOver: "OVER",
    ConditionHolds: "HOLDS",
    UnknownPatient: "OVER",
    UnsafeLimit: "UNSAFE",
    RequestReused: "WRONG",
    NotReadBack: "NOT_KNOWN",
    NotConfirmed: "NOT_KNOWN",
}


class Acting:
    """Does what is asked, and says what came of it."""

    def __init__(
        self,
        actions: Actions,
        limiting: Limiting,
        messaging: Messaging,
        board: Board,
        clock: Clock,
    ) -> None:
        self._actions = actions
        self._limiting = limiting
        self._messaging = messaging
        self._board = board
        self._clock = clock

    async def act(self, text: str, viewer: Viewer) -> dict[str, Any] | None:
        """Do what a board asks and return the answer to it, if it wants one."""
        try:
            asked = msgspec.json.decode(text, type=Act)
        except msgspec.MsgspecError as wrong:
            return {"refused": {"request_id": "", "why": "WRONG", "words": str(wrong)}}
        if isinstance(asked, Open):
            viewer.open(asked.encounter)
            return None
        if isinstance(asked, Map):
            self._board.show_map(viewer, shown=asked.shown)
            return None
        try:
            await self._do(asked)
        except tuple(_REFUSED) as refused:
            why = _REFUSED[type(refused)]
            return {"refused": {"request_id": asked.request_id, "why": why, "words": str(refused)}}
        return {"done": {"request_id": asked.request_id}}

    async def _do(self, asked: Take | Hush | Raise | Clear | Limit | Write) -> None:
        match asked:
            case Take():
                await self._take(asked)
            case Hush():
                await self._hush(asked)
            case Raise():
                await self._raise(asked)
            case Clear():
                await self._clear(asked)
            case Limit():
                await self._limit(asked)
            case Write():
                await self._write(asked)

    async def _take(self, asked: Take) -> None:
        await self._actions.take(
            Acknowledgement(
                encounter_id="",
                alarm_id=bytes.fromhex(asked.alarm),
                priority=Priority(asked.priority),
                revision=asked.revision,
                person=asked.person,
                place=Place.CENTER,
                at_us=self._clock.now_us(),
                request_id=asked.request_id,
                also=tuple(one.seen() for one in asked.also),
            )
        )

    async def _hush(self, asked: Hush) -> None:
        await self._actions.take(
            Pause(
                encounter_id="",
                alarm_id=bytes.fromhex(asked.alarm),
                priority=Priority(asked.priority),
                revision=asked.revision,
                person=asked.person,
                place=Place.CENTER,
                at_us=self._clock.now_us(),
                for_us=asked.seconds * SECOND_US,
                request_id=asked.request_id,
                also=tuple(one.seen() for one in asked.also),
            )
        )

    async def _raise(self, asked: Raise) -> None:
        await self._actions.take(
            Escalation(
                encounter_id="",
                alarm_id=bytes.fromhex(asked.alarm),
                priority=Priority(asked.priority),
                revision=asked.revision,
                to=asked.to,
                person=asked.person,
                reason=asked.reason,
                place=Place.CENTER,
                at_us=self._clock.now_us(),
                request_id=asked.request_id,
            )
        )

    async def _clear(self, asked: Clear) -> None:
        await self._actions.take(
            Reset(
                encounter_id="",
                alarm_id=bytes.fromhex(asked.alarm),
                revision=asked.revision,
                person=asked.person,
                place=Place.CENTER,
                at_us=self._clock.now_us(),
                request_id=asked.request_id,
            )
        )

    async def _limit(self, asked: Limit) -> None:
        await self._limiting.take(
            LimitChange(
                encounter_id=asked.encounter,
                cause=asked.cause,
                medium=asked.medium,
                high=asked.high,
                for_us=asked.minutes * MINUTE_US,
                person=asked.person,
                reason=asked.reason,
                at_us=self._clock.now_us(),
                request_id=asked.request_id,
            )
        )

    async def _write(self, asked: Write) -> None:
        await self._messaging.send(
            Message(
                message_id="",
                unit_id=asked.unit,
                text=asked.text,
                person=asked.person,
                issued_us=0,
                expires_us=self._clock.now_us() + MESSAGE_VALID_US,
                encounter_id=asked.encounter,
            )
        )

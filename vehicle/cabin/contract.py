"""What vehicle program and crew screen say to each other: JSON lines, typed at both ends.

The vehicle says ``View`` (everything, a few times a second) and ``Trends`` (when they have grown),
and answers each request by its number with ``Done`` or ``Refused``. A screen says ``Acknowledge``,
``Pause``, ``Reset``, ``Escalate``, ``Enter``, ``Examine``, ``Withdraw`` and ``Note``. Each line is
one object with the key ``type``. Whole states make a lost line harmless: the next one says
everything again. Instants are microseconds since the Unix epoch; what is None was not measured or
not stated.
"""

from typing import Final

import msgspec

from clinical.alarms.view import AlarmState
from clinical.items import CrewExamination
from clinical.watch.crew.examined import Examined
from clinical.watch.scores.situated import SituatedScore

SOCKET_FILE: Final = "cabin.sock"
"""Name of the Unix socket, in the folder of the unit's spool."""

LINE_BYTES: Final = 1_000_000
"""Longest line; a longer one ends the connection."""

REQUEST_S: Final = 3
"""Longest wait of a screen for an answer."""


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """One line."""


class Reading(msgspec.Struct, frozen=True):
    """The newest value of one vital sign that may still be judged, and when it was captured."""

    value: float
    at_us: int


class Score(msgspec.Struct, frozen=True):
    """NEWS2: complete, or a lower bound with every reason why there is no more."""

    total: int | None
    """None: refused."""
    at_least: int
    response: str
    """Name of the band, of the lower bound where the score was refused."""
    parts: dict[str, int]
    """Points by input."""
    refusals: list[tuple[str, str]]
    """Reason and input."""


class Acknowledged(msgspec.Struct, frozen=True):
    """Who took responsibility for an alarm."""

    place: str
    person: str
    at_us: int


class Alarm(msgspec.Struct, frozen=True):
    """An alarm of the vehicle's book; its words are those of the catalogue."""

    alarm_id: str
    """Hexadecimal."""
    revision: int
    cause: str
    subject: str
    priority: int
    """1 low, 2 medium, 3 high."""
    state: str
    since_us: int
    ended_us: int | None
    late: bool
    rule: str
    """Why, in short English; empty when nobody said."""
    values: dict[str, float | str]
    unacknowledged: bool
    """Whether nobody of the crew took responsibility at the present priority."""
    acknowledged: list[Acknowledged]
    paused_until_us: int = 0
    """Until when the crew has paused its sound at the present priority; 0: it has not."""
    paused_by: str = ""
    called_us: int = 0
    """Since when it asks for somebody at its present priority."""
    more: bool = False
    """Whether there is anybody left whom the crew can ask for."""
    told: list[tuple[str, int]] = []
    """Who further was told of it at the center, and when; newest last."""

    @property
    def calls(self) -> bool:
        """Whether it asks the crew for somebody: it stands, and nobody of the crew has taken it."""
        return self.unacknowledged and self.state in {AlarmState.ACTIVE, AlarmState.LATCHED}

    def paused(self, now_us: int) -> bool:
        """Tell whether it is silent because the crew has paused it."""
        return now_us < self.paused_until_us


class Event(msgspec.Struct, frozen=True):
    """Something that the crew entered."""

    event_id: str
    finding: str
    drug: str | None
    at_us: int
    withdrawn: bool


class Patient(msgspec.Struct, frozen=True):
    """One open encounter of the unit."""

    encounter_id: str
    bay: str | None
    age_years: int | None
    vitals: dict[str, Reading]
    consciousness: str | None
    on_oxygen: bool | None
    score: Score
    alarms: list[Alarm]
    """The most urgent first."""
    events: list[Event]
    """The newest first."""
    limits: list["OwnLimit"] = []
    """What the center has set for this patient and is in effect."""
    examined: list[Examined] = []
    """What the crew has examined, the newest of each kind, oldest first."""
    situated: list[SituatedScore] = []
    """Every score by situation; empty while the crew has said nothing that one asks for."""


class OwnLimit(msgspec.Struct, frozen=True):
    """Limits of one cause that staff have set for a patient; None: the catalogue's."""

    cause: str
    medium: float | None
    high: float | None
    until_us: int
    person: str
    reason: str


class Letter(msgspec.Struct, frozen=True):
    """A message from the center that still stands."""

    message_id: str
    person: str
    text: str
    issued_us: int
    stage: str
    encounter_id: str | None
    answer: str | None = None
    """What the crew answered; None: nothing yet, or before answers had words."""


class Link(msgspec.Struct, frozen=True):
    """How the unit's link and spool are."""

    connected: bool
    changed_us: int
    """Since when."""
    waiting: int
    """Frames that nobody acknowledged."""
    waiting_us: int | None
    """Age of the oldest of them."""
    refused: int
    """Frames that the center will never take, kept for inspection."""
    thinned: list[str] = []
    """Lanes of which something is being left out, because it cannot be carried."""


class View(Message, frozen=True, tag="view"):
    """All that a screen shows, but the trends."""

    unit_id: str
    now_us: int
    link: Link
    patients: list[Patient]
    letters: list[Letter]
    """The newest first."""


class Trends(Message, frozen=True, tag="trends"):
    """By encounter: instants, and for each vital sign a value or None at each instant."""

    encounters: dict[str, "Trend"]


class Trend(msgspec.Struct, frozen=True):
    """The course of one patient, oldest first."""

    at_us: list[int]
    vitals: dict[str, list[float | None]]
    news2: list[int | None]
    """The complete score."""


class Named(msgspec.Struct, frozen=True):
    """An alarm as the screen showed it."""

    alarm_id: str
    priority: int
    revision: int


class Acknowledge(Message, frozen=True, tag="acknowledge"):
    """A person takes responsibility for alarms of one patient."""

    request: int
    encounter_id: str
    alarms: list[Named]
    person: str


class Pause(Message, frozen=True, tag="pause"):
    """A person pauses the sound of alarms of one patient in the vehicle; 0 s lets them sound."""

    request: int
    encounter_id: str
    alarms: list[Named]
    seconds: int
    person: str


class Reset(Message, frozen=True, tag="reset"):
    """A person takes a latched alarm off the list, as the screen showed it."""

    request: int
    encounter_id: str
    alarm_id: str
    revision: int
    person: str


class Escalate(Message, frozen=True, tag="escalate"):
    """A person of the crew asks the center for somebody further about an alarm."""

    request: int
    encounter_id: str
    alarm_id: str
    priority: int
    revision: int
    person: str


class Enter(Message, frozen=True, tag="enter"):
    """The crew found or did something."""

    request: int
    encounter_id: str
    finding: str
    drug: str | None = None


class Examine(Message, frozen=True, tag="examine"):
    """The crew has examined a patient."""

    request: int
    encounter_id: str
    examination: CrewExamination


class Withdraw(Message, frozen=True, tag="withdraw"):
    """An event was entered by mistake."""

    request: int
    encounter_id: str
    event_id: str


class Note(Message, frozen=True, tag="note"):
    """A person saw (``VIEWED``) or answered (``ANSWERED``) a message."""

    request: int
    message_id: str
    stage: str
    person: str
    answer: str | None = None


class Done(Message, frozen=True, tag="done"):
    """The vehicle has captured what was asked for."""

    request: int


class Refused(Message, frozen=True, tag="refused"):
    """Nothing was done, and why."""

    request: int
    reason: str


Request = Acknowledge | Pause | Reset | Escalate | Enter | Examine | Withdraw | Note
Answer = Done | Refused
Said = View | Trends | Done | Refused

_requests: Final[msgspec.json.Decoder[Request]] = msgspec.json.Decoder(Request)
_said: Final[msgspec.json.Decoder[Said]] = msgspec.json.Decoder(Said)
_encoder: Final = msgspec.json.Encoder()


def encode(message: Message) -> bytes:
    """Return a message as a line, with its end."""
    return _encoder.encode(message) + b"\n"


def decode_request(line: bytes) -> Request:
    """Return what a screen asks; msgspec.DecodeError (a ValueError) when it is no request."""
    return _requests.decode(line)


def decode_said(line: bytes) -> Said:
    """Return what the vehicle said; msgspec.DecodeError (a ValueError) when it is none of ours."""
    return _said.decode(line)

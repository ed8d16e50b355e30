"""The entries of the alarm log, as frozen values: what detectors and people say about alarms.

These are the clinical twins of ``AlarmEntry`` in ``ambulance.alerts.v1``; the life cycle
(``clinical.alarms.lifecycle``) is a fold over them and over nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.recipient import Recipient
from clinical.alarms.staff_limit import LimitSet
from clinical.instant import SECOND_US

MOST_TOGETHER: Final = 32
"""Alarms of one patient, beside the first, that one action can name."""

LONGEST_PAUSE_US: Final = 120 * SECOND_US
"""Longest time for which sound is paused at once."""


class Place(StrEnum):
    """Where a person acts."""

    CENTER = "CENTER"
    """At the emergency command center."""
    VEHICLE = "VEHICLE"
    """In the vehicle."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an alarm was raised: the rule, the values it judged, and who published it."""

    rule: str
    """Short English, for example "heart_rate_bpm < 40 for 6-20 s"."""
    values: Mapping[str, float | str]
    """What was judged, by field name with unit."""
    citation: str = ""
    """Publication and place in it; empty when the rule is this project's own."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One detector says that one alarm condition began, changed or ended."""

    encounter_id: str
    """Empty for a condition of the system itself."""
    unit_id: str
    """Empty for a condition of the system itself."""
    alarm_id: bytes
    cause: str
    """Name in the alarm catalogue."""
    subject: str
    """What exactly, a vital or a device; empty when the cause says it all."""
    category: Category
    priority: Priority
    """From now on, or at the end the one it last had."""
    phase: Phase
    active: bool
    """Whether the condition holds from now on."""
    source: Source
    revision: int
    """Counts what this source says about this alarm id, from 1."""
    since_us: int
    """When the condition began, by the captures."""
    learned_us: int
    """When the detector learned of it, by the stream's own time."""
    until_us: int | None
    """When it ended, by the captures; None while it holds."""
    recorded_only: bool
    """Was over before it was learned of: for the record, never sounded."""
    late: bool
    """Was learned of late and still holds."""
    frame: FrameRef
    """The frame that the alarm id was made from."""
    reason: Reason | None
    """None at the end of a condition."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An alarm as a person saw it."""

    alarm_id: bytes
    """The alarm, or any alias of it."""
    priority: Priority
    revision: int


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A person takes responsibility for an alarm at the priority that they saw."""

    encounter_id: str
    """Empty for an alarm of the system itself."""
    alarm_id: bytes
    """The alarm, or any alias of it."""
    priority: Priority
    """The priority seen; a later rise is not covered."""
    revision: int
    """The revision of the alarm that the person saw."""
    person: str
    place: Place
    at_us: int
    request_id: str
    """Names the action: repeating it has no further effect."""
    also: tuple[Seen, ...] = ()
    """Further alarms of the same patient for which it holds too."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A person pauses the sound of an alarm at their place, for a time; it is not acknowledged.

    What is paused sounds again when the time is over or its priority rises.
    """

    encounter_id: str
    """Empty for an alarm of the system itself."""
    alarm_id: bytes
    """The alarm, or any alias of it."""
    priority: Priority
    """The priority seen; a later rise sounds."""
    revision: int
    """The revision of the alarm that the person saw."""
    person: str
    place: Place
    at_us: int
    for_us: int
    """How long, up to ``LONGEST_PAUSE_US``; 0 lets it sound again at once."""
    request_id: str
    """Names the action: repeating it has no further effect."""
    also: tuple[Seen, ...] = ()
    """Further alarms of the same patient for which it holds too."""


@dataclass(frozen=True, slots=True)
class Reset:
    """A person takes a latched alarm off the list, because its condition is over."""

    encounter_id: str
    """Empty for an alarm of the system itself."""
    alarm_id: bytes
    """The alarm, or any alias of it."""
    revision: int
    """The revision of the alarm that the person saw."""
    person: str
    place: Place
    at_us: int
    request_id: str
    """Names the action: repeating it has no further effect."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Somebody further is told of an alarm: by a person, or because nobody has answered it."""

    encounter_id: str
    """Empty for an alarm of the system itself."""
    alarm_id: bytes
    """The alarm, or any alias of it."""
    priority: Priority
    """The priority seen."""
    revision: int
    """The revision of the alarm that was seen."""
    to: Recipient
    person: str
    """Who escalates it; empty: nobody, the time."""
    reason: str
    """Why, in the words of that person; empty with the time."""
    place: Place
    at_us: int
    request_id: str
    """Names the action: repeating it has no further effect."""
    step: int = 0
    """How often nobody had answered, from 1; 0: a person escalates it."""
    raised_us: int = 0
    """With the time: the rise of priority that nobody has answered (``AlarmView.raised_us``)."""


Action = Acknowledgement | Pause | Reset | Escalation
"""What is done about an alarm, or about several of one patient as one act, by crew or center."""


def singly(action: Action) -> tuple[Action, ...]:
    """Return an action about several alarms as one action for each, in the order named."""
    if isinstance(action, Escalation | Reset) or not action.also:
        return (action,)
    alone = replace(action, also=())
    further = (
        replace(alone, alarm_id=seen.alarm_id, priority=seen.priority, revision=seen.revision)
        for seen in action.also
    )
    return (alone, *further)


@dataclass(frozen=True, slots=True)
class EncounterClosed:
    """The encounter is over, and so are its alarms."""

    encounter_id: str
    at_us: int


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """Whether what a source has said about an encounter so far still counts.

    Written about a source that died, while another one goes on judging, and once it is back. It
    concerns what the source said before; its next word about an alarm counts by itself.
    """

    encounter_id: str
    source: Source
    live: bool
    at_us: int
    """Up to when the source that goes on has judged, by the stream's own time."""


AlarmEntry = Transition | Action | EncounterClosed | SourceStatus | LimitSet

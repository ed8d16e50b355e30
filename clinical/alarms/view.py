"""An alarm as the fold of all entries shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clinical.alarms.catalogue import RULES
from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.recipient import Recipient
from clinical.alarms.transition import Place, Reason


class AlarmState(StrEnum):
    """Life-cycle state of an alarm."""

    ACTIVE = "ACTIVE"
    """The condition holds."""
    LATCHED = "LATCHED"
    """The condition is over, the alarm stays until it is reset."""
    ENDED = "ENDED"
    """Over."""
    RECORDED = "RECORDED"
    """Was over before it was learned of; never sounded."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An acknowledgement as an alarm carries it."""

    place: Place
    person: str
    priority: Priority
    """The priority covered."""
    at_us: int


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause of the sound as an alarm carries it: the newest of each place."""

    place: Place
    person: str
    priority: Priority
    """The priority covered."""
    at_us: int
    until_us: int
    """By the clock of that place."""


@dataclass(frozen=True, slots=True)
class Escalated:
    """That somebody further was told of an alarm, as it carries it."""

    to: Recipient
    person: str
    """Empty: by time."""
    reason: str
    place: Place
    priority: Priority
    at_us: int
    step: int
    """How often nobody had answered, from 1; 0: by a person."""
    raised_us: int
    """With the time: the rise of priority that nobody had answered."""


@dataclass(frozen=True, slots=True)
class ResetBy:
    """Who reset an alarm, as it carries it."""

    place: Place
    person: str
    at_us: int


@dataclass(frozen=True, slots=True)
class AlarmView:
    """All that a feed shows of one alarm. The same revision always has the same content."""

    alarm_id: bytes
    """The first id that was given to this episode."""
    aliases: tuple[bytes, ...]
    """Further ids of the same episode, oldest first."""
    revision: int
    """Counts the changes of this alarm, from 1."""
    encounter_id: str
    unit_id: str
    cause: str
    subject: str
    category: Category
    priority: Priority
    """Highest that a source holds, or after the end the last."""
    state: AlarmState
    phase: Phase
    """What happened last."""
    active_since_us: int
    """When the condition began, by the captures."""
    learned_us: int
    """When the center learned of it."""
    ended_us: int | None
    """When the condition was over, by the captures; None while it holds."""
    late: bool
    sources: tuple[Source, ...]
    reason: Reason | None
    frame: FrameRef
    acknowledgements: tuple[Acknowledged, ...] = ()
    """Newest last."""
    reset: ResetBy | None = None
    """Who ended it while it was latched; None when nobody did."""
    pauses: tuple[Paused, ...] = ()
    """The newest of each place that ever paused it."""
    escalations: tuple[Escalated, ...] = ()
    """Newest last."""
    raised_us: int = 0
    """When its present priority, or its return from being over, was learned of; 0: at its start."""

    def acknowledged_priority(self, place: Place) -> Priority | None:
        """Return the highest priority that was acknowledged at this place."""
        covered = (ack.priority for ack in self.acknowledgements if ack.place is place)
        return max(covered, default=None)

    def unacknowledged_at(self, place: Place) -> bool:
        """Tell whether no acknowledgement of this place covers the present priority."""
        covered = self.acknowledged_priority(place)
        return covered is None or covered < self.priority

    @property
    def current(self) -> bool:
        """Tell whether it stands: its condition holds, or it is latched."""
        return self.state in {AlarmState.ACTIVE, AlarmState.LATCHED}

    @property
    def called_us(self) -> int:
        """Since when it asks for somebody at its present priority, by the log."""
        return self.raised_us or self.learned_us

    @property
    def steps_done(self) -> int:
        """How many further recipients and reminders the present call for an answer has had."""
        mine = (one.step for one in self.escalations if one.raised_us == self.called_us)
        return max(mine, default=0)

    def paused_until_us(self, place: Place) -> int | None:
        """Return until when sound is paused at this place; None where the priority has risen."""
        covered = (one for one in self.pauses if one.place is place)
        return next((one.until_us for one in covered if one.priority >= self.priority), None)

    def sounds_at(self, place: Place, now_us: int) -> bool:
        """Tell whether it asks by sound at this place: it stands, and nobody there has taken it."""
        until_us = self.paused_until_us(place)
        paused = until_us is not None and now_us < until_us
        return self.current and self.unacknowledged_at(place) and not paused

    @property
    def unacknowledged(self) -> bool:
        """Tell whether no acknowledgement of the center covers the present priority."""
        return self.unacknowledged_at(Place.CENTER)

    @property
    def words_en(self) -> str:
        """The alarm in words, English; of a cause unknown here, its name."""
        rule = RULES.get(self.cause)
        return self.cause if rule is None else rule.words_en

    @property
    def words_zh(self) -> str:
        """The alarm in words, Simplified Chinese; of a cause unknown here, its name."""
        rule = RULES.get(self.cause)
        return self.cause if rule is None else rule.words_zh


def view_to_plain(view: AlarmView) -> dict[str, Any]:
    """Return the view as numbers, texts, lists and None."""
    reason = view.reason
    return {
        "alarm_id": view.alarm_id.hex(),
        "aliases": [alias.hex() for alias in view.aliases],
        "revision": view.revision,
        "encounter_id": view.encounter_id,
        "unit_id": view.unit_id,
        "cause": view.cause,
        "subject": view.subject,
        "category": str(view.category),
        "priority": int(view.priority),
        "state": str(view.state),
        "phase": str(view.phase),
        "active_since_us": view.active_since_us,
        "learned_us": view.learned_us,
        "ended_us": view.ended_us,
        "late": view.late,
        "sources": [str(source) for source in view.sources],
        "reason": reason and [reason.rule, dict(reason.values), reason.citation],
        "frame": frame_to_plain(view.frame),
        "acknowledgements": [
            [str(ack.place), ack.person, int(ack.priority), ack.at_us]
            for ack in view.acknowledgements
        ],
        "reset": view.reset and [str(view.reset.place), view.reset.person, view.reset.at_us],
        "escalations": [
            [
                str(one.to),
                one.person,
                one.reason,
                str(one.place),
                int(one.priority),
                one.at_us,
                one.step,
                one.raised_us,
            ]
            for one in view.escalations
        ],
        "raised_us": view.raised_us,
        "pauses": [
            [str(one.place), one.person, int(one.priority), one.at_us, one.until_us]
            for one in view.pauses
        ],
    }


def view_from_plain(plain: Mapping[str, Any]) -> AlarmView:
    """Return the view that ``view_to_plain`` wrote down."""
    reason, reset = plain["reason"], plain.get("reset")
    return AlarmView(
        alarm_id=bytes.fromhex(plain["alarm_id"]),
        aliases=tuple(bytes.fromhex(alias) for alias in plain["aliases"]),
        revision=plain["revision"],
        encounter_id=plain["encounter_id"],
        unit_id=plain["unit_id"],
        cause=plain["cause"],
        subject=plain["subject"],
        category=Category(plain["category"]),
        priority=Priority(plain["priority"]),
        state=AlarmState(plain["state"]),
        phase=Phase(plain["phase"]),
        active_since_us=plain["active_since_us"],
        learned_us=plain["learned_us"],
        ended_us=plain["ended_us"],
        late=plain["late"],
        sources=tuple(Source(source) for source in plain["sources"]),
        reason=None if reason is None else Reason(*reason),
        frame=frame_from_plain(plain["frame"]),
        acknowledgements=tuple(
            Acknowledged(Place(place), person, Priority(priority), at_us)
            for place, person, priority, at_us in plain["acknowledgements"]
        ),
        reset=None if reset is None else ResetBy(Place(reset[0]), *reset[1:]),
        escalations=tuple(
            Escalated(Recipient(to), person, reason, Place(place), Priority(priority), *rest)
            for to, person, reason, place, priority, *rest in plain.get("escalations", ())
        ),
        raised_us=plain.get("raised_us", 0),
        pauses=tuple(
            Paused(Place(place), person, Priority(priority), at_us, until_us)
            for place, person, priority, at_us, until_us in plain.get("pauses", ())
        ),
    )

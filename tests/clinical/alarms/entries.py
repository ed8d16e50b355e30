"""Entries of the alarm log, as the tests of the fold write them."""

from clinical.alarms.catalogue import RULES
from clinical.alarms.identity import FrameRef, alarm_id
from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.transition import (
    Acknowledgement,
    AlarmEntry,
    Pause,
    Place,
    Reason,
    Reset,
    Seen,
    Transition,
)
from clinical.alarms.view import AlarmState, AlarmView

LOW, MEDIUM, HIGH = Priority
EDGE, A, B, CENTER = Source


def said(
    phase: Phase,
    revision: int = 1,
    *,
    cause: str = "SPO2_LOW",
    source: Source = A,
    priority: Priority = MEDIUM,
    run: int = 0,
    at: int = 100,
    since: int = 90,
    encounter: str = "e1",
    recorded: bool = False,
) -> Transition:
    """Return what a source says at this instant of the run with this number."""
    active = phase is not Phase.END
    frame = FrameRef("A-01", 2, bytes(16), run + 1, 0)
    return Transition(
        encounter_id=encounter,
        unit_id="A-01",
        alarm_id=alarm_id(encounter, cause, frame),
        cause=cause,
        subject="",
        category=RULES[cause].category,
        priority=priority,
        phase=phase,
        active=active,
        source=source,
        revision=revision,
        since_us=since,
        learned_us=at,
        until_us=None if active else at,
        recorded_only=recorded,
        late=False,
        frame=frame,
        reason=Reason(f"rule {priority.name}", {"spo2_percent": 88.0}) if active else None,
    )


def acknowledged(
    view: AlarmView, priority: Priority, place: Place = Place.CENTER, request: str = "r1"
) -> Acknowledgement:
    """Return a person's word about an alarm as seen."""
    return Acknowledgement(
        view.encounter_id, view.alarm_id, priority, view.revision, "wang", place, 200, request
    )


def reset(
    view: AlarmView, at: int = 200, place: Place = Place.CENTER, request: str = "reset"
) -> Reset:
    """Return that a person takes an alarm as seen off the list."""
    return Reset(view.encounter_id, view.alarm_id, view.revision, "wang", place, at, request)


def paused(
    view: AlarmView,
    at: int = 200,
    for_us: int = 60,
    *,
    place: Place = Place.CENTER,
    request: str = "pause",
    also: tuple[AlarmView, ...] = (),
) -> Pause:
    """Return that a person pauses the sound of alarms as seen."""
    return Pause(
        view.encounter_id, view.alarm_id, view.priority, view.revision, "wang", place, at, for_us,
        request, tuple(as_seen(one) for one in also),
    )  # fmt: skip


def as_seen(view: AlarmView) -> Seen:
    """Return an alarm as whoever acts on it saw it."""
    return Seen(view.alarm_id, view.priority, view.revision)


def tell(book: AlarmBook, *entries: AlarmEntry) -> list[AlarmView]:
    """Apply entries in order and return everything that they changed."""
    return [view for entry in entries for view in book.apply(entry, 1000)]


def story(views: list[AlarmView]) -> list[tuple[AlarmState, Phase, Priority]]:
    """Reduce views to state, phase and priority."""
    return [(view.state, view.phase, view.priority) for view in views]

"""An alarm for tests of the feed."""

from dataclasses import replace
from typing import Any

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.transition import Place, Reason
from clinical.alarms.view import Acknowledged, AlarmState, AlarmView
from clinical.instant import SECOND_US

NOON_US = 1_767_268_800_000_000
"""2026-01-01 12:00:00 UTC."""

_ALARM = AlarmView(
    alarm_id=bytes(16),
    aliases=(),
    revision=1,
    encounter_id="01890a5d-ac96-774b-bcce-b302099a8057",
    unit_id="AMB-7",
    cause="HEART_RATE_LOW",
    subject="",
    category=Category.PHYSIOLOGICAL,
    priority=Priority.HIGH,
    state=AlarmState.ACTIVE,
    phase=Phase.START,
    active_since_us=NOON_US,
    learned_us=NOON_US,
    ended_us=None,
    late=False,
    sources=(Source.CENTER_A,),
    reason=Reason("heart_rate_bpm < 40 for 10 s", {"heart_rate_bpm": 36.0}),
    frame=FrameRef("AMB-7", 2, bytes(16), 1, 0),
)


def alarm(**differences: Any) -> AlarmView:  # noqa: ANN401 - any field of an alarm
    """Return a heart rate that is low, with differences."""
    return replace(_ALARM, **differences)


def taken(
    person: str, priority: Priority = Priority.HIGH, place: Place = Place.CENTER
) -> Acknowledged:
    """Return an acknowledgement."""
    return Acknowledged(place, person, priority, NOON_US + SECOND_US)

"""What one alarm on the feed means for the scenario: was there a reason for it.

The scenario alone decides. Of the patient of a tale that is told which stands in the tale. Any
other patient's alarm has a reason when it began after an injected onset; a technical one, while an
injected fault or a kill explains it. What a recording shows is nobody's doing and is counted by
itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import msgspec

from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import Cause
from clinical.alarms.view import AlarmState, AlarmView
from simulators.scenario import Encounter, Expectation, Scenario
from simulators.story import SECOND_US
from simulators.tales.tale import load_tale
from simulators.verdict.alert_feed import Delivered

KILL_EXPLAINS_S: Final = 20
"""A kill explains these technical alarms until so long after what was killed had recovered."""
KILL_CAUSES: Final = frozenset(
    {Cause.DETECTION_STALE, Cause.DETECTION_DEGRADED, Cause.UNIT_SILENT, Cause.UNITS_SILENT}
)
CLOCKS_DIFFER_US: Final = 500_000
"""How far a unit's clock may be from the story's."""
LAST_BEAT_US: Final = 1_500_000
"""Asystole is dated from the last beat, and that came before the onset: one of 40 in a minute."""

_OF_THE_DATA: Final = frozenset({Cause.SENSOR_OFF, Cause.VITAL_NOT_JUDGED})
"""Technical alarms about what a monitor shows, which a recording may well bring."""


class Kill(msgspec.Struct, frozen=True):
    """A process that was killed on purpose."""

    what: str
    at_s: float
    recovered_s: float | None = None


class Standing(Enum):
    """How an alarm stands to the scenario."""

    ATTRIBUTABLE = "attributable"
    """An injected onset, fault or kill explains it."""
    ON_RECORDING = "on a recording"
    UNEXPECTED = "unexpected"
    ELSEWHERE = "elsewhere"
    """It is not about this story: another patient, or a condition from before."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The scenario beside the wall: what is needed to judge an alarm."""

    scenario: Scenario
    ids: Mapping[str, str]
    """Encounter id by key."""
    started_us: int
    """Wall time of second 0."""
    kills: Sequence[Kill] = ()

    def second(self, at_us: int) -> float:
        """Return the second of the story at an instant."""
        return (at_us - self.started_us) / SECOND_US

    def encounter(self, alarm: AlarmView) -> Encounter | None:
        """Return the patient that an alarm is about; None: none of this story."""
        for one in self.scenario.encounters:
            if self.ids[one.key] == alarm.encounter_id:
                return one
        return None


def standing(first: Delivered, truth: Truth) -> Standing:
    """Return how an alarm, as it was first delivered, stands to the scenario."""
    alarm = first.alarm
    one = truth.encounter(alarm)
    if one is None and alarm.encounter_id:
        return Standing.ELSEWHERE
    if one is None and first.at_us < truth.started_us:
        return Standing.ELSEWHERE
    if one is not None and one.recording is not None and _shown_by_monitor(alarm):
        return Standing.ON_RECORDING
    if one is not None and one.tale is not None and _shown_by_monitor(alarm):
        told = load_tale(one.tale).tell(alarm.cause) is not None
        return Standing.ATTRIBUTABLE if told else Standing.UNEXPECTED
    if alarm.category is Category.PHYSIOLOGICAL:
        reason = one is not None and _after_onset(alarm, one, truth)
    else:
        reason = _explained(first, truth)
    return Standing.ATTRIBUTABLE if reason else Standing.UNEXPECTED


def matches(delivered: Delivered, expectation: Expectation, truth: Truth) -> bool:
    """Tell whether a delivery is what an expectation waits for."""
    alarm = delivered.alarm
    return (
        alarm.encounter_id == truth.ids[expectation.encounter]
        and alarm.cause in expectation.any_of
        and alarm.priority >= Priority[expectation.min_priority]
        and alarm.state in {AlarmState.ACTIVE, AlarmState.LATCHED}
        and expectation.after_s <= truth.second(delivered.at_us) <= expectation.until_s
    )


def described(first: Delivered, truth: Truth) -> dict[str, Any]:
    """Return an alarm as a report lists it."""
    alarm = first.alarm
    one = truth.encounter(alarm)
    return {
        "encounter": None if one is None else one.key,
        "unit": alarm.unit_id or None,
        "cause": alarm.cause,
        "subject": alarm.subject or None,
        "priority": alarm.priority.name,
        "at_s": round(truth.second(first.at_us), 3),
        "since_s": round(truth.second(alarm.active_since_us), 3),
    }


def _shown_by_monitor(alarm: AlarmView) -> bool:
    return alarm.category is Category.PHYSIOLOGICAL or alarm.cause in _OF_THE_DATA


def _after_onset(alarm: AlarmView, one: Encounter, truth: Truth) -> bool:
    onset_s = truth.scenario.onset_s(one.key)
    if onset_s is None:
        return False
    early_us = CLOCKS_DIFFER_US + (LAST_BEAT_US if alarm.cause == Cause.ASYSTOLE else 0)
    return alarm.active_since_us >= truth.started_us + onset_s * SECOND_US - early_us


def _explained(first: Delivered, truth: Truth) -> bool:
    alarm, at_s = first.alarm, truth.second(first.at_us)
    if alarm.cause in KILL_CAUSES and any(
        kill.at_s <= at_s <= kill.at_s + (kill.recovered_s or 0) + KILL_EXPLAINS_S
        for kill in truth.kills
    ):
        return True
    return any(
        alarm.unit_id == it.unit and alarm.cause in it.causes and it.from_s <= at_s <= it.to_s
        for it in truth.scenario.allowances
    )

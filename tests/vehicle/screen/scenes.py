"""Scenes for the tests of drawing."""

from dataclasses import replace
from typing import Any

import msgspec

from vehicle.cabin.contract import Alarm, Event, Letter, Link, Patient, Reading, Score, Trend, View
from vehicle.screen.drawing.scene import Scene
from vehicle.screen.words import Language

NOW_US = 1_770_000_000_000_000
SECOND_US = 1_000_000
LINK = Link(connected=True, changed_us=NOW_US, waiting=0, waiting_us=None, refused=0)
SCORE = Score(total=0, at_least=0, response="low", parts={}, refusals=[])
ALARM = Alarm(
    alarm_id="ab" * 16, revision=1, cause="SYSTOLIC_LOW", subject="", priority=3, state="ACTIVE",
    since_us=NOW_US, ended_us=None, late=False, rule="systolic_mmhg < 90",
    values={"systolic_mmhg": 84.0}, unacknowledged=True, acknowledged=[],
)  # fmt: skip
PATIENT = Patient(
    encounter_id="e1", bay=None, age_years=71, vitals={}, consciousness=None, on_oxygen=None,
    score=SCORE, alarms=[], events=[],
)  # fmt: skip


def patient(**changed: Any) -> Patient:  # noqa: ANN401 - any field
    return msgspec.structs.replace(PATIENT, **changed)


def reading(value: float, age_s: float = 0) -> Reading:
    return Reading(value, NOW_US - int(age_s * SECOND_US))


def event(number: int, finding: str, *, drug: str | None = None, withdrawn: bool = False) -> Event:
    return Event(f"e{number}", finding, drug, NOW_US - number, withdrawn)


def scene(
    who: Patient | None = PATIENT,
    *,
    link: Link = LINK,
    letters: tuple[Letter, ...] = (),
    trend: Trend | None = None,
    **changed: Any,  # noqa: ANN401 - any field
) -> Scene:
    patients = [] if who is None else [who]
    view = View("AMB-07", NOW_US, link, patients, list(letters))
    drawn = Scene(
        view=view, trend=trend, patient=who, now_us=NOW_US, current=True,
        language=Language.EN, light="day", drugs_open=False,
    )  # fmt: skip
    return replace(drawn, **changed)

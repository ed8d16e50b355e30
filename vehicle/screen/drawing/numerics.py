"""The numbers: huge, quiet while all is well, each with its course and its age.

A tile has colour only when an alarm of its vital holds, in the colour of that alarm; the points
of NEWS2 stand beside the name. A value that has aged out is not drawn, whatever was last seen.
"""

from dataclasses import dataclass
from typing import Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.view import AlarmState
from clinical.scores import gcs
from clinical.vitals import Vital
from clinical.watch.carry import WINDOWS_US
from clinical.watch.crew.examined import newest
from vehicle.cabin.contract import OwnLimit, Patient, Reading
from vehicle.screen.drawing.scene import Scene, ago, at, quoted, text
from vehicle.screen.drawing.sparkline import sparkline

CONTINUOUS_AFTER_S: Final = 5
"""Age from which a number that a monitor renews each second is shown with its age."""


@dataclass(frozen=True, slots=True)
class _Tile:
    vital: Vital
    unit: str
    digits: int
    least_range: float
    """Of its course."""
    continuous: bool = True


_TILES: Final = (
    _Tile(Vital.HEART_RATE, "/min", 0, 30),
    _Tile(Vital.SPO2, "%", 0, 8),
    _Tile(Vital.RESPIRATION, "/min", 0, 10),
    _Tile(Vital.SYSTOLIC, "mmHg", 0, 40, continuous=False),
    _Tile(Vital.TEMPERATURE, "°C", 1, 2, continuous=False),
)


def numerics(scene: Scene) -> str:
    """Return every tile."""
    patient = scene.patient
    if patient is None:
        return f'<p class="nobody">{scene.word("no_patient")}</p>'
    return "".join(_tile(scene, patient, tile) for tile in _TILES) + _state(scene, patient)


def _tile(scene: Scene, patient: Patient, tile: _Tile) -> str:
    reading = _valid(scene, patient, tile.vital)
    name = scene.word("pressure" if tile.vital is Vital.SYSTOLIC else tile.vital)
    number = "–" if reading is None else f"{reading.value:.{tile.digits}f}"  # noqa: RUF001 - a dash
    if tile.vital is Vital.SYSTOLIC and reading is not None:
        diastolic = _valid(scene, patient, Vital.DIASTOLIC)
        lower = "–" if diastolic is None else f"{diastolic.value:.0f}"  # noqa: RUF001 - a dash
        number += f'<small class="lower">/{lower}</small>'
    after_s = CONTINUOUS_AFTER_S if tile.continuous else 0
    age = scene.word("not_measured") if reading is None else ago(reading.at_us, after_s=after_s)
    return (
        f'<section class="tile {_grade(patient, tile.vital)}" data-vital="{tile.vital}">'
        f"<h2><span>{name} <small>{tile.unit}</small></span>{_points(patient, tile.vital)}</h2>"
        f'<p class="number">{number}</p>'
        f'<p class="under">{_beside(scene, patient, tile)}{age}</p>'
        f"{_own_limits(scene, patient, tile.vital)}{_course(scene, tile)}</section>"
    )


def _own_limits(scene: Scene, patient: Patient, vital: Vital) -> str:
    """Return what the center has set for this patient, by whom, why and until when."""
    return "".join(
        f'<p class="own-limit" data-cause="{text(one.cause)}" title="{text(one.reason)}">'
        f"{scene.word('own_limit')} {_beyond(one)} · {scene.word('until')} {at(one.until_us)} · "
        f"{quoted(one.person)}: {quoted(one.reason)}</p>"
        for one in patient.limits
        if _judged_on(one.cause) == vital
    )


def _beyond(limit: OwnLimit) -> str:
    """Return the limits that were set, with the side on which a value violates them."""
    level = RULES[limit.cause].levels[0]
    sign = "" if level.bound is None else "&lt;" if level.bound.comparison == "<" else "&gt;"
    return " / ".join(f"{sign} {x:g}" for x in (limit.medium, limit.high) if x is not None)


def _valid(scene: Scene, patient: Patient, vital: Vital) -> Reading | None:
    reading = patient.vitals.get(vital)
    if reading is None or scene.now_us - reading.at_us > WINDOWS_US[vital]:
        return None
    return reading


def _points(patient: Patient, name: str) -> str:
    points = patient.score.parts.get(name, 0)
    return f' <b class="points p{points}">+{points}</b>' if points else ""


def _beside(scene: Scene, patient: Patient, tile: _Tile) -> str:
    """Return the pulse beside the heart rate: two sources, seen at one glance."""
    pulse = _valid(scene, patient, Vital.PULSE_RATE)
    if tile.vital is not Vital.HEART_RATE or pulse is None:
        return ""
    return f"<span>{scene.word(Vital.PULSE_RATE)} {pulse.value:.0f}</span> "


def _course(scene: Scene, tile: _Tile) -> str:
    trend = scene.trend
    if trend is None:
        return ""
    return sparkline(trend.at_us, trend.vitals.get(tile.vital, []), tile.least_range)


def _grade(patient: Patient, vital: Vital) -> str:
    """Return the class of the most urgent alarm that holds for a vital."""
    held = [
        alarm.priority
        for alarm in patient.alarms
        if alarm.state == AlarmState.ACTIVE
        and (alarm.subject == vital or _judged_on(alarm.cause) == vital)
    ]
    return f"grade-{max(held)}" if held else ""


def _judged_on(cause: str) -> Vital | None:
    rule = RULES.get(cause)
    return None if rule is None else rule.vital


def _state(scene: Scene, patient: Patient) -> str:
    """Return the tile of what the crew assesses: consciousness and oxygen."""
    found = patient.consciousness
    letter = "–" if found is None else found  # noqa: RUF001 - a dash
    words = scene.word("not_known" if found is None else found)
    given = patient.on_oxygen
    oxygen = "not_known" if given is None else "oxygen_yes" if given else "oxygen_no"
    return (
        f'<section class="tile" data-vital="consciousness">'
        f"<h2><span>{scene.word('consciousness')}</span>{_points(patient, 'consciousness')}</h2>"
        f'<p class="number">{letter}</p><p class="said">{words}</p>{_coma_scale(patient)}'
        f'<h2 class="second"><span>{scene.word("on_oxygen")}</span>'
        f"{_points(patient, 'on_oxygen')}</h2>"
        f'<p class="said">{scene.word(oxygen)}</p></section>'
    )


def _coma_scale(patient: Patient) -> str:
    """Return the newest scale of coma with its parts and its age; empty where there is none."""
    found = newest(patient.examined, "gcs")
    if found is None or found.examination.gcs is None:
        return ""
    written = gcs.words(found.examination.gcs)
    return f'<p class="scale">{written} <small>{ago(found.captured_us)}</small></p>'

"""The alarms, most urgent first: what, since when, what to check first, who has taken it.

Colours and marks are those of IEC 60601-1-8: red, yellow and cyan; !!!, !! and !. An alarm that
nobody of the crew has acknowledged is filled, and flashes when it is of high priority.
"""

import json
from typing import Final

from clinical.alarms.priority import Priority
from clinical.alarms.transition import LONGEST_PAUSE_US, MOST_TOGETHER
from clinical.alarms.view import AlarmState
from clinical.instant import SECOND_US
from vehicle.cabin.contract import Alarm, Patient
from vehicle.screen.drawing.scene import Scene, ago, at, button, text
from vehicle.screen.words import Language, alarm_words, check_first, word

_SAID_IN_WORDS: Final = frozenset({"consciousness", "fault", "intervention", "rhythm", "airway"})
_MARKS: Final = {1: "!", 2: "!!", 3: "!!!"}

_PAUSE_S: Final = LONGEST_PAUSE_US // SECOND_US
"""How long one tap pauses the sound."""

_UNHEARD: Final = {"id": "vehicle", "priority": int(Priority.MEDIUM)}
"""What calls while the vehicle program does not answer: no alarm can."""


def alarms(scene: Scene) -> str:
    """Return the list; while there is none, that somebody watches."""
    patient = scene.patient
    if patient is None or not patient.alarms:
        calm = "" if patient is None else f"<small>{scene.word('judged_here')}</small>"
        return f'<p class="calm">{scene.word("no_alarms")}{calm}</p>'
    return "".join(_card(scene, patient, alarm) for alarm in patient.alarms)


def tally(scene: Scene) -> str:
    """Return the heading of the list, with how many alarms of each priority stand in it.

    The list may be longer than the screen.
    """
    held = () if scene.patient is None else scene.patient.alarms
    counts = {grade: sum(one.priority == grade for one in held) for grade in (3, 2, 1)}
    marks = "".join(
        f' <span class="grade-{grade}" title="{scene.word(f"priority_{grade}")}">'
        f"{_MARKS[grade]} {count}</span>"
        for grade, count in counts.items()
        if count
    )
    return f"<h2>{scene.word('alarms')}{marks}</h2>"


def hush(scene: Scene) -> str:
    """Return the button that pauses the sound of the patient's alarms, or lets them sound."""
    patient = scene.patient
    calling = [] if patient is None else [one for one in patient.alarms if one.calls]
    if patient is None or not calling:
        return ""
    paused = all(one.paused(scene.now_us) for one in calling)
    named = [[one.alarm_id, one.priority, one.revision] for one in calling[: 1 + MOST_TOGETHER]]
    return button(
        "pause",
        scene.word("sound_again" if paused else "pause"),
        "hush",
        encounter=patient.encounter_id,
        alarms=json.dumps(named),
        seconds=0 if paused else _PAUSE_S,
    )


def calls(scene: Scene) -> str:
    """Return what asks the crew by sound now, of any patient on board, for the browser to play."""
    sounding = [
        {"id": one.alarm_id, "priority": one.priority}
        for patient in scene.view.patients
        for one in patient.alarms
        if one.calls and not one.paused(scene.now_us)
    ]
    if not scene.current:
        sounding.append(_UNHEARD)
    return f"<span data-calls='{json.dumps(sounding)}'></span>"


def _card(scene: Scene, patient: Patient, alarm: Alarm) -> str:
    language = scene.language
    open_ = "open" if alarm.unacknowledged and alarm.state == AlarmState.ACTIVE else ""
    subject = f" · {scene.word(alarm.subject)}" if alarm.subject else ""
    return (
        f'<article class="alarm grade-{alarm.priority} {open_} {alarm.state.lower()}"'
        f' data-cause="{text(alarm.cause)}">'
        f'<p class="mark" title="{scene.word(f"priority_{alarm.priority}")}">'
        f"{_MARKS[alarm.priority]}</p>"
        f"<h3>{text(alarm_words(alarm.cause, language))}{subject}</h3>"
        f'<p class="when">{_when(scene, alarm)}</p>{_why(scene, alarm)}'
        f'<p class="check"><b>{scene.word("check_first")}</b> '
        f"{text(check_first(alarm.cause, language))}</p>"
        f'<p class="who">{_who(scene, alarm)}</p>'
        f"{_act(scene, patient, alarm)}</article>"
    )


def _when(scene: Scene, alarm: Alarm) -> str:
    late = f" · {scene.word('late')}" if alarm.late else ""
    if alarm.ended_us is not None:
        return f"{scene.word('over')} {at(alarm.ended_us)} · {scene.word('stays')}{late}"
    return f"{scene.word('since')} {at(alarm.since_us)} · {ago(alarm.since_us)}{late}"


def _why(scene: Scene, alarm: Alarm) -> str:
    """Return the values judged, in words. Rules are English only."""
    rule = alarm.rule if scene.language is Language.EN else ""
    between = ": " if scene.language is Language.EN else " "
    said = []
    for name, value in alarm.values.items():
        shown = _number(value) if isinstance(value, float) else value
        said.append(f"{word(name, scene.language)}{between}{_meaning(scene, name, str(shown))}")
    why = text(" · ".join(said) or rule)
    return f'<p class="why">{why}</p>' if why else ""


def _number(value: float) -> str:
    """Return a number with one digit, a small one with enough to be seen."""
    return f"{value:.3f}" if 0 < abs(value) < 1 else f"{value:.1f}".removesuffix(".0")


def _meaning(scene: Scene, name: str, value: str) -> str:
    if name in _SAID_IN_WORDS:
        return word(value, scene.language)
    if name == "on_oxygen":
        return word("oxygen_yes" if value == "True" else "oxygen_no", scene.language)
    return value


def _who(scene: Scene, alarm: Alarm) -> str:
    paused = (
        f'<span class="paused">{scene.word("paused")} {text(alarm.paused_by)} '
        f"{scene.word('until')} {at(alarm.paused_until_us)}</span>"
        if alarm.calls and alarm.paused(scene.now_us)
        else ""
    )
    further = "".join(
        f'<span class="told">{scene.word("told")} {scene.word(to)} {at(at_us)}</span>'
        for to, at_us in alarm.told
    )
    taken = "".join(
        f'<span class="taken">✓ {scene.word(one.place)}: {text(one.person)} {at(one.at_us)}</span>'
        for one in alarm.acknowledged
    )
    return paused + further + taken


def _act(scene: Scene, patient: Patient, alarm: Alarm) -> str:
    """Return what can be done about it: take it, ask for help, once it is over take it away."""
    acts = []
    if alarm.unacknowledged:
        acts.append("acknowledge")
    if alarm.state == AlarmState.LATCHED:
        acts.append("reset")
    if alarm.more:
        acts.append("escalate")
    buttons = [
        button(
            act,
            scene.word(act),
            act,
            encounter=patient.encounter_id,
            alarm=alarm.alarm_id,
            priority=alarm.priority,
            revision=alarm.revision,
        )
        for act in acts
    ]
    return f'<div class="acts">{"".join(buttons)}</div>' if buttons else ""

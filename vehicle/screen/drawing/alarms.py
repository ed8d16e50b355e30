"""The alarms of a patient on one card: the most urgent leads, the others stand beneath it.

The one that leads says what, since when, what to check first and who has taken it; of the others
there is a line each. One tap takes all of them, but for one that came a moment ago: nobody has read
it. Colours and marks are those of IEC 60601-1-8: red, yellow and cyan; !!!, !! and !. An alarm that
nobody of the crew has acknowledged is filled, and flashes when it is of high priority. Where there
is no room for all, the browser shows whole lines and says how many more there are.
"""

import json
from collections.abc import Sequence
from typing import Final

from clinical.alarms.priority import Priority
from clinical.alarms.transition import LONGEST_PAUSE_US, MOST_TOGETHER
from clinical.alarms.view import AlarmState
from clinical.instant import SECOND_US
from vehicle.cabin.contract import Alarm, Patient
from vehicle.screen.drawing.scene import Scene, ago, at, button, quoted, text
from vehicle.screen.words import Language, alarm_words, check_first, word

_SAID_IN_WORDS: Final = frozenset(
    {
        *("consciousness", "fault", "intervention", "rhythm", "airway"),
        *("large_vessel_occlusion", "last_known_well", "injury"),
    }
)
_MARKS: Final = {1: "!", 2: "!!", 3: "!!!"}

_PAUSE_S: Final = LONGEST_PAUSE_US // SECOND_US
"""How long one tap pauses the sound."""

_READ_US: Final = SECOND_US
"""So long an alarm that joins others stands before a tap takes it with them."""

_UNHEARD: Final = {"id": "vehicle", "priority": int(Priority.MEDIUM)}
"""What calls while the vehicle program does not answer: no alarm can."""


def alarms(scene: Scene) -> str:
    """Return the list; while there is none, that somebody watches."""
    patient = scene.patient
    if patient is None or not patient.alarms:
        calm = "" if patient is None else f"<small>{scene.word('judged_here')}</small>"
        return f'<p class="calm">{scene.word("no_alarms")}{calm}</p>'
    first, *others = patient.alarms
    more = f'<p class="more" data-more="{scene.word("more_alarms")}" hidden></p>' if others else ""
    return _card(scene, patient, first, others) + more


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


def _card(scene: Scene, patient: Patient, alarm: Alarm, others: Sequence[Alarm]) -> str:
    language = scene.language
    beneath = "".join(_line(scene, patient, one) for one in others)
    return (
        f'<article class="alarm {_grade(alarm)}" data-alarm="{alarm.alarm_id}"'
        f' data-cause="{text(alarm.cause)}">'
        f'<p class="mark" title="{scene.word(f"priority_{alarm.priority}")}">'
        f"{_MARKS[alarm.priority]}</p>"
        f"<h3>{_name(scene, alarm)}</h3>"
        f'<p class="when">{_when(scene, alarm)}</p>{_why(scene, alarm)}'
        f'<p class="check"><b>{scene.word("check_first")}</b> '
        f"{text(check_first(alarm.cause, language))}</p>"
        f'<p class="who">{_who(scene, alarm)}</p>'
        f"{_act(scene, patient, alarm)}{f'<ul>{beneath}</ul>' if beneath else ''}</article>"
    )


def _line(scene: Scene, patient: Patient, alarm: Alarm) -> str:
    """Return an alarm beneath the one that leads."""
    age = ago(alarm.since_us) if alarm.ended_us is None else scene.word("over")
    by = "".join(f" ✓ {quoted(one.person)}" for one in alarm.acknowledged[-1:])
    return (
        f'<li class="{_grade(alarm)}" data-alarm="{alarm.alarm_id}"'
        f' data-cause="{text(alarm.cause)}">'
        f'<b class="mark">{_MARKS[alarm.priority]}</b>'
        f"<span><b>{_name(scene, alarm)}</b> {age}{by}</span>{_reset(scene, patient, alarm)}</li>"
    )


def _grade(alarm: Alarm) -> str:
    open_ = "open" if alarm.unacknowledged and alarm.state == AlarmState.ACTIVE else ""
    return f"grade-{alarm.priority} {open_} {alarm.state.lower()}"


def _name(scene: Scene, alarm: Alarm) -> str:
    subject = f" · {scene.word(alarm.subject)}" if alarm.subject else ""
    return f"{text(alarm_words(alarm.cause, scene.language))}{subject}"


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
    if name == "stroke_signs":
        return ", ".join(word(f"sign_{sign}", scene.language) for sign in value.split(", "))
    if name in _SAID_IN_WORDS:
        return word(value, scene.language)
    if name == "on_oxygen":
        return word("oxygen_yes" if value == "True" else "oxygen_no", scene.language)
    return value


def _who(scene: Scene, alarm: Alarm) -> str:
    paused = (
        f'<span class="paused">{scene.word("paused")} {quoted(alarm.paused_by)} '
        f"{scene.word('until')} {at(alarm.paused_until_us)}</span>"
        if alarm.calls and alarm.paused(scene.now_us)
        else ""
    )
    further = "".join(
        f'<span class="told">{scene.word("told")} {scene.word(to)} {at(at_us)}</span>'
        for to, at_us in alarm.told
    )
    taken = "".join(
        f'<span class="taken">✓ {scene.word(one.place)}: {quoted(one.person)} '
        f"{at(one.at_us)}</span>"
        for one in alarm.acknowledged
    )
    return paused + further + taken


def _act(scene: Scene, patient: Patient, alarm: Alarm) -> str:
    """Return what can be done: take what nobody has taken, take off what is over, ask for help."""
    seen = [one for one in patient.alarms if one.unacknowledged]
    read = [one for one in seen if scene.now_us - one.called_us >= _READ_US]
    taken = (read or seen)[: 1 + MOST_TOGETHER]
    take = button(
        "acknowledge",
        scene.word("acknowledge") + (f" ({len(taken)})" if len(taken) > 1 else ""),
        "acknowledge",
        encounter=patient.encounter_id,
        alarms=json.dumps([[one.alarm_id, one.priority, one.revision] for one in taken]),
    )
    acts = (
        (take if taken else "") + _reset(scene, patient, alarm) + _escalate(scene, patient, alarm)
    )
    return f'<div class="acts">{acts}</div>' if acts else ""


def _reset(scene: Scene, patient: Patient, alarm: Alarm) -> str:
    if alarm.state != AlarmState.LATCHED:
        return ""
    return button(
        "reset",
        scene.word("reset"),
        "reset",
        encounter=patient.encounter_id,
        alarm=alarm.alarm_id,
        revision=alarm.revision,
    )


def _escalate(scene: Scene, patient: Patient, alarm: Alarm) -> str:
    if not alarm.more:
        return ""
    return button(
        "escalate",
        scene.word("escalate"),
        "escalate",
        encounter=patient.encounter_id,
        alarm=alarm.alarm_id,
        priority=alarm.priority,
        revision=alarm.revision,
    )

"""What the crew enters with one tap, and what it has entered, newest first, each to be undone.

Compressions are one button, which begins or ends them and counts how long they last. While they run
another one says that they go on: judgement takes them for over some minutes after the last word.
Nobody is examined meanwhile: the form of an examination is reached when they have stopped.
"""

from itertools import takewhile
from operator import itemgetter
from typing import Final

from clinical.alarms.intervention import INTERVENTIONS, Intervention
from clinical.items import CrewFinding
from clinical.watch.crew.examined import Examined
from vehicle.cabin.contract import Event, Patient
from vehicle.screen.drawing.examination import summary
from vehicle.screen.drawing.scene import Scene, ago, at, button, text
from vehicle.screen.words import DRUGS, drug_words

EVENTS_SHOWN: Final = 8
"""Newest events on the screen; the record has them all."""

_RULE: Final = INTERVENTIONS[Intervention.COMPRESSIONS]
_COMPRESSIONS: Final = {
    CrewFinding.COMPRESSIONS_STARTED.name,
    *(one.name for one in _RULE.ended_by),
}


def buttons(scene: Scene) -> str:
    """Return one button for each thing that can be entered."""
    patient = scene.patient
    if patient is None:
        return ""
    began, said = _compressions_since(patient)
    compressions = _enter(scene, patient, "COMPRESSIONS_STARTED")
    if began is not None:
        count = f"<small>{ago(began)}</small>"
        compressions = _enter(scene, patient, "COMPRESSIONS_STOPPED", count, "running")
        count = f"<small>{ago(said)}</small>"
        compressions += _enter(scene, patient, "COMPRESSIONS_STARTED", count, "running", "GO_ON")
    return "".join(
        (
            _enter(scene, patient, "NO_PULSE", classes="grave"),
            _enter(scene, patient, "PULSE_FELT"),
            compressions,
            _enter(scene, patient, "INTUBATION_STARTED"),
            _enter(scene, patient, "AIRWAY_SECURED"),
            button("drugs", scene.word("DRUG_GIVEN"), "event"),
            ""
            if began is not None
            else button("examine", scene.word("EXAMINE"), "event", encounter=patient.encounter_id),
        )
    )


def entered(scene: Scene) -> str:
    """Return the newest events, each with its undo."""
    patient = scene.patient
    if patient is None or not (patient.events or patient.examined):
        return f'<li class="none">{scene.word("no_events")}</li>'
    lines = [(event.at_us, _line(scene, patient, event)) for event in patient.events]
    lines += [(one.captured_us, _examined(scene, patient, one)) for one in patient.examined]
    newest = sorted(lines, key=itemgetter(0), reverse=True)
    return "".join(line for _, line in newest[:EVENTS_SHOWN])


def drugs(scene: Scene) -> str:
    """Return the choice of drugs while the crew is choosing."""
    patient = scene.patient
    if patient is None or not scene.drugs_open:
        return ""
    choices = "".join(
        button(
            "enter",
            text(drug_words(drug, scene.language)),
            "event",
            finding=CrewFinding.DRUG_GIVEN.name,
            drug=drug,
            encounter=patient.encounter_id,
        )
        for drug in DRUGS
    )
    return (
        f'<div class="sheet" role="dialog" aria-label="{scene.word("which_drug")}">'
        f"<h2>{scene.word('which_drug')}</h2><div>{choices}</div>"
        f"{button('close', scene.word('close'), 'plain')}</div>"
    )


def _enter(  # noqa: PLR0917 - what a button says and how it looks
    scene: Scene,
    patient: Patient,
    finding: str,
    further: str = "",
    classes: str = "",
    words: str = "",
) -> str:
    return button(
        "enter",
        scene.word(words or finding) + further,
        f"event {classes}",
        finding=finding,
        encounter=patient.encounter_id,
    )


def _compressions_since(patient: Patient) -> tuple[int | None, int]:
    """Return when the running compressions began, None while there are none; and when said last."""
    said = (one for one in patient.events if one.finding in _COMPRESSIONS and not one.withdrawn)
    running = takewhile(lambda one: one.finding == CrewFinding.COMPRESSIONS_STARTED.name, said)
    instants = [one.at_us for one in running]
    return (instants[-1], instants[0]) if instants else (None, 0)


def _examined(scene: Scene, patient: Patient, one: Examined) -> str:
    """Return an examination; whoever finds it wrong examines again."""
    said = summary(scene, one.examination, patient.age_years)
    return f"<li><span>{at(one.captured_us)} {scene.word('examined')}: {said}</span></li>"


def _line(scene: Scene, patient: Patient, event: Event) -> str:
    drug = "" if event.drug is None else f" {text(drug_words(event.drug, scene.language))}"
    said = f"{at(event.at_us)} {scene.word(f'done_{event.finding}')}{drug}"
    if event.withdrawn:
        return f'<li class="withdrawn"><s>{said}</s> {scene.word("withdrawn")}</li>'
    undo = button(
        "withdraw",
        scene.word("undo"),
        "undo",
        event=event.event_id,
        encounter=patient.encounter_id,
    )
    return f"<li><span>{said}</span>{undo}</li>"

"""The scores of the injured and of those in whom an infection is suspected, in two short lines.

The first has each score that is for this patient, an incomplete one with its bound, and what they
ask for; the second says what is missing, and which score is for somebody else.
"""

from typing import Final

from clinical.scores.choice import INFECTION, INJURY, OF_TRAUMA, SituationScore
from clinical.watch.scores.situated import SituatedScore
from vehicle.screen.drawing.scene import Scene

_NOT_SAID: Final = {f"MISSING:{INJURY}", f"MISSING:{INFECTION}"}
_ASKED_OF: Final = (
    ("trauma_centre", frozenset(map(str, OF_TRAUMA))),
    ("sepsis", frozenset({str(SituationScore.QSOFA)})),
)


def situation(scene: Scene) -> str:
    """Return the lines; empty while the crew has said nothing of the situation."""
    patient = scene.patient
    if patient is None or not patient.situated:
        return ""
    said = [_group(scene, patient.situated, asked, names) for asked, names in _ASKED_OF]
    lines = " · ".join(one for one in said if one)
    return f'<p class="situated">{lines}{_missing(scene, patient.situated)}</p>'


def _group(scene: Scene, scores: list[SituatedScore], asked: str, names: frozenset[str]) -> str:
    """Return the scores that ask for the same, and whether one does."""
    mine = [one for one in scores if one.name in names]
    numbers = [_number(scene, one) for one in mine if (one.value, one.bound) != (None, None)]
    asks = f": <b>{scene.word(asked)}</b>" if any(one.asks for one in mine) else ""
    return ", ".join(numbers) + asks


def _number(scene: Scene, one: SituatedScore) -> str:
    name = scene.word(one.name)
    if one.value is not None:
        return f"{name} <b>{one.value:g}</b>"
    sign = "≥" if one.name == SituationScore.QSOFA else "≤"
    return f"{name} <b>{sign} {one.bound:g}</b>"


def _missing(scene: Scene, scores: list[SituatedScore]) -> str:
    """Return every reason why a score is incomplete or not for this patient, each once."""
    reasons = dict.fromkeys(reason for one in scores for reason in one.refusals)
    said = "; ".join(_reason(scene, reason) for reason in reasons)
    return f'<span class="missing">{said}</span>' if said else ""


def _reason(scene: Scene, refusal: str) -> str:
    reason, _, column = refusal.partition(":")
    why = scene.word("not_said" if refusal in _NOT_SAID else reason)
    return f"{scene.word(column)}: {why}"

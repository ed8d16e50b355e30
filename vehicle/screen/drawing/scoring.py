"""NEWS2 and what it asks for; a score that was refused says what is missing and what is known."""

from clinical.scores.chart import Response
from clinical.scores.news2 import ASKS_FOR, ASKS_FOR_ZH
from vehicle.screen.drawing.scene import Scene, text
from vehicle.screen.drawing.situation import situation
from vehicle.screen.words import Language, word

_GRADE = {Response.HIGH: "grade-3", Response.MEDIUM: "grade-2", Response.LOW_MEDIUM: "grade-2"}


def scoring(scene: Scene) -> str:
    """Return the strip of the score."""
    patient = scene.patient
    if patient is None:
        return ""
    score = patient.score
    response = Response(score.response)
    full = score.total is not None
    asks = (ASKS_FOR if scene.language is Language.EN else ASKS_FOR_ZH)[response]
    bound = "" if full else f"<small>{scene.word('at_least')}</small> "
    grade = _GRADE.get(response, "")
    meant = full or grade or score.at_least
    return (
        f'<section class="news2 {grade}" aria-label="NEWS2"><h2>NEWS2</h2>'
        f'<p class="number">{bound}<span class="total">{score.at_least}</span></p>'
        f'<p class="band">{scene.word(response) if meant else ""}</p>'
        f'<p class="asks">{text(asks) if meant else ""}{_missing(scene)}</p>'
        f"{situation(scene)}</section>"
    )


def _missing(scene: Scene) -> str:
    patient = scene.patient
    if patient is None or not patient.score.refusals:
        return ""
    language = scene.language
    colon = " " if language is Language.EN else ""
    reasons: dict[str, list[str]] = {}
    for reason, column in patient.score.refusals:
        reasons.setdefault(reason, []).append(word(column, language))
    between = ", " if language is Language.EN else "、"
    said = "; ".join(
        f"{between.join(names)} ({word(reason, language)})" for reason, names in reasons.items()
    )
    return f'<span class="missing">{scene.word("incomplete")}{colon}{text(said)}</span>'

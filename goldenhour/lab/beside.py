"""What a table of vital signs can say beside them, for ``lab explain``: age, pressure, crew.

Each column may be missing, and an empty cell says nothing. ``gcs_eye``, ``gcs_verbal`` and
``gcs_motor`` are one examination where they stand, ``injury`` (none, blunt, penetrating) and
``infection_suspected`` (0, 1) are the crew's word from that row on. What of it cannot be read ends
the reading, since nobody's injury is guessed; a pressure that is no number was not measured.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from clinical.items import CrewExamination
from clinical.scores.chart import RefusalReason
from clinical.scores.choice import INFECTION, INJURY, Injury
from clinical.scores.gcs import Gcs, GcsPart
from clinical.scores.gcs import score as scored
from clinical.scores.observed import PLAUSIBLE_COLUMN
from clinical.scores.points import AGE
from clinical.vitals import Vital
from clinical.watch.scores.situated import SituatedScore
from goldenhour.feed import wording
from goldenhour.feed.wording import Language
from goldenhour.lab.cells import ON_OXYGEN as NO_OR_YES
from goldenhour.lab.cells import Cells, read_header, split_line
from goldenhour.lab.command import UnreadableError

_SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "scores": "Scores by situation: {scores}.",
        "asks": "{score}, which asks for a response",
        "refused": "{name} refused ({reasons})",
        "bound": "{name} {sign} {bound:g} ({reasons})",
        "MISSING": "missing",
        "STALE": "too old",
        "IMPLAUSIBLE": "implausible",
        "AGE": "not for this age",
        "PREGNANT": "not in pregnancy",
        "UNTESTABLE": "cannot be tested",
        "SITUATION": "said to be none",
    },
    "zh-CN": {
        "scores": "按情况使用的评分:{scores}。",
        "asks": "{score},需要处置",
        "refused": "{name} 不适用({reasons})",
        "bound": "{name} {sign} {bound:g}({reasons})",
        "MISSING": "缺失",
        "STALE": "已过时",
        "IMPLAUSIBLE": "不合理",
        "AGE": "不适用于该年龄",
        "PREGNANT": "不适用于妊娠",
        "UNTESTABLE": "无法测试",
        "SITUATION": "已说明无",
    },
}


@dataclass(frozen=True, slots=True)
class Beside:
    """What one row says beside its four vital signs."""

    age_years: int | None
    systolic_mmhg: float | None
    examination: CrewExamination | None
    """None: the crew said nothing in this row."""


def read_beside(lines: Iterable[str], patient: str) -> Iterator[Beside]:
    """Yield what each row of a patient says, in order.

    Raises:
        UnreadableError: a cell holds what its column cannot; the message names column and line.

    """
    remaining = iter(lines)
    header = read_header(next(remaining, ""), ())
    for number, line in enumerate(remaining, 2):
        texts = dict(zip(header, split_line(line), strict=False))
        if texts.get("patient", "").strip() == patient:
            yield _read(Cells(texts), number)


def told(scores: Iterable[SituatedScore], name: str, language: Language) -> str:
    """Return the scores by situation in a plain sentence."""
    say = _SENTENCES[name]
    return say["scores"].format(scores="; ".join(_said(one, say, language) for one in scores))


def _read(cells: Cells, number: int) -> Beside:
    injury, age = cells.text(INJURY), cells.number(AGE)
    pressure = cells.number(Vital.SYSTOLIC)
    responses = [cells.number(part) for part in GcsPart]
    eye, verbal, motor = (None if one is None else int(one) for one in responses)
    infection = cells.choice(INFECTION, NO_OR_YES)
    scale = Gcs(eye, verbal, motor)
    wrong = [column for column in cells.unusable if column != Vital.SYSTOLIC]
    wrong += [INJURY] if injury and injury not in set(Injury) else []
    wrong += [AGE] if age is not None and not _plausible(AGE, age) else []
    if scale != Gcs():
        reasons = getattr(scored(scale), "reasons", ())
        wrong += [one.column for one in reasons if one.reason is RefusalReason.IMPLAUSIBLE]
        wrong += [part for part, one in zip(GcsPart, responses, strict=True) if one and one % 1]
    if wrong:
        message = f"line {number} has no usable {wrong[0]}"
        raise UnreadableError(message)
    examination = CrewExamination(
        gcs=None if scale == Gcs() else scale,
        injury=Injury(injury) if injury else None,
        infection_suspected=infection,
    )
    said = None if examination == CrewExamination() else examination
    return Beside(None if age is None else int(age), pressure, said)


def _plausible(column: str, value: float) -> bool:
    limits = PLAUSIBLE_COLUMN[column]
    return limits.lowest <= value <= limits.highest


def _said(one: SituatedScore, say: Mapping[str, str], language: Language) -> str:
    name = "qSOFA" if one.name == "QSOFA" else one.name
    reasons = ", ".join(_reason(refusal, say, language) for refusal in one.refusals)
    if one.value is not None:
        score = f"{name} {one.value:g}"
    elif one.bound is not None:
        sign = "≥" if one.name == "QSOFA" else "≤"
        score = say["bound"].format(name=name, sign=sign, bound=one.bound, reasons=reasons)
    else:
        score = say["refused"].format(name=name, reasons=reasons)
    return say["asks"].format(score=score) if one.asks else score


def _reason(refusal: str, say: Mapping[str, str], language: Language) -> str:
    reason, _, column = refusal.partition(":")
    return f"{wording.subject(column, language)}: {say[reason]}"

"""Published scores over a table of patients: text in, text out, one row for one row.

Every physical line after the header is one row, so that a stray quote or an over-long field spoils
its own row and no other.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from clinical.scores import mgap, news2, npews, rts, shock_index
from clinical.scores.chart import Refusal, RefusalReason, Refused, Result, Scored
from clinical.scores.index import Index, IndexResult, NoIndex
from clinical.scores.mews import MEWS
from clinical.scores.news2 import News2Inputs
from clinical.scores.observed import PLAUSIBLE_COLUMN, Observed
from clinical.scores.qsofa import QSOFA
from clinical.scores.rems import REMS
from clinical.scores.rox import rox
from clinical.vitals import Spo2Scale
from goldenhour.lab.cells import ON_OXYGEN, Cells, read_header, split_line

OUT_COLUMNS: Final = ("id", "score", "total", "band", "parts", "refusal")
IN_COLUMNS: Final = (
    "id",
    "score",
    "age_years",
    "respiration_per_min",
    "spo2_percent",
    "spo2_scale",
    "on_oxygen",
    "systolic_mmhg",
    "heart_rate_bpm",
    "consciousness",
    "temperature_c",
)

_SPO2_SCALE: Final[Mapping[float, Spo2Scale]] = {
    1.0: Spo2Scale.SCALE_1,
    2.0: Spo2Scale.SCALE_2,
}


def _news2(cells: Cells) -> Result:
    return news2.score(
        News2Inputs(
            age_years=cells.number("age_years"),
            respiration_per_min=cells.number("respiration_per_min"),
            spo2_percent=cells.number("spo2_percent"),
            spo2_scale=cells.choice("spo2_scale", _SPO2_SCALE),
            on_oxygen=cells.choice("on_oxygen", ON_OXYGEN),
            systolic_mmhg=cells.number("systolic_mmhg"),
            heart_rate_bpm=cells.number("heart_rate_bpm"),
            consciousness=cells.consciousness(),
            temperature_c=cells.number("temperature_c"),
            unusable=cells.unusable,
        )
    )


def _observed(cells: Cells) -> Observed:
    numbers = {column: cells.number(column) for column in PLAUSIBLE_COLUMN}
    words = {column: cells.text(column) for column in (npews.DISTRESS, mgap.MECHANISM)}
    return Observed(
        numbers={column: number for column, number in numbers.items() if number is not None},
        words={column: word for column, word in words.items() if word},
        consciousness=cells.consciousness(),
        on_oxygen=cells.choice("on_oxygen", ON_OXYGEN),
        unusable=cells.unusable,
    )


_FROM_OBSERVED: Final[Mapping[str, Callable[[Observed], Result | IndexResult]]] = {
    "MEWS": MEWS.score,
    "QSOFA": QSOFA.score,
    "SHOCK_INDEX": shock_index.shock_index,
    "SIPA": shock_index.age_adjusted,
    "RTS": rts.weighted,
    "T-RTS": rts.triage,
    "REMS": REMS.score,
    "ROX": rox,
    "NPEWS": npews.score,
    "MGAP": mgap.score,
}

SCORES: Final = ("NEWS2", *_FROM_OBSERVED)
"""Every name that the column ``score`` may have."""


def _score(cells: Cells) -> Result | IndexResult:
    name = cells.text("score")
    if name == "NEWS2":
        return _news2(cells)
    named = _FROM_OBSERVED.get(name)
    if named is None:
        return Refused((Refusal(RefusalReason.UNKNOWN_SCORE, "score"),), {})
    return named(_observed(cells))


def _outcome(result: Result | IndexResult) -> tuple[str, str, str, str]:
    """Return total, band, parts and refusal as cells."""
    match result:
        case Scored():
            return str(result.total), result.band or "", _json(result.parts), ""
        case Index():
            return _decimal(result.value), "", _json(result.parts), ""
        case Refused():
            known = {**result.parts, "at_least": result.at_least}
            return "", "", _json(known), _reasons(result.reasons)
        case NoIndex():
            parts = {**result.parts, "at_least": round(result.at_least, 4)}
            return "", "", _json(parts), _reasons(result.reasons)


def _reasons(reasons: Iterable[Refusal]) -> str:
    return ";".join(str(reason) for reason in reasons)


def _decimal(value: float) -> str:
    """Return a number with four decimals, as the weights of the RTS have, without idle zeros."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _json(parts: Mapping[str, float]) -> str:
    return json.dumps(dict(parts), separators=(",", ":"))


def score_lines(lines: Iterable[str]) -> Iterator[Sequence[str]]:
    """Yield the header and one row of ``OUT_COLUMNS`` for each row of a CSV table.

    Lines without any character are no rows.

    Raises:
        HeaderError: the header lacks a column or has one twice.

    """
    remaining = iter(lines)
    header = read_header(next(remaining, ""), IN_COLUMNS)
    yield OUT_COLUMNS
    for line in remaining:
        if line.strip("\r\n"):
            values = split_line(line)
            cells = Cells(dict(zip(header, values, strict=False)))
            outcome = _outcome(_score(cells))
            yield (cells.text("id"), cells.text("score"), *outcome)

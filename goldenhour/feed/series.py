"""A CT series of the feed as one line of plain text, English and Simplified Chinese; pure."""

from typing import Final

from clinical.imaging.geometry import GeometryProblem
from clinical.instant import SECOND_US, to_datetime
from goldenhour.feed.wording import Language
from wire.series import SeriesStage, SeriesWord

_PATIENT_DIGITS: Final = 6
_STAGES: Final = {
    SeriesStage.ANNOUNCED: ("CT series announced", "CT序列已通报"),
    SeriesStage.VIEWABLE: ("CT series viewable", "CT序列可阅"),
    SeriesStage.COMPLETE: ("CT series complete", "CT序列完整"),
    SeriesStage.INCOMPLETE: ("CT series INCOMPLETE", "CT序列不完整"),
}
_PROBLEMS: Final = {
    GeometryProblem.TILTED: ("gantry tilted", "机架倾斜"),
    GeometryProblem.UNEVEN: ("slices unevenly apart", "层距不均"),
    GeometryProblem.GAP: ("gap between slices", "层间有空隙"),
    GeometryProblem.NOT_PARALLEL: ("slices not parallel", "层面不平行"),
    GeometryProblem.MISSING_SLICES: ("slices missing", "缺层"),
    GeometryProblem.REPEATED: ("slices repeated", "层面重复"),
}
_SLICES: Final = ("{received} of {announced} slices", "{received}/{announced}层")
_FIRST: Final = ("first image after {seconds:.1f} s", "首图用时{seconds:.1f}秒")


def series_line(word: SeriesWord, language: Language) -> str:
    """Return what is said of a series: which, how far, how soon, and what a reader must know."""
    chosen = 0 if language is Language.EN else 1
    announced = "?" if word.slices_announced is None else word.slices_announced
    facts = [_SLICES[chosen].format(received=word.slices_received, announced=announced)]
    if word.first_image_latency_us is not None:
        facts.append(_FIRST[chosen].format(seconds=word.first_image_latency_us / SECOND_US))
    facts += [_problem(problem, word, chosen) for problem in word.problems]
    who = f"CT  {word.unit_id:12} {word.encounter_id[-_PATIENT_DIGITS:]:{_PATIENT_DIGITS}}"
    stage, when = _STAGES[word.stage][chosen], f"{to_datetime(word.at_us):%H:%M:%S}"
    return f"{who}  {stage}  ({', '.join(facts)})  {when}"


def _problem(problem: GeometryProblem, word: SeriesWord, chosen: int) -> str:
    said = _PROBLEMS[problem][chosen]
    if problem is GeometryProblem.TILTED and word.tilt_deg is not None:
        return f"{said} {word.tilt_deg:.1f}°"
    return said

"""What of a crew's examinations is still the newest, and how it is written down."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from clinical.items import EXAMINATION_PARTS, CrewExamination
from clinical.scores.choice import INFECTION, INJURY, Injury
from clinical.scores.gcs import Gcs, GcsPart
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen


@dataclass(frozen=True, slots=True)
class Examined:
    """An examination with those of its parts that no later one has again."""

    captured_us: int
    examination: CrewExamination


def with_one_more(
    before: tuple[Examined, ...], examination: CrewExamination, captured_us: int
) -> tuple[Examined, ...]:
    """Return what is the newest of each part, oldest first, after one more examination.

    It may have been captured before those that are known; of two at one instant this one counts.
    """
    later = {
        part for one in before if one.captured_us > captured_us for part in _stated(one.examination)
    }
    news = _without(examination, later)
    known = [replace(one, examination=_without(one.examination, _stated(news))) for one in before]
    every = (*known, Examined(captured_us, news))
    stating = (one for one in every if _stated(one.examination))
    return tuple(sorted(stating, key=attrgetter("captured_us")))


def newest(examined: Iterable[Examined], part: str) -> Examined | None:
    """Return the examination that has this part; None: none has."""
    return next((one for one in examined if part in _stated(one.examination)), None)


def examined_to_plain(examined: tuple[Examined, ...]) -> list[Any]:
    """Return examinations as plain data."""
    return [[one.captured_us, _to_plain(one.examination)] for one in examined]


def examined_from_plain(plain: Iterable[Any]) -> tuple[Examined, ...]:
    """Return what ``examined_to_plain`` wrote down; an earlier release knew no situation."""
    return tuple(Examined(captured_us, _from_plain(one)) for captured_us, one in plain)


def _stated(examination: CrewExamination) -> tuple[str, ...]:
    return tuple(part for part in EXAMINATION_PARTS if getattr(examination, part) is not None)


def _without(examination: CrewExamination, parts: Iterable[str]) -> CrewExamination:
    gone: dict[str, Any] = dict.fromkeys(parts)
    return replace(examination, **gone)


def _to_plain(examination: CrewExamination) -> dict[str, Any]:
    gcs, stroke, race = examination.gcs, examination.stroke, examination.race
    return {
        "person": examination.person,
        "gcs": gcs and [gcs.eye, gcs.verbal, gcs.motor, sorted(map(str, gcs.untestable))],
        "stroke": stroke and list(stroke.signs.values()),
        "race": race
        and [race.face, race.arm, race.leg, race.gaze, race.aphasia, race.agnosia, race.weak_side],
        "last_known_well_us": examination.last_known_well_us,
        INJURY: examination.injury,
        INFECTION: examination.infection_suspected,
    }


def _from_plain(plain: dict[str, Any]) -> CrewExamination:
    gcs, stroke, race = plain["gcs"], plain["stroke"], plain["race"]
    injury = plain.get(INJURY)
    return CrewExamination(
        person=plain["person"],
        gcs=None if gcs is None else _gcs(*gcs),
        stroke=None if stroke is None else StrokeScreen(*stroke),
        race=None if race is None else _race(*race),
        last_known_well_us=plain["last_known_well_us"],
        injury=None if injury is None else Injury(injury),
        infection_suspected=plain.get(INFECTION),
    )


def _gcs(eye: int | None, verbal: int | None, motor: int | None, untestable: list[str]) -> Gcs:
    return Gcs(eye, verbal, motor, frozenset(GcsPart(part) for part in untestable))


def _race(*plain: Any) -> Race:  # noqa: ANN401 - plain data
    face, arm, leg, gaze, aphasia, agnosia, side = plain
    weak_side = None if side is None else WeakSide(side)
    return Race(face, arm, leg, gaze, weak_side, aphasia, agnosia)

"""Stroke and coma, as the crew's examinations of one patient show them.

Of a *stroke* the newest examination decides that says anything: an abnormal sign, or a RACE of 5
and more, is a suspicion; five normal signs end it, and the alarm stays until a person resets it. An
examination that was not finished and found nothing says neither: it begins nothing and ends
nothing. What becomes known while the suspicion lasts (RACE, when the patient was last well) is said
under the same alarm.

Of *coma* only a whole Glasgow Coma Scale is judged: against the best that was captured in this
encounter, and by itself. Without a total, because a response cannot be tested or was not examined,
nothing begins and nothing ends.

An examination counts by when it was captured. One that comes late, behind a newer one that
decided, is for the record; a better total that comes late is still the best that there was.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.instant import MINUTE_US, to_datetime
from clinical.items import CrewExamination
from clinical.scores import gcs, race
from clinical.scores.chart import Refused
from clinical.scores.stroke_screen import Verdict, verdict
from clinical.watch.crew.examined import (
    Examined,
    examined_from_plain,
    examined_to_plain,
    newest,
    with_one_more,
)
from clinical.watch.finding import NO_FINDINGS, Findings, findings_of, release, renew, withdraw

_Total = tuple[int, int, str, FrameRef]
"""When it was captured, the total, as it is written down, and by which frame."""
_Values = dict[str, float | str]


class Examining:
    """What the crew's examinations show of one patient."""

    __slots__ = (
        "_best",
        "_cleared_us",
        "_coma",
        "_coma_us",
        "_decided_us",
        "_signs",
        "_stroke",
        "_stroke_us",
        "_told",
        "_total",
        "shown",
    )

    def __init__(self) -> None:
        """Begin with nothing examined."""
        self.shown: tuple[Examined, ...] = ()
        """The newest of each kind, oldest first; never changed in place."""
        self._stroke = FlagCondition(RULES[Cause.STROKE_SUSPECTED])
        self._coma = FlagCondition(RULES[Cause.GCS_LOW])
        self._stroke_us = self._coma_us = 0
        """When what holds began."""
        self._decided_us = 0
        """When the newest examination was captured that says whether it is a stroke."""
        self._cleared_us = 0
        """When the newest was that spoke against it."""
        self._signs = ""
        """The abnormal signs of the newest that had some."""
        self._told: _Values = {}
        """What was said of the stroke last."""
        self._best = 0
        self._total: _Total | None = None

    def on_item(
        self, item: CrewExamination, captured_us: int, frame: FrameRef, age_years: int | None
    ) -> Findings:
        """Judge an examination of a patient of this age.

        That somebody was well in the future, or before there was time, says nothing.
        """
        well_us = item.last_known_well_us
        if well_us is not None and not 0 <= well_us <= captured_us:
            item = replace(item, last_known_well_us=None)
        self.shown = with_one_more(self.shown, item, captured_us)
        return self._judge_stroke(item, captured_us, frame, age_years) + self._judge_coma(
            item, captured_us, frame
        )

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        return withdraw(self._stroke, at_us) + withdraw(self._coma, at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while nothing was examined."""
        if not self.shown:
            return {}
        total = self._total
        return {
            "shown": examined_to_plain(self.shown),
            "stroke": self._stroke.snapshot(),
            "stroke_us": self._stroke_us,
            "decided_us": self._decided_us,
            "cleared_us": self._cleared_us,
            "signs": self._signs,
            "told": dict(self._told),
            "coma": self._coma.snapshot(),
            "coma_us": self._coma_us,
            "best": self._best,
            "total": None if total is None else [*total[:3], frame_to_plain(total[3])],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; an empty one is the beginning."""
        if not state:
            return
        self.shown = examined_from_plain(state["shown"])
        self._stroke.restore(state["stroke"])
        self._stroke_us, self._coma_us = state["stroke_us"], state["coma_us"]
        self._decided_us = state["decided_us"]
        self._cleared_us = state["cleared_us"]
        self._signs = state["signs"]
        self._told = dict(state["told"])
        self._coma.restore(state["coma"])
        self._best = state["best"]
        if state["total"] is not None:
            at_us, total, words, frame = state["total"]
            self._total = (at_us, total, words, frame_from_plain(frame))

    def _judge_stroke(
        self, item: CrewExamination, at_us: int, frame: FrameRef, age_years: int | None
    ) -> Findings:
        said = _says_stroke(item, age_years)
        if said is not None and at_us >= self._decided_us:
            self._decided_us = at_us
            if not said:
                self._cleared_us, self._signs, self._told = at_us, "", {}
                return release(self._stroke, at_us, frame)
            if item.stroke is not None and item.stroke.abnormal:
                self._signs = ", ".join(item.stroke.abnormal)
            changes = self._stroke.set(active=True, at_us=at_us, frame=frame)
            if changes:
                self._stroke_us = changes[0].since_us
                self._told = self._known(age_years)
                return findings_of(self._stroke, changes, _aged(self._told, self.shown, at_us))
        known = self._known(age_years)
        if self._stroke.raised is None or known == self._told:
            return NO_FINDINGS
        self._told = known
        at_us = max(at_us, self._decided_us)
        return renew(self._stroke, self._stroke_us, at_us, _aged(known, self.shown, at_us))

    def _known(self, age_years: int | None) -> _Values:
        """Return what is known of the suspicion."""
        values: _Values = {"stroke_signs": self._signs} if self._signs else {}
        scaled = newest(self.shown, "race")
        if scaled is not None and scaled.captured_us >= self._cleared_us:
            result = race.score(scaled.examination.race or race.Race(), age_years)
            name = "race_at_least" if isinstance(result, Refused) else "race_total"
            if result.parts:
                values[name] = result.at_least
            if race.likely(result):
                values["large_vessel_occlusion"] = "likely"
        well = newest(self.shown, "last_known_well_us")
        values["last_known_well"] = "unknown" if well is None else _clock(well)
        return values

    def _judge_coma(self, item: CrewExamination, at_us: int, frame: FrameRef) -> Findings:
        total = None if item.gcs is None else gcs.total(item.gcs)
        if item.gcs is None or total is None:
            return NO_FINDINGS
        best, known = max(self._best, total), self._total
        if known is None or at_us >= known[0]:
            known = (at_us, total, gcs.words(item.gcs), frame)
        elif best == self._best:
            return NO_FINDINGS
        self._best, self._total = best, known
        newest_us, points, words, named = known
        level = None
        if points <= gcs.COMA_TOTAL:
            level = Priority.HIGH
        elif best - points >= gcs.FALL_POINTS:
            level = Priority.MEDIUM
        values: _Values = {"gcs": words, "gcs_best": best}
        stood = self._coma.raised
        changes = self._coma.set_level(level, newest_us, named)
        if stood is not None and stood is level:
            return renew(self._coma, self._coma_us, newest_us, values)
        if stood is None and changes:
            self._coma_us = changes[0].since_us
        return findings_of(self._coma, changes, values)


def _says_stroke(item: CrewExamination, age_years: int | None) -> bool | None:
    """Return whether an examination speaks for a stroke; None: it says neither."""
    said = Verdict.INCOMPLETE if item.stroke is None else verdict(item.stroke)
    scaled = item.race is not None and race.likely(race.score(item.race, age_years))
    if scaled or said is Verdict.POSITIVE:
        return True
    return False if said is Verdict.NEGATIVE else None


def _clock(well: Examined) -> str:
    """Return when a patient was last known well, to the minute."""
    return f"{to_datetime(well.examination.last_known_well_us or 0):%Y-%m-%d %H:%M} UTC"


def _aged(values: _Values, examined: tuple[Examined, ...], at_us: int) -> _Values:
    """Return what is known with how long ago the patient was well, in minutes."""
    well = newest(examined, "last_known_well_us")
    well_us = None if well is None else well.examination.last_known_well_us
    if well_us is None:
        return values
    return {**values, "well_minutes_ago": (at_us - well_us) // MINUTE_US}

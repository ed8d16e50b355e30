"""The deterioration index of a patient in the watch, and the alarm that it asks for.

Hosts ``clinical.deterioration`` by the minute (``minutes``): the index reads the levels of each
closed minute, oxygen and consciousness as they are known by then. Far below its threshold it is
judged every ``CALM_EVERY_MINUTES``: it speaks of hours, and its memory gives the same for data of
any rate. DETERIORATION begins with an
alert of the model's own rule: the threshold is reached, and the patient had no alert for a day. It
ends after ``CLEAR_MINUTES`` in a row well below the threshold, so that an index that wobbles about
it is one alarm. While NEWS2_HIGH covers the patient it does not begin. A minute of a backlog is
taken in but neither begins nor ends the alarm; what is still so when live data comes, is said then.

The model was trained on adults and holds nothing of pregnancy (``docs/models/deterioration.md``):
of a child and in pregnancy there is no index.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef
from clinical.alarms.rule import Cause
from clinical.deterioration.explanation import drivers
from clinical.deterioration.inputs import COLUMNS
from clinical.deterioration.model import trained
from clinical.deterioration.patient_index import Assessment, PatientIndex, Row
from clinical.vitals import Consciousness, Vital
from clinical.watch.carry import Carry
from clinical.watch.finding import NO_FINDINGS, Findings, hold, release, withdraw
from clinical.watch.outlook.minutes import ClosedMinute

CLEAR_SHARE: Final = 0.75
"""Of the threshold; an index below it is clear of it."""

CLEAR_MINUTES: Final = 10
"""Clear judged minutes in a row after which the alarm is over."""

CALM_SHARE: Final = 0.5
"""Of the threshold; an index below it is judged less often."""

CALM_EVERY_MINUTES: Final = 3
"""How often an index far below its threshold is judged."""

DRIVERS_TOLD: Final = 3
"""Vitals that are named as what drives the index."""

_VITALS: Final = tuple(Vital(column) for column in COLUMNS if column in set(Vital))


class Driver(NamedTuple):
    """A vital that pushes the index."""

    column: str
    """The vital, ``fio2`` or ``consciousness``."""
    odds_factor: float
    """Above 1 raises the index, below 1 lowers it."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The index of one minute, with what drives it and how sure it is."""

    at_us: int
    """End of that minute."""
    index: float
    """0 to 1."""
    certainty: float
    """0 to 1: how much of what the index rests on is known and fresh."""
    drivers: tuple[Driver, ...]
    """Strongest first."""
    alert: bool
    """Whether the alarm holds."""


class Deteriorating:
    """The index of one patient in the watch."""

    __slots__ = ("_called", "_carry", "_clear", "_condition", "_due", "_index", "_plain", "outlook")

    def __init__(self, carry: Carry) -> None:
        """Begin with nothing known; ``carry`` holds the newest values."""
        self._carry = carry
        self._index = PatientIndex(trained())
        self._condition = FlagCondition(RULES[Cause.DETERIORATION])
        self._called = False
        """Whether the model's rule has given an alert that is not over."""
        self._clear = 0
        self._due = 0
        """The minute from which on a row is taken."""
        self._plain: dict[str, Any] | None = None
        self.outlook: Outlook | None = None
        """The index of the last closed minute; None before, and where there is none."""

    def on_minute(
        self, closed: ClosedMinute, at_us: int, frame: FrameRef, *, judged: bool, covered: bool
    ) -> Findings:
        """Take a closed minute in, and judge it.

        ``judged`` tells whether the model is for this patient, ``covered`` whether a graver alarm
        speaks for the patient already; ``frame`` is the one that closed the minute, at ``at_us``.
        """
        if not judged:
            self.outlook = None
            return self.close(at_us)
        if closed.minute < self._due:
            return NO_FINDINGS
        self._plain = None
        found = self._index.on_item(self._row(closed, at_us))
        self._called = self._called or found.alert
        findings = self._judge(found, at_us, frame, covered=covered) if closed.live else NO_FINDINGS
        self.outlook = self._shown(closed, found)
        calm = not self._called and found.index < CALM_SHARE * trained().alert.threshold
        self._due = closed.minute + (CALM_EVERY_MINUTES if calm else 1)
        return findings

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        self._called = False
        self._clear = 0
        self._plain = None
        return withdraw(self._condition, at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; it is not changed afterwards."""
        if self._plain is None:
            self._plain = {
                "index": self._index.snapshot(),
                "condition": self._condition.snapshot(),
                "called": self._called,
                "clear": self._clear,
                "due": self._due,
                "outlook": None if self.outlook is None else _plain(self.outlook),
            }
        return self._plain

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; an empty one is the beginning."""
        if not state:
            return
        self._index.restore(state["index"])
        self._condition.restore(state["condition"])
        self._called = state["called"]
        self._clear = state["clear"]
        self._due = state["due"]
        plain = state["outlook"]
        self.outlook = None if plain is None else _outlook(*plain)

    def _row(self, closed: ClosedMinute, now_us: int) -> Row:
        carry, levels = self._carry, closed.levels
        consciousness = carry.assessed(now_us)
        return Row(
            float(closed.minute),
            (*(levels.get(vital) for vital in _VITALS), None),
            carry.on_oxygen,
            None if consciousness is None else consciousness is not Consciousness.ALERT,
        )

    def _judge(self, found: Assessment, at_us: int, frame: FrameRef, *, covered: bool) -> Findings:
        threshold = trained().alert.threshold
        if self._condition.raised is None:
            self._called = self._called and found.index >= threshold
            if not self._called or covered:
                return NO_FINDINGS
            return hold(self._condition, at_us, frame, self._values(found))
        self._clear = self._clear + 1 if found.index < CLEAR_SHARE * threshold else 0
        if self._clear < CLEAR_MINUTES:
            return NO_FINDINGS
        self._clear, self._called = 0, False
        return release(self._condition, at_us, frame)

    def _values(self, found: Assessment) -> dict[str, float | str]:
        """Return the index, how sure it is, and what drives it, by name."""
        values: dict[str, float | str] = {
            "deterioration_index": found.index,
            "certainty_percent": round(100 * found.certainty),
        }
        levels = dict(zip(COLUMNS, self._index.levels, strict=True))
        for one in drivers(found.pushes, DRIVERS_TOLD):
            level = levels.get(one.column)
            if level is not None:
                values[one.column] = round(level, 2 if level < 1 else 1)
            values[f"{one.column}_odds"] = one.odds_factor
        return values

    def _shown(self, closed: ClosedMinute, found: Assessment) -> Outlook:
        told = drivers(found.pushes, DRIVERS_TOLD)
        return Outlook(
            closed.end_us,
            found.index,
            round(found.certainty, 3),
            tuple(Driver(one.column, one.odds_factor) for one in told),
            self._condition.raised is not None,
        )


def _plain(outlook: Outlook) -> list[Any]:
    told = [list(one) for one in outlook.drivers]
    return [outlook.at_us, outlook.index, outlook.certainty, told, outlook.alert]


def _outlook(at_us: int, index: float, certainty: float, told: Any, alert: bool) -> Outlook:  # noqa: ANN401, FBT001 - plain data
    return Outlook(at_us, index, certainty, tuple(Driver(*one) for one in told), alert)

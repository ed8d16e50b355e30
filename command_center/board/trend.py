"""The trend of each patient as the board draws it: bounded, thinned, forgotten with the patient.

A point is kept at most every ``STEP_US``, so the board sees the shape of twenty minutes; the record
of a patient is the log, not this. Points lie packed: as objects those of a hundred patients weighed
20 MB.
"""

import math
from collections import deque
from dataclasses import dataclass
from itertools import takewhile
from struct import Struct
from typing import Final

from clinical.vitals import Vital
from clinical.watch.picture.picture import PictureRow

STEP_US: Final = 2_000_000
"""Shortest time between two points of a patient."""

MOST_POINTS: Final = 600
"""Points kept of each patient, the newest: twenty minutes."""

SPARK_POINTS: Final = 40
"""Points of a sparkline; each is the worst of its share of the trend."""

_PACKED: Final = Struct(f"<qh{len(Vital)}d")
"""An instant, a score, and the values in the order of ``Vital``."""

_UNKNOWN: Final = -1
"""Stands for a score of which nothing is known; a value is not a number then."""


@dataclass(frozen=True, slots=True)
class Point:
    """A patient at one instant."""

    at_us: int
    """By the partition's own time."""
    news2: int | None
    """Total, or what it is at least; None while nothing is known."""
    values: tuple[float | None, ...]
    """In the order of ``Vital``; None where no value was valid."""

    def packed(self) -> bytes:
        """Return it as it is kept."""
        news2 = _UNKNOWN if self.news2 is None else self.news2
        values = [math.nan if value is None else value for value in self.values]
        return _PACKED.pack(self.at_us, news2, *values)


def _point(packed: bytes) -> Point:
    at_us, news2, *values = _PACKED.unpack(packed)
    return Point(
        at_us,
        None if news2 == _UNKNOWN else news2,
        tuple(None if math.isnan(value) else value for value in values),
    )


class Trends:
    """The newest points of every patient."""

    def __init__(self) -> None:
        self._points: dict[str, deque[bytes]] = {}
        self._newest_us: dict[str, int] = {}
        self._sparks: dict[str, list[int | None]] = {}

    def take(self, row: PictureRow, stamped_us: int) -> None:
        """Take in a picture of a patient, unless it is too soon after the last."""
        newest_us = self._newest_us.get(row.encounter_id)
        if newest_us is not None and stamped_us - newest_us < STEP_US:
            return
        values = {vital.vital: vital.value for vital in row.vitals}
        point = Point(stamped_us, known_score(row), tuple(values.get(v) for v in Vital))
        points = self._points.setdefault(row.encounter_id, deque(maxlen=MOST_POINTS))
        points.append(point.packed())
        self._newest_us[row.encounter_id] = stamped_us
        self._sparks.pop(row.encounter_id, None)

    def forget(self, encounter_id: str) -> None:
        """Let go of a patient."""
        self._points.pop(encounter_id, None)
        self._newest_us.pop(encounter_id, None)
        self._sparks.pop(encounter_id, None)

    def points(self, encounter_id: str, after_us: int = 0) -> list[Point]:
        """Return the points of a patient after an instant, oldest first."""
        points = map(_point, reversed(self._points.get(encounter_id, ())))
        newer = list(takewhile(lambda point: point.at_us > after_us, points))
        return newer[::-1]

    def spark(self, encounter_id: str) -> list[int | None]:
        """Return the scores of the whole trend in at most ``SPARK_POINTS``, oldest first."""
        if encounter_id not in self._sparks:
            self._sparks[encounter_id] = self._thinned(encounter_id)
        return self._sparks[encounter_id]

    def _thinned(self, encounter_id: str) -> list[int | None]:
        scores = [point.news2 for point in self.points(encounter_id)]
        share = -(-len(scores) // SPARK_POINTS) or 1
        return [_worst(scores[start : start + share]) for start in range(0, len(scores), share)]


def known_score(row: PictureRow) -> int | None:
    """Return the total of the score in use, or where it was refused what it is at least."""
    if row.score is not None:
        return row.score.at_least if row.score.total is None else row.score.total
    return row.news2_at_least if row.news2_total is None else row.news2_total


def _worst(scores: list[int | None]) -> int | None:
    return max((score for score in scores if score is not None), default=None)

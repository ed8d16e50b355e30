"""Where units are: real drives through a town, laid on a map at a place that the scenario names.

A drive is recorded as a fix about every 5 s; between two fixes the unit goes straight on. At the
end it turns and drives back, so a story can be longer than the recording. Metres become degrees on
the sphere, which over a town is nearer to the truth than a receiver is.
"""

import csv
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import atan2, cos, degrees, hypot, radians
from pathlib import Path
from typing import Final

from simulators.scenario import TRACKS, Scenario
from wire.unit_items import Position, UnitKind

METRES_PER_DEGREE: Final = 111_195.0
"""Of latitude, on a sphere of 6,371 km."""

STANDING_KMH: Final = 3.0
"""Below this the noise of the receiver turns the course; then none is stated."""

_KMH: Final = 3.6


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a drive was, from where it began."""

    second: float
    east_m: float
    north_m: float


@dataclass(frozen=True, slots=True)
class Travel:
    """The way of one unit."""

    kind: UnitKind
    start_deg: tuple[float, float]
    """Latitude and longitude where the way begins."""
    track: Sequence[Fix] = ()
    """Empty: the unit stands."""

    def at(self, second: float) -> Position:
        """Return the position so many seconds after the beginning."""
        if not self.track:
            return Position(*self.start_deg, 0.0, None, self.kind)
        length_s = self.track[-1].second
        lap, into_s = divmod(max(0.0, second), length_s)
        back = lap % 2 == 1
        return self._position(length_s - into_s if back else into_s, back=back)

    def _position(self, second: float, *, back: bool) -> Position:
        place = bisect_right(self.track, second, key=lambda fix: fix.second)
        place = min(max(place, 1), len(self.track) - 1)
        before, after = self.track[place - 1], self.track[place]
        east_m, north_m = after.east_m - before.east_m, after.north_m - before.north_m
        gap_s = after.second - before.second
        part = (second - before.second) / gap_s
        speed_kmh = hypot(east_m, north_m) / gap_s * _KMH
        course_deg = degrees(atan2(-east_m, -north_m) if back else atan2(east_m, north_m)) % 360
        return Position(
            *moved(self.start_deg, before.east_m + part * east_m, before.north_m + part * north_m),
            round(speed_kmh, 1),
            round(course_deg, 1) if speed_kmh >= STANDING_KMH else None,
            self.kind,
        )


def moved(start_deg: tuple[float, float], east_m: float, north_m: float) -> tuple[float, float]:
    """Return latitude and longitude of the place so many metres away."""
    latitude_deg, longitude_deg = start_deg
    across_m = METRES_PER_DEGREE * cos(radians(latitude_deg))
    north_deg, east_deg = north_m / METRES_PER_DEGREE, east_m / across_m
    return round(latitude_deg + north_deg, 6), round(longitude_deg + east_deg, 6)


def travels(scenario: Scenario) -> Mapping[str, Travel]:
    """Return the way of each unit that says where it is, by its id."""
    town_deg = scenario.town_deg
    if town_deg is None:
        return {}
    return {
        unit.id: Travel(
            UnitKind[unit.kind],
            moved(town_deg, *unit.at_m),
            () if unit.track is None else tracks(TRACKS)[unit.track],
        )
        for unit in scenario.units
        if unit.at_m is not None
    }


@cache
def tracks(path: Path) -> Mapping[str, Sequence[Fix]]:
    """Return the recorded drives by their names."""
    found: dict[str, list[Fix]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            fix = Fix(float(row["second"]), float(row["east_m"]), float(row["north_m"]))
            found.setdefault(row["track"], []).append(fix)
    for name, fixes in found.items():
        if any(after.second <= before.second for before, after in pairwise(fixes)):
            message = f"track {name}: the fixes are not in order"
            raise ValueError(message)
    return found

"""The shapes of a load: how the rate at which patients come moves over the measured time.

``constant`` gives every unit a patient for the whole time, so that sizes can be compared.
``ems`` plays the busiest day of a real week of calls, its 24 hours pressed into the measured time.
``disaster`` is a quiet day whose rate rises to ten times for a fifth of the measured time.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from goldenhour.bench.fleet.arrivals import Trip, arrivals_s, trips

CALLS: Final = Path(__file__).parent / "fixtures" / "ems_calls_week.csv"
HOURS: Final = 24
TRIP_HOURS: Final = 1.0
"""How long a unit is with one patient."""

BUSY_AT_PEAK: Final = 0.8
"""Part of the units that is under way in the busiest slot, on average."""

SURGE: Final = 10
"""By how much the rate of a disaster exceeds the hours before it."""

SURGE_HOURS: Final = range(10, 15)
"""A fifth of the day."""


class Shape(StrEnum):
    """How patients come."""

    CONSTANT = "constant"
    """Every unit has one all the time."""
    EMS = "ems"
    """As the calls of a real day."""
    DISASTER = "disaster"
    """Ten times as many from one hour to the next."""


def busiest_day(rows: Iterable[Mapping[str, str]]) -> list[int]:
    """Return the calls of each hour of the day with the most calls."""
    days: dict[str, dict[int, int]] = defaultdict(dict)
    for row in rows:
        days[row["day"]][int(row["hour"])] = int(row["calls"])
    day = max(days.values(), key=lambda hours: sum(hours.values()))
    return [day[hour] for hour in range(HOURS)]


def relative_rates(shape: Shape) -> Sequence[float]:
    """Return the rate of each hour as a part of the greatest."""
    if shape is Shape.CONSTANT:
        return [1.0] * HOURS
    if shape is Shape.DISASTER:
        return [1.0 if hour in SURGE_HOURS else 1 / SURGE for hour in range(HOURS)]
    with CALLS.open(encoding="utf-8", newline="") as file:
        calls = busiest_day(csv.DictReader(file))
    return [count / max(calls) for count in calls]


def carried(shape: Shape, units: int, seconds: float, seed: int) -> list[Trip]:
    """Return every trip of the measured time."""
    if shape is Shape.CONSTANT:
        return [Trip(unit, 0.0, 0.0, seconds) for unit in range(units)]
    hour_s = seconds / HOURS
    trip_s = TRIP_HOURS * hour_s
    peak_per_s = BUSY_AT_PEAK * units / trip_s
    rates = [part * peak_per_s for part in relative_rates(shape)]
    return trips(arrivals_s(rates, hour_s, seed), units, trip_s)

"""When patients come, and which unit carries whom: a seeded Poisson process over a load shape.

Pure. A shape is a row of rates, one per equal slot of the measured time. Patients come as a Poisson
process whose rate is constant within a slot; each takes the unit that was free first, for as long
as a trip lasts, and waits while none is free.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Trip:
    """One patient in one unit, in seconds of the measured time."""

    unit: int
    called_s: float
    begin_s: float
    end_s: float

    @property
    def waited_s(self) -> float:
        """From the call to the unit that was free."""
        return self.begin_s - self.called_s


def arrivals_s(rates_per_s: Sequence[float], slot_s: float, seed: int) -> list[float]:
    """Return when patients come; ``rates_per_s`` holds one rate for each slot."""
    rng = Random(seed)  # noqa: S311 - a load, not a secret
    came: list[float] = []
    for slot, rate in enumerate(rates_per_s):
        at_s = slot * slot_s
        end_s = at_s + slot_s
        while rate > 0 and (at_s := at_s + rng.expovariate(rate)) < end_s:
            came.append(at_s)
    return came


def trips(came_s: Sequence[float], units: int, trip_s: float) -> list[Trip]:
    """Return who carries whom; patients are taken in the order of their calls."""
    free = [(0.0, unit) for unit in range(units)]
    heapq.heapify(free)
    taken: list[Trip] = []
    for called_s in came_s:
        since_s, unit = heapq.heappop(free)
        begin_s = max(since_s, called_s)
        taken.append(Trip(unit, called_s, begin_s, begin_s + trip_s))
        heapq.heappush(free, (begin_s + trip_s, unit))
    return taken


def most_carried(taken: Sequence[Trip]) -> int:
    """Return how many patients were under way at the same time, at most."""
    steps = sorted([(it.begin_s, 1) for it in taken] + [(it.end_s, -1) for it in taken])
    now = most = 0
    for _, step in steps:
        now += step
        most = max(most, now)
    return most

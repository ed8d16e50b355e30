"""How many ordinary nights it takes to find each deliberate bug.

The nights are those that ``goldenhour world`` plays without a bug: nothing is chosen for what the
bug needs. A night counts when a promise was broken in it, and the same night without the bug keeps
every promise.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from goldenhour.world.bugs import BUGS
from goldenhour.world.case import Size, draw
from goldenhour.world.playing import Outcome, play_aside

AT_ONCE: Final = 12
"""Most nights of each process before it is looked whether the bug was found; at first it is one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one bug."""

    bug: str
    seed: int | None
    """The first seed in whose night it was found; None: in none."""
    promise: str | None
    """The first promise that it broke."""
    nights: int
    """Seeds from the first on, up to and with that one."""


def find_each(size: Size, first: int, seeds: int, jobs: int) -> Iterator[Found]:
    """Yield for each bug the first of so many ordinary nights in which it is found."""
    for bug in BUGS:
        yield find(bug, size, first, seeds, jobs)


def find(bug: str, size: Size, first: int, seeds: int, jobs: int) -> Found:
    """Play ordinary nights with a bug, in order, until it is found."""
    start, at_once = first, 1
    while start < first + seeds:
        end = min(start + at_once * jobs, first + seeds)
        cases = [draw(seed, size, bug) for seed in range(start, end)]
        start, at_once = end, min(2 * at_once, AT_ONCE)
        played = sorted(play_aside(cases, jobs), key=lambda one: one.case.seed)
        for outcome in played:
            if not outcome.clean and _clean_without(outcome):
                seed = outcome.case.seed
                return Found(bug, seed, next(iter(outcome.broken)), seed - first + 1)
    return Found(bug, None, None, seeds)


def _clean_without(outcome: Outcome) -> bool:
    case = msgspec.structs.replace(outcome.case, bug=None)
    return all(one.clean for one in play_aside([case], 1))

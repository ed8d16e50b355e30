"""Makes a failing case smaller: fewer faults, a shorter night, fewer units, as long as it fails.

Delta debugging (Zeller and Hildebrandt, IEEE Transactions on Software Engineering 28(2), 2002,
figure 3), without the complement's own granularity: leave out ever smaller runs of faults.
"""

from collections.abc import Callable, Iterator

import msgspec

from goldenhour.world.case import Case, Fault, without

Fails = Callable[[Case], bool]

_AFTER_S = 10
"""Seconds that a night goes on after its last fault."""


def shrink(case: Case, fails: Fails, tries: int = 60) -> Case:
    """Return the smallest case found that still fails, with so many tries."""
    for _ in range(tries):
        smaller = next((one for one in _smaller(case) if one != case and _spent(one, fails)), None)
        if smaller is None:
            return case
        case = smaller
    return case


def _spent(case: Case, fails: Fails) -> bool:
    return fails(case)


def _smaller(case: Case) -> Iterator[Case]:
    yield from (without(case, faults) for faults in _fewer(case.faults))
    last_s = max([fault.at_us for fault in case.faults], default=0) // 1_000_000
    for seconds in (last_s + _AFTER_S, case.seconds // 2, case.seconds - _AFTER_S):
        if _AFTER_S <= seconds < case.seconds:
            yield msgspec.structs.replace(case, seconds=seconds)
    for units in (1, case.units // 2, case.units - 1):
        if 1 <= units < case.units:
            yield msgspec.structs.replace(case, units=units)


def _fewer(faults: tuple[Fault, ...]) -> Iterator[tuple[Fault, ...]]:
    size = len(faults)
    while size:
        for start in range(0, len(faults), size):
            yield faults[:start] + faults[start + size :]
        size //= 2

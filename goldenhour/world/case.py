"""A case: everything that decides a run. The same case gives the same night, byte for byte.

A case is drawn from a seed, and then it is plain data: what is tried is a list of ``Fault``, so a
failing case can be made smaller by leaving faults out, and written down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final, NamedTuple

import msgspec

_S: Final = 1_000_000


class Kind(NamedTuple):
    """A kind of fault: whom it hits, how long it lasts, how often it is drawn."""

    target: str
    least_s: float
    most_s: float
    weight: int


KINDS: Final = {
    "kill-vehicle": Kind("vehicle", 0.2, 20, 6),
    "kill-gateway": Kind("gateway", 0.2, 10, 5),
    "kill-worker": Kind("worker", 0.2, 8, 8),
    "kill-center": Kind("center", 0.2, 8, 4),
    "kill-subscriber": Kind("subscriber", 0.2, 5, 3),
    "pause-vehicle": Kind("vehicle", 0.1, 8, 2),
    "pause-gateway": Kind("gateway", 0.1, 6, 3),
    "pause-worker": Kind("worker", 0.1, 12, 4),
    "pause-center": Kind("center", 0.1, 6, 2),
    "cut-link": Kind("vehicle", 0.5, 60, 8),
    "reset-link": Kind("vehicle", 0, 0, 5),
    "slow-link": Kind("vehicle", 1, 20, 3),
    "corrupt": Kind("vehicle", 0.1, 10, 3),
    "reset-feed": Kind("subscriber", 0, 15, 4),
    "log-stalls": Kind("log", 0.2, 8, 3),
    "log-doubtful": Kind("log", 0.1, 3, 4),
    "clock-steps": Kind("clock", 0, 0, 3),
    "disk-full": Kind("vehicle", 0.5, 15, 3),
    "rebalance": Kind("worker", 0, 0, 4),
    "hold-writes": Kind("program", 0.5, 10, 4),
    "compact": Kind("log", 0, 0, 3),
    "old-checkpoint": Kind("log", 0.2, 3, 2),
}
"""What can be tried."""

CLOCK_STEP_MOST_US: Final = 4 * _S
"""Most that a wall clock steps."""


class Fault(msgspec.Struct, frozen=True):
    """One thing that goes wrong."""

    at_us: int
    kind: str
    target: int
    """Which of its kind, taken modulo how many there are."""
    for_us: int
    amount: float
    """Drawn from 0 to 1; what it means is the kind's own business."""


class Case(msgspec.Struct, frozen=True):
    """Everything that decides a run."""

    seed: int
    units: int = 4
    seconds: int = 90
    """Virtual time in which patients are cared for and faults happen."""
    frame_every_s: float = 1.0
    faults: tuple[Fault, ...] = ()
    bug: str | None = None
    """A deliberate bug by name, to see that it is found."""
    grid_us: int = 1
    """Grid of the timers of vehicles and center; coarse ones cost less."""
    well_most_s: int = 90
    """Longest time for which a patient is well."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the cases of a series of seeds are."""

    units: int = 4
    seconds: int = 90
    frame_every_s: float = 1.0
    faults_most: int = 12
    grid_us: int = 250_000
    well_most_s: int = 90
    faults_least: int = 0
    kinds: tuple[str, ...] = tuple(KINDS)
    """What is tried."""


def draw(seed: int, size: Size, bug: str | None = None) -> Case:
    """Return the case of a seed."""
    rng = Random(f"case {seed}")  # noqa: S311 - a seeded world
    count = rng.randint(size.faults_least, size.faults_most)
    faults = [_fault(rng, size) for _ in range(count)]
    return Case(
        seed=seed,
        units=size.units,
        seconds=size.seconds,
        frame_every_s=size.frame_every_s,
        faults=tuple(sorted(faults, key=_when)),
        bug=bug,
        grid_us=size.grid_us,
        well_most_s=size.well_most_s,
    )


def without(case: Case, faults: Sequence[Fault]) -> Case:
    """Return the case with these faults only."""
    return msgspec.structs.replace(case, faults=tuple(faults))


def to_plain(case: Case) -> dict[str, Any]:
    """Return the case as JSON has it."""
    return dict(msgspec.to_builtins(case))


def from_plain(plain: dict[str, Any]) -> Case:
    """Return the case that was written down; msgspec.ValidationError names what is wrong."""
    return msgspec.convert(plain, Case)


def _fault(rng: Random, size: Size) -> Fault:
    (kind,) = rng.choices(size.kinds, [KINDS[name].weight for name in size.kinds])
    how = KINDS[kind]
    return Fault(
        at_us=int(rng.uniform(2, size.seconds) * _S),
        kind=kind,
        target=rng.randrange(1_000),
        for_us=int(_length(rng, how) * _S),
        amount=rng.random(),
    )


def _length(rng: Random, how: Kind) -> float:
    """Draw short ones more often than long ones."""
    return how.least_s + (how.most_s - how.least_s) * rng.random() ** 2


def _when(fault: Fault) -> int:
    return fault.at_us

"""Fifty nights of the whole system, exact replay, and every deliberate bug found.

The nights are played in processes of their own, as ``goldenhour world`` does: there texts hash
alike, so that a seed is the same night everywhere.
"""

from typing import Final

import pytest

from goldenhour.world.bugs import BUGS
from goldenhour.world.case import Case, Fault, Size, draw, from_plain, to_plain, without
from goldenhour.world.playing import Outcome, play_aside
from goldenhour.world.shrinking import shrink

NIGHT: Final = Size(units=3, seconds=60)
SEEDS: Final = 50
JOBS: Final = 2

FOUND_BY: Final[dict[str, int]] = {
    "acknowledge-before-durable": 6,
    "lost-taken-for-durable": 6,
    "dead-letter-not-durable": 10,
    "offset-before-checkpoint": 3,
    "drop-on-rebalance": 0,
    "snapshot-before-facts": 10,
    "revision-not-in-snapshot": 2,
    "alarm-id-from-receive-time": 0,
    "duplicate-not-removed": 45,
    "stale-snapshot-version": 23,
    "position-before-entries": 0,
    "token-before-delivery": 10,
    "reuse-a-sequence": 1,
    "captured-before-commit": 12,
    "forget-what-was-sent": 1,
    "receipt-before-spool": 18,
}
"""A seed in which each bug is found; ``goldenhour world --bug NAME`` finds others."""


@pytest.fixture(scope="module")
def nights() -> dict[int, Outcome]:
    """The outcome of each seed without any bug."""
    seeds = {*range(SEEDS), *FOUND_BY.values()}
    cases = [draw(seed, NIGHT) for seed in sorted(seeds)]
    return {one.case.seed: one for one in play_aside(cases, JOBS)}


@pytest.fixture(scope="module")
def bugged() -> dict[str, Outcome]:
    """The outcome of the seed of each bug, with the bug."""
    cases = [draw(seed, NIGHT, bug) for bug, seed in FOUND_BY.items()]
    return {str(one.case.bug): one for one in play_aside(cases, JOBS)}


def test_every_promise_is_kept_in_every_night(nights: dict[int, Outcome]) -> None:
    """A seed that fails here is played again by ``goldenhour world --from SEED --seeds 1``."""
    broken = {seed: one.broken for seed, one in nights.items() if not one.clean}
    assert broken == {}


def test_much_happens_in_these_nights(nights: dict[int, Outcome]) -> None:
    """Nights in which nothing was captured, or nothing went wrong, would prove nothing."""
    assert all(one.frames > 100 for one in nights.values())
    kinds = {fault.kind for one in nights.values() for fault in one.case.faults}
    assert len(kinds) > 15


@pytest.mark.parametrize("bug", BUGS)
def test_a_deliberate_bug_is_found(
    bug: str, bugged: dict[str, Outcome], nights: dict[int, Outcome]
) -> None:
    """The same night without it is clean, so it is the bug that was found."""
    assert bugged[bug].broken
    assert nights[FOUND_BY[bug]].clean


def test_a_seed_gives_the_same_night_in_another_process(nights: dict[int, Outcome]) -> None:
    """Byte for byte: the log, what was told, what the senders know."""
    most = sorted(nights.values(), key=lambda one: -len(one.case.faults))[:4]
    again = play_aside([from_plain(to_plain(one.case)) for one in most], JOBS)
    assert {one.case.seed: one.digest for one in again} == {
        one.case.seed: one.digest for one in most
    }


def test_a_failing_case_becomes_smaller() -> None:
    """What the failure does not need is left out: faults, time, units."""
    guilty = Fault(20_000_000, "cut-link", 1, 5_000_000, 0.5)
    others = tuple(Fault(n * 5_000_000, "rebalance", n, 0, 0.1) for n in range(1, 10))
    case = without(Case(seed=1, units=4, seconds=90), [*others[:4], guilty, *others[4:]])

    def fails(one: Case) -> bool:
        return guilty in one.faults and one.units > 1

    smallest = shrink(case, fails)
    assert smallest.faults == (guilty,)
    assert smallest.units == 2
    assert smallest.seconds <= 30

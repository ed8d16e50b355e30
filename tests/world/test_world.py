"""Fifty nights of the whole system, exact replay, and every deliberate bug found.

The nights are played in processes of their own, as ``goldenhour world`` does: there texts hash
alike, so that a seed is the same night everywhere.
"""

from dataclasses import replace
from typing import Final

import msgspec
import pytest

from goldenhour.world.bugs import BUGS
from goldenhour.world.case import Case, Fault, Size, draw, from_plain, to_plain, without
from goldenhour.world.playing import Outcome, play_aside
from goldenhour.world.shrinking import shrink

NIGHT: Final = Size(units=3, seconds=60)
SEEDS: Final = 50
RARELY_HEARD: Final = Size(units=6, seconds=60, frame_every_s=10)
"""Units that are quiet together now and then though their links are whole."""

RARE_SEEDS: Final = range(4, 10)
JOBS: Final = 2

LIKELY: Final[dict[str, tuple[str, ...]]] = {
    "acknowledge-before-durable": ("log-doubtful", "kill-gateway"),
    "lost-taken-for-durable": ("log-doubtful",),
    "dead-letter-not-durable": ("corrupt", "kill-gateway"),
    "offset-before-checkpoint": ("kill-worker", "rebalance"),
    "drop-on-rebalance": ("rebalance",),
    "snapshot-before-facts": ("log-doubtful", "kill-worker"),
    "revision-not-in-snapshot": ("kill-worker",),
    "alarm-id-from-receive-time": ("reset-link",),
    "duplicate-not-removed": ("kill-worker",),
    "stale-snapshot-version": ("old-checkpoint",),
    "position-before-entries": ("kill-center",),
    "token-before-delivery": ("reset-feed",),
    "reuse-a-sequence": ("reset-link",),
    "captured-before-commit": ("kill-vehicle", "cut-link", "disk-full"),
    "forget-what-was-sent": ("cut-link", "kill-vehicle"),
    "receipt-before-spool": ("kill-vehicle",),
}
"""What brings each bug to light."""

BUSIEST: Final = 4
"""Nights that are played twice."""

TRIED: Final = 12
"""Nights of these faults in which a bug has to be found. Nearly all are in the first three;
a snapshot that runs ahead of its facts shows in one night of seven."""


@pytest.fixture(scope="module")
def first() -> list[Outcome]:
    """The outcome of each seed without any bug, and of the first night of each bug.

    They are played at one go: a process takes longer to start than a night to play.
    """
    cases = [draw(seed, NIGHT) for seed in range(SEEDS)]
    return list(play_aside([*cases, *(_likely(bug, 0) for bug in LIKELY)], JOBS))


@pytest.fixture(scope="module")
def rare() -> list[Outcome]:
    """The outcome of nights in which a unit sends every 10 s."""
    return list(play_aside([draw(seed, RARELY_HEARD) for seed in RARE_SEEDS], JOBS))


@pytest.fixture(scope="module")
def nights(first: list[Outcome]) -> dict[int, Outcome]:
    """The outcome of each seed without any bug."""
    return {one.case.seed: one for one in first if one.case.bug is None}


@pytest.fixture(scope="module")
def found(first: list[Outcome]) -> dict[str, Case]:
    """A case of each bug in which it broke a promise, if there was any.

    A bug that was found is not played again; the others in twice as many nights each time.
    """
    cases = {str(one.case.bug): one.case for one in first if one.case.bug and not one.clean}
    tried = 1
    while tried < TRIED and (hidden := [bug for bug in LIKELY if bug not in cases]):
        goes = range(tried, min(2 * tried, TRIED))
        played = play_aside([_likely(bug, seed) for seed in goes for bug in hidden], JOBS)
        for broken in (one.case for one in played if not one.clean):
            cases.setdefault(str(broken.bug), broken)
        tried = goes.stop
    return cases


@pytest.fixture(scope="module")
def again(nights: dict[int, Outcome], found: dict[str, Case]) -> dict[str, Outcome]:
    """The nights of the bugs without them, and the busiest of all nights once more, by case."""
    without = [msgspec.structs.replace(case, bug=None) for case in found.values()]
    cases = {repr(case): case for case in [*without, *map(_from_a_file, _busiest(nights))]}
    return {repr(one.case): one for one in play_aside(list(cases.values()), JOBS)}


def _busiest(nights: dict[int, Outcome]) -> list[Case]:
    cases = (one.case for one in nights.values())
    return sorted(cases, key=lambda case: -len(case.faults))[:BUSIEST]


def _from_a_file(case: Case) -> Case:
    return from_plain(to_plain(case))


def _likely(bug: str, seed: int) -> Case:
    return draw(seed, replace(NIGHT, faults_least=10, kinds=LIKELY[bug]), bug)


def test_every_promise_is_kept_in_every_night(nights: dict[int, Outcome]) -> None:
    """A seed that fails here is played again by ``goldenhour world --from SEED --seeds 1``."""
    broken = {seed: one.broken for seed, one in nights.items() if not one.clean}
    assert broken == {}


def test_every_promise_is_kept_of_units_that_are_rarely_heard(rare: list[Outcome]) -> None:
    """A worker that takes over once judged their silence otherwise than the other channel."""
    assert {one.case.seed: one.broken for one in rare if not one.clean} == {}


def test_much_happens_in_these_nights(nights: dict[int, Outcome]) -> None:
    """Nights in which nothing was captured, or nothing went wrong, would prove nothing."""
    assert all(one.frames > 100 for one in nights.values())
    kinds = {fault.kind for one in nights.values() for fault in one.case.faults}
    assert len(kinds) > 15


@pytest.mark.parametrize("bug", BUGS)
def test_a_deliberate_bug_is_found(
    bug: str, found: dict[str, Case], again: dict[str, Outcome]
) -> None:
    """The same night without it is clean, so it is the bug that was found."""
    assert bug in found
    without_bug = again[repr(msgspec.structs.replace(found[bug], bug=None))]
    assert without_bug.clean, without_bug.broken


def test_a_seed_gives_the_same_night_in_another_process(
    nights: dict[int, Outcome], again: dict[str, Outcome]
) -> None:
    """Byte for byte: the log, what was told, what the senders know."""
    for case in _busiest(nights):
        assert again[repr(_from_a_file(case))].digest == nights[case.seed].digest


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

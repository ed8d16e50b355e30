"""Bugs in ordinary nights: the first seed that finds one, or none of so many."""

from goldenhour.world.case import Size
from goldenhour.world.finding import find

NIGHT = Size(units=3, seconds=60)


def test_a_bug_that_shows_everywhere_is_found_at_once() -> None:
    """And the promise that it breaks is named."""
    found = find("alarm-id-from-receive-time", NIGHT, first=3, seeds=24, jobs=2)
    assert found.seed is not None
    assert found.promise
    assert found.nights == found.seed - 3 + 1


def test_a_bug_that_needs_a_fault_is_not_found_without_any() -> None:
    calm = Size(units=2, seconds=20, faults_most=0)
    found = find("drop-on-rebalance", calm, first=0, seeds=2, jobs=1)
    assert (found.seed, found.promise, found.nights) == (None, None, 2)

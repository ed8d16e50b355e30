"""Patients come as a Poisson process, the same for one seed, and each finds one free unit."""

from itertools import pairwise

from goldenhour.bench.fleet.arrivals import Trip, arrivals_s, most_carried, trips


def test_a_seed_gives_the_same_arrivals_and_another_seed_others() -> None:
    came = arrivals_s([1.0, 2.0], 50, seed=1)
    assert came == arrivals_s([1.0, 2.0], 50, seed=1)
    assert came != arrivals_s([1.0, 2.0], 50, seed=2)


def test_as_many_come_in_a_slot_as_its_rate_says() -> None:
    """Within four standard deviations of a Poisson count, and none in a slot of rate 0."""
    came = arrivals_s([1.0, 0.0, 10.0], 1_000, seed=7)
    assert came == sorted(came)
    first, second, third = (sum(1 for at in came if at // 1_000 == slot) for slot in range(3))
    assert abs(first - 1_000) < 4 * 1_000**0.5
    assert second == 0
    assert abs(third - 10_000) < 4 * 10_000**0.5


def test_the_gaps_are_exponential() -> None:
    """Their standard deviation is their mean, as of no regular process."""
    came = arrivals_s([2.0], 5_000, seed=3)
    gaps = [later - at for at, later in pairwise(came)]
    mean = sum(gaps) / len(gaps)
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert 0.9 < deviation / mean < 1.1


def test_a_patient_waits_for_the_unit_that_is_free_first() -> None:
    taken = trips([0.0, 1.0, 2.0], units=2, trip_s=10)
    assert taken == [Trip(0, 0.0, 0.0, 10.0), Trip(1, 1.0, 1.0, 11.0), Trip(0, 2.0, 10.0, 20.0)]
    assert taken[2].waited_s == 8.0


def test_no_unit_carries_two_patients_and_the_most_is_counted() -> None:
    taken = trips(arrivals_s([3.0], 60, seed=1), units=5, trip_s=4)
    for unit in range(5):
        own = [it for it in taken if it.unit == unit]
        assert all(it.end_s <= later.begin_s for it, later in pairwise(own))
    assert most_carried(taken) == 5
    assert most_carried([]) == 0

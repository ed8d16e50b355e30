"""The shapes of the load: a real day of calls, a disaster, and everybody at once."""

from goldenhour.bench.fleet.arrivals import most_carried
from goldenhour.bench.fleet.shapes import (
    BUSY_AT_PEAK,
    HOURS,
    SURGE,
    SURGE_HOURS,
    Shape,
    busiest_day,
    carried,
    relative_rates,
)


def test_the_constant_shape_gives_every_unit_one_patient_for_the_whole_time() -> None:
    taken = carried(Shape.CONSTANT, 7, 60, seed=1)
    assert [(it.unit, it.begin_s, it.end_s) for it in taken] == [(n, 0.0, 60) for n in range(7)]


def test_the_busiest_day_is_the_one_with_the_most_calls() -> None:
    rows = [
        {"day": day, "hour": str(hour), "calls": str(calls)}
        for day, calls in (("a", 1), ("b", 3))
        for hour in range(HOURS)
    ]
    assert busiest_day(rows) == [3] * HOURS


def test_the_real_day_is_quiet_at_night() -> None:
    """6 June 2019 in New York: fewest calls at about five, most in the working day."""
    rates = relative_rates(Shape.EMS)
    assert len(rates) == HOURS
    assert max(rates) == 1.0
    assert rates.index(min(rates)) in range(2, 7)
    assert rates.index(1.0) in range(9, 21)
    assert min(rates) < 0.5


def test_a_disaster_is_ten_times_as_many_from_one_hour_to_the_next() -> None:
    rates = relative_rates(Shape.DISASTER)
    assert rates[SURGE_HOURS.start] == SURGE * rates[SURGE_HOURS.start - 1]


def test_at_the_peak_most_units_are_under_way_but_not_more_than_there_are() -> None:
    for shape in (Shape.EMS, Shape.DISASTER):
        most = most_carried(carried(shape, 500, 240, seed=1))
        assert BUSY_AT_PEAK * 500 * 0.9 < most <= 500

"""Where simulated units are."""

from itertools import pairwise
from math import cos, hypot, radians

import pytest

from simulators.fleet.travel import METRES_PER_DEGREE, Fix, Travel, moved, tracks, travels
from simulators.scenario import TRACKS, load, parse
from wire.unit_items import Position, UnitKind

START = (23.0, 113.0)
EAST = (Fix(0, 0, 0), Fix(10, 100, 0), Fix(20, 100, 50))
CAR = Travel(UnitKind.AMBULANCE, START, EAST)


def metres(one: Position, other: Position) -> float:
    across = METRES_PER_DEGREE * cos(radians(one.latitude_deg))
    return hypot(
        (other.longitude_deg - one.longitude_deg) * across,
        (other.latitude_deg - one.latitude_deg) * METRES_PER_DEGREE,
    )


def test_a_unit_goes_straight_between_two_fixes() -> None:
    """At the speed and on the course that they say."""
    assert CAR.at(5) == Position(*moved(START, 50, 0), 36.0, 90.0, UnitKind.AMBULANCE)
    assert CAR.at(15) == Position(*moved(START, 100, 25), 18.0, 0.0, UnitKind.AMBULANCE)


def test_at_the_end_it_drives_back() -> None:
    """On the opposite course, and again and again."""
    assert CAR.at(35) == Position(*moved(START, 50, 0), 36.0, 270.0, UnitKind.AMBULANCE)
    assert CAR.at(45) == CAR.at(5)
    assert CAR.at(0).latitude_deg == CAR.at(40).latitude_deg


def test_who_stands_says_no_course() -> None:
    """Neither a tent, nor a car in front of a red light whose receiver is noisy."""
    tent = Travel(UnitKind.TENT_HOSPITAL, START)
    assert tent.at(100) == Position(*START, 0.0, None, UnitKind.TENT_HOSPITAL)
    waiting = Travel(UnitKind.AMBULANCE, START, (Fix(0, 0, 0), Fix(5, 1, 1)))
    assert waiting.at(1).heading_deg is None


def test_metres_become_degrees_by_latitude() -> None:
    latitude_deg, longitude_deg = moved((60.0, 10.0), METRES_PER_DEGREE / 2, METRES_PER_DEGREE)
    assert latitude_deg == 61.0
    assert longitude_deg == pytest.approx(11.0, abs=1e-6)


def test_the_recorded_drives_are_twelve_and_drive_as_cars_do() -> None:
    """Some six minutes each, in order, some kilometres long, and never above what a car can do."""
    found = tracks(TRACKS)
    assert len(found) == 12
    for fixes in found.values():
        way = Travel(UnitKind.AMBULANCE, START, fixes)
        seen = [way.at(second) for second in range(int(fixes[-1].second))]
        assert 340 < fixes[-1].second < 420
        assert 4_000 < sum(metres(one, other) for one, other in pairwise(seen)) < 9_000
        assert all((it.speed_kmh or 0) < 150 for it in seen)


def test_every_unit_of_the_demo_says_where_it_is() -> None:
    """In one town, each of its own kind."""
    ways = travels(load("demo"))
    assert len(ways) == 14
    assert ways["TENT-01"].at(0).kind is UnitKind.TENT_HOSPITAL
    assert ways["MCT-01"].at(0).kind is UnitKind.MOBILE_CT
    positions = [way.at(second) for way in ways.values() for second in (0, 200)]
    assert all(metres(positions[0], it) < 15_000 for it in positions)


def test_a_scenario_without_a_town_says_no_positions() -> None:
    text = 'name = "n"\nunits = [{ id = "A" }]\nencounters = [{ key = "e", unit = "A" }]'
    assert travels(parse(text)) == {}

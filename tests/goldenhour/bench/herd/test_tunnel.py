"""The patients in the tunnel: some are ill and well again inside it, some are ill at its end."""

from goldenhour.bench.herd.tunnel import Course, Tunnel, course_of, vitals_at
from goldenhour.bench.load.flipping import ILL
from goldenhour.bench.load.flipping import WELL as SHOWS_WELL

TUNNEL = Tunnel(1_000_000, 2_000_000)


def test_one_in_ten_takes_each_course() -> None:
    courses = [course_of(unit) for unit in range(1_000)]
    assert courses.count(Course.OVER) == courses.count(Course.HOLDS) == 100


def test_who_is_over_is_well_before_the_return_and_who_holds_is_ill_after_it() -> None:
    assert vitals_at(0, TUNNEL.at_us(0.4), TUNNEL) == ILL
    assert vitals_at(0, TUNNEL.at_us(0.6), TUNNEL) == SHOWS_WELL
    assert vitals_at(1, TUNNEL.at_us(0.6), TUNNEL) == SHOWS_WELL
    assert vitals_at(1, TUNNEL.ended_us + 60_000_000, TUNNEL) == ILL
    assert vitals_at(2, TUNNEL.at_us(0.4), TUNNEL) == SHOWS_WELL

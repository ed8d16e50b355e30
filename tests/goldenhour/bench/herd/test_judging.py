"""The return is judged by what the center saw: current vitals, and no sound about what is over."""

from clinical.instant import MINUTE_US, SECOND_US
from goldenhour.bench.herd.judging import Told, Watched, alarms, current_s, unit_name
from goldenhour.bench.herd.tunnel import Course, Tunnel, course_of
from goldenhour.bench.load.flipping import CAUSE

MENDED_US = 1_800_000_000_000_000
TUNNEL = Tunnel(MENDED_US - 30 * MINUTE_US, MENDED_US)
UNITS = 10
OVER = next(n for n in range(UNITS) if course_of(n) is Course.OVER)
HOLDS = next(n for n in range(UNITS) if course_of(n) is Course.HOLDS)
WELL = next(n for n in range(UNITS) if course_of(n) is Course.WELL)


def told(unit: int, state: str, since_us: int, *, late: bool = True) -> Told:
    return Told(unit_name(unit), CAUSE, state, late, since_us, MENDED_US + SECOND_US)


def judged(*deliveries: Told) -> dict[str, object]:
    return alarms(Watched([], list(deliveries)), UNITS, TUNNEL)


def test_a_unit_is_current_from_its_first_fresh_row_after_the_return() -> None:
    rows = [
        (unit_name(0), MENDED_US - SECOND_US),
        (unit_name(0), MENDED_US + 2 * SECOND_US),
        (unit_name(0), MENDED_US + 3 * SECOND_US),
    ]
    assert current_s(Watched(rows, []), 2, MENDED_US) == ([2.0], [unit_name(1)])


def test_what_was_over_before_the_return_may_be_recorded() -> None:
    figures = judged(told(OVER, "RECORDED", TUNNEL.at_us(0.3)))
    assert (figures["over_recorded"], figures["stale_sounded"]) == (1, 0)


def test_what_was_over_and_is_sounded_counts_as_stale_even_if_it_ends_at_once() -> None:
    figures = judged(
        told(OVER, "ACTIVE", TUNNEL.at_us(0.3)), told(OVER, "ENDED", TUNNEL.at_us(0.3))
    )
    assert figures["stale_sounded"] == 1


def test_what_holds_must_say_since_when_however_it_first_sounded() -> None:
    since_us = TUNNEL.holds_since_us
    assert judged(told(HOLDS, "ACTIVE", since_us))["holding_told_with_since"] == 1
    assert judged(told(HOLDS, "ACTIVE", MENDED_US))["holding_told_with_since"] == 0
    live = told(HOLDS, "ACTIVE", MENDED_US, late=False)
    corrected = told(HOLDS, "ACTIVE", since_us, late=False)
    assert judged(live, corrected)["holding_told_with_since"] == 1


def test_an_alarm_of_a_patient_who_is_well_is_unexpected() -> None:
    assert judged(told(WELL, "ACTIVE", MENDED_US))["unexpected"] == 1

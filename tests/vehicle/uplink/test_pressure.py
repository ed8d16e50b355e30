"""When a lane counts as overloaded, and when it is over, without any I/O."""

from clinical.instant import SECOND_US
from vehicle.uplink.pressure import (
    CALM_AFTER_US,
    OVERLOADED_AFTER_US,
    STANDS_STILL_AFTER_US,
    Drain,
    LaneLoad,
    Pressure,
)

SEGMENT = b"s" * 16
OVERLOADED_S = OVERLOADED_AFTER_US // SECOND_US
CALM_S = CALM_AFTER_US // SECOND_US


def pulses(
    pressure: Pressure, first_s: int, seconds: int, *, sent: int | None = 0, flowing: bool = True
) -> list[bool]:
    """Ten frames a second are captured; sent None: all of them go at once."""
    shed = []
    for second in range(first_s, first_s + seconds):
        last = 10 * (second + 1)
        load = LaneLoad(SEGMENT, last if sent is None else sent, last, flowing)
        shed.append(pressure.pulse(load, second * SECOND_US))
    return shed


def test_behind_for_long_enough_is_an_overload() -> None:
    """A shorter stall leaves nothing out; from the bound on each pulse does."""
    pressure = Pressure()
    assert not any(pulses(pressure, 0, OVERLOADED_S))
    assert not pressure.overloaded
    assert pulses(pressure, OVERLOADED_S, 2) == [True, True]


def test_an_overload_ends_by_itself() -> None:
    """When nothing has waited for long enough; a pause in between begins anew."""
    pressure = Pressure()
    pulses(pressure, 0, OVERLOADED_S + 1)
    assert not any(pulses(pressure, OVERLOADED_S + 1, CALM_S, sent=None))
    assert pressure.overloaded
    pulses(pressure, OVERLOADED_S + CALM_S + 1, 1, sent=None)
    assert not pressure.overloaded


def test_time_without_a_link_does_not_count() -> None:
    """A cut is what the spool is for: nothing is left out, however long it takes."""
    pressure = Pressure()
    assert not any(pulses(pressure, 0, 3_600, flowing=False))
    assert not any(pulses(pressure, 3_600, OVERLOADED_S))


def test_a_new_segment_begins_anew() -> None:
    """What waited in the former one is its own drain's work."""
    pressure = Pressure()
    pulses(pressure, 0, OVERLOADED_S)
    other = LaneLoad(b"t" * 16, 0, 5, flowing=True)
    assert not pressure.pulse(other, OVERLOADED_S * SECOND_US)


def test_a_drain_that_stands_still_is_none() -> None:
    """What is left behind drains while it gets less, and from then on as long as the bound."""
    drain, left = Drain(), {SEGMENT: 100}
    assert drain.pulse(left, 0)
    assert drain.pulse(left, STANDS_STILL_AFTER_US - 1)
    assert not drain.pulse(left, STANDS_STILL_AFTER_US)
    assert drain.pulse({SEGMENT: 99}, STANDS_STILL_AFTER_US + SECOND_US)
    assert not drain.pulse({SEGMENT: 99}, 2 * STANDS_STILL_AFTER_US + SECOND_US)


def test_another_segment_that_was_left_behind_has_its_time() -> None:
    """Each begins with as long, and nothing left behind is no drain."""
    drain = Drain()
    assert drain.pulse({SEGMENT: 1}, 0)
    assert drain.pulse({SEGMENT: 1, b"t" * 16: 1}, STANDS_STILL_AFTER_US)
    assert not drain.pulse({}, STANDS_STILL_AFTER_US)

"""Stamps: monotonic, slewed, honest about how far off they may be."""

from hypothesis import given
from hypothesis import strategies as st

from vehicle.uplink.clock_sync import DRIFT, EXCHANGES_KEPT, SLEW_PER_S, Exchange, UnitClock

SECOND_US = 1_000_000


def exchange(at_us: int, offset_us: int, forth_us: int = 1_000, back_us: int = 1_000) -> Exchange:
    """Return an exchange begun at a monotonic instant with a gateway that is ahead by offset."""
    arrived_us = at_us + forth_us + offset_us
    return Exchange(at_us, arrived_us, arrived_us + 10, at_us + forth_us + 10 + back_us)


def test_before_the_first_exchange_the_own_clock_serves() -> None:
    """A unit without a link stamps by its wall clock and does not claim to know how exactly."""
    clock = UnitClock(wall_us=5_000_000, monotonic_us=1_000_000)
    stamp = clock.stamp(2_000_000)
    assert (stamp.captured_us, stamp.uncertainty_us) == (6_000_000, None)


def test_the_offset_may_step_before_anything_was_stamped() -> None:
    """A unit whose battery clock says 1970 is right from its first stamp on."""
    clock = UnitClock(wall_us=0, monotonic_us=0)
    clock.learn(exchange(0, 7_000 * SECOND_US))
    assert clock.stamp(SECOND_US).captured_us == 7_001 * SECOND_US


def test_after_a_stamp_the_offset_is_slewed() -> None:
    """A second of error is worked off in ten, not jumped over."""
    clock = UnitClock(wall_us=0, monotonic_us=0)
    first = clock.stamp(0)
    clock.learn(exchange(0, SECOND_US))
    later = clock.stamp(SECOND_US)
    moved_us = later.captured_us - first.captured_us - SECOND_US
    assert 0 < moved_us <= SLEW_PER_S * SECOND_US
    assert later.uncertainty_us is not None
    assert later.uncertainty_us > 0.85 * SECOND_US, "what is still to be slewed is uncertain"
    assert clock.stamp(20 * SECOND_US).captured_us == 21 * SECOND_US


def test_the_exchange_with_the_lowest_delay_is_believed() -> None:
    """A delayed answer does not spoil a good offset."""
    clock = UnitClock(wall_us=0, monotonic_us=0)
    clock.learn(exchange(0, SECOND_US))
    clock.learn(exchange(10_000, SECOND_US, forth_us=400_000, back_us=2_000))
    assert clock.stamp(SECOND_US).captured_us == 2 * SECOND_US
    assert clock.offset_us == -SECOND_US


def test_the_uncertainty_covers_half_the_delay() -> None:
    """With a symmetric delay of 2 ms the capture is known to a millisecond."""
    clock = UnitClock(wall_us=0, monotonic_us=0)
    clock.learn(exchange(0, SECOND_US))
    assert clock.stamp(2_010).uncertainty_us == 1_000


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3 * SECOND_US), st.integers(-5 * SECOND_US, 5 * SECOND_US), st.booleans()
        ),
        max_size=40,
    )
)
def test_stamps_never_run_backwards(steps: list[tuple[int, int, bool]]) -> None:
    """Whatever the exchanges say, a later capture has no earlier stamp."""
    clock = UnitClock(wall_us=10**15, monotonic_us=0)
    now_us = 0
    newest_us = clock.stamp(0).captured_us
    for passed_us, offset_us, learns in steps:
        now_us += passed_us
        if learns:
            sent_us = max(0, now_us - 5_000)
            clock.learn(Exchange(sent_us, sent_us + offset_us, sent_us + offset_us, now_us))
        stamp = clock.stamp(now_us)
        assert stamp.captured_us >= newest_us
        newest_us = stamp.captured_us


def test_without_an_exchange_the_uncertainty_grows() -> None:
    """By what two quartz clocks may part; the next exchange brings it down again."""
    clock = UnitClock(wall_us=0, monotonic_us=0)
    clock.learn(exchange(0, SECOND_US))
    soon, late = clock.stamp(10 * SECOND_US), clock.stamp(3_610 * SECOND_US)
    assert soon.uncertainty_us is not None
    assert late.uncertainty_us is not None
    assert late.uncertainty_us - soon.uncertainty_us == int(3_600 * SECOND_US * DRIFT)
    clock.learn(exchange(3_610 * SECOND_US, SECOND_US))
    again = clock.stamp(3_611 * SECOND_US).uncertainty_us
    assert again is not None
    assert again < late.uncertainty_us


def test_a_gateway_that_steps_moves_no_stamp_by_a_jump() -> None:
    """Nor does a wall clock that steps: it is read once, at the start."""
    clock = UnitClock(wall_us=0, monotonic_us=0)
    clock.learn(exchange(0, 0))
    before = clock.stamp(SECOND_US).captured_us
    for n in range(1, 9):
        clock.learn(exchange((1 + n) * SECOND_US, 3_600 * SECOND_US))
        stamp = clock.stamp((1 + n) * SECOND_US + 5_000)
        step_us = stamp.captured_us - before - SECOND_US
        assert abs(step_us) <= SLEW_PER_S * SECOND_US + 10_000
        before = stamp.captured_us


def test_only_the_newest_exchanges_are_chosen_from() -> None:
    """A quick one of long ago gives way, and the clock is settled when there is a choice."""
    clock = UnitClock(wall_us=0, monotonic_us=0)
    clock.learn(exchange(0, SECOND_US, forth_us=1, back_us=1))
    for n in range(1, EXCHANGES_KEPT):
        assert not clock.settled
        clock.learn(exchange(n, 2 * SECOND_US))
    assert clock.settled
    assert clock.offset_us == -SECOND_US
    clock.learn(exchange(EXCHANGES_KEPT, 2 * SECOND_US))
    assert clock.offset_us == -2 * SECOND_US

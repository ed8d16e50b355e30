from streams.engine.partition_clock import (
    HEALTHY_GAP_MAX_US,
    HOLDS_KEPT,
    Hold,
    PartitionClock,
)


def ticked(*stamps_us: int) -> PartitionClock:
    clock = PartitionClock()
    for stamp_us in stamps_us:
        clock = clock.ticked(stamp_us, healthy=True)
    return clock


def test_now_never_runs_backwards() -> None:
    assert PartitionClock().stamped(500).stamped(400).now_us == 500


def test_ingress_time_is_the_sum_of_the_gaps_between_healthy_ticks() -> None:
    assert ticked(5_000_000, 6_000_000, 7_100_000).ingress_us == 2_100_000


def test_a_hole_in_the_ticks_adds_no_more_than_one_period_and_a_half() -> None:
    assert ticked(1_000_000, 61_000_000).ingress_us == HEALTHY_GAP_MAX_US


def test_an_unhealthy_tick_moves_now_alone() -> None:
    clock = ticked(1_000_000).ticked(2_000_000, healthy=False)
    assert (clock.now_us, clock.ingress_us) == (2_000_000, 0)


def test_ticks_of_several_gateways_do_not_add_up() -> None:
    one = ticked(1_000_000, 2_000_000, 3_000_000)
    two = ticked(1_000_000, 1_400_000, 2_000_000, 1_900_000, 2_400_000, 3_000_000)
    assert one.ingress_us == two.ingress_us


def test_a_batch_stamp_is_no_sign_of_a_listening_gateway() -> None:
    assert ticked(1_000_000).stamped(9_000_000).ingress_us == 0


def test_the_clock_keeps_when_units_were_silent_together() -> None:
    clock = PartitionClock()
    for offset, held in enumerate((False, True, True, False, True)):
        clock = clock.ticked(offset, healthy=not held).holding(offset, held=held)
        assert clock.held is held
    assert clock.holds == (Hold(1, 3), Hold(4, None))
    assert [clock.held_at(offset) for offset in range(6)] == [False, True, True, False, True, True]


def test_the_oldest_of_these_times_are_forgotten() -> None:
    clock = PartitionClock()
    for offset in range(4 * HOLDS_KEPT):
        clock = clock.holding(offset, held=offset % 2 == 1)
    assert len(clock.holds) == HOLDS_KEPT
    assert clock.held_at(4 * HOLDS_KEPT - 1)
    assert not clock.held_at(1)

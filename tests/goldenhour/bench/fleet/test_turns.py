"""As many patients turn for the worse a second whatever the size of the fleet."""

from itertools import pairwise

from goldenhour.bench.fleet.turns import ILL_S, TURNS_PER_S, ill


def begun(units: int, seconds: int) -> int:
    steps = [step / TURNS_PER_S for step in range(seconds * TURNS_PER_S)]
    return sum(
        ill(unit, at, units) and not ill(unit, at - 1 / TURNS_PER_S, units)
        for unit in range(units)
        for at in steps
    )


def test_a_large_fleet_has_as_many_turns_as_a_small_one() -> None:
    assert begun(100, 10) == begun(1_000, 10) == 10 * TURNS_PER_S


def test_a_long_run_asks_for_fewer_turns() -> None:
    """At 0.2 a second each of a hundred turns every 500 s."""
    seen = [ill(0, second, 100, 0.2) for second in range(1_000)]
    began = [
        second for second, (before, now) in enumerate(pairwise([False, *seen])) if now > before
    ]
    assert began == [0, 500]


def test_a_patient_is_ill_long_enough_for_a_frame_every_five_seconds_to_show_it() -> None:
    assert ILL_S > 5

"""The patients of the board bench: each is ill once in a cycle, and the ripple moves no score."""

from clinical.items import Vitals
from clinical.scores import news2
from clinical.scores.news2 import News2Inputs
from goldenhour.bench.load.shift import CYCLE_S, ILL_S, vitals_at

UNITS = 300


def total(vitals: Vitals) -> int:
    inputs = News2Inputs(
        respiration_per_min=vitals.respiration_per_min,
        spo2_percent=vitals.spo2_percent,
        on_oxygen=vitals.on_oxygen,
        systolic_mmhg=vitals.systolic_mmhg,
        heart_rate_bpm=vitals.heart_rate_bpm,
        consciousness=vitals.consciousness,
        temperature_c=vitals.temperature_c,
    )
    return news2.score(inputs).at_least


def test_every_patient_is_ill_once_in_a_cycle_and_the_score_knows_two_values() -> None:
    for unit in (0, 1, 7, UNITS - 1):
        scores = [total(vitals_at(unit, second)) for second in range(CYCLE_S)]
        assert sorted(set(scores)) == [0, 3]
        assert scores.count(3) == ILL_S
        turns = sum(1 for at in range(CYCLE_S) if scores[at] == 3 and scores[at - 1] == 0)
        assert turns == 1


def test_the_turns_for_the_worse_are_spread_over_the_cycle() -> None:
    """The load on the board is even: no second begins more than twice its share."""
    begun = [
        sum(total(vitals_at(u, s)) == 3 and total(vitals_at(u, s - 1)) == 0 for u in range(UNITS))
        for s in range(1, 20)
    ]
    assert max(begun) <= 2 * UNITS / CYCLE_S + 1


def test_the_numbers_of_a_patient_move() -> None:
    assert len({vitals_at(3, second).heart_rate_bpm for second in range(8)}) > 2

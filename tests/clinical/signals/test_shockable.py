"""Whether to shock: by shape, by rate, by what was known, or no answer."""

from math import nan

import numpy as np
import pytest

from clinical.signals.shockable import (
    COARSE_MV,
    DECLINED,
    EVIDENCE_MAX,
    ShockState,
    decide,
    evidence_of,
)
from tests.clinical.signals.fibrillation import fibrillation_mv, tachycardia_mv
from tests.clinical.signals.hearts import beat_times_s, lead_mv


def _answers(lead_mv_: np.ndarray, rate_hz: int = 250) -> list[bool | None]:
    evidence = evidence_of(
        lead_mv_[: len(lead_mv_) // (4 * rate_hz) * 4 * rate_hz].reshape(-1, 4 * rate_hz)
    )
    state, answers = ShockState(), []
    for odds, span in zip(evidence.log_odds, evidence.span_mv, strict=True):
        decision, state = decide(state, [odds], [span])
        answers.append(decision.shockable)
    return answers


@pytest.mark.parametrize("rate_hz", [125, 250, 360, 500])
def test_fibrillation_calls_for_a_shock_at_any_rate_of_sampling(rate_hz: int) -> None:
    assert _answers(fibrillation_mv(24.0, 2, rate_hz), rate_hz)[1:] == [True] * 5


@pytest.mark.parametrize("per_min", [40, 75, 110, 150])
def test_narrow_beats_call_for_none(per_min: int) -> None:
    lead = lead_mv(beat_times_s(24.0, 4, per_min), 24.0, 4)
    assert _answers(lead) == [False] * 6


def test_wide_complexes_call_for_a_shock_when_they_come_fast_only() -> None:
    assert _answers(tachycardia_mv(24.0, 200))[1:] == [True] * 5
    assert _answers(tachycardia_mv(24.0, 100)) == [False] * 6


def test_what_shows_nothing_calls_for_none() -> None:
    assert _answers(fibrillation_mv(8.0, 2) * COARSE_MV / 3) == [False] * 2


def test_without_a_whole_lead_there_is_no_answer_and_what_was_known_fades() -> None:
    known = ShockState(6.0, begun=True)
    decision, state = decide(known, [nan, nan], [nan, nan])
    assert (decision.shockable, decision.leads) == (None, 0)
    assert 0 < state.log_odds < known.log_odds


def test_the_lead_that_says_most_counts_more_and_a_missing_one_is_left_out() -> None:
    one, _ = decide(ShockState(), [5.0, nan], [1.0, nan])
    two, _ = decide(ShockState(), [3.0, 5.0 + 2 / 3], [1.0, 1.0])
    assert one.probability == pytest.approx(two.probability)
    assert (one.leads, two.leads) == (1, 2)


def test_between_the_two_odds_there_is_no_answer() -> None:
    before = ShockState(0.0, begun=True)
    answers = [decide(before, [odds], [1.0])[0].shockable for odds in (-0.3, -0.2, 3.2, 3.3)]
    assert DECLINED == (-0.25, 3.25)
    assert answers == [False, None, None, True]


def test_one_window_never_outweighs_all() -> None:
    sure = ShockState(EVIDENCE_MAX, begun=True)
    decision, _ = decide(sure, [-100.0], [1.0])
    assert decision.probability > 0.001


def test_leads_of_a_batch_are_judged_as_each_alone() -> None:
    windows = np.stack((fibrillation_mv(4.0, 1), tachycardia_mv(4.0, 90), np.full(1000, nan)))
    together = evidence_of(windows)
    alone = [evidence_of(window[None]).log_odds[0] for window in windows]
    assert np.array_equal(together.log_odds, alone, equal_nan=True)

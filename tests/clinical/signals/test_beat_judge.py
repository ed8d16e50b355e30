"""The judge of beats: a product of matrices decides as the sum that is written out does."""

import numpy as np

from clinical.signals.beat_judge import CLIP, DOUBT, JUDGE, MULTIPLIED, Judge

ROUNDING = float(np.finfo(np.float64).eps) / 2


def _measures(count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    rng = np.random.default_rng(5)
    return JUDGE.mean + 2 * JUDGE.scale * rng.standard_normal((count, len(JUDGE.mean)))


def _shifted(judge: Judge, measures: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Judge:
    """Return a judge whose logits for a beat are all near nothing on these measures."""
    logits = judge.logits(measures[:1])
    return Judge(
        judge.mean,
        judge.scale,
        judge.hidden,
        judge.hidden_bias,
        judge.out,
        judge.out_bias - logits[0],
    )


def test_what_is_decided_is_the_sign_of_the_logits() -> None:
    """However many are judged together."""
    measures = _measures(3 * MULTIPLIED + 5)
    beat, ventricular = JUDGE.judge(measures)
    logits = JUDGE.logits(measures)
    assert beat.tolist() == (logits[:, 0] > 0).tolist()
    assert ventricular.tolist() == (logits[:, 1] > 0).tolist()
    assert 0 < beat.sum() < len(beat)
    assert 0 < ventricular.sum() < len(ventricular)
    alone = [JUDGE.judge(measures[row : row + 1]) for row in range(len(measures))]
    assert [bool(one[0][0]) for one in alone] == beat.tolist()


def test_a_logit_near_nothing_is_added_up_in_order() -> None:
    """There the order of adding decides, and it must not depend on who stands beside."""
    measures = _measures(1)
    judge = _shifted(JUDGE, measures)
    logits = judge.logits(measures)
    assert np.abs(logits).max() < DOUBT
    for count in (1, 7, MULTIPLIED + 3):
        beat, ventricular = judge.judge(np.repeat(measures, count, axis=0))
        assert beat.tolist() == [bool(logits[0, 0] > 0)] * count
        assert ventricular.tolist() == [bool(logits[0, 1] > 0)] * count


def test_what_is_no_number_is_no_beat() -> None:
    """And costs those beside it nothing."""
    measures = _measures(9)
    wanted = JUDGE.judge(measures)[0].tolist()
    measures[4] = np.nan
    assert JUDGE.judge(measures)[0].tolist() == [*wanted[:4], False, *wanted[5:]]


def test_nobody_to_judge_gives_no_answer() -> None:
    beat, ventricular = JUDGE.judge(_measures(0))
    assert len(beat) == len(ventricular) == 0


def test_the_order_of_adding_moves_no_logit_as_far_as_doubt_reaches() -> None:
    """By the bound for sums of products of the shipped coefficients, twice: for either order."""
    greatest = CLIP * np.abs(JUDGE.hidden).sum(axis=0) + np.abs(JUDGE.hidden_bias)
    off = 2 * (len(JUDGE.hidden) + 1) * ROUNDING * greatest
    sums = greatest @ np.abs(JUDGE.out) + np.abs(JUDGE.out_bias)
    moved = off @ np.abs(JUDGE.out) + 2 * (len(JUDGE.out) + 1) * ROUNDING * sums
    assert moved.max() < DOUBT / 10_000

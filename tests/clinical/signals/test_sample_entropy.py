"""Half of all comparisons show all pairs."""

import numpy as np

from clinical.signals.sample_entropy import COUNT, NEAR, STEP, sample_entropy


def plainly(window: np.ndarray) -> float:
    """Compare every sample with every other one."""
    thin = window[::STEP][:COUNT].astype(np.float32)
    near = np.abs(thin[:, None] - thin[None, :]) < NEAR
    pairs = near[:-2, :-2] & near[1:-1, 1:-1]
    triples = pairs & near[2:, 2:]
    itself = len(pairs)
    return float(-np.log((triples.sum() - itself + 1.0) / (pairs.sum() - itself + 1.0)))


def test_it_is_that_of_every_pair_however_many_windows_come_together() -> None:
    rng = np.random.default_rng(4)
    waves = np.sin(np.arange(512) * rng.uniform(0.02, 0.3, (20, 1)))
    windows = waves + rng.uniform(0, 1, (20, 1)) * rng.standard_normal((20, 512))
    assert sample_entropy(windows).tolist() == [plainly(window) for window in windows]


def test_what_does_not_move_is_no_surprise() -> None:
    assert sample_entropy(np.zeros((1, 512))).tolist() == [plainly(np.zeros(512))]

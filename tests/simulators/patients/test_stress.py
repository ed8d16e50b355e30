import numpy as np

from simulators.patients.stress import HEART_RATE, PULSE, SPO2, Signals, night


def _recording() -> Signals:
    return np.repeat(np.array([[80.0], [80.0], [16.0], [97.0]]), 240, axis=1)


def test_the_same_seed_makes_the_same_night() -> None:
    one, other = (night(_recording(), 1, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one.true, other.true)
    np.testing.assert_array_equal(one.shown, other.shown)


def test_heart_and_pulse_go_together_in_truth_and_not_in_what_is_shown() -> None:
    made = night(_recording(), 4, np.random.default_rng(3))
    apart = np.abs(made.true[HEART_RATE] - made.true[PULSE])
    assert np.mean(apart > 20) < 0.01
    assert np.mean(np.abs(made.shown[HEART_RATE] - made.shown[PULSE]) > 20) > 0.05


def test_every_limit_is_passed_and_every_sensor_comes_off() -> None:
    made = night(_recording(), 6, np.random.default_rng(1))
    heart, _, breath, saturation = made.true
    assert heart.min() < 50
    assert heart.max() > 120
    assert breath.min() < 8
    assert breath.max() > 30
    assert saturation.min() < 90
    assert np.isnan(made.shown).any(axis=1).all()
    assert not np.isnan(made.true).any()
    assert np.nanmin(made.shown[SPO2]) >= 30

"""Each fault of a lead lowers its grade, and a good lead has none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from clinical.signals.bank import Bank
from clinical.signals.quality import Quality, quality_of
from tests.clinical.signals.hearts import beat_times_s, lead_mv

GOOD = lead_mv(beat_times_s(6.0, 1), 6.0, 1)


def _graded(lead: NDArray[np.float64]) -> Quality:
    """Grade the fourth second of a lead."""
    bank = Bank([250.0])
    bank.push(0, 0, lead)
    return [quality_of(block) for block in bank.blocks()][3]


def _noisy() -> NDArray[np.float64]:
    noise_mv = np.random.default_rng(3).standard_normal(len(GOOD))
    return np.asarray(GOOD + 0.2 * noise_mv)


def _popped() -> NDArray[np.float64]:
    return np.where(np.arange(len(GOOD)) < 900, GOOD, GOOD + 8.0)


def _saturated() -> NDArray[np.float64]:
    return np.where(np.arange(len(GOOD)) % 250 < 150, 5.0, GOOD)


def _drifting() -> NDArray[np.float64]:
    return np.asarray(GOOD + 40 * np.cos(2 * np.pi * 0.1 * np.arange(len(GOOD)) / 250))


def _missing() -> NDArray[np.float64]:
    return np.where(np.arange(len(GOOD)) % 250 < 125, np.nan, GOOD)


def test_a_good_second_is_trusted() -> None:
    """Every grade is high."""
    assert _graded(GOOD).overall[0] > 0.9


@pytest.mark.parametrize(
    ("fault", "lead"),
    [
        ("flat", np.zeros(1500)),
        ("noise", _noisy()),
        ("pop", _popped()),
        ("saturated", _saturated()),
        ("baseline", _drifting()),
    ],
)
def test_a_fault_makes_a_second_useless_and_is_named(fault: str, lead: NDArray[np.float64]) -> None:
    """The grade of that fault is near 0, and with it the whole."""
    graded = _graded(lead)
    assert getattr(graded, fault)[0] < 0.2
    assert graded.overall[0] < 0.2


def test_half_a_second_that_did_not_come_is_half_trusted() -> None:
    """What is missing is counted."""
    assert _graded(_missing()).present[0] == pytest.approx(0.5)

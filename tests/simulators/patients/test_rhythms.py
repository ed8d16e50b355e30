"""Rhythms that kill are those of patients, and show in every lead at once."""

import numpy as np
import pytest

from clinical.instant import SECOND_US
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.rhythm.bed import Bed
from simulators.patients.ecg import RATE_HZ, SimulatedLead
from simulators.patients.rhythms import HeartRhythm, played_uv, recorded_uv
from tests.clinical.rhythm.strips import said

FOUND = {
    HeartRhythm.FIBRILLATION: Arrhythmia.VENTRICULAR_FIBRILLATION,
    HeartRhythm.TACHYCARDIA: Arrhythmia.VENTRICULAR_TACHYCARDIA,
    HeartRhythm.STANDSTILL: Arrhythmia.ASYSTOLE,
}


@pytest.mark.parametrize("rhythm", [HeartRhythm.FIBRILLATION, HeartRhythm.TACHYCARDIA])
def test_a_recording_is_played_from_its_first_sample_again_and_again(rhythm: HeartRhythm) -> None:
    stretch = recorded_uv(rhythm)
    assert stretch.shape == (20 * RATE_HZ, 2)
    places = np.arange(2 * len(stretch))
    assert np.array_equal(played_uv(rhythm, "I", places), np.tile(stretch[:, 1], 2))
    assert np.array_equal(played_uv(rhythm, "II", places), np.tile(stretch[:, 0], 2))


def test_the_same_seed_gives_the_same_lead() -> None:
    first, second = (
        SimulatedLead("II", 3).record(500, 75, SECOND_US, None, HeartRhythm.FIBRILLATION)
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("rhythm", HeartRhythm)
def test_the_live_judgement_finds_each_within_five_seconds(rhythm: HeartRhythm) -> None:
    bed, leads = Bed(), [SimulatedLead(name, seed) for seed, name in enumerate(("I", "II"))]
    heard = []
    for second in range(16):
        for lead in leads:
            played = rhythm if second >= 10 else None
            bed.push(lead.record(RATE_HZ, 75, (second + 1) * SECOND_US, None, played))
        heard += [(second + 1, call.arrhythmia) for call in said([bed]) if call.arrhythmia]
    assert heard[0] == (heard[0][0], FOUND[rhythm])
    assert 10 < heard[0][0] <= 15

import numpy as np
import pytest

from clinical.instant import SECOND_US
from clinical.signals.waveform import WaveformChunk
from simulators.patients.ecg import HIGHEST, LOWEST, RATE_HZ, LeadTrouble, SimulatedLead


def record(
    seconds: int, rate_bpm: float, trouble: LeadTrouble | None = None, seed: int = 1
) -> list[WaveformChunk]:
    lead = SimulatedLead("II", seed)
    return [
        lead.record(RATE_HZ, rate_bpm, (second + 1) * SECOND_US, trouble)
        for second in range(seconds)
    ]


def beats(chunks: list[WaveformChunk]) -> int:
    """Count the R waves: runs of samples above half of the highest."""
    samples = np.array([sample for chunk in chunks for sample in chunk.samples])
    above = samples > samples.max() / 2
    return int(np.sum(above[1:] & ~above[:-1]) + above[0])


@pytest.mark.parametrize("rate_bpm", [40, 75, 140, 200])
def test_it_beats_at_the_rate_that_it_is_told(rate_bpm: int) -> None:
    assert beats(record(60, rate_bpm)) == pytest.approx(rate_bpm, abs=2)


def test_the_same_seed_gives_the_same_lead() -> None:
    assert record(5, 75) == record(5, 75)
    assert record(5, 75) != record(5, 75, seed=2)


def test_chunks_follow_on_one_another() -> None:
    chunks = record(5, 75)
    assert [chunk.first_sample for chunk in chunks] == [0, 250, 500, 750, 1_000]
    assert [chunk.end_us for chunk in chunks] == [chunk * SECOND_US for chunk in range(1, 6)]


def test_asystole_is_not_a_flat_line() -> None:
    chunks = record(5, 0)
    samples = [sample for chunk in chunks for sample in chunk.samples]
    assert 10 <= max(samples) - min(samples) <= 60


def test_faults_look_like_faults() -> None:
    (flat,) = record(1, 75, LeadTrouble.FLAT)
    (saturated,) = record(1, 75, LeadTrouble.SATURATED)
    (off,) = record(1, 75, LeadTrouble.DETACHED)
    assert set(flat.samples) == {0}
    assert set(saturated.samples) == {HIGHEST}
    assert (flat.attached, saturated.attached, off.attached) == (True, True, False)
    assert all(LOWEST <= sample <= HIGHEST for sample in record(1, 75)[0].samples)

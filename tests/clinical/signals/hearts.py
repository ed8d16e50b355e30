"""Made-up ECG leads with beats at known places, from a seed."""

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 250


def beat_times_s(seconds: float, seed: int, per_min: float = 75.0) -> NDArray[np.float64]:
    """When each beat is: about regular."""
    rng = np.random.default_rng(seed)
    steps = 60.0 / per_min * (1 + 0.05 * rng.standard_normal(int(seconds * 5)))
    times = 0.4 + np.cumsum(steps)
    return np.asarray(times[times < seconds - 0.3])


def lead_mv(
    times_s: NDArray[np.float64],
    seconds: float,
    seed: int,
    rate_hz: float = RATE_HZ,
    noise_mv: float = 0.02,
) -> NDArray[np.float64]:
    """A lead with a P wave, a QRS complex and a T wave at each beat, drift and noise."""
    rng = np.random.default_rng(seed)
    at = np.arange(int(seconds * rate_hz)) / rate_hz
    lead = 0.2 * np.sin(2 * np.pi * 0.25 * at + seed) + noise_mv * rng.standard_normal(len(at))
    for time in times_s:
        for offset, height, width in ((-0.17, 0.12, 0.02), (0, 1.0, 0.012), (0.27, 0.25, 0.05)):
            lead += height * np.exp(-0.5 * ((at - time - offset) / width) ** 2)
    return np.round(lead / 0.005) * 0.005

"""Made-up ventricular fibrillation and tachycardia, from a seed."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt


def fibrillation_mv(seconds: float, seed: int, rate_hz: float = 250) -> NDArray[np.float64]:
    """A lead of irregular waves, most of them 4 to 6 per second, of about 1 mV."""
    at = np.arange(int((seconds + 2) * 500)) / 500
    noise = np.random.default_rng(seed).standard_normal((2, len(at)))
    waves = [
        sosfiltfilt(butter(2, band, "bandpass", fs=500, output="sos"), each)
        for band, each in zip(((4.0, 6.0), (6.0, 14.0)), noise, strict=True)
    ]
    lead = 0.3 * waves[0] / waves[0].std() + 0.06 * waves[1] / waves[1].std()
    return np.asarray(np.interp(1 + np.arange(int(seconds * rate_hz)) / rate_hz, at, lead))


def tachycardia_mv(seconds: float, per_min: float, rate_hz: float = 250) -> NDArray[np.float64]:
    """A lead of wide complexes, each followed by the next without a pause."""
    at = np.arange(int(seconds * rate_hz)) / rate_hz
    phase = 2 * np.pi * at * per_min / 60
    return np.asarray(np.sin(phase) + 0.3 * np.sin(2 * phase + 0.6))

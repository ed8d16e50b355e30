"""Made-up monitor signals with known beats and pulses, at the window's rate."""

import numpy as np
from numpy.typing import NDArray

from clinical.signals.alarm_window import RATE_HZ, SignalKind, Trace

Samples = NDArray[np.float64]


def every(interval_s: float, until_s: float, start_s: float = 0.5) -> Samples:
    """Return instants at a fixed interval, in seconds."""
    return np.arange(start_s, until_s, interval_s)


def waves(times_s: Samples, seconds: float, width_s: float, rate_hz: float = RATE_HZ) -> Samples:
    """Return a bell of height 1 and the given width at each instant."""
    clock = np.arange(round(seconds * rate_hz)) / rate_hz
    bells = np.exp(-0.5 * ((clock[:, None] - times_s[None, :]) / width_s) ** 2)
    return np.asarray(bells.sum(axis=1), np.float64)


def ecg(times_s: Samples, seconds: float = 60, rate_hz: float = RATE_HZ) -> Samples:
    """Return narrow complexes with a T wave, in millivolts, on a little hum."""
    clock = np.arange(round(seconds * rate_hz)) / rate_hz
    complexes = waves(times_s, seconds, 0.012, rate_hz)
    repolarised = 0.2 * waves(times_s + 0.25, seconds, 0.04, rate_hz)
    return complexes + repolarised + 0.005 * np.sin(2 * np.pi * 7.3 * clock)


def ventricular(times_s: Samples, seconds: float = 60) -> Samples:
    """Return wide complexes of the other sign, in millivolts."""
    return -1.5 * waves(times_s, seconds, 0.03) + 0.8 * waves(times_s + 0.2, seconds, 0.06)


def pulse(times_s: Samples, seconds: float = 60, rate_hz: float = RATE_HZ) -> Samples:
    """Return pulses that rise in about 0.15 s and have a dicrotic wave."""
    systole = waves(times_s + 0.30, seconds, 0.07, rate_hz)
    return systole + 0.25 * waves(times_s + 0.58, seconds, 0.07, rate_hz)


def trace(kind: SignalKind, samples: Samples, rate_hz: float = RATE_HZ) -> Trace:
    """Return samples as a signal of a monitor."""
    return Trace(kind, rate_hz, samples)

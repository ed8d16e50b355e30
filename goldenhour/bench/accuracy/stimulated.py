"""Pacing added to recordings of hearts that are not paced, as an electrocardiograph samples it.

An impulse is a rectangle of some millivolts and milliseconds, sent through a Butterworth filter of
the second order such as stands before a converter, and sampled. A heart *answers* where an impulse
is put ``BEFORE_S`` before each annotated beat. Where it answers no longer, the impulses go on at
the same instants and only every third beat is left: the others are replaced by lines, from before
the P wave to the end of the T wave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

BEFORE_S: Final = 0.08
"""From an impulse to the annotated middle of the QRS complex that answers it."""

LEFT: Final = 3
"""Of so many beats one is left where the heart answers no longer."""

_FINE_HZ: Final = 16_000
_RESPONSE_S: Final = 0.06
_ERASED_S: Final = (0.22, 0.45)
_CUT_PART: Final = 0.35

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Impulse:
    """One impulse as it comes to the electrocardiograph."""

    height_mv: float
    width_ms: float

    def at(self, times_s: Sequence[float] | Floats, samples: int, rate_hz: float) -> Floats:
        """Return a lead of nothing but such impulses; the filter passes a third of the rate."""
        lead, length = np.zeros(samples), int(_RESPONSE_S * rate_hz)
        response = self._response(_CUT_PART * rate_hz)
        for time_s in times_s:
            first = int(np.ceil(time_s * rate_hz))
            within = np.arange(first, min(first + length, samples))
            fine = np.round((within / rate_hz - time_s) * _FINE_HZ).astype(int)
            lead[within] += response[fine]
        return lead

    def _response(self, cut_hz: float) -> Floats:
        fine = np.zeros(int(2 * _RESPONSE_S * _FINE_HZ))
        fine[: max(1, round(self.width_ms * _FINE_HZ / 1000))] = self.height_mv
        design = scipy.signal.butter(2, cut_hz, fs=_FINE_HZ)
        return np.asarray(scipy.signal.lfilter(*design, fine), np.float64)


def left_alone(beats_s: Floats) -> Floats:
    """Return the beats that stay where the heart answers no longer."""
    return beats_s[::LEFT]


def without_most(lead: NDArray[np.floating], rate_hz: float, beats_s: Floats) -> Floats:
    """Return a lead in which two of three of these beats are replaced by lines."""
    return without(lead, rate_hz, np.delete(beats_s, np.s_[::LEFT]))


def without(lead: NDArray[np.floating], rate_hz: float, beats_s: Floats) -> Floats:
    """Return a lead in which these beats are replaced by lines."""
    left = np.array(lead, np.float64)
    before, after = (round(each * rate_hz) for each in _ERASED_S)
    for beat_s in beats_s:
        at = round(beat_s * rate_hz)
        begin, end = max(0, at - before), min(len(left), at + after)
        if end - begin > 1:
            left[begin:end] = np.linspace(left[begin], left[end - 1], end - begin)
    return left

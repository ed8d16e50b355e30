"""Whether an ECG lead shows anything: attached, within its converter's range, and not dead.

A fault is said about the newest ``WINDOW_US`` of a lead, at each chunk, and only on a window
without a hole. In this order:

- DETACHED: the device itself says that the electrodes are off.
- SATURATED: at least a fifth of the window lies at an end of the converter's range, where an
  amplifier goes that has lost an electrode.
- FLAT: the window moves less than ``FLAT_UV`` from its least to its greatest sample, which is
  about the noise that electrodes and recorder make by themselves. Asystole on a good lead shows
  such noise and more; where it does not, the words of the alarm send the crew to the patient first.

The limits are this project's own.

What is older than what was judged comes from a backlog: it says nothing about the lead now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clinical.instant import SECOND_US
from clinical.signals.waveform import WaveformChunk

WINDOW_US: Final = 2 * SECOND_US
"""The stretch of a lead that is judged; a slow heart beats at least once in it, or is an alarm."""

FLAT_UV: Final = 20.0
"""A lead that moves less over the window shows nothing."""

SATURATED_PART: Final = 0.2
"""So much of the window at an end of the range is no signal."""

RAIL_PART: Final = 0.01
"""How near to an end of the range counts as there, as a part of the whole range."""

_Samples = NDArray[np.int16]


class LeadFault(Enum):
    """Why a lead shows nothing that can be judged, numbered as on the wire."""

    DETACHED = 1
    SATURATED = 2
    FLAT = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a lead shows at an instant."""

    fault: LeadFault | None
    """None: a signal."""
    at_us: int
    """End of the stretch that was judged."""


def fault_of(samples: Sequence[int] | _Samples, chunk: WaveformChunk) -> LeadFault | None:
    """Judge a window of samples, of which ``chunk`` is the newest part; None: it is a signal."""
    if chunk.attached is False:
        return LeadFault.DETACHED
    window = np.asarray(samples, dtype=np.int32)
    margin = RAIL_PART * (chunk.highest - chunk.lowest)
    railed = (window <= chunk.lowest + margin) | (window >= chunk.highest - margin)
    if railed.mean() >= SATURATED_PART:
        return LeadFault.SATURATED
    if float(np.ptp(window)) * chunk.scale_uv_per_bit < FLAT_UV:
        return LeadFault.FLAT
    return None


class LeadQuality:
    """The newest window of one lead. ``on_chunk`` takes its chunks as they come."""

    __slots__ = ("_end_us", "_follows", "_window")

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._window: _Samples = np.empty(0, np.int16)
        self._follows: tuple[float, ...] = ()
        """What the next chunk begins with if it goes on where the window ends."""
        self._end_us = 0

    def on_chunk(self, chunk: WaveformChunk) -> Verdict | None:
        """Judge the window that this chunk completes; None while there is not yet one."""
        if chunk.end_us <= self._end_us:
            return None
        samples = np.asarray(chunk.samples, dtype=np.int16)
        if self._follows == _manner(chunk, chunk.first_sample):
            samples = np.concatenate((self._window, samples))
        length = max(1, round(chunk.rate_hz * WINDOW_US / SECOND_US))
        self._window = samples[-length:]
        self._follows, self._end_us = _manner(chunk, chunk.end_sample), chunk.end_us
        if chunk.attached is not False and len(self._window) < length:
            return None
        return Verdict(fault_of(self._window, chunk), chunk.end_us)

    def snapshot(self) -> list[Any]:
        """Return the state as plain data."""
        return [self._window.tobytes(), list(self._follows), self._end_us]

    def restore(self, state: Sequence[Any]) -> None:
        """Take over a state from ``snapshot``."""
        window, follows, self._end_us = state
        self._window = np.frombuffer(window, np.int16).copy()
        self._follows = tuple(follows)


def _manner(chunk: WaveformChunk, sample: int) -> tuple[float, ...]:
    """Return a place in a lead and how it is sampled there."""
    return (sample, chunk.rate_hz, chunk.scale_uv_per_bit, chunk.lowest, chunk.highest)

"""Whether a pleth or an arterial pressure bears out what the ECG shows.

A heart in fibrillation, or standing still, moves no blood: pulses that go on at their interval and
height say that what the ECG shows is artefact. A witness is only asked when the ECG shows something
dangerous, and only counts when its pulses are regular enough to give a rate. The limits are this
project's own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from clinical.signals.alarm_window import RATE_HZ, SignalKind, Trace, working_samples
from clinical.signals.pleth import (
    ABP_RISE_S,
    PLETH_RISE_S,
    Pulses,
    pulse_rate_bpm,
    pulses_of,
)

KNOWN_S: Final = 10.0
"""A shorter stretch of a pulse says nothing."""

LATELY_S: Final = 4.0
"""The stretch over which pulses are asked for: that of a shock window, and of asystole."""

SILENT_S: Final = 2.2
"""The newest pulse must be as young: at 40/min there is one every 1.5 s, and it comes late."""

KEPT_HEIGHT: Final = 0.5
"""Pulses lately are at least so high as those before, or they fade."""

MISSING_MAX: Final = 0.1
"""A witness of which a greater part is missing lately says nothing."""


@dataclass(frozen=True, slots=True)
class Witness:
    """The pulse signals of a patient, looked at when asked."""

    traces: Callable[[], Iterable[Trace]]

    def rate_bpm(self) -> float | None:
        """Return the rate of pulses that go on undiminished; None: no signal shows such."""
        for trace in self.traces():
            rate_bpm = _rate_bpm(trace)
            if rate_bpm is not None:
                return rate_bpm
        return None


def _rate_bpm(trace: Trace) -> float | None:
    if len(trace.samples) < KNOWN_S * trace.rate_hz:
        return None
    newest = trace.samples[-round(LATELY_S * trace.rate_hz) :]
    if np.mean(~np.isfinite(newest)) > MISSING_MAX:
        return None
    samples = working_samples(trace)
    rise_s = PLETH_RISE_S if trace.kind is SignalKind.PLETH else ABP_RISE_S
    pulses = pulses_of(samples, rise_s)
    if not _go_on(pulses, len(samples)):
        return None
    return pulse_rate_bpm(pulses, len(samples), LATELY_S)


def _go_on(pulses: Pulses, length: int) -> bool:
    """Tell whether pulses lately are as high as those before, up to now."""
    lately = pulses.tops >= length - LATELY_S * RATE_HZ
    if not lately.any() or lately.all():
        return False
    if length - int(pulses.tops[-1]) > SILENT_S * RATE_HZ:
        return False
    before = float(np.median(pulses.rises[~lately]))
    return float(pulses.rises[lately].min()) >= KEPT_HEIGHT * before

"""The last minute before an alarm, as the judgement of that alarm sees it.

An alarm is judged on what the monitor had when it sounded: the ECG leads, the pleth and the
arterial pressure of the minute that ends at the alarm, each brought to one rate. Nothing after the
alarm is used. What a device left out (NaN) is bridged by a straight line (a signal wholly left out
is a flat line), and how much of the newest stretch was bridged is kept.

The newest ``EVIDENCE_S`` seconds are where the alarm's condition must be found: bedside monitors
sound within 10 s of the onset (the rule of the PhysioNet/CinC Challenge 2015, Clifford et al.,
Comput Cardiol 2015;42:273-276). What is older shows what is usual for this patient.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE_HZ: Final = 250
"""Every signal of a window has this rate."""

WINDOW_S: Final = 60
"""What is older is not looked at."""

EVIDENCE_S: Final = 12
"""The stretch before the alarm in which its condition is looked for."""

USUAL_UNTIL_S: Final = 14
"""What is older than this before the alarm shows the patient's usual beats and pulses."""

SHORTEST_S: Final = 16
"""A window shorter than this cannot be judged."""

Samples = NDArray[np.float64]
Positions = NDArray[np.intp]


class SignalKind(Enum):
    """What a signal of a monitor shows."""

    ECG = "ECG"
    PLETH = "PLETH"
    ABP = "ABP"


@dataclass(frozen=True, slots=True)
class Trace:
    """One signal up to the alarm, as the monitor gave it."""

    kind: SignalKind
    rate_hz: float
    samples: Samples
    """Shape (n,): millivolts, arbitrary units or mmHg; NaN where there is none."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One signal: shape (n,) at ``RATE_HZ``, about its median, every sample finite."""

    samples: Samples
    bridged: float
    """Part of the newest ``EVIDENCE_S`` that the device left out, 0-1."""


@dataclass(frozen=True, slots=True)
class AlarmWindow:
    """The signals of the minute before an alarm, all of the same length."""

    ecg: tuple[Channel, ...]
    pleth: Channel | None
    abp: Channel | None


def window_before_alarm(traces: Sequence[Trace]) -> AlarmWindow | None:
    """Cut the window out of traces that end together at the alarm.

    None: no ECG lead is ``SHORTEST_S`` long. The first pleth and the first arterial pressure count.
    """
    cut = [(trace.kind, _channel(trace)) for trace in traces if _long_enough(trace)]
    ecg = [channel for kind, channel in cut if kind is SignalKind.ECG]
    if not ecg:
        return None
    length = min(len(channel.samples) for _, channel in cut)
    even = [(kind, Channel(channel.samples[-length:], channel.bridged)) for kind, channel in cut]
    pleth = [channel for kind, channel in even if kind is SignalKind.PLETH]
    abp = [channel for kind, channel in even if kind is SignalKind.ABP]
    return AlarmWindow(
        ecg=tuple(channel for kind, channel in even if kind is SignalKind.ECG),
        pleth=pleth[0] if pleth else None,
        abp=abp[0] if abp else None,
    )


def _long_enough(trace: Trace) -> bool:
    return len(trace.samples) >= SHORTEST_S * trace.rate_hz


def _channel(trace: Trace) -> Channel:
    newest = trace.samples[-round(EVIDENCE_S * trace.rate_hz) :]
    return Channel(working_samples(trace), float((~np.isfinite(newest)).mean()))


def working_samples(trace: Trace) -> Samples:
    """Return the newest minute of a signal at ``RATE_HZ``, without holes, about its median."""
    samples = trace.samples[-round(WINDOW_S * trace.rate_hz) :].astype(np.float64)
    samples = _bridged(samples, ~np.isfinite(samples))
    samples -= np.median(samples)
    return samples if trace.rate_hz == RATE_HZ else _at_working_rate(samples, trace.rate_hz)


def _bridged(samples: Samples, missing: NDArray[np.bool_]) -> Samples:
    if missing.all():
        return np.zeros_like(samples)
    if not missing.any():
        return samples
    place = np.arange(len(samples))
    return np.where(missing, np.interp(place, place[~missing], samples[~missing]), samples)


def _at_working_rate(samples: Samples, rate_hz: float) -> Samples:
    """Resample by straight lines so that the last sample stays the last.

    The bands that are looked at end at 40 Hz; a signal faster than the working rate is smoothed
    over one working step first, so that what lies above does not fold into them.
    """
    step = rate_hz / RATE_HZ
    if step > 1:
        width = round(step)
        samples = np.convolve(
            np.pad(samples, (width - 1, 0), "edge"), np.ones(width) / width, "valid"
        )
    last = len(samples) - 1
    count = int(last / step) + 1
    return np.asarray(
        np.interp(last - step * np.arange(count)[::-1], np.arange(len(samples)), samples),
        np.float64,
    )

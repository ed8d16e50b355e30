"""What a pleth or an arterial pressure of an alarm's window shows: the pulse, and its change.

A heart in a lethal rhythm moves little blood. Pulses that keep their interval, their height and
their form through the evidence speak against the alarm; pulses that stop, fade or scatter speak for
it, if the signal was good before. The signal that has the more constant pulses is trusted more.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from clinical.signals.alarm_window import EVIDENCE_S, RATE_HZ, USUAL_UNTIL_S, Samples
from clinical.signals.lead_evidence import correlations, cut_out, periodicity
from clinical.signals.pleth import Pulses, pulses_of
from clinical.signals.window_beats import band, longest_gap_s, rates_bpm, ratio

_WINDOW: Final = 3 * RATE_HZ
_STEP: Final = RATE_HZ // 2
_BEFORE, _AFTER = int(0.3 * RATE_HZ), int(0.4 * RATE_HZ)
_LEAST_USUAL_INTERVALS: Final = 4
_LEAST_INTERVALS: Final = 3
_LEAST_FORMS: Final = 6
_UNKNOWN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class PulseSignal:
    """A pleth or a pressure, analysed."""

    pulses: Pulses
    evidence: dict[str, float]

    @property
    def trust(self) -> float:
        """How constant the pulses are: the greater the better."""
        return self.evidence["form"] * (1 - self.evidence["flat"]) - 0.2 * min(
            self.evidence["usual_unevenness"], 1.0
        )


def analyse_pulses(samples: Samples, rise_s: float) -> PulseSignal:
    """Find the pulses of a signal and describe them."""
    pulses = pulses_of(samples, rise_s)
    shape = band(samples, 0.6, 8.0)
    return PulseSignal(
        pulses,
        {
            **_timing(pulses, len(samples)),
            **_heights(pulses, len(samples)),
            **_forms(pulses, shape),
            **_strength(shape),
            "flat": float(
                (np.abs(np.diff(samples[-EVIDENCE_S * RATE_HZ :])) <= 1e-6 * np.ptp(samples)).mean()
            ),
        },
    )


def _timing(pulses: Pulses, length: int) -> dict[str, float]:
    tops = pulses.tops
    usual = np.diff(tops[tops < length - USUAL_UNTIL_S * RATE_HZ])
    newest = np.diff(tops[tops >= length - (EVIDENCE_S + 1) * RATE_HZ])
    known = len(usual) >= _LEAST_USUAL_INTERVALS
    interval = float(np.median(usual)) if known else _UNKNOWN
    change = np.abs(newest / interval - 1)
    slow, fast = rates_bpm(tops, length, 16, 5), rates_bpm(tops, length, 16, 17)
    return {
        "gap_s": longest_gap_s(tops, length, USUAL_UNTIL_S),
        "slow5_bpm": float(slow.min()) if len(slow) else _UNKNOWN,
        "fast17_bpm": float(fast.max()) if len(fast) else _UNKNOWN,
        "count": float((tops >= length - 10 * RATE_HZ).sum()),
        "usual_unevenness": float(np.median(np.abs(usual / interval - 1))) if known else 1.0,
        "unevenness": float(newest.std() / newest.mean())
        if len(newest) >= _LEAST_INTERVALS
        else _UNKNOWN,
        "change_mean": float(change.mean()) if len(newest) else _UNKNOWN,
        "change_most": float(change.max()) if len(newest) else _UNKNOWN,
    }


def _heights(pulses: Pulses, length: int) -> dict[str, float]:
    usual = pulses.rises[pulses.tops < length - USUAL_UNTIL_S * RATE_HZ]
    newest = pulses.rises[pulses.tops >= length - EVIDENCE_S * RATE_HZ]
    if not len(usual) or not len(newest):
        return {"height_least": _UNKNOWN}
    return {"height_least": ratio(float(newest.min()), float(np.median(usual)))}


def _forms(pulses: Pulses, shape: Samples) -> dict[str, float]:
    rows = cut_out(shape, pulses.tops, _BEFORE, _AFTER)
    whole = np.isfinite(rows).all(axis=1)
    if whole.sum() < _LEAST_FORMS:
        return {"form": 0.0, "form_least": _UNKNOWN}
    likeness = correlations(rows[whole], np.median(rows[whole], axis=0))
    newest = likeness[pulses.tops[whole] >= len(shape) - EVIDENCE_S * RATE_HZ]
    if not len(newest):
        return {"form": 0.0, "form_least": _UNKNOWN}
    return {"form": float(np.median(newest)), "form_least": float(newest.min())}


def _strength(shape: Samples) -> dict[str, float]:
    """Return the 3 s strength at its least and most against the usual, and how periodic it is."""
    ends = np.arange(_WINDOW, len(shape) + 1, _STEP)
    strength = shape[ends[:, None] - _WINDOW + np.arange(_WINDOW)].std(axis=1)
    count = (EVIDENCE_S - 3) * 2 + 1
    earlier = strength[: -2 * USUAL_UNTIL_S]
    usual = float(np.median(earlier if len(earlier) else strength))
    last = np.arange(len(shape) - (EVIDENCE_S - 4) * RATE_HZ, len(shape) + 1, RATE_HZ)
    periodic = [periodicity(shape[end - 4 * RATE_HZ : end], 0.3, 1.6) for end in last]
    return {
        "strength_least": ratio(float(strength[-count:].min()), usual),
        "strength_most": ratio(float(strength[-count:].max()), usual),
        "periodic_least": min(periodic),
        "periodic": periodicity(shape[-8 * RATE_HZ :], 0.3, 2.0),
    }

"""All that the minute before an alarm shows, as named numbers, for the judgement of the alarm.

Names say source and fact: ``ecg_X_least`` and ``ecg_X_most`` are over the leads, ``pulse_X`` is the
more trusted of pleth and arterial pressure, ``pulse_X_least`` and ``pulse_X_most`` are over both,
``run_X`` is the fastest unusual run of five beats, ``heart_X`` joins every source. A number that
cannot be had is NaN, never 0; without pleth and pressure there are no ``pulse_X``.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from clinical.signals.alarm_window import (
    EVIDENCE_S,
    RATE_HZ,
    USUAL_UNTIL_S,
    AlarmWindow,
    Positions,
)
from clinical.signals.lead_evidence import Lead, analyse_lead, lead_evidence
from clinical.signals.pleth import ABP_RISE_S, PLETH_RISE_S, followed_part
from clinical.signals.pulse_evidence import PulseSignal, analyse_pulses
from clinical.signals.run_evidence import fused_beats, run_evidence
from clinical.signals.window_beats import agreement, longest_gap_s, rates_bpm

Evidence = Mapping[str, float]
"""What is known, by name; NaN: not known."""

_UNKNOWN: Final = float("nan")
_MOSTLY_FLAT: Final = 0.5
_OVER_BOTH: Final = ("gap_s", "slow5_bpm", "strength_least", "change_most")


def evidence_of(window: AlarmWindow) -> Evidence:
    """Describe the window of an alarm."""
    leads = [analyse_lead(channel.samples) for channel in window.ecg]
    per_lead = [
        lead_evidence(lead, channel.samples)
        for lead, channel in zip(leads, window.ecg, strict=True)
    ]
    beats = fused_beats(leads)
    length = len(window.ecg[0].samples)
    pulses = _pulse_signals(window)
    slow = rates_bpm(beats, length, 16, 5)
    fused = {
        "fused_gap_s": longest_gap_s(beats, length, USUAL_UNTIL_S),
        "fused_slow5_bpm": float(slow.min()) if len(slow) else _UNKNOWN,
        "leads_agree": _leads_agree(leads, length),
        "ecg_bridged": max(channel.bridged for channel in window.ecg),
    }
    return {
        **_over_leads(per_lead),
        **run_evidence(leads, beats),
        **fused,
        **_over_pulses(pulses, beats, length),
        **_over_all(per_lead, fused["fused_gap_s"], pulses),
    }


def _pulse_signals(window: AlarmWindow) -> list[PulseSignal]:
    found = []
    if window.pleth is not None:
        found.append(analyse_pulses(window.pleth.samples, PLETH_RISE_S))
    if window.abp is not None:
        found.append(analyse_pulses(window.abp.samples, ABP_RISE_S))
    return found


def _trust(pulse: PulseSignal) -> float:
    return pulse.trust


def _leads_agree(leads: list[Lead], length: int) -> float:
    start = length - EVIDENCE_S * RATE_HZ
    newest = [lead.beats[lead.beats >= start] for lead in leads]
    return agreement(newest[0], newest[-1]) if len(leads) > 1 else _UNKNOWN


def _over_leads(per_lead: list[dict[str, float]]) -> dict[str, float]:
    found = {}
    for name in per_lead[0]:
        values = [evidence[name] for evidence in per_lead]
        found[f"ecg_{name}_least"], found[f"ecg_{name}_most"] = _least(values), _most(values)
    return found


def _over_pulses(pulses: list[PulseSignal], beats: Positions, length: int) -> dict[str, float]:
    if not pulses:
        return {}
    trusted = max(pulses, key=_trust)
    followed = followed_part(beats, trusted.pulses, length, EVIDENCE_S)
    found = {f"pulse_{name}": value for name, value in trusted.evidence.items()}
    found["pulse_follows"] = _UNKNOWN if followed is None else followed
    for name in _OVER_BOTH:
        values = [pulse.evidence[name] for pulse in pulses]
        found[f"pulse_{name}_least"], found[f"pulse_{name}_most"] = _least(values), _most(values)
    return found


def _over_all(
    per_lead: list[dict[str, float]], fused_gap_s: float, pulses: list[PulseSignal]
) -> dict[str, float]:
    sources = [*per_lead, *(pulse.evidence for pulse in pulses)]
    slow = [source["slow5_bpm"] for source in sources]
    fast = [source["fast17_bpm"] for source in sources]
    clean = max(per_lead, key=_cleanness)
    gaps = [clean["gap_s"], fused_gap_s, *(pulse.evidence["gap_s"] for pulse in pulses)]
    return {
        "heart_gap_s": _least(gaps),
        "heart_slow5_bpm_least": _least(slow),
        "heart_slow5_bpm": _middle(slow),
        "heart_slow5_bpm_most": _most(slow),
        "heart_fast17_bpm": _middle(fast),
        "heart_fast17_bpm_most": _most(fast),
    }


def _cleanness(lead: dict[str, float]) -> float:
    agree = 0.0 if lead["flat"] > _MOSTLY_FLAT else lead["bands_agree"]
    return float(agree * (1 + np.nan_to_num(lead["sameness"])))


def _least(values: Iterable[float]) -> float:
    return min(_known(values), default=_UNKNOWN)


def _most(values: Iterable[float]) -> float:
    return max(_known(values), default=_UNKNOWN)


def _middle(values: Iterable[float]) -> float:
    known = _known(values)
    return float(np.median(known)) if known else _UNKNOWN


def _known(values: Iterable[float]) -> list[float]:
    return [float(value) for value in values if np.isfinite(value)]

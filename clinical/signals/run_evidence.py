"""Runs of beats unlike the usual one: the evidence for ventricular tachycardia.

Ventricular tachycardia is five or more ventricular beats faster than 100/min. A ventricular beat is
not like the patient's usual beat and is wide; the beats of a run are like one another; artefact is
unlike both. So every five successive beats of the evidence (fused over the leads) are measured, and
the five that speak most for a run are described:

- how unlike the usual beat they are, weighed by their rate (nothing at 70/min, all from 110/min);
- and the same weighed by how alike they are among themselves in the worse lead.

A patient who always has such beats (bundle branch block, pacing) has them as the usual beat.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.alarm_window import EVIDENCE_S, RATE_HZ, USUAL_UNTIL_S, Positions, Samples
from clinical.signals.lead_evidence import (
    AFTER,
    BEFORE,
    LEAST_SIZE_MV,
    Lead,
    cut_out,
    likeness_to_usual,
    widths,
)
from clinical.signals.window_beats import beats_of

RUN: Final = 5
_REFERENCE_BEATS: Final = 40
_LIKE: Final = 0.9
_UNLIKE: Final = 0.5
_FRONT: Final = int(0.2 * RATE_HZ)

_Rows = NDArray[np.float64]


def fused_beats(leads: Sequence[Lead]) -> Positions:
    """Find beats in the energies of all leads together, each against its own usual beat."""
    parts = [
        np.minimum(lead.qrs_energy / lead.usual_energy, 3.0) ** 2
        for lead in leads
        if lead.usual_energy > 0
    ]
    return beats_of(np.sqrt(np.sum(parts, axis=0))) if parts else np.empty(0, np.intp)


def run_evidence(leads: Sequence[Lead], beats: Positions) -> dict[str, float]:
    """Describe the five successive beats of the evidence that speak most for a run."""
    length = len(leads[0].shape)
    newest = beats[
        (beats >= length - (EVIDENCE_S + 1) * RATE_HZ) & (beats < length - RATE_HZ // 10)
    ]
    earlier = beats[beats < length - USUAL_UNTIL_S * RATE_HZ][-_REFERENCE_BEATS:]
    likeness = np.array([likeness_to_usual(lead, newest) for lead in leads])
    mean_likeness = _mean(likeness)
    always = _mean(np.array([likeness_to_usual(lead, earlier) for lead in leads]))
    found = {
        "usual_part": _part(mean_likeness, mean_likeness > _LIKE),
        "unusual_run": float(_longest(mean_likeness < _UNLIKE)),
        "always_like": float(_mean(always[:, None])[0]),
    }
    if len(newest) < RUN:
        return found
    rows = _runs(leads, newest, likeness, _wideness(leads, newest, earlier))
    return found | _most_ventricular(rows)


def _wideness(leads: Sequence[Lead], newest: Positions, earlier: Positions) -> _Rows:
    """Return the width of each beat against the usual width, a row per lead."""
    rows = []
    for lead in leads:
        usual = float(np.median(widths(lead, earlier))) if len(earlier) else float("nan")
        rows.append(widths(lead, newest) / max(usual, 0.02))
    return np.array(rows)


def _runs(leads: Sequence[Lead], beats: Positions, likeness: _Rows, wideness: _Rows) -> _Rows:
    """Return a row of ``_COLUMNS`` for every five successive beats."""
    intervals = np.diff(beats) / RATE_HZ
    beside = np.lib.stride_tricks.sliding_window_view
    between = beside(intervals, RUN - 1)
    like = beside(likeness, RUN, axis=1)
    mean_like, wide = beside(_mean(likeness), RUN), beside(wideness.max(axis=0), RUN)
    alike = np.array([_alike(lead, beats) for lead in leads])
    sizes = np.array([_sizes(lead, beats) for lead in leads])
    return np.column_stack(
        (
            60 / between.mean(axis=1),
            60 / between.max(axis=1),
            between.std(axis=1) / between.mean(axis=1),
            mean_like.mean(axis=1),
            like.min(axis=0).max(axis=1),
            np.median(like, axis=2).max(axis=0),
            wide.mean(axis=1),
            wide.min(axis=1),
            alike.max(axis=0),
            alike.min(axis=0),
            _mean(beside(sizes, RUN, axis=1).mean(axis=2)),
        )
    )


_COLUMNS: Final = (
    "rate_bpm",
    "least_rate_bpm",
    "unevenness",
    "likeness",
    "likest",
    "likeness_best_lead",
    "wideness",
    "least_wideness",
    "alike_best_lead",
    "alike_worst_lead",
    "size",
)


def _alike(lead: Lead, beats: Positions) -> Samples:
    """Return, for every five successive beats, the median correlation among them."""
    rows = cut_out(lead.shape, beats, _FRONT, _FRONT)
    rows = np.nan_to_num(rows)
    rows = rows - rows.mean(axis=1, keepdims=True)
    rows = rows / (np.sqrt((rows**2).sum(axis=1, keepdims=True)) + 1e-12)
    products = rows @ rows.T
    pairs = np.triu_indices(RUN, 1)
    count = len(beats) - RUN + 1
    return np.array(
        [np.median(products[at : at + RUN, at : at + RUN][pairs]) for at in range(count)]
    )


def _sizes(lead: Lead, beats: Positions) -> Samples:
    """Return how tall each beat is against the usual beat."""
    if lead.template is None:
        return np.full(len(beats), np.nan)
    rows = np.nan_to_num(cut_out(lead.shape, beats, BEFORE, AFTER))
    return np.asarray(np.ptp(rows, axis=1) / max(np.ptp(lead.template), LEAST_SIZE_MV), np.float64)


def _most_ventricular(rows: _Rows) -> dict[str, float]:
    rate, likeness, alike = rows[:, 0], rows[:, 3], rows[:, 9]
    unlike = np.nan_to_num((1 - likeness) * np.clip((rate - 70) / 40, 0, 1), nan=-1.0)
    steady = unlike * np.clip(alike, 0, 1)
    loose, firm = int(np.argmax(unlike)), int(np.argmax(steady))
    return {
        "run": float(steady[firm]),
        **{f"run_{name}": float(rows[firm, at]) for at, name in enumerate(_COLUMNS)},
        "loose_run": float(unlike[loose]),
        "loose_run_alike_best_lead": float(rows[loose, 8]),
        "loose_run_alike_worst_lead": float(rows[loose, 9]),
        "loose_run_likeness_best_lead": float(rows[loose, 5]),
    }


def _mean(rows: _Rows) -> Samples:
    """Return the mean over rows, without those not known; NaN where none is known."""
    known = np.isfinite(rows)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, rows, 0.0).sum(axis=0) / known.sum(axis=0), np.float64)


def _part(values: Samples, chosen: NDArray[np.bool_]) -> float:
    return float(chosen.mean()) if len(values) else float("nan")


def _longest(chosen: NDArray[np.bool_]) -> int:
    longest = current = 0
    for one in chosen:
        current = current + 1 if one else 0
        longest = max(longest, current)
    return longest

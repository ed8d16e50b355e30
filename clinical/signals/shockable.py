"""Whether a rhythm calls for a shock, four seconds at a time: yes, no, or no answer.

Each lead's window is measured (``shock_features``) and judged (``shock_judge``); the patient's
evidence lies halfway between the mean of the leads that came and the one that says most, since a
rhythm that one lead shows may be hidden in another. Rhythms last, so the evidence is weighed
with what was known before: a filter of two states, of which each lasts with ``STAYING`` from one
window to the next. It looks back only: a window is judged when it ends.

What shows nothing, in every lead, is no fibrillation that a shock could help: under ``COARSE_MV``
the answer is no. There is no answer where no lead came whole, or where the log odds lie between
the two of ``DECLINED``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, log
from typing import Final

import numpy as np

from clinical.signals.shock_features import NAMES, features_of
from clinical.signals.shock_judge import ShockJudge, trained
from clinical.signals.shock_window import Floats, Indices, bridged, in_bands

STAYING: Final = 0.9
"""Probability that a rhythm is shockable, or not, as in the window before."""

FIRST: Final = 0.05
"""Probability that the first window is shockable."""

EVIDENCE_MAX: Final = 6.0
"""Greatest log odds that one window may give, for or against."""

COARSE_MV: Final = 0.2
"""A lead that moves less shows no coarse fibrillation (AHA: Kerber et al., Circulation 1997)."""

DECLINED: Final = (-0.25, 3.25)
"""Log odds between these are no answer: a shock needs more to speak for it than none does."""

TOGETHER: Final = 128
"""Windows that are measured at once: what is measured stays in a processor's cache."""

_REPETITION: Final = NAMES.index("slow_repetition")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the windows of a batch say, each of shape (windows,)."""

    log_odds: Floats
    """For a shockable rhythm; NaN where a window did not come whole."""
    span_mv: Floats
    """From the least to the greatest sample, 0.7 to 30 Hz; NaN as above."""
    repetition: Floats
    """How well the waves of 1 to 9 Hz repeat themselves, to 1; NaN as above."""


@dataclass(frozen=True, slots=True)
class ShockState:
    """What was known of a patient after a window."""

    log_odds: float = log(FIRST / (1 - FIRST))
    """That the rhythm is shockable."""
    begun: bool = False


@dataclass(frozen=True, slots=True)
class ShockDecision:
    """The answer for one window of a patient."""

    shockable: bool | None
    """None: declined."""
    probability: float
    """That the rhythm is shockable, by this window and those before."""
    leads: int
    """On how many leads the answer rests."""

    @property
    def likely(self) -> bool:
        """Whether more speaks for a shockable rhythm than against it."""
        return 2 * self.probability > 1


def evidence_of(windows_mv: Sequence[Floats] | Floats, judge: ShockJudge | None = None) -> Evidence:
    """Judge windows of one rate, each of shape (samples,), all leads of all patients alike."""
    log_odds = np.full(len(windows_mv), np.nan)
    span_mv, repetition = log_odds.copy(), log_odds.copy()
    for begin in range(0, len(windows_mv), TOGETHER):
        rows, windows = _usable(windows_mv[begin : begin + TOGETHER], begin)
        if len(rows):
            bands = in_bands(windows)
            span_mv[rows] = bands.whole.max(axis=1) - bands.whole.min(axis=1)
            features = features_of(bands)
            log_odds[rows] = (judge or trained()).log_odds(features)
            repetition[rows] = features[:, _REPETITION]
    return Evidence(log_odds, span_mv, repetition)


def _usable(windows_mv: Sequence[Floats] | Floats, first: int) -> tuple[Indices, Floats]:
    """Return those that came whole or can be bridged, with where they stand from ``first`` on."""
    windows = np.asarray(windows_mv, np.float64)
    rows = np.arange(first, first + len(windows))
    if np.isfinite(windows).all():
        return rows, windows
    whole = [bridged(window) for window in windows]
    usable = [at for at, window in enumerate(whole) if window is not None]
    return rows[usable], np.array([window for window in whole if window is not None])


def decide(
    state: ShockState, log_odds: Sequence[float], span_mv: Sequence[float]
) -> tuple[ShockDecision, ShockState]:
    """Weigh a patient's leads, in the window after those behind ``state``."""
    seen = [
        odds if span >= COARSE_MV else -EVIDENCE_MAX
        for odds, span in zip(log_odds, span_mv, strict=True)
        if isfinite(odds)
    ]
    before = _carried(state)
    if not seen:
        return ShockDecision(None, _probability(before), 0), ShockState(before, begun=True)
    together = (sum(seen) / len(seen) + max(seen)) / 2
    evidence = min(max(together, -EVIDENCE_MAX), EVIDENCE_MAX)
    after = before + evidence
    answer = None if DECLINED[0] < after < DECLINED[1] else after > 0
    return ShockDecision(answer, _probability(after), len(seen)), ShockState(after, begun=True)


def _carried(state: ShockState) -> float:
    """Return the log odds with which the next window begins."""
    if not state.begun:
        return state.log_odds
    shockable = _probability(state.log_odds)
    still = shockable * STAYING + (1 - shockable) * (1 - STAYING)
    return log(still / (1 - still))


def _probability(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))

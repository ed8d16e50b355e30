"""Whether an arrhythmia alarm of a monitor is borne out by what the monitor saw.

The evidence of the minute before the alarm goes through a forest of small decision trees, one
forest for each kind of alarm (extremely randomised trees, Geurts P et al., Machine Learning
2006;63:3-42), grown on expert-judged alarms. Its answer is the mean over the trees of the part of
true alarms in the leaf reached: how likely the alarm is true. An alarm less likely than the
model's limit is suppressed; the limit weighs a missed true alarm five times, as the PhysioNet/CinC
Challenge 2015 does. What cannot be judged is kept.

The judgement carries its ground: the one plain finding that says most against, or for, the alarm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.alarm_evidence import Evidence, evidence_of
from clinical.signals.alarm_window import AlarmWindow


class ArrhythmiaAlarm(Enum):
    """The life-threatening arrhythmia alarms of a bedside monitor, as the challenge names them."""

    ASYSTOLE = "Asystole"
    """No beat for 4 s."""
    BRADYCARDIA = "Bradycardia"
    """Under 40/min for five beats."""
    TACHYCARDIA = "Tachycardia"
    """Over 140/min for 17 beats."""
    VENTRICULAR_FIBRILLATION = "Ventricular_Flutter_Fib"
    """Fibrillation or flutter for 4 s."""
    VENTRICULAR_TACHYCARDIA = "Ventricular_Tachycardia"
    """Five ventricular beats over 100/min."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Decision trees in one table, a row per node."""

    names: tuple[str, ...]
    """The evidence that the trees ask for."""
    usual: NDArray[np.float64]
    """Shape (names,): what stands in for evidence that is not known."""
    roots: NDArray[np.intp]
    """Shape (trees,): the first node of each tree."""
    asked: NDArray[np.intp]
    """Shape (nodes,): which evidence the node compares; -1 at a leaf."""
    limits: NDArray[np.float64]
    """Shape (nodes,): up to and with this value it goes on at ``below``, else at the node after.
    At a leaf: the part of true alarms."""
    below: NDArray[np.intp]
    """Shape (nodes,): where a node goes on; at a leaf the node itself."""

    def likelihood(self, evidence: Evidence) -> float:
        """Return how likely the alarm is true, 0-1."""
        known = np.array([evidence.get(name, np.nan) for name in self.names], np.float64)
        values = np.where(np.isfinite(known), known, self.usual)
        nodes = self.roots
        while (inner := self.asked[nodes] >= 0).any():
            over = values[self.asked[nodes]] > self.limits[nodes]
            nodes = np.where(inner, self.below[nodes] + over, nodes)
        return float(self.limits[nodes].mean())


@dataclass(frozen=True, slots=True)
class AlarmModel:
    """What was learned, for every kind of alarm that can be judged."""

    forests: Mapping[ArrhythmiaAlarm, Forest]
    limit: float
    """An alarm less likely than this is suppressed."""


class Ground(Enum):
    """The plain finding behind a judgement."""

    NOT_JUDGED = "NOT_JUDGED"
    """There is no ECG long enough, or no model for this alarm."""
    PULSE_GOES_ON = "PULSE_GOES_ON"
    """Pulses never paused long; the number is the longest pause, in seconds."""
    BEATS_GO_ON = "BEATS_GO_ON"
    """Some source never paused long; the number is the longest pause, in seconds."""
    PAUSE = "PAUSE"
    """Every source paused; the number is the longest pause that all show, in seconds."""
    RATE = "RATE"
    """The rate that the sources agree on, beats per minute: of five or of seventeen beats."""
    PULSE_AS_USUAL = "PULSE_AS_USUAL"
    """Pulses kept their form and strength; the number is their likeness to the usual, 0-1."""
    BEATS_AS_USUAL = "BEATS_AS_USUAL"
    """The number is the part of beats like the patient's usual beat, 0-1."""
    NO_RUN = "NO_RUN"
    """No five fast beats are unlike the usual and alike among themselves; how far so, 0-2."""
    RUN = "RUN"
    """Five such beats were found; the number is their rate, beats per minute."""
    OSCILLATION = "OSCILLATION"
    """The number is the part of power near one frequency, 0-1, in the clearer lead."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether an alarm is kept, and why."""

    keep: bool
    likelihood: float | None
    """How likely the alarm is true, 0-1; None: not judged."""
    ground: Ground
    value: float | None
    """The number that belongs to the ground; None: none, or not known."""


NOT_JUDGED: Final = Judgement(keep=True, likelihood=None, ground=Ground.NOT_JUDGED, value=None)

_FOR: Final[Mapping[ArrhythmiaAlarm, tuple[Ground, str]]] = {
    ArrhythmiaAlarm.ASYSTOLE: (Ground.PAUSE, "heart_gap_s"),
    ArrhythmiaAlarm.BRADYCARDIA: (Ground.RATE, "heart_slow5_bpm"),
    ArrhythmiaAlarm.TACHYCARDIA: (Ground.RATE, "heart_fast17_bpm"),
    ArrhythmiaAlarm.VENTRICULAR_FIBRILLATION: (Ground.OSCILLATION, "ecg_one_frequency_most_most"),
    ArrhythmiaAlarm.VENTRICULAR_TACHYCARDIA: (Ground.RUN, "run_rate_bpm"),
}
"""What to name where an alarm is kept; a rate speaks for or against."""

_UNTROUBLED: Final = (
    (Ground.BEATS_AS_USUAL, "usual_part", 0.8, 1.0),
    (Ground.PULSE_AS_USUAL, "pulse_form", 0.9, 1.0),
)
_AGAINST: Final[Mapping[ArrhythmiaAlarm, tuple[tuple[Ground, str, float, float], ...]]] = {
    ArrhythmiaAlarm.ASYSTOLE: ((Ground.PULSE_GOES_ON, "pulse_gap_s_least", 0.0, 3.0),),
    ArrhythmiaAlarm.VENTRICULAR_FIBRILLATION: _UNTROUBLED,
    ArrhythmiaAlarm.VENTRICULAR_TACHYCARDIA: _UNTROUBLED,
}
"""What to name where an alarm is suppressed: the first finding whose number lies within."""

_ELSE: Final[Mapping[ArrhythmiaAlarm, tuple[Ground, str]]] = {
    ArrhythmiaAlarm.ASYSTOLE: (Ground.BEATS_GO_ON, "heart_gap_s"),
    ArrhythmiaAlarm.VENTRICULAR_FIBRILLATION: (Ground.NO_RUN, "run"),
    ArrhythmiaAlarm.VENTRICULAR_TACHYCARDIA: (Ground.NO_RUN, "run"),
}
"""What to name where none does."""


def judge(model: AlarmModel, alarm: ArrhythmiaAlarm, window: AlarmWindow | None) -> Judgement:
    """Judge an alarm on the window before it; without a window or a model it is kept."""
    forest = model.forests.get(alarm)
    if window is None or forest is None:
        return NOT_JUDGED
    evidence = evidence_of(window)
    likelihood = forest.likelihood(evidence)
    keep = likelihood >= model.limit
    ground, name = _ground(alarm, evidence, keep=keep)
    value = evidence.get(name, float("nan"))
    return Judgement(keep, likelihood, ground, float(value) if np.isfinite(value) else None)


def _ground(alarm: ArrhythmiaAlarm, evidence: Evidence, *, keep: bool) -> tuple[Ground, str]:
    """Return the finding to name, and the evidence that carries its number."""
    if keep:
        return _FOR[alarm]
    for ground, name, least, most in _AGAINST.get(alarm, ()):
        if least <= evidence.get(name, np.nan) <= most:
            return ground, name
    return _ELSE.get(alarm, _FOR[alarm])

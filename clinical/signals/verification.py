"""Whether an arrhythmia alarm of a monitor is borne out by what the monitor saw.

The evidence of the minute before the alarm says how likely the alarm is true (``alarm_judge``). One
less likely than the limit is suppressed, which is to say: shown as advisory, with the reason. What
cannot be judged is kept.

The judgement carries its ground: the one plain finding that says most against, or for, the alarm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from clinical.signals.alarm_evidence import Evidence, evidence_of
from clinical.signals.alarm_judge import AlarmJudge, ArrhythmiaAlarm
from clinical.signals.alarm_window import AlarmWindow


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


def judge(trained: AlarmJudge, alarm: ArrhythmiaAlarm, window: AlarmWindow | None) -> Judgement:
    """Judge an alarm on the window before it; without a window or a forest it is kept."""
    forest = trained.forests.get(alarm)
    if window is None or forest is None:
        return NOT_JUDGED
    evidence = evidence_of(window)
    likelihood = forest.likelihood(evidence)
    keep = likelihood >= trained.limit
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

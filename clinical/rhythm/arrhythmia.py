"""The life-threatening arrhythmias that are looked for, and what each of them is.

The definitions are those of the PhysioNet/CinC Challenge 2015 (Clifford GD et al., Comput Cardiol
2015;42:273-276), which follow what bedside monitors alarm on in adults. That a pacemaker fires and
the heart does not answer, or that it does not fire when it should, is beside them (Sandau KE et
al., Circulation 2017;136:e273-e344); how many stimuli that takes, and how long a pause, is this
project's own.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Arrhythmia(Enum):
    """A rhythm that can kill, numbered as on the wire."""

    ASYSTOLE = 1
    """No beat for 4 s."""
    VENTRICULAR_FIBRILLATION = 2
    """Fibrillation or flutter of the ventricles."""
    VENTRICULAR_TACHYCARDIA = 3
    """Five ventricular beats in a row, faster than 100/min."""
    EXTREME_BRADYCARDIA = 4
    """Slower than 40/min for five beats."""
    EXTREME_TACHYCARDIA = 5
    """Faster than 140/min for 17 beats."""
    PACING_NOT_CAPTURED = 6
    """Three of six stimuli of a pacemaker without an answer of the ventricles."""
    PACING_NOT_DELIVERED = 7
    """Neither a stimulus of a pacemaker nor a beat for over two of its intervals."""


GRAVITY: Final = {
    Arrhythmia.VENTRICULAR_FIBRILLATION: 4,
    Arrhythmia.ASYSTOLE: 3,
    Arrhythmia.VENTRICULAR_TACHYCARDIA: 2,
    Arrhythmia.PACING_NOT_CAPTURED: 2,
    Arrhythmia.EXTREME_TACHYCARDIA: 1,
    Arrhythmia.EXTREME_BRADYCARDIA: 1,
    Arrhythmia.PACING_NOT_DELIVERED: 0,
}
"""While one is told of, only a graver one takes its place."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is said of a patient's rhythm."""

    arrhythmia: Arrhythmia | None
    """None: none of them is there."""
    since_s: float
    """When it began, in seconds of the run that is judged; of none, when it was over."""
    at_s: float
    """Until when the signal was judged."""
    confidence: float
    """0 to 1: how sure the judgement is; of none, 1."""
    evidence: tuple[tuple[str, float | str], ...]
    """What the judgement rests on, by name with unit."""

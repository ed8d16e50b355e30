"""How far a vital sign is believed, by what other signals of the patient show at the same time.

The ECG counts the beats of the heart and the pleth the pulses at the finger: two sensors, two
places, two kinds of artefact. When they agree the heart rate is what it is, and the pleth has a
pulse to measure the saturation on; when they differ, one of them shows an artefact, or the patient
has a rhythm in which not every beat reaches the finger. Nobody can tell from the numbers alone
which, so that a contradiction makes judgement slower and never silent. A respiration by impedance
that equals the heart rate is the beating heart (cardiogenic overlay), not the breath.
"""

from collections.abc import Mapping
from typing import Final

from clinical.alarms.patience import Trust
from clinical.instant import SECOND_US
from clinical.watch.carry import HEART_RATE, PULSE_RATE, RESPIRATION, SPO2, Carry

TOGETHER_US: Final = 3 * SECOND_US
"""Two values captured no further apart than this are of the same moment."""

STANDS_IN_AFTER_US: Final = 5 * SECOND_US
"""Without a heart rate for so long, the pulse rate is judged in its place."""

AGREE_BPM: Final = 6.0
AGREE_SHARE: Final = 0.1
"""Heart rate and pulse rate agree within the greater of the two: monitors average differently."""

OVERLAY_SHARE: Final = 0.1
"""A respiration this close to the heart rate is the heart."""


WITNESSES: Final[Mapping[int, tuple[int, ...]]] = {
    HEART_RATE: (PULSE_RATE,),
    SPO2: (HEART_RATE, PULSE_RATE),
    RESPIRATION: (HEART_RATE,),
}
"""Which other vitals, by index, confirm or contradict a vital."""


def trust_of(vital: int, carry: Carry) -> Trust:
    """Return how far the newest value of a vital, by index, is believed."""
    if vital in {HEART_RATE, SPO2}:
        return _by_the_beat(vital, carry)
    if vital == RESPIRATION:
        return _by_the_heart(carry)
    return Trust.ALONE


def stands_in(carry: Carry, captured_us: int) -> bool:
    """Tell whether a pulse rate captured at this instant is judged as the heart rate."""
    return captured_us - carry.captured_us[HEART_RATE] > STANDS_IN_AFTER_US


def agree(beats: float, pulses: float) -> bool:
    """Tell whether a heart rate and a pulse rate of one moment show the same, per minute."""
    return abs(beats - pulses) <= max(AGREE_BPM, AGREE_SHARE * max(beats, pulses))


def _by_the_beat(vital: int, carry: Carry) -> Trust:
    beats, pulses = (_beside(vital, x, carry) for x in (HEART_RATE, PULSE_RATE))
    if beats is None or pulses is None:
        return Trust.ALONE
    return Trust.CONFIRMED if agree(beats, pulses) else Trust.DOUBTED


def _by_the_heart(carry: Carry) -> Trust:
    breaths, beats = carry.values[RESPIRATION], _beside(RESPIRATION, HEART_RATE, carry)
    if not breaths or beats is None or abs(breaths - beats) > OVERLAY_SHARE * beats:
        return Trust.ALONE
    return Trust.DOUBTED


def _beside(vital: int, other: int, carry: Carry) -> float | None:
    """Return the newest value of another vital if it is of the same moment as this one's."""
    apart_us = abs(carry.captured_us[vital] - carry.captured_us[other])
    return carry.values[other] if apart_us <= TOGETHER_US else None

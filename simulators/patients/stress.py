"""A harder night for alarms, made from recordings of bedside monitors by a seed, with its truth.

A recording of minutes is laid end to end, forth and back, to hours. Into what the patient truly has
go *excursions* beyond a limit, brief and sustained, of several depths, with slopes, heart and pulse
together. Over that, into what the monitor shows, go *artefacts*: motion at the finger, a disturbed
ECG, both, a disturbed respiration, and sensors that come off. Artefacts fall on excursions too.
The truth of an alarm is what the patient truly had; a monitor that shows something else is wrong.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Signals = NDArray[np.float64]
"""Shape (4, seconds): heart rate, pulse rate, respiration, saturation; NaN where not shown."""

HEART_RATE, PULSE, RESPIRATION, SPO2 = range(4)
_LOWEST: Final = np.array([[0.0], [0.0], [0.0], [30.0]])
_HIGHEST: Final = np.array([[250.0], [250.0], [90.0], [100.0]])

_MEAN_QUIET_S: Final = 45.0
_BEGINS_S: Final = 60
_TAIL_S: Final = 400
_BESET: Final = 0.4
"""Share of the sustained excursions with an artefact in their midst."""


@dataclass(frozen=True, slots=True)
class Excursion:
    """How far beyond which limit a kind of excursion goes."""

    signals: tuple[int, ...]
    limit: float
    upwards: bool
    least: float
    most: float


EXCURSIONS: Final = (
    Excursion((HEART_RATE, PULSE), 120, upwards=True, least=3, most=45),
    Excursion((HEART_RATE, PULSE), 50, upwards=False, least=3, most=25),
    Excursion((SPO2,), 90, upwards=False, least=2, most=20),
    Excursion((RESPIRATION,), 30, upwards=True, least=2, most=20),
    Excursion((RESPIRATION,), 8, upwards=False, least=1.5, most=8),
)

KINDS: Final = {
    "sustained": 0.12,
    "brief": 0.24,
    "motion": 0.18,
    "ecg": 0.14,
    "both": 0.08,
    "respiration": 0.16,
    "finger off": 0.05,
    "leads off": 0.03,
}
"""What happens next, and how often."""

_WITHIN: Final = ("motion", "ecg", "both", "respiration")


@dataclass(frozen=True, slots=True)
class Night:
    """Hours of one patient."""

    true: Signals
    """What the patient has."""
    shown: Signals
    """What the monitor shows."""


def night(recording: Signals, hours: float, random: np.random.Generator) -> Night:
    """Return hours made of a recording of one patient."""
    seconds = round(hours * 3600)
    true = _tiled(recording, seconds)
    middle = np.nanmedian(recording, axis=1)
    artefacts: list[tuple[str, int, int]] = []
    at = _BEGINS_S
    while (at := at + 10 + int(random.exponential(_MEAN_QUIET_S))) < seconds - _TAIL_S:
        kind = str(random.choice(list(KINDS), p=list(KINDS.values())))
        if kind in {"sustained", "brief"}:
            spans = (35, 180) if kind == "sustained" else (2, 22)
            hold = int(random.integers(*spans))
            slope = int(random.integers(1, 10))
            _excursion(true, middle, (at, hold, slope), random)
            if kind == "sustained" and random.random() < _BESET:
                begin = at + int(random.integers(hold))
                artefacts.append((str(random.choice(_WITHIN)), begin, int(random.integers(2, 12))))
            at += hold + 2 * slope
        else:
            span = int(random.integers(5, 120) if kind.endswith("off") else random.integers(2, 40))
            artefacts.append((kind, at, span))
            at += span
    true = np.clip(np.round(true), _LOWEST, _HIGHEST)
    shown = true.copy()
    for kind, begin, span in artefacts:
        _artefact(shown[:, begin : begin + span], kind, random)
    return Night(true, shown)


def _tiled(recording: Signals, seconds: int) -> Signals:
    there_and_back = np.concatenate([recording, recording[:, ::-1]], axis=1)
    times = seconds // there_and_back.shape[1] + 1
    return np.tile(there_and_back, (1, times))[:, :seconds]


def _excursion(
    true: Signals, middle: Signals, course: tuple[int, int, int], random: np.random.Generator
) -> None:
    """Lead some signals beyond a limit and back: up or down a slope, and holding."""
    begin, hold, slope = course
    kind = EXCURSIONS[random.integers(len(EXCURSIONS))]
    usual = middle[kind.signals[0]]
    sign = 1 if kind.upwards else -1
    to_the_limit = max(sign * (kind.limit - usual), 0.0)
    amount = sign * (to_the_limit + random.uniform(kind.least, kind.most))
    second = np.arange(true.shape[1], dtype=np.float64)
    for signal in kind.signals:
        since = second - begin - (random.integers(4) if signal == PULSE else 0)
        shape = np.minimum(since / slope, (2 * slope + hold - since) / slope)
        true[signal] += amount * np.clip(shape, 0, 1)


def _artefact(shown: Signals, kind: str, random: np.random.Generator) -> None:
    """Spoil a stretch of what is shown, in place."""
    if kind in {"motion", "both"}:
        shown[PULSE] = _wild(shown[PULSE], (30, 200), random)
        shown[SPO2] = np.clip(shown[SPO2] - _steps(shown.shape[1], (2, 30), random), 30, 100)
    if kind in {"ecg", "both"}:
        course = random.integers(3)
        spans = ((0, 0), (120, 250), (20, 250))[course]
        shown[HEART_RATE] = _wild(shown[HEART_RATE], spans, random)
    if kind == "respiration":
        spans = (0, 0) if random.integers(3) == 0 else (0, 60)
        shown[RESPIRATION] = _wild(shown[RESPIRATION], spans, random)
    if kind == "finger off":
        shown[[PULSE, SPO2]] = np.nan
    if kind == "leads off":
        shown[[HEART_RATE, RESPIRATION]] = np.nan


def _wild(shown: Signals, span: tuple[float, float], random: np.random.Generator) -> Signals:
    """Return numbers that have nothing to do with the patient, where any are shown."""
    return np.where(np.isnan(shown), np.nan, _steps(len(shown), span, random))


def _steps(seconds: int, span: tuple[float, float], random: np.random.Generator) -> Signals:
    """Return numbers that stay for some seconds each, as a monitor's do."""
    stay = int(random.integers(1, 8))
    numbers = random.uniform(*span, size=seconds // stay + 1)
    return np.round(np.repeat(numbers, stay)[:seconds])

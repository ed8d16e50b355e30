"""A lead at any rate from 50 to 2,000 Hz, as blocks of one second at the working rate.

Output sample k of a lead lies at input position ``k * rate / WORKING_RATE_HZ`` and is a weighted
sum of the input around it: a sinc cut off at the lower of the two Nyquist frequencies, under a
Kaiser window, tabulated for up to ``PHASES_MAX`` places between two input samples. It depends on
the input alone, never on how the input was cut into chunks. A lead that comes at the working rate
is passed on as it is.

A sample that is missing (NaN) is held at the value before it, and its second knows how much of it
was missing.
"""

from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

WORKING_RATE_HZ: Final = 250
"""Rate at which every lead is judged: 4 ms a sample."""

BLOCK: Final = WORKING_RATE_HZ
"""Samples of a block: one second, counted from sample 0 of the lead."""

RATE_MIN_HZ: Final = 50.0
RATE_MAX_HZ: Final = 2_000.0

PHASES_MAX: Final = 256
"""Finest division of an input sample; an output is at most 1/512 of a sample out of place."""

LOBES: Final = 6
"""Zero crossings of the sinc on each side, at the lower of the two rates."""

KAISER_BETA: Final = 6.0
"""Side lobes of the window lie 63 dB down (Oppenheim and Schafer, section 7.5.3)."""

Floats = NDArray[np.float64]
_Floats32 = NDArray[np.float32]

_NO_SAMPLES: Final[_Floats32] = np.zeros(0, np.float32)


class RateError(ValueError):
    """A rate at which no ECG is sampled: the sender's fault."""


@lru_cache(maxsize=64)
def _ratio(rate_hz: float) -> Fraction:
    """Return input samples per output sample."""
    if not RATE_MIN_HZ <= rate_hz <= RATE_MAX_HZ:
        message = f"rate_hz: {rate_hz} is not within {RATE_MIN_HZ} to {RATE_MAX_HZ}"
        raise RateError(message)
    return Fraction(rate_hz).limit_denominator(10_000) / WORKING_RATE_HZ


@lru_cache(maxsize=64)
def reach(rate_hz: float) -> int:
    """Return how many input samples on each side an output needs."""
    ratio = _ratio(rate_hz)
    return 0 if ratio == 1 else int(np.ceil(LOBES * max(1.0, float(ratio))))


def _after(rate_hz: float) -> int:
    """Return how many input samples after the one before it an output needs."""
    half = reach(rate_hz)
    return half + 1 if half else 0


@lru_cache(maxsize=64)
def _kernel(rate_hz: float) -> Floats:
    """Return the weights, shape (places, 2 * reach + 1); each place's weights sum to 1."""
    ratio, half = _ratio(rate_hz), reach(rate_hz)
    places = min(ratio.denominator, PHASES_MAX)
    offsets = np.arange(-half, half + 1) - np.arange(places)[:, None] / places
    window = np.i0(KAISER_BETA * np.sqrt(np.clip(1 - (offsets / (half + 1)) ** 2, 0, 1)))
    weights = np.sinc(offsets / max(1.0, float(ratio))) * window
    whole: Floats = weights / weights.sum(axis=1, keepdims=True)
    return whole


@lru_cache(maxsize=256)
def _plan(rate_hz: float, phase: int) -> tuple[NDArray[np.intp], Floats]:
    """Return, for a block that begins so far between two input samples, where outputs lie.

    First the input sample before each, counted from the one before the block's begin, shape
    (BLOCK,); then the weights around it, shape (2 * reach + 1, BLOCK).
    """
    ratio, kernel = _ratio(rate_hz), _kernel(rate_hz)
    places = len(kernel)
    at = [Fraction(phase, ratio.denominator) + k * ratio for k in range(BLOCK)]
    steps = np.array([round(position * places) for position in at])
    return steps // places, np.ascontiguousarray(kernel[steps % places].T)


class _Span(NamedTuple):
    """Where the input of one block lies."""

    phase: int
    begin: int
    end: int
    """First position needed, and the first after it that is not."""
    keep: int
    """First position that the next block needs."""


@lru_cache(maxsize=4_096)
def _span(rate_hz: float, number: int) -> _Span:
    ratio, half = _ratio(rate_hz), reach(rate_hz)
    start = number * BLOCK * ratio
    last = int(start + (BLOCK - 1) * ratio)
    return _Span(
        phase=int((start - int(start)) * ratio.denominator),
        begin=int(start) - half,
        end=last + _after(rate_hz) + 1,
        keep=int((number + 1) * BLOCK * ratio) - half,
    )


class Intake:
    """What came of one lead and is not yet in a block."""

    __slots__ = (
        "_first",
        "_last",
        "_missed",
        "_next",
        "_number",
        "_rate_hz",
        "_reach",
        "_samples",
        "due",
        "end",
    )

    def __init__(self, rate_hz: float) -> None:
        """Begin before sample 0 of a lead.

        Raises:
            RateError: no ECG comes at this rate.
        """
        self._rate_hz, self._reach = rate_hz, reach(rate_hz)
        self._samples = _NO_SAMPLES
        """In mV, without NaN; replaced, never changed."""
        self._missed: _Floats32 | None = None
        """Whether each was missing, if any was."""
        self._first = -self._reach
        """Position of the first held sample; what lies before sample 0 equals sample 0."""
        self._last = 0.0
        self._await(0)
        self.end = 0
        """Position after the last sample that came."""

    def _await(self, number: int) -> None:
        """Let the block of this number come next."""
        self._number, self._next = number, _span(self._rate_hz, number)
        self.due = self._next.end
        """Where ``end`` has to be, for all to be there that it needs."""

    def push(self, first: int, samples_mv: NDArray[np.floating]) -> None:
        """Take samples at their position: what came before is dropped, a hole is missing."""
        fresh = np.array(samples_mv, np.float32)
        if first != self.end:
            before = self.end - first
            if before > 0:
                fresh = fresh[before:]
            elif len(fresh):
                fresh = np.concatenate((np.full(-before, np.nan, np.float32), fresh))
        if not len(fresh):
            return
        if self.end == 0 and self._reach:
            fresh = np.concatenate((np.repeat(fresh[:1], self._reach), fresh))
            self.end = -self._reach
        self.end += len(fresh)
        known, missed = np.isfinite(fresh), None
        if np.count_nonzero(known) < len(fresh):
            missing = ~known
            fresh, missed = self._filled(fresh, missing), missing.astype(np.float32)
        self._last = fresh.item(-1)
        if self._missed is not None or missed is not None:
            self._missed = np.concatenate(
                (_marks(self._missed, self._samples), _marks(missed, fresh))
            )
        held = self._samples
        self._samples = np.concatenate((held, fresh)) if len(held) else fresh

    def _filled(self, fresh: _Floats32, missing: NDArray[np.bool_]) -> _Floats32:
        place = np.maximum.accumulate(np.where(missing, -1, np.arange(len(fresh))))
        return np.where(place < 0, np.float32(self._last), fresh[place])

    def take(self) -> tuple[int, _Floats32, float]:
        """Return the next block's phase, its input with what surrounds it, and what is missing.

        The last is a part, from 0 to 1.
        """
        span, first, missing = self._next, self._first, 0.0
        samples = self._samples[span.begin - first : span.end - first]
        if self._missed is not None:
            missing = float(self._missed[span.begin - first : span.end - first].mean())
            left = self._missed[span.keep - first :]
            self._missed = left.copy() if left.any() else None
        rest = self._samples[span.keep - first :]
        self._samples = rest.copy() if len(rest) else _NO_SAMPLES
        self._first = span.keep
        self._await(self._number + 1)
        return span.phase, samples, missing

    def hold(self) -> tuple[Any, ...]:
        """Return all that it remembers as it is, for ``put_back``."""
        return (self._samples, self._missed, self._first, self._last, self._number, self.end)

    def put_back(self, held: tuple[Any, ...]) -> None:
        """Undo what was done since ``hold``."""
        self._samples, self._missed, self._first, self._last, number, self.end = held
        self._await(number)

    def snapshot(self) -> tuple[object, ...]:
        """Return all that it remembers: of the samples two rows, they and whether each missed."""
        held = np.stack((self._samples, _marks(self._missed, self._samples)))
        holed = self._missed is not None
        return (held, self._first, self._last, holed, self._number, self.end)

    def restore(self, memory: tuple[Any, ...]) -> None:
        """Go on where ``snapshot`` was taken."""
        held, self._first, self._last, holed, number, self.end = memory
        self._samples, self._missed = held[0].copy(), held[1].copy() if holed else None
        self._await(number)


def _marks(missed: _Floats32 | None, samples: _Floats32) -> _Floats32:
    return np.zeros(len(samples), np.float32) if missed is None else missed


def resample(rate_hz: float, phase: int, windows: Floats) -> Floats:
    """Return one block of each lead.

    Args:
        rate_hz: of all the leads.
        phase: where the block begins between two input samples, as ``Intake.take`` gives it.
        windows: input of each lead, shape (leads, samples).

    Returns:
        Shape (leads, BLOCK).
    """
    half = reach(rate_hz)
    if not half:
        return np.ascontiguousarray(windows[:, :BLOCK])
    places, weights = _plan(rate_hz, phase)
    total = np.zeros((len(windows), BLOCK))
    for tap in range(2 * half + 1):
        total += windows[:, places + tap] * weights[tap]
    return total

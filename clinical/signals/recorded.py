"""A whole recording through the live detectors, in small chunks."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.bank import Bank
from clinical.signals.beats import Beat, BeatDetector
from clinical.signals.resampling import WORKING_RATE_HZ

CHUNK_S: Final = 1.0
"""Seconds of a chunk where the caller does not say."""

CLOSING_S: Final = 4
"""Seconds of missing samples after the end, so that the last beats are decided."""


def detect(
    leads_mv: Sequence[NDArray[np.floating]],
    rate_hz: float | Sequence[float],
    *,
    chunk_s: float = CHUNK_S,
) -> tuple[Beat, ...]:
    """Find the beats of one patient in a recording.

    Args:
        leads_mv: each lead from the same instant, shape (samples,), in mV; NaN where missing.
        rate_hz: of all the leads, or of each.
        chunk_s: seconds that are handed over at a time; the beats do not depend on it.

    Returns:
        The beats, ascending; ``sample`` counts at ``WORKING_RATE_HZ``.

    Raises:
        RateError: no ECG comes at a rate.
    """
    rates = [rate_hz] * len(leads_mv) if isinstance(rate_hz, int | float) else list(rate_hz)
    if not leads_mv:
        return ()
    bank = Bank(rates)
    detector = BeatDetector(bank)
    seconds = max(len(lead) / rate for lead, rate in zip(leads_mv, rates, strict=True))
    found: list[Beat] = []
    for step in range(int(np.ceil((seconds + CLOSING_S) / chunk_s))):
        for index, (lead, rate) in enumerate(zip(leads_mv, rates, strict=True)):
            begin, end = round(step * chunk_s * rate), round((step + 1) * chunk_s * rate)
            chunk = np.full(end - begin, np.nan)
            known = lead[begin:end]
            chunk[: len(known)] = known
            bank.push(index, begin, chunk)
        for block in bank.blocks():
            found += detector.on_block(block).of(0)
    return tuple(beat for beat in found if beat.sample < seconds * WORKING_RATE_HZ)

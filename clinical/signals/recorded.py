"""A whole recording through the live detectors, and its windows as they are judged live."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.bank import Bank, Block
from clinical.signals.beats import Beat, BeatDetector
from clinical.signals.resampling import WORKING_RATE_HZ, Floats
from clinical.signals.shock_window import WINDOW_S

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
    rates = _rates(leads_mv, rate_hz)
    if not leads_mv:
        return ()
    bank = Bank(rates)
    detector = BeatDetector(bank)
    seconds = max(len(lead) / rate for lead, rate in zip(leads_mv, rates, strict=True))
    found = [
        beat
        for block in blocks_of(bank, leads_mv, seconds + CLOSING_S, chunk_s=chunk_s)
        for beat in detector.on_block(block).of(0)
    ]
    return tuple(beat for beat in found if beat.sample < seconds * WORKING_RATE_HZ)


def blocks_of(
    bank: Bank,
    leads_mv: Sequence[NDArray[np.floating]],
    seconds: float,
    *,
    chunk_s: float = CHUNK_S,
) -> Iterator[Block]:
    """Push the leads of a recording into a bank, a chunk after another, and yield its blocks.

    What a bank holds is copied with every block: a whole recording at once would cost its square.

    Args:
        bank: at sample 0.
        leads_mv: as for ``detect``.
        seconds: until when leads that are over are pushed as missing.
        chunk_s: as for ``detect``.
    """
    for step in range(int(np.ceil(seconds / chunk_s))):
        for index, (lead, rate) in enumerate(zip(leads_mv, bank.rates_hz, strict=True)):
            begin, end = round(step * chunk_s * rate), round((step + 1) * chunk_s * rate)
            chunk = np.full(end - begin, np.nan)
            known = lead[begin:end]
            chunk[: len(known)] = known
            bank.push(index, begin, chunk)
        yield from bank.blocks()


def windows_of(
    leads_mv: Sequence[NDArray[np.floating]],
    rate_hz: float | Sequence[float],
    begins_s: Sequence[float] | Floats,
) -> Floats:
    """Return the windows of one patient as the shock decision is given them live.

    They come at the working rate, and the pacing spikes that are told are taken out.

    Args:
        leads_mv: as for ``detect``.
        rate_hz: of all the leads, or of each.
        begins_s: when each window begins.

    Returns:
        Shape (leads, windows, samples), in mV; NaN where a sample is missing.

    Raises:
        RateError: no ECG comes at a rate.
    """
    length = WINDOW_S * WORKING_RATE_HZ
    begins = np.rint(np.asarray(begins_s) * WORKING_RATE_HZ).astype(int)
    samples = int(begins.max(initial=-length)) + length
    bank = Bank(_rates(leads_mv, rate_hz))
    blocks = blocks_of(bank, leads_mv, samples / WORKING_RATE_HZ + CLOSING_S)
    seconds = [block.raw for block in blocks] if samples else [np.zeros((len(leads_mv), 0))]
    clean = np.concatenate(seconds, axis=1)[:, :samples]
    for row, lead, rate in zip(clean, leads_mv, bank.rates_hz, strict=True):
        nearest = np.rint(np.arange(samples) * rate / WORKING_RATE_HZ).astype(int)
        known = nearest < len(lead)
        known[known] = np.isfinite(lead[nearest[known]])
        row[~known] = np.nan
    return clean[:, begins[:, None] + np.arange(length)]


def _rates(
    leads_mv: Sequence[NDArray[np.floating]], rate_hz: float | Sequence[float]
) -> list[float]:
    return [rate_hz] * len(leads_mv) if isinstance(rate_hz, int | float) else list(rate_hz)

"""The rhythm of a recording, four seconds at a time, in the record's own frames."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

import numpy as np

from clinical.signals.recorded import detect
from clinical.signals.resampling import WORKING_RATE_HZ
from clinical.signals.rhythm import Rhythm, named, shocked
from clinical.signals.shock_window import WINDOW_S, Floats
from clinical.signals.shockable import Evidence, ShockDecision, ShockState, decide, evidence_of
from goldenhour.lab.beats import ecg_leads
from goldenhour.lab.recordings import Recording, Signal

COLUMNS: Final = ("start_sample", "end_sample", "label", "shockable")

DECIDED_S: Final = 1.5
"""How long after it happened a beat is decided: what a window's end does not know yet."""

_WORD: Final = {True: "1", False: "0", None: ""}


def rhythm_rows(recording: Recording) -> Iterator[tuple[str, ...]]:
    """Return the header, then each whole window of four seconds: its rhythm, and whether to shock.

    Raises:
        UnreadableError: the recording holds no ECG lead.
    """
    leads = ecg_leads(recording)
    yield COLUMNS
    length = round(WINDOW_S * recording.rate_hz)
    count = recording.frames // length
    if not count:
        return
    evidence = [evidence_of(_windows(lead, recording.rate_hz, length, count)) for lead in leads]
    beats = detect([lead.samples for lead in leads], [lead.rate_hz for lead in leads])
    happened = [beat.sample for beat in beats]
    state = ShockState()
    for window in range(count):
        odds, spans = _of(evidence, window)
        decision, state = decide(state, odds, spans)
        end_s = (window + 1) * length / recording.rate_hz
        known = beats[: bisect_left(happened, (end_s - DECIDED_S) * WORKING_RATE_HZ)]
        label = _label(decision, evidence, window) or named(known, end_s)
        yield (
            str(window * length),
            str((window + 1) * length),
            label.value,
            _WORD[decision.shockable],
        )


def _windows(lead: Signal, rate_hz: float, length: int, count: int) -> Floats:
    """Cut a lead, sampled as often as it may be, into the record's windows."""
    each = round(length * lead.rate_hz / rate_hz)
    samples = np.full(count * each, np.nan)
    known = lead.samples[: count * each]
    samples[: len(known)] = known
    return samples.reshape(count, each)


def _of(evidence: list[Evidence], window: int) -> tuple[list[float], list[float]]:
    return (
        [float(lead.log_odds[window]) for lead in evidence],
        [float(lead.span_mv[window]) for lead in evidence],
    )


def _label(decision: ShockDecision, evidence: list[Evidence], window: int) -> Rhythm | None:
    """Return what the shock decision already says of the rhythm; None: the beats say."""
    if not decision.leads:
        return Rhythm.NOISE
    if not decision.likely:
        return None
    known = [lead.repetition[window] for lead in evidence]
    return shocked(float(np.nanmean(known)))

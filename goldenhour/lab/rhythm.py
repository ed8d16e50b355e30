"""The rhythm of a recording, four seconds at a time, in the record's own frames."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

import numpy as np

from clinical.signals.recorded import detect, windows_of
from clinical.signals.resampling import WORKING_RATE_HZ
from clinical.signals.rhythm import Rhythm, named, shocked
from clinical.signals.shock_window import WINDOW_S
from clinical.signals.shockable import Evidence, ShockDecision, ShockState, decide, evidence_of
from goldenhour.lab.beats import ecg_leads
from goldenhour.lab.recordings import Recording

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
    samples, rates_hz = [lead.samples for lead in leads], [lead.rate_hz for lead in leads]
    begins_s = np.arange(count) * length / recording.rate_hz
    evidence = [evidence_of(windows) for windows in windows_of(samples, rates_hz, begins_s)]
    beats = detect(samples, rates_hz)
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

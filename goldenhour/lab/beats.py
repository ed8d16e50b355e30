"""Heart beats of a recording: a row each, in the record's own frames."""

from collections.abc import Iterator
from typing import Final

from clinical.signals.recorded import detect
from clinical.signals.resampling import RATE_MAX_HZ, RATE_MIN_HZ, WORKING_RATE_HZ
from goldenhour.lab.command import UnreadableError
from goldenhour.lab.recordings import Recording, Signal

COLUMNS: Final = ("sample", "lead_quality")

_NOT_ECG: Final = ("resp", "pleth", "ppg", "abp", "art", "cvp", "pap", "co2")
"""What other waveforms are called, where a record gives them in volts."""


def ecg_leads(recording: Recording) -> tuple[Signal, ...]:
    """Return the ECG leads of a recording.

    Raises:
        UnreadableError: it has none, or one at a rate at which no ECG is sampled.
    """
    leads = tuple(
        signal
        for signal in recording.voltages
        if not any(word in signal.name.lower() for word in _NOT_ECG)
    )
    if not leads:
        message = "signals: none is an ECG lead in volts"
        raise UnreadableError(message)
    for lead in leads:
        if not RATE_MIN_HZ <= lead.rate_hz <= RATE_MAX_HZ:
            message = f"{lead.name}: rate_hz: {lead.rate_hz:g} is no rate of an ECG"
            raise UnreadableError(message)
    return leads


def beat_rows(recording: Recording) -> Iterator[tuple[str, ...]]:
    """Return the header, then where each beat lies and how far the leads could be trusted there.

    Raises:
        UnreadableError: the recording holds no ECG lead.
    """
    leads = ecg_leads(recording)
    yield COLUMNS
    for beat in detect([lead.samples for lead in leads], [lead.rate_hz for lead in leads]):
        sample = round(beat.sample * recording.rate_hz / WORKING_RATE_HZ)
        if 0 <= sample < recording.frames:
            yield (str(sample), f"{beat.quality:.3f}")

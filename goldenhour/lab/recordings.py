"""Recordings in WFDB form, read with PhysioNet's own library, as leads in physical units.

A record whose signals were sampled at different rates keeps them: each signal says its own. A
sample that the record marks as missing is NaN.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import wfdb
from numpy.typing import NDArray

from goldenhour.lab.command import UnreadableError

_PER_MILLIVOLT: Final = {"mv": 1.0, "uv": 1e-3, "µv": 1e-3, "v": 1e3}

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal of a recording."""

    name: str
    """As the record names it, for example "MLII" or "PLETH"."""
    units: str
    """Physical units of ``samples``: "mV" for every voltage, else as the record says."""
    rate_hz: float
    samples: Samples
    """Shape (n,), in ``units``; NaN where the record holds none."""
    least_step: float
    """One count of the converter, in ``units``."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a record holds, without its annotations."""

    name: str
    rate_hz: float
    """Frames per second: what positions in annotations and in the lab's output count."""
    frames: int
    signals: tuple[Signal, ...]
    comments: tuple[str, ...]
    """The lines of the header that begin with ``#``: what was known about the patient."""

    @property
    def voltages(self) -> tuple[Signal, ...]:
        """The signals measured in volts: ECG leads, as a rule."""
        return tuple(signal for signal in self.signals if signal.units == "mV")


def read_recording(base: Path) -> Recording:
    """Read the record at a WFDB base path, with or without ``.hea``.

    Raises:
        UnreadableError: the header or the samples are not what WFDB defines.
        OSError: a file is missing or cannot be read.
    """
    base = base.with_suffix("") if base.suffix == ".hea" else base
    try:
        record = wfdb.rdrecord(str(base), physical=False, smooth_frames=False)
    except (ValueError, IndexError, KeyError, TypeError) as error:
        message = f"not a WFDB record: {error}"
        raise UnreadableError(message) from error
    if not record.n_sig:
        message = "the record holds no signal"
        raise UnreadableError(message)
    return Recording(
        name=str(record.record_name),
        rate_hz=float(record.fs),
        frames=int(record.sig_len),
        signals=tuple(_signal(record, index) for index in range(record.n_sig)),
        comments=tuple(str(line) for line in record.comments),
    )


def _signal(record: wfdb.Record, index: int) -> Signal:
    counts = np.asarray(record.e_d_signal[index], np.float64)
    missing = _missing_count(record.fmt[index])
    if missing is not None:
        counts[counts == missing] = np.nan
    gain, units = float(record.adc_gain[index]) or 200.0, str(record.units[index])
    factor = _PER_MILLIVOLT.get(units.strip().lower())
    scale = (factor or 1.0) / gain
    return Signal(
        name=str(record.sig_name[index]),
        units="mV" if factor else units,
        rate_hz=float(record.fs) * int(record.samps_per_frame[index]),
        samples=(counts - float(record.baseline[index])) * scale,
        least_step=scale,
    )


def _missing_count(form: str) -> int | None:
    """Return the count by which a signal format marks a missing sample (WFDB ``signal(5)``)."""
    return {"80": -128, "212": -2048, "16": -32768, "24": -8388608, "32": -2147483648}.get(form)

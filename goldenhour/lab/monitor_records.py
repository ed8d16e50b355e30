"""Records of bedside monitors as NumPy archives, as the cinc2015 set has them.

``RECORD.npz`` holds ``adc`` (samples x signals, int16; -32768 where there is none), ``fs`` (hertz),
``gain`` and ``baseline`` (a value per signal) and ``names``. The record ends at the alarm. Signals
named PLETH and ABP are what they say, RESP and other signals not from the heart are left out, every
other signal is an ECG lead.
"""

import zipfile
import zlib
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.alarm_window import SignalKind, Trace
from goldenhour.lab.command import UnreadableError

_NO_ARCHIVE: Final = (
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy raises for bytes that are no archive of arrays."""

_MISSING: Final = -32_768
_PULSES: Final = {"PLETH": SignalKind.PLETH, "ABP": SignalKind.ABP, "ART": SignalKind.ABP}
_NOT_THE_HEART: Final = frozenset({"RESP", "CVP", "ICP", "CO2"})


def read_traces(path: Path) -> tuple[Trace, ...]:
    """Read the signals of a record.

    Raises:
        UnreadableError: the file is no such archive; the message names the field.
        OSError: the file is missing or cannot be read.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            fields = {name: _field(archive, name) for name in ("adc", "fs", "gain", "names")}
            baseline = archive["baseline"] if "baseline" in archive.files else np.zeros(1)
    except UnreadableError:
        raise
    except _NO_ARCHIVE as error:
        message = f"not a NumPy archive of a record: {error}"
        raise UnreadableError(message) from error
    return _traces(fields, np.asarray(baseline))


def _field(archive: np.lib.npyio.NpzFile, name: str) -> NDArray[np.generic]:
    if name not in archive.files:
        message = f"the archive has no {name}"
        raise UnreadableError(message)
    return np.asarray(archive[name])


def _traces(
    fields: dict[str, NDArray[np.generic]], baseline: NDArray[np.generic]
) -> tuple[Trace, ...]:
    names = [str(name).strip().upper() for name in np.atleast_1d(fields["names"])]
    try:
        counts = np.asarray(fields["adc"], np.float64)
        rate_hz = float(fields["fs"])
        gain = np.broadcast_to(np.asarray(fields["gain"], np.float64), (len(names),))
        zero = np.broadcast_to(np.asarray(baseline, np.float64), (len(names),))
    except (TypeError, ValueError) as error:
        message = f"adc, fs, gain or baseline is no number or has not one value per signal: {error}"
        raise UnreadableError(message) from error
    if counts.ndim != 2 or counts.shape[1] != len(names):  # noqa: PLR2004
        message = f"adc has shape {counts.shape}, not (samples, {len(names)})"
        raise UnreadableError(message)
    if not (np.isfinite(rate_hz) and rate_hz > 0):
        message = f"fs is {rate_hz}, not a rate in hertz"
        raise UnreadableError(message)
    counts[counts == _MISSING] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        physical = (counts - zero) / gain
    return tuple(
        Trace(_PULSES.get(name, SignalKind.ECG), rate_hz, physical[:, at])
        for at, name in enumerate(names)
        if name not in _NOT_THE_HEART
    )

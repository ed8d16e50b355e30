"""The filter bank: many ECG leads at once, causal, in blocks of one second.

Each lead is brought to the working rate (``resampling``) and filtered twice, by recursive filters
whose state is kept from block to block:

- ``wide``, 0.5 to 40 Hz without 50 and 60 Hz: the shape of a beat;
- ``narrow``, 5 to 20 Hz: where a QRS complex stands out from T waves, baseline and muscle
  (Thakor, Webster and Tompkins, IEEE Trans Biomed Eng 1984;31:702).

A block is a second counted from sample 0 of its lead, and nothing is computed across leads but
which pacing spikes a patient's leads show, so a patient alone at the edge and ten thousand at the
center give the same output to the sample, however the input is cut into chunks. Leads belong to
patients; the blocks of a patient's leads come together, when all of them are known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

import numpy as np
import scipy
from numpy.typing import NDArray

from clinical.signals.pacing import Stimuli, remembered, stand_at, take_out
from clinical.signals.resampling import BLOCK, WORKING_RATE_HZ, Floats, Intake, resample

TILE: Final = 256
"""Patients whose blocks are computed together: enough that what an array operation costs is shared
by many, and few enough that what is remembered of them stays in a cache."""

NARROW_HZ: Final = (5.0, 20.0)
WIDE_HZ: Final = (0.5, 40.0)
MAINS_HZ: Final = (50.0, 60.0)

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Block:
    """One second of some patients' leads, in mV at the working rate."""

    patients: Ints
    """Which patients, shape (patients,), ascending."""
    number: Ints
    """Seconds before it since each patient's sample 0, shape (patients,)."""
    leads: Ints
    """Which leads, a patient's after another's, shape (leads,)."""
    slots: Ints
    """Rows below of each patient's leads, shape (patients, most leads of one); -1: no more."""
    raw: Floats
    """Resampled, without pacing spikes, shape (leads, BLOCK)."""
    wide: Floats
    narrow: Floats
    missing: Floats
    """Part of the second that did not come, shape (leads,)."""
    stimuli: Stimuli
    """The pacing spikes of leads that are paced."""


class Bank:
    """The leads of some patients. ``push`` what comes, then take ``blocks``."""

    def __init__(self, rates_hz: Sequence[float], patient_of: Sequence[int] | None = None) -> None:
        """Begin before sample 0 of every lead.

        Args:
            rates_hz: of each lead.
            patient_of: whose each lead is, from 0, without a hole; None: all are one patient's.

        Raises:
            RateError: no ECG comes at a rate.
        """
        self.rates_hz = tuple(float(rate) for rate in rates_hz)
        owners = [0] * len(self.rates_hz) if patient_of is None else list(patient_of)
        self.leads_of: tuple[tuple[int, ...], ...] = _by_owner(owners)
        self.intakes: list[Intake] = [Intake(rate) for rate in self.rates_hz]
        self.number = np.zeros(len(self.leads_of), np.intp)
        leads = len(self.rates_hz)
        self.wide_state = np.zeros((len(_wide()), leads, 2))
        self.narrow_state = np.zeros((len(_narrow()), leads, 2))
        self.pacing = remembered(np.array(self.rates_hz))

    @property
    def patients(self) -> int:
        """How many patients there are."""
        return len(self.leads_of)

    def push(self, lead: int, first_sample: int, samples_mv: NDArray[np.floating]) -> None:
        """Take a chunk of a lead, at its own rate.

        What was known before is left out, and a hole before the chunk is filled as missing, as is
        every NaN: a late chunk is lost once a later one came.
        """
        self.intakes[lead].push(first_sample, samples_mv)

    def end_of(self, lead: int) -> int:
        """Return the position after the newest sample of a lead, at its own rate."""
        return self.intakes[lead].end

    def blocks(self) -> Iterator[Block]:
        """Compute every second that has become known, oldest first for each patient."""
        while ready := [
            patient for patient, leads in enumerate(self.leads_of) if self._ready(leads)
        ]:
            for begin in range(0, len(ready), TILE):
                yield self.block(np.array(ready[begin : begin + TILE], np.intp))

    def block(self, patients: Ints) -> Block:
        """Compute the next second of some patients, of whom it is known."""
        groups = [self.leads_of[patient] for patient in patients.tolist()]
        sizes = [len(group) for group in groups]
        leads = np.array([lead for group in groups for lead in group], np.intp)
        begins = np.cumsum(sizes, dtype=np.intp)[:, None] - np.array(sizes, np.intp)[:, None]
        slots: Ints = begins + np.arange(max(sizes))
        if min(sizes) < max(sizes):
            slots[np.arange(max(sizes)) >= np.array(sizes)[:, None]] = -1
        raw, missing = self._resampled(leads)
        number = self.number[patients]
        if not number.all():
            first = np.repeat(number == 0, sizes)
            self._begin(leads[first], raw[first, 0])
        stimuli = take_out(self.pacing, leads, slots, number, raw)
        wide = _filtered(_wide(), raw, self.wide_state, leads)
        narrow = _filtered(_narrow(), raw, self.narrow_state, leads)
        self.number[patients] += 1
        return Block(patients, number, leads, slots, raw, wide, narrow, missing, stimuli)

    def _resampled(self, leads: Ints) -> tuple[Floats, Floats]:
        raw, missing = np.empty((len(leads), BLOCK)), np.zeros(len(leads))
        alike: dict[tuple[float, int], tuple[list[int], list[NDArray[np.float32]]]] = {}
        for row, lead in enumerate(leads.tolist()):
            phase, window, missed = self.intakes[lead].take()
            if missed:
                missing[row] = missed
            rows, windows = alike.setdefault((self.rates_hz[lead], phase), ([], []))
            rows.append(row)
            windows.append(window)
        for (rate_hz, phase), (rows, windows) in alike.items():
            alike_mv = np.concatenate(windows, dtype=np.float64).reshape(len(rows), -1)
            resampled = resample(rate_hz, phase, alike_mv)
            if len(alike) == 1:
                return resampled, missing
            raw[rows] = resampled
        return raw, missing

    def _begin(self, leads: Ints, first_mv: Floats) -> None:
        """Let filters begin as if a lead had always been at its first sample."""
        stand_at(self.pacing, leads, first_mv)
        steady = scipy.signal.sosfilt_zi
        self.wide_state[:, leads] = steady(_wide())[:, None] * first_mv[:, None]
        self.narrow_state[:, leads] = steady(_narrow())[:, None] * first_mv[:, None]

    @classmethod
    def joined(cls, banks: Sequence["Bank"]) -> Self:
        """Return the patients of some banks, one bank's after another's, to be computed together.

        What comes is pushed to the banks themselves; ``part`` gives them back what was computed.
        """
        bank = cls(())
        bank.rates_hz = tuple(rate for one in banks for rate in one.rates_hz)
        begin, leads_of = 0, []
        for one in banks:
            leads_of += [tuple(begin + lead for lead in leads) for leads in one.leads_of]
            begin += len(one.rates_hz)
        bank.leads_of = tuple(leads_of)
        bank.intakes = [intake for one in banks for intake in one.intakes]
        bank.number = np.concatenate([one.number for one in banks])
        bank.wide_state = np.concatenate([one.wide_state for one in banks], axis=1)
        bank.narrow_state = np.concatenate([one.narrow_state for one in banks], axis=1)
        bank.pacing = np.concatenate([one.pacing for one in banks])
        return bank

    def part(self, banks: Sequence["Bank"]) -> None:
        """Let each of the banks that this one was joined of go on from here."""
        patient = lead = 0
        for one in banks:
            patients = slice(patient, patient + one.patients)
            leads = slice(lead, lead + len(one.rates_hz))
            one.number = self.number[patients].copy()
            one.wide_state = self.wide_state[:, leads].copy()
            one.narrow_state = self.narrow_state[:, leads].copy()
            one.pacing = self.pacing[leads].copy()
            patient, lead = patients.stop, leads.stop

    def hold(self) -> tuple[tuple[object, ...], ...]:
        """Return what came and is not yet computed, for ``put_back``."""
        return tuple([intake.hold() for intake in self.intakes])

    def put_back(self, intakes: Sequence[tuple[Any, ...]]) -> None:
        """Undo that a second was begun, of a bank that was joined and could not be parted."""
        for intake, held in zip(self.intakes, intakes, strict=True):
            intake.put_back(held)

    @property
    def ready(self) -> bool:
        """Whether any patient has a second that is known and not yet computed."""
        return any(self._ready(leads) for leads in self.leads_of)

    def _ready(self, leads: tuple[int, ...]) -> bool:
        for lead in leads:
            intake = self.intakes[lead]
            if intake.end < intake.due:
                return False
        return True

    def snapshot(self) -> dict[str, object]:
        """Return all that it remembers."""
        return {
            "intakes": [intake.snapshot() for intake in self.intakes],
            "number": self.number.copy(),
            "wide": self.wide_state.copy(),
            "narrow": self.narrow_state.copy(),
            "pacing": self.pacing.copy(),
        }

    def restore(self, memory: Mapping[str, Any]) -> Self:
        """Go on where ``snapshot`` was taken, of a bank of the same leads.

        An earlier release knew of no pacing: then that begins anew.
        """
        for intake, held in zip(self.intakes, memory["intakes"], strict=True):
            intake.restore(held)
        self.number = memory["number"].copy()
        self.wide_state, self.narrow_state = memory["wide"].copy(), memory["narrow"].copy()
        self.pacing = memory.get("pacing", self.pacing).copy()
        return self


@cache
def _narrow() -> Floats:
    return np.asarray(
        scipy.signal.butter(2, NARROW_HZ, "bandpass", fs=WORKING_RATE_HZ, output="sos")
    )


@cache
def _wide() -> Floats:
    design, rate_hz = scipy.signal, WORKING_RATE_HZ
    return np.concatenate(
        (
            design.butter(1, WIDE_HZ[0], "highpass", fs=rate_hz, output="sos"),
            *(design.tf2sos(*design.iirnotch(mains, 10, fs=rate_hz)) for mains in MAINS_HZ),
            design.butter(2, WIDE_HZ[1], "lowpass", fs=rate_hz, output="sos"),
        )
    )


def _filtered(sections: Floats, raw: Floats, state: Floats, leads: Ints) -> Floats:
    held = np.ascontiguousarray(state[:, leads])
    out, after = scipy.signal.sosfilt(sections, raw, axis=-1, zi=held)
    state[:, leads] = after
    filtered: Floats = out
    return filtered


def _by_owner(owners: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    leads_of: list[list[int]] = [[] for _ in range(max(owners, default=-1) + 1)]
    for lead, owner in enumerate(owners):
        leads_of[owner].append(lead)
    return tuple(map(tuple, leads_of))

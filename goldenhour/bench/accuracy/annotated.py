"""Rhythms as experts annotated them, in WFDB form."""

from pathlib import Path
from typing import Final

import wfdb

Rhythms = tuple[tuple[int, int, str], ...]
"""First frame, end and name of each stretch, ascending, as the annotation spells it: "N", "VT"."""

SHOCKABLE: Final = {"VF": "VF", "VFIB": "VF", "VFL": "VFL", "VT": "VT"}
"""Names of rhythms that call for a shock. Ventricular tachycardia counts at any rate, as in
Figuera et al. 2016."""


def rhythms_of(base: Path, frames: int) -> Rhythms:
    """Return the annotated rhythms of a record of so many frames."""
    marks = wfdb.rdann(str(base), "atr")
    begun = [
        (int(at), note.strip("\x00 ").lstrip("("))
        for at, note in zip(marks.sample, marks.aux_note, strict=True)
        if note.startswith("(")
    ]
    ends = [at for at, _ in begun[1:]] + [frames]
    return tuple((at, end, name) for (at, name), end in zip(begun, ends, strict=True))


def rhythm_at(rhythms: Rhythms, first: int, end: int) -> str | None:
    """Return the rhythm that a window lies wholly in; None: there is no such."""
    touched = [each for each in rhythms if each[0] < end and each[1] > first]
    if len(touched) == 1 and touched[0][0] <= first and touched[0][1] >= end:
        return touched[0][2]
    return None

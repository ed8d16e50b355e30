"""What the times of beats alone would say of atrioventricular block, and why it is not told.

Block of the second degree drops beats: after even intervals one is twice as long (Mobitz II), or
intervals get shorter until a longer one, less than twice the shortest, begins the group anew
(Wenckebach). Counted here are such patterns among the annotated beats of conducted kinds, where no
expert marked such a block: each of them would be a false hint.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from goldenhour.bench.accuracy.annotated import rhythms_of
from goldenhour.bench.accuracy.annotations import read_reference
from goldenhour.lab.recordings import read_recording

BLOCK: Final = frozenset({"BII", "BIII"})
"""Marks of block of the second and third degree."""

BEFORE: Final = 4
"""Intervals before a pause that are looked at."""

EVEN_PART: Final = 0.1
DOUBLE: Final = (1.8, 2.2)
LONGER: Final = 1.4
ANEW_PART: Final = 0.15

_CONDUCTED: Final = frozenset("NLR")

Floats = NDArray[np.float64]


def section(folder: Path) -> str:
    """Return the section on block, from the folder of mitdb and vfdb beside it."""
    return "\n".join(["## Not told: atrioventricular block", "", *_lines(folder)])


def dropped(intervals_s: Floats) -> bool:
    """Tell whether the last but one of some intervals is double those before, which are even."""
    before, pause = intervals_s[:BEFORE], intervals_s[BEFORE]
    usual = float(np.median(before))
    even = float(np.ptp(before)) < EVEN_PART * usual
    return even and DOUBLE[0] < pause / usual < DOUBLE[1]


def grouped(intervals_s: Floats) -> bool:
    """Tell whether intervals get shorter, then one is longer, and the next begins anew."""
    third, second, last = intervals_s[BEFORE - 3 : BEFORE]
    pause, after = intervals_s[BEFORE : BEFORE + 2]
    longer = pause > LONGER * last and pause < 2 * last
    return bool(last < second < third and longer and abs(after / third - 1) < ANEW_PART)


def hints(times_s: Floats, codes: str) -> tuple[int, int]:
    """Return how many pauses of conducted beats look like Mobitz II, and like Wenckebach."""
    intervals_s = np.diff(times_s)
    double = groups = 0
    for at in range(len(intervals_s) - BEFORE - 1):
        if _CONDUCTED.issuperset(codes[at : at + BEFORE + 3]):
            some = intervals_s[at : at + BEFORE + 2]
            double, groups = double + dropped(some), groups + grouped(some)
    return double, groups


def _lines(folder: Path) -> Iterator[str]:
    bases = [path.with_suffix("") for path in sorted(folder.glob("*.hea"))]
    beside = [path.with_suffix("") for path in sorted((folder.parent / "vfdb").glob("*.hea"))]
    marked = sum(
        name in BLOCK
        for base in [*bases, *beside]
        for *_, name in rhythms_of(base, read_recording(base).frames)
    )
    references = [read_reference(base) for base in bases]
    found = [hints(reference.times_s, reference.codes) for reference in references]
    double, groups = (sum(each) for each in zip(*found, strict=True))
    hours = sum(float(reference.times_s[-1]) for reference in references) / 3600
    where = [base.name for base, counts in zip(bases, found, strict=True) if any(counts)]
    yield f"Block of the second or third degree is marked {marked} times in {len(bases)} records"
    yield f"of mitdb and {len(beside)} of vfdb. The times of beats that experts annotated, in"
    yield f"{hours:.1f} h of mitdb, look {double} times like a dropped beat of Mobitz II and"
    yield f"{groups} times like a group of Wenckebach's ({', '.join(where)}). What tells block from"
    yield "other pauses is the P wave, which one lead seldom shows well enough; and without records"
    yield "of block the worth of a hint cannot be measured. So none is given. The pause itself is"
    yield "told: extreme bradycardia and asystole."

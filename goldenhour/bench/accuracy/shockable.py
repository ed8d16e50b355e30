"""The shock decision against annotations: windows of four seconds, each patient unseen.

Every record is judged by trees that were trained without it (``shockable_folds.json``, written by
``bench/training/shockable.py``), through the live decision with its memory, on windows as it is
given them live. Windows count that lie wholly within one annotated rhythm; noise does not. The
goals are those of the American Heart Association for automated defibrillators (Kerber et al.,
Circulation 1997;95:1677).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite
from pathlib import Path
from pkgutil import get_data
from typing import Any, Final

import numpy as np

from clinical.signals.recorded import windows_of
from clinical.signals.shock_judge import ShockJudge
from clinical.signals.shock_window import WINDOW_S
from clinical.signals.shockable import COARSE_MV, ShockState, decide, evidence_of
from goldenhour.bench.accuracy.annotated import SHOCKABLE, rhythm_at, rhythms_of
from goldenhour.lab.beats import ecg_leads
from goldenhour.lab.recordings import read_recording

FOLDERS: Final = ("vfdb", "mitdb")

GOALS: Final = {
    "coarse VF": ("VF", 90.0),
    "ventricular flutter": ("VFL", 75.0),
    "ventricular tachycardia": ("VT", 75.0),
    "normal rhythm": ("N", 99.0),
    "asystole": ("ASYS", 95.0),
    "other": ("other", 95.0),
}
"""Category, its group, and what the AHA asks for: more than so many percent right."""

_NORMAL: Final = {"NSR": "N"}
_RULE: Final = "|---"
_SPANS_MV: Final = (0.0, 0.1, COARSE_MV, inf)
"""Under the first of these a lead shows asystole, from the second on coarse fibrillation may be
seen in it; what lies between is neither (Kerber et al.)."""

_BINS: Final = (0.0, 0.01, 0.1, 0.5, 0.9, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """One window."""

    record: str
    group: str
    shockable: bool
    """By the annotation."""
    answer: bool | None
    probability: float
    span_mv: float
    """From least to greatest, of the lead that moves most, 0.7 to 30 Hz; 0: no lead came whole."""

    @property
    def right(self) -> bool:
        """Whether the answer is that of the annotation."""
        return self.answer is self.shockable


def judged_windows(base: Path, judge: ShockJudge) -> Iterator[Judged]:
    """Yield the windows of a record that count."""
    recording = read_recording(base)
    rhythms = rhythms_of(base, recording.frames)
    length = round(WINDOW_S * recording.rate_hz)
    count = recording.frames // length
    leads = ecg_leads(recording)
    samples, rates_hz = [lead.samples for lead in leads], [lead.rate_hz for lead in leads]
    begins_s = np.arange(count) * length / recording.rate_hz
    windows = windows_of(samples, rates_hz, begins_s)
    evidence = [evidence_of(lead, judge) for lead in windows]
    state = ShockState()
    for window in range(count):
        spans_mv = [float(lead.span_mv[window]) for lead in evidence]
        decision, state = decide(
            state, [float(lead.log_odds[window]) for lead in evidence], spans_mv
        )
        rhythm = rhythm_at(rhythms, window * length, (window + 1) * length)
        if rhythm is not None and rhythm != "NOISE":
            yield Judged(
                f"{base.parent.name}/{base.name}",
                _group(rhythm),
                rhythm in SHOCKABLE,
                decision.shockable,
                decision.probability,
                max(filter(isfinite, spans_mv), default=0.0),
            )


def _group(rhythm: str) -> str:
    name = SHOCKABLE.get(rhythm, _NORMAL.get(rhythm, rhythm))
    return name if any(name == group for group, _ in GOALS.values()) else "other"


def section(folder: Path) -> str:
    """Return the section on the shock decision, from the folder of vfdb, and mitdb beside it."""
    folds: dict[str, Any] = json.loads(get_data(__name__, "shockable_folds.json") or b"{}")
    judges = [ShockJudge.of(json.dumps(each)) for each in folds["judges"]]
    lines = ["## Shockable rhythm, windows of 4 s", ""]
    for name in FOLDERS:
        windows = [
            window
            for header in sorted((folder.parent / name).glob("*.hea"))
            for window in judged_windows(
                header.with_suffix(""), judges[folds["of"][f"{name}/{header.stem}"]]
            )
        ]
        if not windows:
            continue
        lines += [f"### {name}, each patient unseen", "", *category_lines(windows), ""]
        lines += still_lines(windows)
        lines += ["By record:", "", *_by_record(windows), ""]
        lines += ["Probability, as said and as found:", "", *_calibration(windows), ""]
    return "\n".join(lines)


def category_lines(windows: Sequence[Judged]) -> Iterator[str]:
    """Yield the rows of a table of the AHA's categories."""
    yield from (
        "| rhythm | windows | declined | right of answered, % | AHA goal |",
        _RULE * 5 + "|",
    )
    for name, (group, goal) in GOALS.items():
        chosen = [window for window in windows if window.group == group]
        if chosen:
            yield f"| {name} | {_counts(chosen)} | > {goal:g} |"
    for name, shockable in (("**sensitivity**", True), ("**specificity**", False)):
        chosen = [window for window in windows if window.shockable is shockable]
        yield f"| {name} | {_counts(chosen)} | |"
    declined = sum(window.answer is None for window in windows)
    yield f"| **all** | {len(windows)} | {declined} ({declined / len(windows):.2%}) | | |"


def still_lines(windows: Sequence[Judged]) -> list[str]:
    """Return a table of the windows annotated as asystole, by how much they move; empty: none."""
    still = [window for window in windows if window.group == "ASYS"]
    if not still:
        return []
    lines = [
        "Annotated asystole, by how much the lead moves that moves most. To the AHA asystole is",
        f"under 0.1 mV, and coarse fibrillation {COARSE_MV:g} mV or more.",
        "",
        "| mV | windows | declined | right of answered, % |",
        _RULE * 4 + "|",
    ]
    for low, high in pairwise(_SPANS_MV):
        chosen = [window for window in still if low <= window.span_mv < high]
        if chosen:
            said = f"{low:g} and more" if high == inf else f"{low:g} to {high:g}"
            lines.append(f"| {said} | {_counts(chosen)} |")
    return [*lines, ""]


def _by_record(windows: Sequence[Judged]) -> Iterator[str]:
    yield from ("| record | rhythm | windows | declined | right of answered, % |", _RULE * 5 + "|")
    for record in sorted({window.record for window in windows}):
        of_record = [window for window in windows if window.record == record]
        for group in sorted({window.group for window in of_record}):
            chosen = [window for window in of_record if window.group == group]
            yield f"| {record} | {group} | {_counts(chosen)} |"


def _calibration(windows: Sequence[Judged]) -> Iterator[str]:
    yield from ("| said | windows | mean said | shockable |", _RULE * 4 + "|")
    for low, high in pairwise(_BINS):
        said = [w for w in windows if low <= w.probability < high or w.probability == high == 1]
        if said:
            mean = sum(window.probability for window in said) / len(said)
            found = sum(window.shockable for window in said) / len(said)
            yield f"| {low:g} to {high:g} | {len(said)} | {mean:.3f} | {found:.3f} |"


def _counts(windows: Iterable[Judged]) -> str:
    chosen = list(windows)
    answered = [window for window in chosen if window.answer is not None]
    right = sum(window.right for window in answered)
    part = f"{100 * right / len(answered):.2f}" if answered else "-"
    return f"{len(chosen)} | {len(chosen) - len(answered)} | {part}"

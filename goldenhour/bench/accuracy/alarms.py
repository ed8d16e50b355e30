"""Arrhythmia alarms of monitors: how many false ones are suppressed, and at what price.

The measure is the real-time score of the PhysioNet/CinC Challenge 2015. The cross-validation is
that of ``bench/training/alarms.py``, written down in the judge's file when it was trained: every
alarm was judged by forests that had seen neither it nor its neighbours. Beside it stands what the
trained judge says of the same records now, which it has seen: no measure of its worth, but it shows
that the file and the command still say what the training said.
"""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from pkgutil import get_data
from typing import Any, Final

from clinical.signals.alarm_judge import trained
from goldenhour.lab.alarms import alarm_lines, alarms_table

BEST_PUBLISHED: Final = 81.39
"""Plesinger et al. on the challenge's hidden records, which are not ours (Comput Cardiol 2015)."""


def section(folder: Path) -> str:
    """Return the section on the alarms in a folder with ``record,alarm,true_alarm``."""
    written = json.loads(get_data("clinical.signals", "alarm_judge.json") or b"{}")
    found = written["provenance"]["cross_validation"]
    lines = [
        "## Arrhythmia alarms of monitors",
        "",
        _headline(found),
        "",
        "| alarm | true | **true suppressed** | false | false suppressed | score |",
        "|---|---|---|---|---|---|",
        *(_row(alarm, counts) for alarm, counts in found["by_alarm"].items()),
        _row("all", _sum(found)),
        "",
        _misses(found["true_suppressed_by_record"]),
        "",
        _seen(folder),
        "",
    ]
    return "\n".join(lines)


def _headline(found: Mapping[str, Any]) -> str:
    return (
        f"PhysioNet/CinC Challenge 2015, development records, cross-validated {found['repeats']} "
        f"times in {found['folds']} folds: score **{found['score']}** "
        f"({found['least_score']} to {found['greatest_score']}); best published real-time score on "
        f"the challenge's own hidden records {BEST_PUBLISHED}. Counts are means over the repeats."
    )


def _misses(by_record: Mapping[str, float]) -> str:
    listed = ", ".join(f"{name} {part}" for name, part in by_record.items())
    return f"True alarms that were suppressed, with the part of the repeats: {listed}."


def _row(alarm: str, counts: Mapping[str, Any]) -> str:
    cells = ("true", "true_suppressed", "false", "false_suppressed", "score")
    return f"| {alarm} | " + " | ".join(str(counts[cell]) for cell in cells) + " |"


def _sum(found: Mapping[str, Any]) -> dict[str, Any]:
    counted = ("true", "true_suppressed", "false", "false_suppressed")
    by_alarm = found["by_alarm"].values()
    sums = {cell: round(sum(counts[cell] for counts in by_alarm), 1) for cell in counted}
    return {**sums, "score": found["score"]}


def _seen(folder: Path) -> str:
    """Return what the trained judge says now of the records that it was trained on."""
    table = alarms_table(folder)
    told: list[str] = []
    with table.open(encoding="utf-8-sig", newline="") as lines:
        true = [row["true_alarm"] == "1" for row in csv.DictReader(lines)]
    with table.open(encoding="utf-8-sig", newline="") as lines:
        kept = [row[2] == "1" for row in alarm_lines(lines, folder, trained(), told.append)][1:]
    missed = sum(one and not keep for one, keep in zip(true, kept, strict=True))
    quiet = sum(not one and not keep for one, keep in zip(true, kept, strict=True))
    return (
        f"The trained judge on the {len(true)} records that it has seen (no measure of its worth): "
        f"{missed} of {sum(true)} true alarms suppressed, {quiet} of {len(true) - sum(true)} false "
        f"ones suppressed, {len(told)} records not judged."
    )

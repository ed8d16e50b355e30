"""Rhythms that kill, as the live judgement tells of them: what is missed, how late, what is false.

Every recording is played a second at a time through the code that judges live patients. Records on
which the shock judge was trained are judged by one that has seen neither them nor their patient
(the folds of the section on shockable rhythm).

In vfdb each annotated stretch of fibrillation, flutter or ventricular tachycardia of ``SHORTEST_S``
or more is an episode; stretches that follow one another are one. It is found when fibrillation or
ventricular tachycardia is told of from its onset until ``LATE_S`` after its end. A finding is false
when it begins in no annotated stretch of that kind and not within ``LATE_S`` of one. The other sets
have no such episodes, and mitdb only short ones of tachycardia; what is told there of rates has no
annotation to compare it with, and is listed and not judged.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from pkgutil import get_data
from statistics import median
from typing import Any, Final

from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.signals.shock_judge import ShockJudge
from goldenhour.bench.accuracy.annotated import SHOCKABLE, rhythms_of
from goldenhour.bench.accuracy.played import Played, Told, annotated, bedside, monitored, told_of
from goldenhour.lab.recordings import read_recording

SHORTEST_S: Final = 6.0
"""Five beats at 100/min take 3 s, and a window of the shock decision 4 s."""

LATE_S: Final = 8.0
"""A finding that begins so long after an episode is still of it."""

SOON_S: Final = 5.0
"""The aim for the time from the onset until it is told."""

SHOCKING: Final = frozenset(
    {Arrhythmia.VENTRICULAR_FIBRILLATION, Arrhythmia.VENTRICULAR_TACHYCARDIA}
)
_STILL: Final = frozenset({"ASYS"})

_OF_ALARM: Final = {
    "Asystole": Arrhythmia.ASYSTOLE,
    "Bradycardia": Arrhythmia.EXTREME_BRADYCARDIA,
    "Tachycardia": Arrhythmia.EXTREME_TACHYCARDIA,
    "Ventricular_Tachycardia": Arrhythmia.VENTRICULAR_TACHYCARDIA,
    "Ventricular_Flutter_Fib": Arrhythmia.VENTRICULAR_FIBRILLATION,
}


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of a rhythm that an expert annotated, in seconds."""

    name: str
    begin_s: float
    end_s: float


def section(folder: Path) -> str:
    """Return the section on live rhythms, from the folder of vfdb and the other sets beside it."""
    root = folder.parent
    records = [
        *(annotated(base.with_suffix("")) for base in sorted((root / "vfdb").glob("*.hea"))),
        *(annotated(base.with_suffix("")) for base in sorted((root / "mitdb").glob("*.hea"))),
        *(bedside(path) for path in sorted((root / "bidmc").glob("*_Signals.csv"))),
        *(monitored(path) for path in sorted((root / "cinc2015").glob("*.npz"))),
    ]
    told = all_told(records)
    marked = {
        record.name: episodes_of(root / record.name, _SHOCKABLE_NAMES)
        for record in records
        if record.name.startswith(("vfdb/", "mitdb/"))
    }
    return "\n".join(
        [
            "## Rhythms that kill, told of live",
            "",
            "The judgement of live patients over whole recordings, a chunk a second; the judge of",
            "shocks is cross-validated as above.",
            "",
            *_found_lines(marked, told),
            *_false_lines(root, records, marked, told),
            *_alarm_lines(root / "cinc2015", told),
        ]
    )


_SHOCKABLE_NAMES: Final = frozenset(SHOCKABLE)


def all_told(records: Sequence[Played]) -> Mapping[str, list[Told]]:
    """Return what is told of each record, by a judge of shocks that has not seen it."""
    folds: dict[str, Any] = json.loads(get_data(__name__, "shockable_folds.json") or b"{}")
    judges = [ShockJudge.of(json.dumps(each)) for each in folds["judges"]]
    by_judge: dict[int | None, list[Played]] = {}
    for record in records:
        by_judge.setdefault(folds["of"].get(record.name), []).append(record)
    told: dict[str, list[Told]] = {}
    for number, some in by_judge.items():
        told |= told_of(some, None if number is None else judges[number])
    return told


def episodes_of(base: Path, names: frozenset[str]) -> list[Episode]:
    """Return the annotated stretches of these rhythms, those that follow one another as one."""
    recording = read_recording(base)
    episodes: list[Episode] = []
    for first, end, name in rhythms_of(base, recording.frames):
        if name not in names:
            continue
        begin_s, end_s = first / recording.rate_hz, end / recording.rate_hz
        if episodes and begin_s - episodes[-1].end_s < 1:
            episodes[-1] = replace(episodes[-1], end_s=end_s)
        else:
            episodes.append(Episode(name, begin_s, end_s))
    return episodes


def delay_s(episode: Episode, told: Sequence[Told]) -> float | None:
    """Return how long after its onset an episode was told of; None: it was missed."""
    for one in told:
        ours = one.begun_s < episode.end_s + LATE_S and one.over_s > episode.begin_s
        if one.arrhythmia in SHOCKING and ours:
            return max(0.0, one.begun_s - episode.begin_s)
    return None


def false_of(episodes: Sequence[Episode], told: Sequence[Told]) -> list[Told]:
    """Return what was told of and began in no episode nor soon after one."""
    return [
        one
        for one in told
        if not any(
            one.begun_s < it.end_s + LATE_S and one.over_s > it.begin_s - 1 for it in episodes
        )
    ]


def _found_lines(
    marked: Mapping[str, list[Episode]], told: Mapping[str, list[Told]]
) -> Iterator[str]:
    found = [
        (record, episode, delay_s(episode, told[record]))
        for record, episodes in marked.items()
        if record.startswith("vfdb/")
        for episode in episodes
        if episode.end_s - episode.begin_s >= SHORTEST_S
    ]
    yield "| episode (vfdb) | number | told of | within 5 s | median delay, s | longest, s |"
    yield "|---|---|---|---|---|---|"
    kinds = {SHOCKABLE[episode.name] for _, episode, _ in found}
    for kind in [*sorted(kinds), "all"]:
        delays = [delay for _, episode, delay in found if kind in {"all", SHOCKABLE[episode.name]}]
        seen = [delay for delay in delays if delay is not None]
        soon = sum(delay <= SOON_S for delay in seen)
        times = f"{median(seen):.1f} | {max(seen):.1f}" if seen else "- | -"
        yield f"| {kind} | {len(delays)} | {len(seen)} | {soon} | {times} |"
    missed = [f"{record} at {episode.begin_s:.0f} s" for record, episode, it in found if it is None]
    yield ""
    yield f"Missed: {', '.join(missed) or 'none'}."
    yield ""


def _false_lines(
    root: Path,
    records: Sequence[Played],
    marked: Mapping[str, list[Episode]],
    told: Mapping[str, list[Told]],
) -> Iterator[str]:
    yield (
        "| recordings | hours outside episodes | false VF or VT per hour "
        "| false asystole per hour | rates told of per hour (not judged) |"
    )
    yield "|---|---|---|---|---|"
    true_alarms = {name for name, _, true in alarms_of(root / "cinc2015") if true}
    for name, words in _SETS.items():
        ours = [it for it in records if it.name.startswith(name) and it.name not in true_alarms]
        if not ours:
            continue
        hours, counts = 0.0, Counter[str]()
        for record in ours:
            episodes = marked.get(record.name, [])
            ill_s = sum(it.end_s - it.begin_s for it in episodes)
            hours += (record.seconds - ill_s) / 3600
            still = episodes_of(root / record.name, _STILL) if record.name in marked else []
            counts.update(_column(it) for it in false_of([*episodes, *still], told[record.name]))
        rates = [f"{counts[column] / hours:.2f}" for column in _COLUMNS]
        yield f"| {words} | {hours:.1f} | {' | '.join(rates)} |"
    yield ""


PACING: Final = {Arrhythmia.PACING_NOT_CAPTURED, Arrhythmia.PACING_NOT_DELIVERED}

_COLUMNS: Final = ("shocking", "asystole", "rate")
_SETS: Final = {
    "mitdb": "mitdb, ambulatory, many with ectopy",
    "vfdb": "vfdb, patients who fibrillate",
    "bidmc": "bidmc, intensive care",
    "cinc2015": "cinc2015, the minute before alarms that experts called false",
}


def _column(one: Told) -> str:
    if one.arrhythmia in SHOCKING:
        return "shocking"
    if one.arrhythmia in PACING:
        return "pacing"
    return "asystole" if one.arrhythmia is Arrhythmia.ASYSTOLE else "rate"


def _alarm_lines(folder: Path, told: Mapping[str, list[Told]]) -> Iterator[str]:
    """Yield how many alarms that experts called true, and false, the leads tell of as well."""
    counts: dict[str, Counter[str]] = {}
    for record, alarm, true in alarms_of(folder):
        if record not in told:
            continue
        borne_out = any(_bears_out(one.arrhythmia, _OF_ALARM[alarm]) for one in told[record])
        key = f"{'true' if true else 'false'}{' told' if borne_out else ''}"
        counts.setdefault(alarm, Counter()).update({key: 1, "true" if true else "false": 0})
    yield "| alarm (cinc2015) | true | told of in its minute | false | told of all the same |"
    yield "|---|---|---|---|---|"
    for alarm, of in sorted(counts.items()):
        real, made_up = of["true"] + of["true told"], of["false"] + of["false told"]
        yield f"| {alarm} | {real} | {of['true told']} | {made_up} | {of['false told']} |"


def _bears_out(told: Arrhythmia, alarmed: Arrhythmia) -> bool:
    return told is alarmed or (told in SHOCKING and alarmed in SHOCKING)


def alarms_of(folder: Path) -> Iterator[tuple[str, str, bool]]:
    """Yield each record of cinc2015 by its name, the alarm, and whether experts called it true."""
    path = folder / "ALARMS.csv"
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            yield f"{folder.name}/{row['record']}", row["alarm"], row["true_alarm"] == "1"

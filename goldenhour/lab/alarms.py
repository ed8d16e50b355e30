"""Arrhythmia alarms of a folder of records, judged one by one: keep, or suppress.

In doubt an alarm is kept: a record that is missing or cannot be read, an alarm of an unknown kind
and a row without a record are told in one line and kept, and the run goes on.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from clinical.signals.alarm_judge import AlarmJudge, ArrhythmiaAlarm
from clinical.signals.alarm_window import AlarmWindow, window_before_alarm
from clinical.signals.verification import judge
from goldenhour.lab.command import UnreadableError
from goldenhour.lab.monitor_records import read_traces

IN_COLUMNS: Final = ("record", "alarm")
OUT_COLUMNS: Final = ("record", "alarm", "keep")

_KINDS: Final = {alarm.value.casefold(): alarm for alarm in ArrhythmiaAlarm}


def alarms_table(folder: Path) -> Path:
    """Return the folder's ``alarms.csv``, in whatever case its name is written."""
    found = sorted(path for path in folder.iterdir() if path.name.casefold() == "alarms.csv")
    return found[0] if found else folder / "alarms.csv"


def alarm_lines(
    lines: Iterable[str], folder: Path, trained: AlarmJudge, tell: Callable[[str], None]
) -> Iterator[Sequence[str]]:
    """Yield the header and one row of ``OUT_COLUMNS`` for each row of the alarms' table.

    Raises:
        UnreadableError: the header lacks a column.
    """
    rows = csv.reader(lines)
    header = [name.strip().casefold() for name in next(rows, [])]
    for column in IN_COLUMNS:
        if column not in header:
            message = f"the header has no column {column}"
            raise UnreadableError(message)
    places = [header.index(column) for column in IN_COLUMNS]
    yield OUT_COLUMNS
    for row in rows:
        if row:
            record, alarm = (row[at].strip() if at < len(row) else "" for at in places)
            keep = _kept(folder, record, alarm, trained, tell)
            yield (record, alarm, "1" if keep else "0")


def _kept(
    folder: Path, record: str, alarm: str, trained: AlarmJudge, tell: Callable[[str], None]
) -> bool:
    try:
        judgement = judge(trained, _kind(alarm), _window(folder, record))
    except UnreadableError as error:
        tell(f"{record}: {error}; the alarm is kept")
        return True
    except OSError as error:
        tell(f"{record}: {error.strerror or error}; the alarm is kept")
        return True
    return judgement.keep


def _kind(alarm: str) -> ArrhythmiaAlarm:
    kind = _KINDS.get(alarm.casefold())
    if kind is None:
        message = f"alarm {alarm!r} is not one that can be judged"
        raise UnreadableError(message)
    return kind


def _window(folder: Path, record: str) -> AlarmWindow:
    if not record or Path(record).name != record:
        message = "record is not the name of a file in the folder"
        raise UnreadableError(message)
    window = window_before_alarm(read_traces(folder / f"{record}.npz"))
    if window is None:
        message = "no ECG lead is long enough to judge"
        raise UnreadableError(message)
    return window

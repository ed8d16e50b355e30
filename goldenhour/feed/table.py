"""The alarms of the feed as a table that a dispatcher reads at a glance; pure.

Order and marks follow IEC 60601-1-8: high before medium before low, ``***``, ``**`` and ``*``
before the words; what nobody has taken comes first within its priority. Colour repeats what the
marks say, and never says it alone. A table that may be old says so above everything.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from rich.table import Table
from rich.text import Text

from clinical.alarms.priority import Priority
from clinical.alarms.staff_limit import LimitSet
from clinical.alarms.view import Acknowledged, AlarmState, AlarmView
from clinical.instant import SECOND_US, to_datetime
from goldenhour.feed import wording
from goldenhour.feed.wording import Language

_MARK: Final = {Priority.HIGH: "***", Priority.MEDIUM: "**", Priority.LOW: "*"}
_STYLE: Final = {
    Priority.HIGH: "bold white on red",
    Priority.MEDIUM: "black on yellow",
    Priority.LOW: "black on cyan",
}
_HEADINGS: Final = {
    Language.EN: ("", "unit", "patient", "alarm", "why", "since", "age", "taken by"),
    Language.ZH: ("", "单元", "病人", "报警", "原因", "起始", "时长", "处理人"),
}
_WRAPPED: Final = frozenset({4, 5, 7})
"""Columns that may take several lines: why, since, and taken by."""

_SHOWN: Final = frozenset({AlarmState.ACTIVE, AlarmState.LATCHED})
_PATIENT_DIGITS: Final = 6
_SECONDS_PER_MINUTE: Final = 60


def shown(alarms: Iterable[AlarmView]) -> list[AlarmView]:
    """Return the alarms that a dispatcher must see, the most urgent first."""
    return sorted(
        (alarm for alarm in alarms if alarm.state in _SHOWN),
        key=lambda alarm: (-alarm.priority, not alarm.unacknowledged, -alarm.active_since_us),
    )


def limit_line(limit: LimitSet) -> str:
    """Return limits of a patient in one line: what, until when, by whom and why."""
    levels = (("medium", limit.medium), ("high", limit.high))
    said = ", ".join(f"{name} {value:g}" for name, value in levels if value is not None)
    until = f"until {to_datetime(limit.until_us):%Y-%m-%d %H:%M:%S} UTC"
    what = f"{said} {until}" if said else "as in docs/alarms.md from now on"
    return f"{limit.cause} of {limit.encounter_id}: {what} ({limit.person}: {limit.reason})"


def render(
    alarms: Iterable[AlarmView], now_us: int, language: Language, *, connected: bool = True
) -> Table:
    """Return the table of all alarms to be seen now; unconnected, it warns that it is old."""
    rows = shown(alarms)
    title = _title(rows, now_us, language, connected=connected)
    table = Table(expand=True, title=title, title_justify="left")
    for index, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading, no_wrap=index not in _WRAPPED)
    for alarm in rows:
        table.add_row(*_cells(alarm, now_us, language))
    return table


def line(alarm: AlarmView, language: Language) -> str:
    """Return one change of an alarm as one line of plain text."""
    parts = [
        f"{_MARK[alarm.priority]:3} {alarm.unit_id or '-':12} {patient(alarm):{_PATIENT_DIGITS}}",
        _words(alarm, language),
        f"({why})" if (why := _why(alarm, language)) else "",
        _since(alarm, language),
        f"{wording.taken_by(language)} {taken}" if (taken := _taken(alarm, language)) else "",
    ]
    return "  ".join(part for part in parts if part)


def patient(alarm: AlarmView) -> str:
    """Return the end of the encounter id, enough to tell the patients of one unit apart."""
    return alarm.encounter_id[-_PATIENT_DIGITS:] or "-"


def age(duration_us: int) -> str:
    """Return a duration as minutes and seconds."""
    minutes, seconds = divmod(max(0, duration_us) // SECOND_US, _SECONDS_PER_MINUTE)
    return f"{minutes}:{seconds:02}"


def _title(rows: list[AlarmView], now_us: int, language: Language, *, connected: bool) -> Text:
    counts = Counter(alarm.priority for alarm in rows if alarm.unacknowledged)
    open_marks = "  ".join(f"{_MARK[it]} {counts[it]}" for it in _MARK if counts[it])
    title = Text(f"{_clock(now_us)} UTC", style="not italic")
    if open_marks:
        title.append(f"   {open_marks}")
    if not connected:
        title.append(f"   {wording.unconnected(language)}", style=_STYLE[Priority.HIGH])
    return title


def _cells(alarm: AlarmView, now_us: int, language: Language) -> list[Text]:
    style = _STYLE[alarm.priority] if alarm.unacknowledged else ""
    return [
        Text(_MARK[alarm.priority], style=style),
        Text(alarm.unit_id or "-"),
        Text(patient(alarm)),
        Text(_words(alarm, language), style="bold"),
        Text(_why(alarm, language)),
        Text(_since(alarm, language)),
        Text(age(now_us - alarm.active_since_us)),
        Text(_taken(alarm, language)),
    ]


def _words(alarm: AlarmView, language: Language) -> str:
    words = alarm.words_en if language is Language.EN else alarm.words_zh
    subject = f": {wording.subject(alarm.subject, language)}" if alarm.subject else ""
    notes = [wording.late(language)] if alarm.late else []
    notes += [over] if (over := wording.over(alarm.state, language)) else []
    return " ".join([f"{words}{subject}", *(f"[{note}]" for note in notes)])


def _why(alarm: AlarmView, language: Language) -> str:
    return "" if alarm.reason is None else wording.values(alarm.reason.values, language)


def _since(alarm: AlarmView, language: Language) -> str:
    since = _clock(alarm.active_since_us)
    if alarm.ended_us is not None:
        since += f" - {_clock(alarm.ended_us)}"
    if alarm.late:
        since += f", {wording.learned(language)} {_clock(alarm.learned_us)}"
    return since


def _taken(alarm: AlarmView, language: Language) -> str:
    return ", ".join(_acknowledged(it, alarm, language) for it in alarm.acknowledgements)


def _acknowledged(acknowledged: Acknowledged, alarm: AlarmView, language: Language) -> str:
    outgrown = acknowledged.priority < alarm.priority
    return (
        f"{acknowledged.person} ({wording.place(acknowledged.place, language, outgrown=outgrown)})"
    )


def _clock(instant_us: int) -> str:
    return f"{to_datetime(instant_us):%H:%M:%S}"

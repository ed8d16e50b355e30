"""The alarm catalogue as a page for people: ``docs/alarms.md`` is exactly this text."""

from collections.abc import Iterable, Iterator
from typing import Final

from clinical.alarms.catalogue import CATALOGUE
from clinical.alarms.episode import LIFE_CYCLE
from clinical.alarms.rule import AlarmRule, Level
from clinical.instant import SECOND_US

_INTRODUCTION: Final = """\
# Alarms

Every cause of an alarm, drawn from the catalogue in `clinical/alarms/catalogue.py`
(`python -m goldenhour.alarm_page` writes this page). Words, priorities and latching follow
IEC 60601-1-8, phases IHE Alert Communication Management. Limits and delays are this project's
starting values unless a source is named. This is not a medical device.

A condition begins with a value beyond its limit, holds until a value is on the good side by the
hysteresis, and becomes an alarm when it has held for the delay. A rise of priority keeps the
alarm's name. A latching alarm stays on the list when its condition is over.
"""


def alarm_page() -> str:
    """Return the whole page, Markdown."""
    lines = [_INTRODUCTION, *_overview(), ""]
    for rule in CATALOGUE:
        lines += [*_section(rule), ""]
    return "\n".join([*lines, *_life_cycle()]) + "\n"


def _overview() -> Iterator[str]:
    yield "| cause | category | priority | delay | hysteresis | latching |"
    yield "|---|---|---|---|---|---|"
    for rule in CATALOGUE:
        yield _row(
            f"[`{rule.cause}`](#{rule.cause.lower()})",
            rule.category.lower(),
            _each(level.priority.name.lower() for level in rule.levels),
            _each(_delay(level) for level in rule.levels),
            _each(f"{level.bound.hysteresis:g}" for level in rule.levels if level.bound),
            "yes" if rule.latching else "no",
        )


def _section(rule: AlarmRule) -> Iterator[str]:
    yield f"## {rule.cause}"
    yield ""
    yield f"{rule.words_en} · {rule.words_zh}"
    yield ""
    for level in rule.levels:
        yield f"- {level.priority.name.lower()}: {rule.statement(level)}"
    covered = ", ".join(f"`{cause}`" for cause in rule.suppressed_by)
    yield f"- suppressed by: {covered or 'nothing'}"
    yield f"- goes to: {', '.join(rule.for_whom)}"
    yield f"- check first: {rule.check_first_en} · {rule.check_first_zh}"
    yield f"- source: {rule.citation or 'this project'}"


def _life_cycle() -> Iterator[str]:
    yield "## Life cycle"
    yield ""
    yield "| from | when | to |"
    yield "|---|---|---|"
    for (state, event), following in LIFE_CYCLE.items():
        yield _row(state or "-", event.name.lower().replace("_", " "), following)


def _delay(level: Level) -> str:
    return f"{level.delay_us / SECOND_US:g} s" if level.delay_us else "at once"


def _each(values: Iterable[str]) -> str:
    """Join the values of all levels, once where they are all the same."""
    return ", ".join(dict.fromkeys(values)) or "-"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"

"""The alarm catalogue as a page for people: ``docs/alarms.md`` is exactly this text."""

from collections.abc import Iterable, Iterator
from typing import Final

from clinical.alarms.catalogue import CATALOGUE
from clinical.alarms.childhood import rules_of
from clinical.alarms.episode import LIFE_CYCLE, Event
from clinical.alarms.intervention import INTERVENTIONS, InterventionRule
from clinical.alarms.nomenclature import (
    EVENTS,
    INACTIVATION,
    PHASES,
    PRIORITIES,
    STATES,
    TYPES,
)
from clinical.alarms.patience import Patience, Wait
from clinical.alarms.recipient import UNANSWERED, told
from clinical.alarms.rule import AlarmRule, Level, Rise
from clinical.alarms.safe_limits import ADJUSTABLE
from clinical.alarms.staff_limit import LONGEST_LIMIT_US
from clinical.instant import MINUTE_US, SECOND_US
from clinical.scores import npews

_HOUR_US: Final = 60 * MINUTE_US

_INTRODUCTION: Final = """\
# Alarms

Every cause of an alarm, drawn from the catalogue in `clinical/alarms/catalogue.py`
(`python -m goldenhour.alarm_page` writes this page). Words, priorities and latching follow
IEC 60601-1-8, phases IHE Alert Communication Management. Limits and delays are this project's
starting values unless a source is named. This is not a medical device.

A condition begins with a value beyond its limit and becomes an alarm when it has held for the
delay. Where two delays stand the delay adapts: the further beyond the limit, the shorter. It is
shortest where a second signal confirms the value (heart rate and pulse rate agree), and longest
where it contradicts it; what is contradicted throughout sounds after the longest delay all the
same. A clear value takes back what had been served within 10 s, one between limit and hysteresis
takes nothing back. An alarm by a limit ends when values have been on the good side by the
hysteresis for the time in the column "clear". A rise of priority keeps the alarm's name; some
alarms rise because they stand ("by time"), which needs no new data and asks by sound once more; so
does a value that gets as grave itself afterwards, whoever took the alarm before. On a bedside
monitor that is an alarm of its own (Mindray BeneHeart D30, operator's manual, 10.1: "SpO2 Desat").
A latching alarm stays on the list when its condition is over, until a person resets it, the
condition begins anew or the encounter closes.
"""


_DONE: Final = """\
Hands, drugs and a cuff forge vital signs. While the crew's word of one of these counts, what it
forges is not judged, in the vehicle and at the center alike, by when it was captured: nothing
begins by it, and nothing ends, so that an arrest that stands goes on standing. `JUDGEMENT_WITHHELD`
says so at once (of a cuff after 45 s), and is medium once the waveforms show a rhythm to shock
meanwhile. A heart rate, pulse or respiration of 0, and asystole, are judged under compressions all
the same. Nobody can forget one: said no more, it is over by itself, and what it forged is judged
again. After `AIRWAY_SECURED` nothing is left out: an alarm of the breath then says `airway:
secured`, so that tube, bag and ventilator are looked at first.
"""

_ACM: Final = """\
How an alarm of this system reads in the facets of that profile, and in ISO/IEEE 11073-10101, where
a public source states the term ("elsewhere" at each cause; `Alarm.mdc_event` on the feed). A rise
by time is `escalate` there; telling somebody further is no phase of an alarm.
"""

_STAFF_LIMITS: Final = f"""\
A person at the center sets the limits of one cause for one patient, with a reason and for
{LONGEST_LIMIT_US // _HOUR_US} h at most by the stream's own clock; then those above count again.
Vehicle and center judge by it, each from when it has heard of it. An alarm that stands goes on
under its name, by the stricter of both limits until it is over: nothing is silenced. Of a child
only the medium limit moves, and no further than the high one. What is not in this table is moved
by nobody.
"""


def alarm_page() -> str:
    """Return the whole page, Markdown."""
    lines = [_INTRODUCTION, *_overview(), ""]
    for rule in CATALOGUE:
        lines += [*_section(rule), ""]
    lines += [*_childhood(), "", *_staff_limits(), "", *_interventions(), "", *_life_cycle()]
    lines += ["", *_communication()]
    return "\n".join(lines) + "\n"


def _overview() -> Iterator[str]:
    yield "| cause | category | priority | delay | hysteresis | clear | latching |"
    yield "|---|---|---|---|---|---|---|"
    for rule in CATALOGUE:
        yield _row(
            f"[`{rule.cause}`](#{rule.cause.lower()})",
            rule.category.lower(),
            _each(level.priority.name.lower() for level in rule.levels),
            _each(_delay(level) for level in rule.levels),
            _each(f"{level.bound.hysteresis:g}" for level in rule.levels if level.bound),
            f"{rule.clear_us / SECOND_US:g} s" if rule.clear_us else "-",
            "yes" if rule.latching else "no",
        )


def _section(rule: AlarmRule) -> Iterator[str]:
    yield f"## {rule.cause}"
    yield ""
    yield f"{rule.words_en} · {rule.words_zh}"
    yield ""
    for level in rule.levels:
        yield f"- {level.priority.name.lower()}: {rule.statement(level)}"
        if level.patience is not None:
            yield f"  - {_waits(level.patience)}"
    if rule.rise is not None:
        yield f"- {_rise(rule.rise)}"
    covered = ", ".join(f"`{cause}`" for cause in rule.suppressed_by)
    yield f"- suppressed by: {covered or 'nothing'}"
    yield f"- goes to: {', '.join(rule.for_whom)}"
    yield f"- while nobody answers: {_unanswered(rule)}"
    yield f"- check first: {rule.check_first_en} · {rule.check_first_zh}"
    yield f"- source: {rule.citation or 'this project'}"
    yield f"- elsewhere: {_elsewhere(rule)}"


def _elsewhere(rule: AlarmRule) -> str:
    """Return what the cause is called in the nomenclature of medical devices."""
    graded = "/".join(PRIORITIES[level.priority] for level in rule.levels)
    acm = f"{graded}, {TYPES[rule.category]}"
    term = EVENTS.get(rule.cause)
    if term is None:
        return f"{acm}; no term of ISO/IEEE 11073-10101 that a public source states"
    return f"{acm}; `{term.triplet}` ({term.source})"


def _childhood() -> Iterator[str]:
    groups = (0, 1, 5, 13)
    yield "## Limits of children"
    yield ""
    yield f"Below 16 years these causes have bounds by age: edges of {npews.CITATION}."
    yield "Medium begins where that chart gives 2 points, high and a single level where it gives 4."
    yield ""
    yield _row("cause", "priority", "0 years", "1-4", "5-12", "13-15", "adult")
    yield _row(*["---"] * 7)
    by_cause = {group: {x.cause: x for x in rules_of(group)} for group in (*groups, None)}
    for rule in CATALOGUE:
        if by_cause[0][rule.cause] == rule:
            continue
        for place, level in enumerate(rule.levels):
            bounds = [by_cause[group][rule.cause].levels[place].bound for group in by_cause]
            limits = [f"{x.comparison} {x.limit:g}" for x in bounds if x]
            yield _row(f"`{rule.cause}`", level.priority.name.lower(), *limits)


def _staff_limits() -> Iterator[str]:
    yield "## Limits that staff set for one patient"
    yield ""
    yield _STAFF_LIMITS
    yield _row("cause", "priority", "catalogue", "from", "to", "why no further")
    yield _row(*["---"] * 6)
    for rule in CATALOGUE:
        for level in rule.levels:
            safe = ADJUSTABLE.get(rule.cause, {}).get(level.priority)
            if safe is None or level.bound is None:
                continue
            limit = f"{level.bound.comparison} {level.bound.limit:g}"
            ends = f"{safe.lowest:g}", f"{safe.highest:g}"
            yield _row(f"`{rule.cause}`", level.priority.name.lower(), limit, *ends, safe.citation)


def _interventions() -> Iterator[str]:
    yield "## What the crew does to the patient"
    yield ""
    yield _DONE
    yield _row("intervention", "not judged", "begins", "ends", "by itself", "why", "source")
    yield _row(*["---"] * 7)
    for rule in INTERVENTIONS.values():
        yield _row(
            rule.intervention,
            ", ".join([*sorted(rule.forged), *(["rhythm"] if rule.rhythm else [])]),
            f"`{rule.begun_by.name}`" if rule.begun_by else "`cuff_inflated`",
            _ends(rule),
            f"after {_s(rule.lasts_us)}",
            rule.why,
            rule.citation,
        )


def _ends(rule: InterventionRule) -> str:
    said = ", ".join(f"`{one.name}`" for one in rule.ended_by) or "`cuff_inflated` false"
    return f"{said}, and {_s(rule.settles_us)}" if rule.settles_us else said


def _life_cycle() -> Iterator[str]:
    yield "## Life cycle"
    yield ""
    yield from _diagram()
    yield ""
    yield "| from | when | to |"
    yield "|---|---|---|"
    for (state, event), following in LIFE_CYCLE.items():
        yield _row(state or "-", _words(event), following)


def _communication() -> Iterator[str]:
    yield "## Words of IHE Alert Communication Management"
    yield ""
    yield _ACM
    yield _row("facet", "here", "there")
    yield _row(*["---"] * 3)
    for phase, word in PHASES.items():
        yield _row("MDC_ATTR_EVENT_PHASE (68481)", f"phase {phase}", word)
    for state, word in STATES.items():
        yield _row("MDC_ATTR_ALARM_STATE (68482)", f"state {state}", word)
    for so, word in INACTIVATION.items():
        yield _row("MDC_ATTR_ALARM_INACTIVATION_STATE (68483)", so, word)
    for priority, word in PRIORITIES.items():
        yield _row("MDC_ATTR_ALARM_PRIORITY (68484)", priority.name.lower(), word)
    for category, word in TYPES.items():
        yield _row("MDC_ATTR_ALERT_TYPE (68485)", category.lower(), word)


def _diagram() -> Iterator[str]:
    """Return the life cycle as a state diagram in Mermaid, one arrow for each pair of states."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (before, event), after in LIFE_CYCLE.items():
        arrows.setdefault((before or "[*]", after.value), []).append(_words(event))
    final = {after for _, after in arrows} - {before for before, _ in arrows}
    yield "```mermaid"
    yield "stateDiagram-v2"
    for (start, end), events in arrows.items():
        yield f"    {start} --> {end}: {', '.join(events)}"
    for end in sorted(final):
        yield f"    {end} --> [*]"
    yield "```"


def _words(event: Event) -> str:
    return event.name.lower().replace("_", " ")


def _unanswered(rule: AlarmRule) -> str:
    """Return who further is told, and when, of each priority that does not wait."""
    said = []
    for level in rule.levels:
        patience = UNANSWERED.get(level.priority)
        if patience is None:
            continue
        steps = ", ".join(
            f"{told(rule.category, level.priority, step)} after {_s(wait_us)}"
            for step, wait_us in enumerate(patience.waits_us, start=1)
        )
        again = f"then again every {_s(patience.again_us)}"
        said.append(f"{level.priority.name.lower()}: {steps}, {again}")
    return "; ".join(said) or "it waits"


def _rise(rise: Rise) -> str:
    """Return how an alarm rises by time, in words."""
    return (
        f"{rise.to.name.lower()} by time: when it has stood for {_s(rise.after_us)}; its own level "
        f"again {_s(rise.ebbs_us)} after it got better; when it is over it falls at once, and ends "
        f"{_s(rise.ebbs_us)} later: {rise.why} ({rise.citation})"
    )


def _delay(level: Level) -> str:
    return level.delay_text or "at once"


def _waits(patience: Patience) -> str:
    """Return how the delay adapts, in words."""
    confirmed, alone = (_span(x) for x in (patience.confirmed, patience.alone))
    area = f"beyond the limit x seconds = {patience.area:g}, within " if patience.area else ""
    return f"{area}{confirmed} confirmed, {alone} alone; {_s(patience.doubted_us)} contradicted"


def _span(wait: Wait) -> str:
    if wait.shortest_us == wait.longest_us:
        return _s(wait.longest_us)
    return f"{wait.shortest_us / SECOND_US:g}-{_s(wait.longest_us)}"


def _s(duration_us: int) -> str:
    return f"{duration_us / SECOND_US:g} s"


def _each(values: Iterable[str]) -> str:
    """Join the values of all levels, once where they are all the same."""
    return ", ".join(dict.fromkeys(values)) or "-"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"

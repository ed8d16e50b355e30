"""Tells every tale to vehicle and center from many seeds, and draws the page of what came of it.

A tale is told at the pace of the bedside, so that what is judged by the minute is judged as it
would be. The page holds for each alarm of a tale how often it was told and at which minute; what
was not told, and what was told without being expected, is counted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import blake2b
from statistics import median
from typing import Any, Final

from simulators.tales.tale import TALES, Tale, load_tale, tale_names
from simulators.tales.tale_verdict import faults, missed, unexpected
from simulators.tales.telling import Told, tell

Tellings = dict[str, list[dict[str, Any]]]
_DIGEST_BYTES: Final = 8


def tales_digest() -> str:
    """Return a digest of every tale as it is written, by which a page names what it was told."""
    digest = blake2b(digest_size=_DIGEST_BYTES)
    for name in tale_names():
        digest.update((TALES / f"{name}.toml").read_bytes())
    return digest.hexdigest()


def told_many(
    names: Sequence[str], seeds: int, processes: int, say: Callable[[str], None]
) -> Tellings:
    """Tell these tales from seeds 1 on, a process for each; return what came of each telling."""
    found: Tellings = {}
    with ProcessPoolExecutor(processes) as pool:
        for name in names:
            found[name] = list(pool.map(partial(_told, name), range(1, seeds + 1)))
            say(f"{name}: {sum(not one['faults'] for one in found[name])} of {seeds} told")
    return found


def _told(name: str, seed: int) -> dict[str, Any]:
    return plain(tell(load_tale(name), seed))


def plain(told: Told) -> dict[str, Any]:
    """Return what came of one telling, as JSON has it."""
    return {
        "seed": told.seed,
        "alarms": [
            {
                "cause": one.cause.value,
                "subject": one.subject,
                "minute": round(one.minute, 2),
                "priority": one.priority.name,
            }
            for one in told.cards.values()
        ],
        "missed": list(missed(told)),
        "unexpected": list(unexpected(told)),
        "faults": list(faults(told)),
    }


def page(found: Tellings) -> str:
    """Return ``docs/tales.md``."""
    seeds = len(next(iter(found.values())))
    lines = [_HEAD.format(seeds=seeds, digest=tales_digest()), *_summary(found)]
    for name, tellings in found.items():
        lines += _section(load_tale(name), tellings)
    return "\n".join(lines) + "\n"


def _summary(found: Tellings) -> Iterable[str]:
    yield "| tale | told | alarms missed | alarms not expected | other faults |"
    yield "|---|---|---|---|---|"
    for name, tellings in found.items():
        good = sum(not one["faults"] for one in tellings)
        lost = sum(len(one["missed"]) for one in tellings)
        extra = sum(len(one["unexpected"]) for one in tellings)
        rest = sum(len(one["faults"]) for one in tellings) - lost - extra
        share = f"{good} of {len(tellings)}"
        yield f"| [{name}](#{name}) | {share} | {lost} | {extra} | {rest} |"


def _section(tale: Tale, tellings: list[dict[str, Any]]) -> Iterable[str]:
    who = f"{tale.age_years} years" + (", pregnant" if tale.pregnant else "")
    yield f"\n## {tale.name}\n\n{tale.title}; {who}; {tale.minutes:g} minutes. {tale.story}\n"
    yield from (f"- {source}" for source in tale.sources)
    if tale.tells:
        yield "\n| alarm | comes to | told | p50 min | earliest | latest | expected min |"
        yield "|---|---|---|---|---|---|---|"
    for one in tale.tells:
        minutes = [
            alarm["minute"]
            for telling in tellings
            for alarm in telling["alarms"]
            if alarm["cause"] == one.cause
        ]
        times = ["-", "-", "-"]
        if minutes:
            times = [f"{at:.1f}" for at in (median(minutes), min(minutes), max(minutes))]
        due = f"{one.from_minute:g}-{one.to_minute:g}" + (", may come" if one.optional else "")
        name = f"`{one.cause}`"
        yield f"| {name} | {one.at_least.lower()} | {len(minutes)} | {' | '.join(times)} | {due} |"
    wrong = Counter(fault for one in tellings for fault in one["faults"])
    if not tale.tells:
        yield "\nNothing is to be said."
    yield "".join(f"\n- {times} of {len(tellings)}: {fault}" for fault, times in wrong.items())


_HEAD: Final = """\
# Tales

Patients as files in `simulators/tales/`: how each gets worse, by which sources, and what has to be
told of it. Each is told to the vehicle's edge watch and to the center's `PartitionHost` from
{seeds} seeds, at the pace of the bedside. Each alarm has to begin once, in its minutes, by both
places alike under one id, and nothing else may begin. `goldenhour lab tales --page` draws this page
(tales `{digest}`).

`goldenhour demo --scenario tales` tells all of them over Kafka and Faust, each in 36 s;
`--scenario sepsis` one in 60 s. Limits and scores judge values, not how fast they came, so that a
tale told faster leads to the same alarms. Two things are not compressed: the wait of an alarm, so
that what is over before it is not told, and the minutes by which trend and outlook are judged
(`WORSENING_IN_BAND`, `DETERIORATION`). Neither is asked for then, and order is asked for at the
bedside only. The courses are made up within what the sources say; they are no patients.

What the tales show of the judgement:

- Cushing's triad has no cause of its own: a pressure over 200 with a slow pulse is told as what it
  does to the mind (`NEWS2_MEDIUM`) and as a slow pulse.
- In pregnancy and of children nothing is told while in band: there is no trend for them. In
  pregnancy the limits watch alone, and the first word comes when the shock index is over 1.1.
- An arrest is many alarms, each once: of pulse, breath, crew, and of a finger without a pulse
  (`VITAL_NOT_JUDGED`). Board and crew's screen take a patient's alarms with one key.
- A score is judged every second: one that hovers about its band alarms at its first second there.
"""

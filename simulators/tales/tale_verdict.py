"""Whether a tale was told: what came of it beside what a person wrote down."""

from collections import Counter
from collections.abc import Iterable

from clinical.alarms.priority import Priority
from simulators.tales.telling import Heard, Told


def faults(told: Told) -> tuple[str, ...]:
    """Return all that is wrong with what was told, in words; empty: the tale was told."""
    return (*_missed(told), *_unexpected(told), *_at_another_time(told), *_differing(told))


def missed(told: Told) -> tuple[str, ...]:
    """Return the causes that had to be told and were not."""
    heard = {one.cause for one in told.cards.values()}
    return tuple(
        one.cause for one in told.tale.tells if one.needed(told.rate) and one.cause not in heard
    )


def unexpected(told: Told) -> tuple[str, ...]:
    """Return the causes that nothing was written of, and those that were told again."""
    counts = Counter(one.cause for one in told.cards.values())
    extra = [cause for cause, times in counts.items() for _ in range(_beyond(told, cause, times))]
    return tuple(extra)


def _beyond(told: Told, cause: str, times: int) -> int:
    return times if told.tale.tell(cause) is None else times - 1


def _missed(told: Told) -> Iterable[str]:
    for cause in missed(told):
        yield f"{cause} was not told"


def _unexpected(told: Told) -> Iterable[str]:
    for cause in unexpected(told):
        yield f"{cause} was told once too often"


def _at_another_time(told: Told) -> Iterable[str]:
    """Yield what came too early, too late, too low, or before what comes first."""
    for heard in told.cards.values():
        one = told.tale.tell(heard.cause)
        if one is None:
            continue
        latest = one.to_minute + (one.wait_s / 60 * told.rate if told.rate > 1 else 0)
        if not one.from_minute <= heard.minute <= latest:
            yield f"{heard.cause} was told at minute {heard.minute:.1f}"
        if heard.priority < Priority[one.level(told.rate)]:
            yield f"{heard.cause} came to {heard.priority.name} only"
    if told.rate <= 1:
        yield from _out_of_order(told)


def _out_of_order(told: Told) -> Iterable[str]:
    first: dict[str, float] = {}
    for heard in told.cards.values():
        first.setdefault(heard.cause, heard.minute)
    for one in told.tale.tells:
        if one.after in first and first.get(one.cause, told.tale.minutes) < first[one.after]:
            yield f"{one.cause} was told before {one.after}"


def _differing(told: Told) -> Iterable[str]:
    """Yield that the places disagree: they name the same alarms, at the same moments."""
    if _named(told.vehicle.values()) != _named(told.center.values()):
        yield "vehicle and center told different tales"


def _named(heard: Iterable[Heard]) -> set[tuple[bytes, str, str]]:
    return {(one.alarm_id, one.cause, one.priority.name) for one in heard}

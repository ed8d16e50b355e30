"""What a run with kills shows, from what was injected and what the feed told; pure.

An injected alarm is known by the frame that begins it: the feed must tell its id, as an alarm or as
an alias of one (an episode that was open goes on), or an alarm of that patient that began at that
very capture (a vehicle that was killed sends an unconfirmed frame again under another name). Told
twice means: the same revision delivered again, or the same alarm begun anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from clinical.alarms.priority import Phase
from clinical.alarms.view import AlarmView
from goldenhour.bench.figures import percentile

_SECOND_US: Final = 1_000_000
BEFORE_KILL_US: Final = 200_000
"""A frame sent so shortly before a kill is under way when it happens."""

AFTER_KILL_US: Final = 6 * _SECOND_US
"""Alarms of so long after a kill are looked at as those that it can have delayed."""


@dataclass(frozen=True, slots=True)
class Injected:
    """A turn for the worse that must be told."""

    encounter_id: str
    alarm_id: bytes
    captured_us: int


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm as it arrived at the subscriber."""

    alarm: AlarmView
    at_us: int


class Disturbance(Protocol):
    """Something that alarms may have had to wait for."""

    @property
    def felt_us(self) -> tuple[int, int]:
        """Between which captures an alarm can have been delayed by it."""
        ...


@dataclass(frozen=True, slots=True)
class Kill:
    """One process killed."""

    what: str
    at_us: int
    ready_us: int
    """When it had said that it is ready again."""
    unconfirmed: int
    """Captured frames that were not acknowledged at that moment."""

    @property
    def felt_us(self) -> tuple[int, int]:
        """Between which captures an alarm can have been delayed by it."""
        return self.at_us - BEFORE_KILL_US, self.at_us + AFTER_KILL_US


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the feed did with what was injected."""

    lost: tuple[Injected, ...]
    duplicated: int
    delays_us: Mapping[bytes, int]
    """From capture to the feed, by alarm id, of what was told."""


def judge(injected: Sequence[Injected], told: Iterable[Told], cause: str) -> Verdict:
    """Compare what was injected with what the feed told of this cause."""
    first_us: dict[bytes, int] = {}
    began_us: dict[tuple[str, int], int] = {}
    revisions: set[tuple[bytes, int]] = set()
    begun: set[bytes] = set()
    duplicated = 0
    for one in told:
        alarm = one.alarm
        again = (alarm.alarm_id, alarm.revision) in revisions
        revisions.add((alarm.alarm_id, alarm.revision))
        anew = alarm.phase is Phase.START and alarm.alarm_id in begun
        if alarm.phase is Phase.START:
            begun.add(alarm.alarm_id)
        duplicated += again or (anew and alarm.cause == cause)
        if alarm.cause != cause:
            continue
        for name in (alarm.alarm_id, *alarm.aliases):
            first_us.setdefault(name, one.at_us)
        began_us.setdefault((alarm.encounter_id, alarm.active_since_us), one.at_us)
    arrived = {
        it.alarm_id: first_us.get(it.alarm_id) or began_us.get((it.encounter_id, it.captured_us))
        for it in injected
    }
    return Verdict(
        lost=tuple(it for it in injected if arrived[it.alarm_id] is None),
        duplicated=duplicated,
        delays_us={
            it.alarm_id: at_us - it.captured_us
            for it in injected
            if (at_us := arrived[it.alarm_id]) is not None
        },
    )


def gaps_s(
    injected: Sequence[Injected], verdict: Verdict, disturbances: Sequence[Disturbance]
) -> list[float]:
    """Return for each disturbance the longest time that an alarm of then waited, in seconds."""
    return [max(_delays_s(injected, verdict, [one]), default=0.0) for one in disturbances]


def added_s(
    injected: Sequence[Injected], verdict: Verdict, kills: Sequence[Kill]
) -> dict[str, float]:
    """Return what kills add to the delay of an alarm: the difference to all other alarms."""
    near = _delays_s(injected, verdict, kills)
    close = {it.alarm_id for it in injected if _near(it, kills)}
    others = [us / _SECOND_US for name, us in verdict.delays_us.items() if name not in close]
    if not near or not others:
        return {}
    return {
        f"p{share:g}": round(percentile(near, share / 100) - percentile(others, share / 100), 4)
        for share in (50, 90, 99)
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return p50 and max; of nothing, nothing."""
    if not values:
        return {}
    return {"p50": round(percentile(values, 0.5), 3), "max": round(max(values), 3)}


def _delays_s(
    injected: Sequence[Injected], verdict: Verdict, disturbances: Sequence[Disturbance]
) -> list[float]:
    return [
        verdict.delays_us[it.alarm_id] / _SECOND_US
        for it in injected
        if it.alarm_id in verdict.delays_us and _near(it, disturbances)
    ]


def _near(it: Injected, disturbances: Sequence[Disturbance]) -> bool:
    return any(
        first_us <= it.captured_us <= last_us
        for first_us, last_us in [one.felt_us for one in disturbances]
    )

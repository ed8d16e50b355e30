"""The episode of care: a pure fold of the crew's encounter events into one whole state.

The unit makes the encounter's id, so its frames may come before the event that opens it; the
encounter is then provisional. A move to another unit needs an offer by the owner and a claim by
the unit that it was offered to. Frames that the old owner captured before the claim stay valid
however late they come. A forgotten end is never assumed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any, Final

from clinical.items import EncounterChange, EncounterEvent


class EncounterStatus(Enum):
    """Status of an encounter, numbered as on the wire."""

    OPEN = 1
    """A patient is in the bay."""
    STANDBY = 2
    """As open, but silence is expected until ``standby_until_us``."""
    HANDED_OVER = 3
    """Handed over to a hospital."""
    ENDED = 4
    """Over for another reason."""


@dataclass(frozen=True, slots=True)
class EncounterState:
    """Whole state of one encounter."""

    encounter_id: str
    unit_id: str
    """The unit that owns it."""
    bay: str | None
    """None when the unit has one bay."""
    status: EncounterStatus
    provisional: bool
    """Frames came before it was opened."""
    offered_to_unit_id: str | None
    standby_until_us: int | None
    owned_since_us: int
    """When the present owner took it."""
    previous_unit_id: str | None
    """The unit that owned it before."""
    age_years: int | None
    """None is unknown, judged as an adult."""
    pregnant: bool | None
    """None is unknown, judged as not pregnant."""

    @property
    def closed(self) -> bool:
        """Tell whether the encounter is over."""
        return self.status in {EncounterStatus.HANDED_OVER, EncounterStatus.ENDED}


def provisional(encounter_id: str, unit_id: str, at_us: int) -> EncounterState:
    """Return the state of an encounter of which only frames are known yet."""
    return EncounterState(
        encounter_id=encounter_id,
        unit_id=unit_id,
        bay=None,
        status=EncounterStatus.OPEN,
        provisional=True,
        offered_to_unit_id=None,
        standby_until_us=None,
        owned_since_us=at_us,
        previous_unit_id=None,
        age_years=None,
        pregnant=None,
    )


def admits(state: EncounterState, unit_id: str, captured_us: int) -> bool:
    """Tell whether a frame of this unit, captured then, concerns this patient."""
    if unit_id == state.unit_id:
        return True
    return unit_id == state.previous_unit_id and captured_us <= state.owned_since_us


def advance(
    state: EncounterState, event: EncounterEvent, unit_id: str, at_us: int
) -> EncounterState:
    """Return the state after an event that ``unit_id`` captured at ``at_us``.

    An event that the state does not allow, or of a unit without a say in it, changes nothing.
    """
    if state.closed:
        return state
    if event.change is EncounterChange.CLAIMED:
        return _claim(state, event, unit_id, at_us)
    if unit_id != state.unit_id:
        return state
    return _CHANGES[event.change](state, event)


def resumed(state: EncounterState) -> EncounterState:
    """Return the state without its standby."""
    return replace(state, status=EncounterStatus.OPEN, standby_until_us=None)


def standby_over(state: EncounterState, now_us: int) -> bool:
    """Tell whether a standby has run out; one without an end lasts until the crew resumes."""
    until_us = standby_ends_us(state)
    return until_us is not None and now_us >= until_us


def standby_ends_us(state: EncounterState) -> int | None:
    """Return when a standby runs out; None when there is none, or one without an end."""
    return state.standby_until_us if state.status is EncounterStatus.STANDBY else None


def to_plain(state: EncounterState) -> dict[str, Any]:
    """Return the state as plain data."""
    plain = {name: getattr(state, name) for name in _FIELDS}
    return {**plain, "status": state.status.value}


def from_plain(plain: Mapping[str, Any]) -> EncounterState:
    """Return the state that ``to_plain`` wrote down."""
    return EncounterState(**{**plain, "status": EncounterStatus(plain["status"])})


_FIELDS: Final = tuple(field.name for field in fields(EncounterState))


def _with_patient(state: EncounterState, event: EncounterEvent) -> EncounterState:
    age = state.age_years if event.age_years is None else event.age_years
    pregnant = state.pregnant if event.pregnant is None else event.pregnant
    return replace(state, age_years=age, pregnant=pregnant)


def _claim(
    state: EncounterState, event: EncounterEvent, unit_id: str, at_us: int
) -> EncounterState:
    if unit_id != state.offered_to_unit_id:
        return state
    moved = replace(
        resumed(state),
        unit_id=unit_id,
        bay=event.bay,
        offered_to_unit_id=None,
        owned_since_us=at_us,
        previous_unit_id=state.unit_id,
    )
    return _with_patient(moved, event)


def _over(state: EncounterState, status: EncounterStatus) -> EncounterState:
    return replace(state, status=status, offered_to_unit_id=None, standby_until_us=None)


_CHANGES: Final[
    Mapping[EncounterChange, Callable[[EncounterState, EncounterEvent], EncounterState]]
] = {
    EncounterChange.OPENED: lambda state, event: _with_patient(
        replace(state, provisional=False, bay=event.bay), event
    ),
    EncounterChange.STANDBY: lambda state, event: replace(
        state, status=EncounterStatus.STANDBY, standby_until_us=event.until_us
    ),
    EncounterChange.RESUMED: lambda state, _: resumed(state),
    EncounterChange.OFFERED: lambda state, event: replace(
        state, offered_to_unit_id=event.to_unit_id
    ),
    EncounterChange.HANDED_OVER: lambda state, _: _over(state, EncounterStatus.HANDED_OVER),
    EncounterChange.ENDED: lambda state, _: _over(state, EncounterStatus.ENDED),
}
"""What each change that the owner may state does."""

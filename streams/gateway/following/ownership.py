"""Whose patient it is, as far as this gateway knows: a cache of the ``encounters`` topic.

Unknown is not foreign. A frame is foreign only when the cache names another owner, and even then
not if the sender owned the encounter when it captured the frame, or is the unit that claims what
it was offered. The claim is remembered until the cache has caught up with it, because the
claimant's next frames are closer behind than the ``patients`` app's answer.

Alarm entries can overtake the state of a new encounter; until that comes, the unit that an entry
names is taken for the recipient of all that concerns it.
"""

from collections import OrderedDict, defaultdict
from typing import Final

from clinical.watch.encounter import EncounterState

ENCOUNTERS_KEPT: Final = 100_000
"""Encounters cached; beyond it the one that changed longest ago becomes unknown again."""


class Ownership:
    """The newest known state of each encounter."""

    def __init__(self, kept: int = ENCOUNTERS_KEPT) -> None:
        self._kept = kept
        self._states: OrderedDict[str, EncounterState] = OrderedDict()
        self._claims: dict[str, str] = {}
        self._recipients: OrderedDict[str, str] = OrderedDict()
        self._encounters: defaultdict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        """Return how many encounters are known."""
        return len(self._states)

    def learn(self, state: EncounterState) -> None:
        """Take over a state from the ``encounters`` topic."""
        encounter_id = state.encounter_id
        self._states[encounter_id] = state
        self._states.move_to_end(encounter_id)
        if self._claims.get(encounter_id) == state.unit_id or state.offered_to_unit_id is None:
            self._claims.pop(encounter_id, None)
        self._address(encounter_id, state.unit_id)
        if len(self._states) > self._kept:
            self.forget(next(iter(self._states)))

    def forget(self, encounter_id: str) -> None:
        """Take over a tombstone from the ``encounters`` topic."""
        self._states.pop(encounter_id, None)
        self._claims.pop(encounter_id, None)
        self._unaddress(encounter_id)

    def presume(self, encounter_id: str, unit_id: str) -> None:
        """Take a unit for the recipient of an encounter whose owner is not known."""
        if encounter_id not in self._states:
            self._address(encounter_id, unit_id)
            if len(self._recipients) > 2 * self._kept:
                self._unaddress(next(iter(self._recipients)))

    def recipient(self, encounter_id: str) -> str | None:
        """Return the unit that hears of the encounter's alarms, None when that is unknown."""
        return self._recipients.get(encounter_id)

    def encounters_of(self, unit_id: str) -> set[str]:
        """Return the encounters whose alarms the unit hears of."""
        return set(self._encounters.get(unit_id, ()))

    def foreign(self, encounter_id: str, unit_id: str, captured_us: int) -> bool:
        """Say whether the encounter belonged to another unit when the frame was captured."""
        state = self._states.get(encounter_id)
        if state is None or state.unit_id == unit_id:
            return False
        if state.previous_unit_id == unit_id and captured_us < state.owned_since_us:
            return False
        return self._claims.get(encounter_id) != unit_id

    def claimable(self, encounter_id: str, unit_id: str) -> bool:
        """Say whether the encounter is offered to this unit."""
        state = self._states.get(encounter_id)
        return state is not None and state.offered_to_unit_id == unit_id

    def claim(self, encounter_id: str, unit_id: str) -> None:
        """Remember that the unit claimed what it was offered."""
        self._claims[encounter_id] = unit_id

    def _address(self, encounter_id: str, unit_id: str) -> None:
        self._unaddress(encounter_id)
        self._recipients[encounter_id] = unit_id
        self._encounters[unit_id].add(encounter_id)

    def _unaddress(self, encounter_id: str) -> None:
        unit_id = self._recipients.pop(encounter_id, None)
        if unit_id is None:
            return
        encounters = self._encounters[unit_id]
        encounters.discard(encounter_id)
        if not encounters:
            del self._encounters[unit_id]

"""The roster: every patient and unit as seen last, from `picture`, `encounters` and `units`.

Newest wins: both channels of detection write pictures of the same patient, and records of different
topics overtake one another. A row is never shown without its age.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from clinical.watch.encounter import EncounterState, EncounterStatus
from clinical.watch.picture.picture import PictureRow
from wire.frames import Frame
from wire.picture import Picture
from wire.synthetic import synthetic
from wire.unit_items import LinkState, Position

_OVER = frozenset({EncounterStatus.HANDED_OVER, EncounterStatus.ENDED})


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One patient."""

    encounter_id: str
    state: EncounterState | None = None
    picture: PictureRow | None = None
    stamped_us: int = 0
    """When the picture was made, by the partition's own time."""

    def age_us(self, now_us: int) -> int | None:
        """Return the age of the newest frame received; None when there is none."""
        received_us = None if self.picture is None else self.picture.received_us
        return None if received_us is None else now_us - received_us


@dataclass(frozen=True, slots=True)
class RosterUnit:
    """One unit, by what it says of itself."""

    unit_id: str
    position: Position | None = None
    position_us: int = 0
    link: LinkState | None = None
    link_us: int = 0


class Roster:
    """Patients whose encounters go on, and units that were heard of since the start."""

    def __init__(self) -> None:
        self._rows: dict[str, RosterRow] = {}
        self._units: dict[str, RosterUnit] = {}
        self._watchers: list[Callable[[str], None]] = []
        self._unit_watchers: list[Callable[[str], None]] = []

    def watch(self, changed: Callable[[str], None]) -> None:
        """Name who is told of each encounter whose row has changed or left."""
        self._watchers.append(changed)

    def watch_units(self, changed: Callable[[str], None]) -> None:
        """Name who is told of each unit that said something new of itself."""
        self._unit_watchers.append(changed)

    def unit(self, unit_id: str) -> RosterUnit | None:
        """Return one unit, if it was heard of."""
        return self._units.get(unit_id)

    def row(self, encounter_id: str) -> RosterRow | None:
        """Return one patient, if the encounter goes on."""
        return self._rows.get(encounter_id)

    @property
    def rows(self) -> tuple[RosterRow, ...]:
        """Every patient."""
        return tuple(self._rows.values())

    @property
    def units(self) -> tuple[RosterUnit, ...]:
        """Every unit."""
        return tuple(self._units.values())

    def on_encounter(self, state: EncounterState) -> None:
        """Take in a whole state; a patient whose encounter is over leaves.

        A synthetic patient is none.
        """
        if synthetic(state.encounter_id):
            return
        if state.status in _OVER:
            if self._rows.pop(state.encounter_id, None) is not None:
                self._tell(state.encounter_id)
            return
        row = self._rows.get(state.encounter_id) or RosterRow(state.encounter_id)
        self._rows[state.encounter_id] = replace(row, state=state)
        self._tell(state.encounter_id)

    def on_picture(self, picture: Picture) -> None:
        """Take in the rows of one partition, each unless a newer one is known.

        A picture alone does not admit a patient: it may be older than the end of the encounter.
        """
        for seen in picture.rows:
            row = self._rows.get(seen.encounter_id)
            if row is not None and picture.stamped_us >= row.stamped_us:
                self._rows[seen.encounter_id] = RosterRow(
                    seen.encounter_id, row.state, seen, picture.stamped_us
                )
                self._tell(seen.encounter_id)

    def on_frame(self, frame: Frame) -> None:
        """Take in what a unit says of itself."""
        unit = self._units.get(frame.unit_id) or RosterUnit(frame.unit_id)
        for item in frame.items:
            if isinstance(item, Position) and frame.captured_us >= unit.position_us:
                unit = replace(unit, position=item, position_us=frame.captured_us)
            elif isinstance(item, LinkState) and frame.captured_us >= unit.link_us:
                unit = replace(unit, link=item, link_us=frame.captured_us)
        self._units[frame.unit_id] = unit
        for changed in self._unit_watchers:
            changed(frame.unit_id)

    def _tell(self, encounter_id: str) -> None:
        for changed in self._watchers:
            changed(encounter_id)

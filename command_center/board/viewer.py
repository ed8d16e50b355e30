"""What one open board has not been told yet.

Only names wait, never values: a slow board gets the newest state of each patient and alarm once,
however often they changed, so what waits is bounded by how many there are.
"""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Viewer:
    """One open board."""

    rows: set[str] = field(default_factory=set)
    """Encounters that changed."""
    alarms: set[bytes] = field(default_factory=set)
    """Alarms that changed."""
    alarmed: set[str] = field(default_factory=set)
    """Encounters whose alarms changed: their rows do not wait for the others."""
    opened: str = ""
    """The patient whose page is open."""
    drawn_us: int = 0
    """Instant of the newest point of that patient's trend that the board has."""
    series_revision: int = 0
    """Of that patient's CT series, as the board has them."""
    ecgs_revision: int = 0
    """Of that patient's twelve-lead ECGs, as the board has them."""
    strips_revision: int = 0
    """Of that patient's event strips, as the board has them."""
    mapped: bool = False
    """Whether the map is shown: only then is the board told where units are."""
    units: set[str] = field(default_factory=set)
    """Units that said something new of themselves."""
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def stir(self, *, row: str | None = None, alarm: bytes | None = None) -> None:
        """Note what has changed."""
        if row is not None:
            (self.rows if alarm is None else self.alarmed).add(row)
        if alarm is not None:
            self.alarms.add(alarm)
            self.stirred.set()

    def open(self, encounter_id: str) -> None:
        """Begin to show a patient's page; the empty id closes it."""
        self.opened, self.drawn_us, self.series_revision = encounter_id, 0, 0
        self.ecgs_revision = self.strips_revision = 0
        self.stirred.set()

    def show_map(self, units: set[str], *, shown: bool) -> None:
        """Begin to show these units on the map, or close it."""
        self.mapped, self.units = shown, units if shown else set()
        self.stirred.set()

    def taken_units(self) -> set[str]:
        """Return the units that changed, and begin anew."""
        units, self.units = self.units, set()
        return units

    def taken(self, *, everything: bool) -> tuple[set[str], set[bytes]]:
        """Return what changed, with every row or those that do not wait, and begin anew."""
        rows, self.alarmed = self.alarmed, set()
        if everything:
            rows |= self.rows
            self.rows = set()
        alarms, self.alarms = self.alarms, set()
        self.stirred.clear()
        return rows, alarms

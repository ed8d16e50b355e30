"""Many units silent at once have one cause: a gateway, a cell, a network. Pure.

A unit that is on its way to being called silent is *quiet*. When more than a fifth of the units of
a partition are quiet together, the ingress of the partition is not healthy, whatever its gateways
say: no unit is called silent for itself, and the picture lists those that are quiet. When they are
heard again, the list is empty and time of silence goes on; a unit that stays quiet is then called
silent a few seconds later.

A unit whose silence was told before does not count among the quiet: it was silent by itself.

Nearly all units are heard each second, so nearly none can be quiet: the agenda has the ingress time
at which each patient's unit could be at the earliest, and only those are asked. Whoever is quiet
stays so until something comes: only those to whom something came are asked again.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from clinical.instant import SECOND_US
from streams.engine.agenda import Agenda

QUIET_AFTER_US: Final = 6 * SECOND_US
"""Of healthy ingress time without a frame: then a unit is quiet. It lies below the delay of
UNIT_SILENT by more than the second over which the last frames of many units are spread."""

TOGETHER_MIN: Final = 2
"""Fewest quiet units that can have a common cause."""

SHARE_BEGINS: Final = 0.2
"""More than this share of the units, quiet together: a common cause."""

SHARE_ENDS: Final = 0.1
"""At most this share: it is over."""


class Hearing(NamedTuple):
    """How long the unit of an open encounter has not been heard."""

    unit_id: str
    quiet_us: int
    """In healthy ingress time, at the last tick."""
    told: bool
    """Whether it is called silent already."""


Listen = Callable[[str], Hearing | None]
"""How a patient's unit was heard up to the last tick; None for one who does not count any more."""


class Hearings:
    """The hearings of a partition."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._unit_of: dict[str, str] = {}
        self._units: Counter[str] = Counter()
        """Patients by their unit."""
        self._agenda = Agenda()
        self._quiet: dict[str, Hearing] = {}
        """Patients whose unit was quiet when they were asked last, and the answer."""
        self._touched: dict[str, None] = {}
        """Those of them to whom something came since."""

    def unit_of(self, encounter_id: str) -> str | None:
        """Return the unit that a patient was noted with last; None: with none."""
        return self._unit_of.get(encounter_id)

    def note(self, encounter_id: str, hearing: Hearing | None, ingress_us: int) -> None:
        """Take note of a patient who is new, or counts with another unit, or no more."""
        before = self._unit_of.get(encounter_id)
        if hearing is None:
            if before is not None:
                self._leave(encounter_id, before)
            return
        if before is None:
            self._ask_again(encounter_id, hearing, ingress_us)
        if before != hearing.unit_id:
            if before is not None:
                self._count(before, -1)
            self._unit_of[encounter_id] = hearing.unit_id
            self._count(hearing.unit_id, 1)

    def touch(self, encounter_id: str) -> None:
        """Take note that something came of a patient, or that a tick was judged: ask again."""
        if encounter_id in self._quiet:
            self._touched[encounter_id] = None

    def together(self, listen: Listen, ingress_us: int, *, lasting: bool) -> tuple[str, ...]:
        """Return the units that are quiet for one common cause, which may be ``lasting``.

        A unit is quiet when it is for each of its patients.
        """
        if self._touched or self._agenda.comes_up(ingress_us):
            self._ask(listen, ingress_us)
        share = SHARE_ENDS if lasting else SHARE_BEGINS
        if len(self._quiet) < TOGETHER_MIN or len(self._quiet) <= share * len(self._units):
            return ()
        quiet = Counter([hearing.unit_id for hearing in self._quiet.values()])
        told = {hearing.unit_id for hearing in self._quiet.values() if hearing.told}
        whole = [unit_id for unit_id, patients in quiet.items() if patients == self._units[unit_id]]
        alone = [unit_id for unit_id in whole if unit_id not in told]
        return common_cause(alone, len(self._units), lasting=lasting)

    def _ask(self, listen: Listen, ingress_us: int) -> None:
        """Find out who is quiet, of those of whom that is not known."""
        asked = [*self._touched, *self._agenda.take(ingress_us)]
        self._touched.clear()
        for encounter_id in asked:
            hearing = listen(encounter_id)
            if hearing is not None and hearing.quiet_us >= QUIET_AFTER_US:
                self._quiet[encounter_id] = hearing
                continue
            self._quiet.pop(encounter_id, None)
            if hearing is not None:
                self._ask_again(encounter_id, hearing, ingress_us)

    def _ask_again(self, encounter_id: str, hearing: Hearing, ingress_us: int) -> None:
        self._agenda.enter(encounter_id, ingress_us + QUIET_AFTER_US - hearing.quiet_us)

    def _leave(self, encounter_id: str, unit_id: str) -> None:
        del self._unit_of[encounter_id]
        self._count(unit_id, -1)
        self._agenda.cancel(encounter_id)
        self._quiet.pop(encounter_id, None)
        self._touched.pop(encounter_id, None)

    def _count(self, unit_id: str, more: int) -> None:
        self._units[unit_id] += more
        if not self._units[unit_id]:
            del self._units[unit_id]


def common_cause(quiet: Sequence[str], units: int, *, lasting: bool) -> tuple[str, ...]:
    """Return the quiet of so many units if they have one cause, which may be ``lasting``."""
    share = SHARE_ENDS if lasting else SHARE_BEGINS
    together = len(quiet) >= TOGETHER_MIN and len(quiet) > share * units
    return tuple(sorted(quiet)) if together else ()

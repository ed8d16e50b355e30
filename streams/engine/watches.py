"""What the host asks of a patient's watch, and where watches come from."""

from collections.abc import Sequence
from typing import Any, Protocol

from clinical.alarms.priority import Source
from clinical.alarms.staff_limit import LimitSet
from clinical.alarms.transition import EncounterClosed, SourceStatus, Transition
from clinical.items import Capture, Item, VitalsRow, Word
from clinical.watch.encounter import EncounterState
from clinical.watch.patient import PatientWatch
from clinical.watch.picture.picture import Glance, PictureRow

Emission = Transition | EncounterState | EncounterClosed | SourceStatus | LimitSet
"""Whatever a watch can say."""


class Watch(Protocol):
    """The judgement of one patient."""

    def on_item(self, item: Item, capture: Capture, now_us: int) -> Sequence[Emission]:
        """Judge an item; ``now_us`` is the partition's time."""
        ...

    def on_row(
        self, row: VitalsRow, received_us: int, now_us: int, ingress_us: int | None = None
    ) -> Sequence[Emission] | None:
        """Take a row over as ``on_item`` would its item, if it is quiet.

        ``ingress_us`` is that of the newest tick before it that has to be passed over. Returns
        what is to be written, as a rule nothing; None when the row was not taken and nothing has
        changed.
        """
        ...

    def on_word(self, word: Word, now_us: int) -> Sequence[Emission]:
        """Judge what a gateway, another app or staff say of the patient."""
        ...

    def on_tick(self, now_us: int, ingress_us: int) -> Sequence[Emission]:
        """Judge the passing of time; silence is judged on ``ingress_us`` alone."""
        ...

    @property
    def due_us(self) -> int | None:
        """The earliest instant at which a tick can matter; None: not before anything else does.

        Rows that were taken may have moved it later since; whoever asked before is then early.
        """
        ...

    def pass_over(self, now_us: int, ingress_us: int) -> None:
        """Take note of ticks before ``due_us``, of which this is the newest."""
        ...

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state as plain data."""
        ...

    def row(self, at_us: int = 0) -> PictureRow:
        """Return the patient as the board shows it at this instant, if none is known after it."""
        ...

    def glance(self, at_us: int = 0) -> PictureRow | Glance:
        """Return what ``row`` does, the quick way where only its numbers are new."""
        ...

    @property
    def state(self) -> EncounterState:
        """The encounter as it stands."""
        ...

    @property
    def quiet_us(self) -> int:
        """Healthy ingress time without a frame of the unit, at the last tick."""
        ...

    @property
    def silent(self) -> bool:
        """Whether the unit is called silent."""
        ...

    @property
    def closed(self) -> bool:
        """Whether the encounter is over."""
        ...


class Watches(Protocol):
    """Makes watches."""

    def open(self, encounter_id: str, source: Source) -> Watch:
        """Return a watch that has seen nothing."""
        ...

    def restore(self, snapshot: dict[str, Any]) -> Watch:
        """Return the watch that this snapshot was taken of."""
        ...


class PatientWatches:
    """The watches of ``clinical.watch``."""

    def open(self, encounter_id: str, source: Source) -> Watch:
        """Return a PatientWatch that has seen nothing."""
        return PatientWatch(encounter_id, source)

    def restore(self, snapshot: dict[str, Any]) -> Watch:
        """Return the PatientWatch that this snapshot was taken of."""
        return PatientWatch.restore(snapshot)

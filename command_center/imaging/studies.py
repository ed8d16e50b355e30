"""Every CT series that the log tells of: which slices there are, where they lie, what is found.

References come from topic `images`, states from `studies`; either may come first, and both come
again after a restart. A revision per patient says whether an open board has seen it all.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from wire.images import ImageStored, SeriesAnnounced, SeriesState
from wire.limits import MAX_SERIES_OBJECTS

SERIES_SEEN: Final = 1_000
"""Series remembered; beyond, the one heard of longest ago is forgotten."""


@dataclass(slots=True, eq=False)
class SeriesSeen:
    """One series, as far as the log told of it."""

    encounter_id: str
    series_uid: str
    unit_id: str
    announced: SeriesAnnounced | None = None
    state: SeriesState | None = None
    stored: dict[str, ImageStored] = field(default_factory=dict)
    """By SOP Instance UID, in the order in which they came."""

    @property
    def in_order(self) -> Sequence[ImageStored]:
        """The slices that are there, in order of position."""
        return sorted(self.stored.values(), key=lambda one: (one.slice.place_mm, one.sop_uid))


class Studies:
    """The series of every patient."""

    def __init__(self) -> None:
        self._series: OrderedDict[tuple[str, str], SeriesSeen] = OrderedDict()
        self._revisions: dict[str, int] = {}
        self._heard = 0
        self._watchers: list[Callable[[SeriesSeen], None]] = []

    def __len__(self) -> int:
        """Return how many series are known."""
        return len(self._series)

    def watch(self, changed: Callable[[SeriesSeen], None]) -> None:
        """Name who is told of each series whose state is newer than the one before."""
        self._watchers.append(changed)

    def of(self, encounter_id: str) -> list[SeriesSeen]:
        """Return the series of a patient, the one heard of last first."""
        mine = [one for (whose, _), one in self._series.items() if whose == encounter_id]
        return mine[::-1]

    def revision(self, encounter_id: str) -> int:
        """Return a number that changes with whatever is told of a patient's series."""
        return self._revisions.get(encounter_id, 0)

    def find(self, encounter_id: str, series_uid: str, sop_uid: str) -> ImageStored | None:
        """Return the reference to one slice, if it is stored."""
        series = self._series.get((encounter_id, series_uid))
        return None if series is None else series.stored.get(sop_uid)

    def on_announced(self, announced: SeriesAnnounced) -> None:
        """Take in that a unit sends a series."""
        self._heard_of(announced).announced = announced

    def on_stored(self, stored: ImageStored) -> None:
        """Take in that a slice is in the object store."""
        series = self._heard_of(stored)
        if stored.sop_uid in series.stored or len(series.stored) < MAX_SERIES_OBJECTS:
            series.stored.setdefault(stored.sop_uid, stored)

    def on_state(self, state: SeriesState) -> None:
        """Take in how far a series has come, unless a newer state is known."""
        series = self._heard_of(state)
        if series.state is None or state.stamped_us >= series.state.stamped_us:
            series.state = state
            for changed in self._watchers:
                changed(series)

    def forget(self, encounter_id: str) -> None:
        """Let go of a patient."""
        for key in [key for key in self._series if key[0] == encounter_id]:
            del self._series[key]
        self._revisions.pop(encounter_id, None)

    def _heard_of(self, said: SeriesAnnounced | ImageStored | SeriesState) -> SeriesSeen:
        key = (said.encounter_id, said.series_uid)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = SeriesSeen(*key, said.unit_id)
        self._series.move_to_end(key)
        self._heard += 1
        self._revisions[said.encounter_id] = self._heard
        if len(self._series) > SERIES_SEEN:
            (whose, _), _ = self._series.popitem(last=False)
            if not self.of(whose):
                self._revisions.pop(whose, None)
        return series

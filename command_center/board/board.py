"""The board's side of the center: what every open board is told, and what a person may do there.

Changes of an alarm are told at once; of patients, within ``BEAT_US``, when each open board is also
told the time, so that a board which hears nothing knows that it is cut off.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from clinical.alarms.fatigue import Burden
from clinical.alarms.view import AlarmView
from command_center.board.chronicle import Chronicle
from command_center.board.mapping import unit_plain
from command_center.board.showing import (
    adjustable_plain,
    alarm_plain,
    message_plain,
    point_plain,
    row_plain,
)
from command_center.board.trend import Trends
from command_center.board.viewer import Viewer
from command_center.imaging.ecgs import EcgShelf
from command_center.imaging.event_strips import EventStrips
from command_center.imaging.showing import series_plain
from command_center.imaging.studies import Studies
from command_center.publishing import Publisher
from command_center.roster import Roster
from command_center.store.store import Store
from ports.clock import Clock

BEAT_US: Final = 500_000
"""Longest time between two messages to an open board."""

MOST_VIEWERS: Final = 64
"""Boards that can be open at once; a further one is turned away."""

MESSAGES_SHOWN: Final = 20
"""Messages of a unit on a patient's page, the newest."""

Tell = Callable[[dict[str, Any]], Awaitable[None]]
"""Sends one message to an open board."""


class Board:
    """Every open board, and what they all see."""

    def __init__(
        self,
        roster: Roster,
        publisher: Publisher,
        store: Store,
        clock: Clock,
        studies: Studies,
        *,
        ecgs: EcgShelf,
        strips: EventStrips,
        burden: Burden,
        sound: bool = True,
    ) -> None:
        self._roster = roster
        self._studies = studies
        self._ecgs = ecgs
        self._strips = strips
        self._store = store
        self._clock = clock
        self._burden = burden
        self._sound = sound
        self._viewers: set[Viewer] = set()
        self.trends = Trends()
        self.chronicle = Chronicle()
        for view in publisher.current():
            self.chronicle.take(view)
        roster.watch(self._on_row)
        roster.watch_units(self._on_unit)
        publisher.watch(self._on_alarm)

    def __len__(self) -> int:
        """Return how many boards are open."""
        return len(self._viewers)

    def admit(self) -> Viewer | None:
        """Begin to tell a board everything that stands; None when too many are open."""
        if len(self._viewers) >= MOST_VIEWERS:
            return None
        viewer = Viewer({row.encounter_id for row in self._roster.rows})
        viewer.alarms = {view.alarm_id for view in self.chronicle.all_current()}
        viewer.stirred.set()
        self._viewers.add(viewer)
        return viewer

    def dismiss(self, viewer: Viewer) -> None:
        """Forget a board that was closed."""
        self._viewers.discard(viewer)

    def show_map(self, viewer: Viewer, *, shown: bool) -> None:
        """Begin to tell a board where every unit is, or stop."""
        viewer.show_map({unit.unit_id for unit in self._roster.units}, shown=shown)

    async def tell(self, viewer: Viewer, tell: Tell) -> None:
        """Tell a board what changes, until cancelled; everything that stands comes first."""
        await tell(self._changes(viewer, beat=True) | {"begin": True, "sound": self._sound})
        due_us = self._clock.monotonic_us() + BEAT_US
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout((due_us - self._clock.monotonic_us()) / 1_000_000):
                    await viewer.stirred.wait()
            beat = self._clock.monotonic_us() >= due_us
            if beat:
                due_us = self._clock.monotonic_us() + BEAT_US
            page = await self._page(viewer) if beat or not viewer.drawn_us else {}
            units = self._moved(viewer) if beat else {}
            await tell(self._changes(viewer, beat=beat) | page | units)

    def _changes(self, viewer: Viewer, *, beat: bool) -> dict[str, Any]:
        now_us = self._clock.now_us()
        rows, alarms = viewer.taken(everything=beat)
        known = [(encounter_id, self._roster.row(encounter_id)) for encounter_id in rows]
        views = [(alarm_id, self.chronicle.find(alarm_id)) for alarm_id in alarms]
        return {
            "now_us": now_us,
            "load": self._burden.in_ten_minutes(now_us),
            "rows": [self._row(encounter_id) for encounter_id, row in known if row is not None],
            "left": [encounter_id for encounter_id, row in known if row is None],
            "alarms": [alarm_plain(view) for _, view in views if view is not None],
            "gone": [alarm_id.hex() for alarm_id, view in views if view is None],
        }

    def _row(self, encounter_id: str) -> Any:  # noqa: ANN401 - plain data
        row = self._roster.row(encounter_id)
        if row is None:
            return None
        return row_plain(row, self.chronicle.current(encounter_id), self.trends.spark(encounter_id))

    async def _page(self, viewer: Viewer) -> dict[str, Any]:
        """Return what is new on the open page of a patient."""
        encounter_id = viewer.opened
        row = self._roster.row(encounter_id)
        if row is None:
            return {}
        points = self.trends.points(encounter_id, viewer.drawn_us)
        begin = viewer.drawn_us == 0
        if points:
            viewer.drawn_us = points[-1].at_us
        unit_id = "" if row.state is None else row.state.unit_id
        messages = await self._store.messages(unit_id, MESSAGES_SHOWN)
        page = {
            "id": encounter_id,
            "begin": begin,
            "points": [point_plain(point) for point in points],
            "history": [alarm_plain(view) for view in self.chronicle.of(encounter_id)],
            "messages": [message_plain(sent) for sent in messages],
            "adjustable": adjustable_plain(None if row.state is None else row.state.age_years),
        }
        revision = self._studies.revision(encounter_id)
        if revision != viewer.series_revision:
            viewer.series_revision = revision
            page["series"] = [series_plain(series) for series in self._studies.of(encounter_id)]
        ecgs_revision = self._ecgs.revision(encounter_id)
        if begin or ecgs_revision != viewer.ecgs_revision:
            viewer.ecgs_revision = ecgs_revision
            page["ecgs"] = await self._ecgs.of(encounter_id)
        strips_revision = self._strips.revision(encounter_id)
        if begin or strips_revision != viewer.strips_revision:
            viewer.strips_revision = strips_revision
            page["strips"] = await self._strips.of(encounter_id)
        return {"page": page}

    def _moved(self, viewer: Viewer) -> dict[str, Any]:
        """Return the units that said something new of themselves, while the map is shown."""
        if not viewer.mapped:
            return {}
        known = [self._roster.unit(unit_id) for unit_id in viewer.taken_units()]
        return {"units": [unit_plain(unit) for unit in known if unit is not None]}

    def _on_row(self, encounter_id: str) -> None:
        row = self._roster.row(encounter_id)
        if row is None:
            self.trends.forget(encounter_id)
            self.chronicle.forget(encounter_id)
            self._studies.forget(encounter_id)
            self._ecgs.forget(encounter_id)
            self._strips.forget(encounter_id)
        elif row.picture is not None:
            self.trends.take(row.picture, row.stamped_us)
        for viewer in self._viewers:
            viewer.stir(row=encounter_id)

    def _on_unit(self, unit_id: str) -> None:
        for viewer in self._viewers:
            if viewer.mapped:
                viewer.units.add(unit_id)

    def _on_alarm(self, view: AlarmView) -> None:
        self.chronicle.take(view)
        if view.encounter_id and self._roster.row(view.encounter_id) is None:
            self.chronicle.forget(view.encounter_id)
        for viewer in self._viewers:
            viewer.stir(row=view.encounter_id or None, alarm=view.alarm_id)

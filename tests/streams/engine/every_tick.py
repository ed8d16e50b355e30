"""The reference of a partition's ticks: everybody is asked, stepped and looked at, every time."""

from collections.abc import Iterator, Sequence

from clinical.watch.picture.picture import PictureRow
from streams.engine.contained import Passed
from streams.engine.host import ROW_AT_LEAST_EVERY_US, PartitionHost, _Patient
from streams.engine.outage import QUIET_AFTER_US, Hearing, common_cause
from wire.records import Tick


def quiet_together(hearings: Sequence[Hearing], *, lasting: bool) -> tuple[str, ...]:
    """Which units are quiet for one cause, of all hearings of a partition."""
    quiet_us: dict[str, int] = {}
    for hearing in hearings:
        unit_id = hearing.unit_id
        quiet_us[unit_id] = min(hearing.quiet_us, quiet_us.get(unit_id, hearing.quiet_us))
    told = {hearing.unit_id for hearing in hearings if hearing.told}
    quiet = [unit for unit, us in quiet_us.items() if us >= QUIET_AFTER_US and unit not in told]
    return common_cause(quiet, len(quiet_us), lasting=lasting)


class EveryTickHost(PartitionHost):
    """Leaves no tick out, and shows everybody in full."""

    def _on_tick(self, tick: Tick) -> None:
        quiet = quiet_together(list(self._all_hearings()), lasting=self._clock.held)
        held = self._held(offset := self._next_offset - 1, quiet)
        clock = self._clock.ticked(tick.stamped_us, healthy=tick.healthy and not held)
        self._clock = clock.holding(offset, held=held)
        now_us, ingress_us = self._clock.now_us, self._clock.ingress_us
        self._passed = Passed(now_us, ingress_us)
        to_store: list[_Patient] = []
        for patient in self._patients.values():
            if patient.watch.closed_us is not None:
                continue
            patient.passed = self._passed
            said = patient.watch.on_tick(now_us, ingress_us + patient.ingress_shift_us)
            if said or patient.watch.full or now_us >= patient.snapshot_due_us:
                self._hear(said)
                to_store.append(patient)
        self._store(to_store)
        self._forget_closed()
        self._changed = [
            patient
            for patient in self._patients.values()
            if patient.changed or now_us - patient.shown_us >= ROW_AT_LEAST_EVERY_US
        ]
        self._draft.show(now_us, self._rows(), quiet if held else ())

    def _shown(self, patient: _Patient, now_us: int) -> PictureRow:
        return patient.watch.row(now_us)

    def _all_hearings(self) -> Iterator[Hearing]:
        for patient in self._patients.values():
            if (hearing := patient.watch.hearing) is not None:
                yield hearing
        for _, watch in self._resting:
            if (hearing := watch.hearing) is not None:
                yield hearing

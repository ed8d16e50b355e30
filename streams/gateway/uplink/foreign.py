"""Which foreign frames are reported to the encounter, so that a flood of them is not a flood there.

Each is a dead letter; of each encounter and unit one in ten seconds is reported beside it. A
report that the log did not confirm does not count, so that the frame sent again is reported.
"""

from typing import Final

from clinical.instant import SECOND_US

REPORT_EVERY_US: Final = 10 * SECOND_US
"""Shortest time between two reports of one unit to one encounter, by this gateway."""

REPORTS_KEPT: Final = 10_000
"""Encounters and units remembered; beyond it the one reported longest ago may be told of early."""


class ForeignReports:
    """The foreign units that were reported within ``REPORT_EVERY_US``."""

    def __init__(self, kept: int = REPORTS_KEPT) -> None:
        self._kept = kept
        self._reported_us: dict[tuple[str, str], int] = {}
        """When, on the monotonic clock, longest ago first."""

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._reported_us)

    def due(self, encounter_id: str, unit_id: str, now_us: int) -> bool:
        """Say whether to report a frame of this unit at ``now_us``, and count it as reported."""
        name = (encounter_id, unit_id)
        reported_us = self._reported_us.get(name)
        if reported_us is not None and now_us - reported_us < REPORT_EVERY_US:
            return False
        self._reported_us.pop(name, None)
        self._reported_us[name] = now_us
        self._forget(now_us)
        return True

    def withdraw(self, encounter_id: str, unit_id: str) -> None:
        """Take back a report that the log did not confirm."""
        self._reported_us.pop((encounter_id, unit_id), None)

    def _forget(self, now_us: int) -> None:
        """Let go of those that may be reported again, and of the oldest beyond the bound."""
        while self._reported_us:
            name, reported_us = next(iter(self._reported_us.items()))
            crowded = len(self._reported_us) > self._kept
            if not crowded and now_us - reported_us < REPORT_EVERY_US:
                return
            del self._reported_us[name]

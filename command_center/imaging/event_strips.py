"""The event strips of patients as they are asked for: listed, drawn, or as they are stored.

A strip is drawn when somebody looks at it, in a thread, so that no alarm waits for it.
"""

import asyncio
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.instant import to_datetime
from clinical.signals.strip_drawing import drawing
from command_center.store.store import Store
from wire.strips import AlarmStrip, decode_outline, decode_strip

STRIPS_SHOWN: Final = 50
"""Newest strips of a patient that are named on their page."""


class EventStrips:
    """The strips that the store holds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._revisions: dict[str, int] = {}
        self._count = 0

    def changed(self, encounter_id: str) -> None:
        """Note that the strips of a patient are others than they were."""
        self._count += 1
        self._revisions[encounter_id] = self._count

    def revision(self, encounter_id: str) -> int:
        """Return a number that changes with the strips of a patient."""
        return self._revisions.get(encounter_id, 0)

    def forget(self, encounter_id: str) -> None:
        """Let go of what is in memory about a patient; the store keeps the strips."""
        self._revisions.pop(encounter_id, None)

    async def of(self, encounter_id: str) -> list[dict[str, Any]]:
        """Return the strips of a patient as the board names them, newest first."""
        return [
            {
                "alarm": strip.alarm_id.hex(),
                "onset_us": strip.onset_us,
                "whole": outline.whole,
                "finished": strip.due_us is None,
                "leads": outline.leads,
                "rate_hz": outline.rate_hz,
            }
            for strip in await self._store.strips(encounter_id, STRIPS_SHOWN)
            for outline in [decode_outline(strip.content or b"")]
        ]

    async def of_alarm(self, alarm_id: bytes) -> AlarmStrip | None:
        """Return the strip of an alarm, if there is one."""
        strip = await self._store.strip(alarm_id)
        return None if strip is None else decode_strip(strip.content or b"")

    async def sheet(self, encounter_id: str, alarm_id: str) -> str | None:
        """Return a strip drawn as on paper, as SVG; None: this patient has no such strip."""
        try:
            told = await self.of_alarm(bytes.fromhex(alarm_id))
        except ValueError:
            return None
        if told is None or told.encounter_id != encounter_id:
            return None
        return await asyncio.to_thread(sheet_of, told)


def sheet_of(told: AlarmStrip) -> str:
    """Draw the strip of an alarm, with its words in both languages."""
    rule = RULES[told.cause]
    onset = f"{to_datetime(told.strip.onset_us):%Y-%m-%d %H:%M:%S} UTC"
    caption = f"{told.unit_id}   {rule.words_en}  {rule.words_zh}   {told.alarm_id.hex()[:8]}"
    return drawing(told.strip, caption, onset)

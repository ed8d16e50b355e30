"""What was alarmed about each patient since the center started, over or not, bounded."""

from typing import Final

from clinical.alarms.view import AlarmState, AlarmView

MOST_ALARMS: Final = 50
"""Alarms remembered of each patient, the newest; of those that stand, all."""

_CURRENT: Final = frozenset({AlarmState.ACTIVE, AlarmState.LATCHED})


class Chronicle:
    """Alarms by patient; those of the system itself lie under the empty encounter."""

    def __init__(self) -> None:
        self._alarms: dict[str, dict[bytes, AlarmView]] = {}

    def take(self, view: AlarmView) -> None:
        """Take in an alarm as it is now."""
        mine = self._alarms.setdefault(view.encounter_id, {})
        mine[view.alarm_id] = view
        if len(mine) > MOST_ALARMS:
            over = (alarm_id for alarm_id, known in mine.items() if known.state not in _CURRENT)
            mine.pop(next(over, b""), None)

    def forget(self, encounter_id: str) -> None:
        """Let go of what is over about a patient who left; what stands is still told."""
        standing = {view.alarm_id: view for view in self.current(encounter_id)}
        if standing:
            self._alarms[encounter_id] = standing
        else:
            self._alarms.pop(encounter_id, None)

    def of(self, encounter_id: str) -> list[AlarmView]:
        """Return what is remembered of a patient, newest first."""
        return sorted(
            self._alarms.get(encounter_id, {}).values(),
            key=lambda view: -view.active_since_us,
        )

    def current(self, encounter_id: str) -> list[AlarmView]:
        """Return the alarms of a patient that are active or latched."""
        return [v for v in self._alarms.get(encounter_id, {}).values() if v.state in _CURRENT]

    def find(self, alarm_id: bytes) -> AlarmView | None:
        """Return the alarm of this id, if it is remembered."""
        return next((mine[alarm_id] for mine in self._alarms.values() if alarm_id in mine), None)

    def all_current(self) -> list[AlarmView]:
        """Return every alarm that is active or latched."""
        return [view for encounter_id in self._alarms for view in self.current(encounter_id)]

"""What comes back about the synthetic patients: taken out of `alarms` before anything is folded."""

from clinical.alarms.priority import CHANNELS
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from command_center.heartbeat.beats import Beats
from command_center.metrics import CenterMetrics
from ports.clock import Clock
from ports.log.port import Record
from wire.alarms import decode_entry
from wire.reading import Unreadable
from wire.synthetic import encounter_of, synthetic
from wire.topics import ALARMS


class Answers:
    """Tells the beats which of them were answered."""

    def __init__(self, center_id: str, beats: Beats, metrics: CenterMetrics, clock: Clock) -> None:
        self._beats = beats
        self._metrics = metrics
        self._clock = clock
        self._own = {
            encounter_of(center_id, partition, ALARMS.partitions): partition
            for partition in range(ALARMS.partitions)
        }

    def take(self, record: Record) -> bool:
        """Tell whether a record of `alarms` is about a synthetic patient, so no alarm.

        Another center's is passed by as well.
        """
        encounter_id = (record.key or b"").decode(errors="replace")
        if not synthetic(encounter_id):
            return False
        partition = self._own.get(encounter_id)
        if partition is not None:
            self._answered(partition, record.value or b"")
        return True

    def _answered(self, partition: int, value: bytes) -> None:
        try:
            entry = decode_entry(value)
        except Unreadable:
            return
        if not isinstance(entry, Transition) or entry.source not in CHANNELS:
            return
        took_us = self._beats.answered(partition, entry.source, self._clock.monotonic_us())
        if took_us is not None:
            self._metrics.beat(str(entry.source), took_us / SECOND_US)

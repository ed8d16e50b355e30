"""The Kafka topics as one table: the only place where a topic is named and sized.

``broker`` creates them from here, programs ask here for partition counts, and a test holds
docs/topics.md against it. Encounter-keyed topics share one partition count, so that all that
concerns an encounter lies in the partition of the same number everywhere.
"""

from dataclasses import dataclass
from typing import Final

ENCOUNTER_PARTITIONS: Final = 4
"""Partitions of every encounter-keyed topic at the size of one machine."""

_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS
_DAY_MS: Final = 24 * _HOUR_MS


@dataclass(frozen=True, slots=True)
class Topic:
    """A Kafka topic: its name, partition count and how long or in what way it keeps records."""

    name: str
    partitions: int
    retention_ms: int | None
    """Age at which a record may be deleted; None for a compacted topic."""

    @property
    def compacted(self) -> bool:
        """True when the topic keeps the newest value per key instead of an age."""
        return self.retention_ms is None

    @property
    def config(self) -> dict[str, str]:
        """The broker-side settings of this topic, spelled as Kafka spells them."""
        if self.retention_ms is None:
            return {"cleanup.policy": "compact"}
        return {"cleanup.policy": "delete", "retention.ms": str(self.retention_ms)}


PATIENTS: Final = Topic("patients", ENCOUNTER_PARTITIONS, 24 * _HOUR_MS)
WAVEFORMS: Final = Topic("waveforms", ENCOUNTER_PARTITIONS, 2 * _HOUR_MS)
UNITS: Final = Topic("units", ENCOUNTER_PARTITIONS, 24 * _HOUR_MS)
ALARMS: Final = Topic("alarms", ENCOUNTER_PARTITIONS, 30 * _DAY_MS)
PICTURE: Final = Topic("picture", ENCOUNTER_PARTITIONS, 10 * _MINUTE_MS)
DOWNLINK: Final = Topic("downlink", ENCOUNTER_PARTITIONS, None)
ENCOUNTERS: Final = Topic("encounters", ENCOUNTER_PARTITIONS, None)
CHECKPOINTS_PATIENTS_A: Final = Topic("checkpoints.patients.a", ENCOUNTER_PARTITIONS, None)
CHECKPOINTS_PATIENTS_B: Final = Topic("checkpoints.patients.b", ENCOUNTER_PARTITIONS, None)
CHECKPOINTS_WAVEFORMS_A: Final = Topic("checkpoints.waveforms.a", ENCOUNTER_PARTITIONS, None)
CHECKPOINTS_WAVEFORMS_B: Final = Topic("checkpoints.waveforms.b", ENCOUNTER_PARTITIONS, None)
IMAGES: Final = Topic("images", ENCOUNTER_PARTITIONS, 7 * _DAY_MS)
STUDIES: Final = Topic("studies", ENCOUNTER_PARTITIONS, None)
CHECKPOINTS_IMAGING_A: Final = Topic("checkpoints.imaging.a", ENCOUNTER_PARTITIONS, None)
CHECKPOINTS_IMAGING_B: Final = Topic("checkpoints.imaging.b", ENCOUNTER_PARTITIONS, None)
DEAD_LETTERS: Final = Topic("dead_letters", ENCOUNTER_PARTITIONS, 30 * _DAY_MS)

TOPICS: Final = (
    PATIENTS,
    WAVEFORMS,
    UNITS,
    ALARMS,
    PICTURE,
    DOWNLINK,
    ENCOUNTERS,
    CHECKPOINTS_PATIENTS_A,
    CHECKPOINTS_PATIENTS_B,
    CHECKPOINTS_WAVEFORMS_A,
    CHECKPOINTS_WAVEFORMS_B,
    IMAGES,
    STUDIES,
    CHECKPOINTS_IMAGING_A,
    CHECKPOINTS_IMAGING_B,
    DEAD_LETTERS,
)

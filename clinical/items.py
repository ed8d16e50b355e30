"""What a patient's stream consists of, as frozen values: items and where they come from.

These are the clinical twins of the messages in ``ambulance.telemetry.v1``; ``wire`` translates.
A field that is None was not measured or not stated; zero is a measurement.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from clinical.alarms.identity import FrameRef
from clinical.alarms.staff_limit import LimitChange, LimitSet
from clinical.alarms.transition import Transition
from clinical.imaging.geometry import GeometryProblem
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.scores.choice import INFECTION, INJURY, Injury
from clinical.scores.gcs import Gcs
from clinical.scores.race import Race
from clinical.scores.stroke_screen import StrokeScreen
from clinical.signals.lead_quality import LeadFault
from clinical.vitals import Consciousness, Quality, Spo2Scale, Vital


@dataclass(frozen=True, slots=True)
class Capture:
    """Where and when an item was captured, and when the log received it."""

    frame: FrameRef
    captured_us: int
    received_us: int
    boot_id: str | None = None
    """The run of the unit's system that stamped it; None when the unit does not say."""
    uncertainty_us: int | None = None
    """How far off the unit says that the capture may be; None when it cannot know yet."""


@dataclass(frozen=True, slots=True)
class ForeignFrame:
    """A frame that a gateway refused, because another unit holds the encounter."""

    encounter_id: str
    frame: FrameRef
    """The frame as a whole, named by its first item."""
    stamped_us: int
    """When the gateway refused it."""


@dataclass(frozen=True, slots=True)
class SeriesFinding:
    """What the judgement of the images sees wrong with a series of a patient."""

    encounter_id: str
    series_uid: str
    problems: tuple[GeometryProblem, ...]
    """Why it is no whole volume; empty: it is."""
    at_us: int
    """When it became so, by the stream's time."""
    frame: FrameRef
    """Names the series as the source of what is found."""


@dataclass(frozen=True, slots=True)
class EcgFinding:
    """What the judgement of the images reads off a twelve-lead ECG of a patient."""

    encounter_id: str
    ecg_id: bytes
    stemi: bool | None
    """Whether it shows ST-elevation infarction; None: not said."""
    territory: tuple[str, ...]
    criteria: tuple[str, ...]
    """What was found, in words."""
    declined: str | None
    """Why neither yes nor no is said."""
    recorded_us: int
    """By the unit's clock."""
    frame: FrameRef
    """Of its first piece."""
    stamped_us: int
    """When a gateway received its last piece."""


@dataclass(frozen=True, slots=True)
class LeadFinding:
    """What the judgement of the waveforms sees of one lead of a patient."""

    encounter_id: str
    lead: str
    fault: LeadFault | None
    """None: the lead shows a signal."""
    at_us: int
    """End of the stretch that was judged, by the unit's clock."""
    frame: FrameRef
    """The chunk that decided."""
    stamped_us: int
    """When a gateway received it."""


@dataclass(frozen=True, slots=True)
class RhythmFinding:
    """What the judgement of the waveforms sees of a patient's rhythm."""

    encounter_id: str
    arrhythmia: Arrhythmia | None
    """None: no dangerous rhythm."""
    since_us: int
    """When it began, or was over, by the unit's clock."""
    at_us: int
    """End of the stretch that was judged, by the unit's clock."""
    confidence: float
    """How sure the judgement is, 0 to 1."""
    evidence: tuple[tuple[str, float | str], ...]
    """What it rests on, by name with unit."""
    frame: FrameRef
    """The chunk that decided."""
    stamped_us: int
    """When a gateway received it."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """Any subset of the vital signs as shown at one instant; units are in the names."""

    heart_rate_bpm: float | None = None
    pulse_rate_bpm: float | None = None
    respiration_per_min: float | None = None
    spo2_percent: float | None = None
    systolic_mmhg: float | None = None
    diastolic_mmhg: float | None = None
    temperature_c: float | None = None
    consciousness: Consciousness | None = None
    on_oxygen: bool | None = None
    spo2_scale: Spo2Scale | None = None
    marks: Mapping[Vital, Quality] = field(default_factory=dict)
    """Vitals that must not be judged, and why."""
    device_id: str | None = None
    device_at_us: int | None = None
    """The device's own clock at the measurement, unadjusted; never judged."""


NOTHING_ELSE: Final = Vitals()
"""What a row says beside its numbers, when it says nothing."""

VitalsRow = tuple[
    str,  # encounter_id
    str,  # unit_id
    int,  # lane
    bytes,  # segment
    int,  # sequence
    int,  # captured_us
    str | None,  # boot_id
    tuple[int, ...],  # which of the vitals it has, as numbers in ``watch.carry.VITALS``
    tuple[float, ...],  # their values
    Vitals,  # what it says beside the numbers; without numbers
]
"""A frame whose only item is vital signs, flat, for the quick way (``watch.quiet``)."""


def frame_of(row: VitalsRow) -> FrameRef:
    """Return the reference to the item of a row."""
    return FrameRef(row[1], row[2], row[3], row[4], 0)


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """State of one device or sensor on the patient."""

    device_id: str
    vital: Vital | None = None
    attached: bool | None = None
    battery_percent: float | None = None
    cuff_inflated: bool | None = None
    """Whether the blood-pressure cuff squeezes the limb; None: not stated."""
    cuff_above_oximeter: bool | None = None
    """Whether the pulse oximeter is on the limb that the cuff is on; None: not known."""


class EncounterChange(Enum):
    """The changes that an encounter can undergo, numbered as on the wire."""

    OPENED = 1
    STANDBY = 2
    RESUMED = 3
    OFFERED = 4
    CLAIMED = 5
    HANDED_OVER = 6
    ENDED = 7


@dataclass(frozen=True, slots=True)
class EncounterEvent:
    """A change in the episode of care."""

    change: EncounterChange
    bay: str | None = None
    age_years: int | None = None
    pregnant: bool | None = None
    reason: str | None = None
    until_us: int | None = None
    to_unit_id: str | None = None


class CrewFinding(Enum):
    """What a crew can enter by hand, numbered as on the wire."""

    NO_PULSE = 1
    PULSE_FELT = 2
    AIRWAY_SECURED = 3
    COMPRESSIONS_STARTED = 4
    COMPRESSIONS_STOPPED = 5
    DRUG_GIVEN = 6
    INTUBATION_STARTED = 7


@dataclass(frozen=True, slots=True)
class CrewEvent:
    """Something that the crew found or did."""

    finding: CrewFinding
    drug: str | None = None
    """Which drug and how much, in the crew's words; of DRUG_GIVEN only."""
    withdraws: FrameRef | None = None
    """The earlier event that counts no longer; None: this is a finding of its own."""


@dataclass(frozen=True, slots=True)
class CrewExamination:
    """What the crew has examined, as far as it went; each part counts by itself."""

    person: str | None = None
    """Who examined; None: not stated."""
    gcs: Gcs | None = None
    stroke: StrokeScreen | None = None
    race: Race | None = None
    last_known_well_us: int | None = None
    """When the patient was last known to be well; None: unknown, or as stated before."""
    injury: Injury | None = None
    """What injury there is; None: nobody said, or as stated before."""
    infection_suspected: bool | None = None
    """Whether the crew suspects an infection; None: nobody said, or as stated before."""


EXAMINATION_SCALES: Final = ("gcs", "stroke", "race")
"""The scales that an examination can have."""

EXAMINATION_ANSWERS: Final = ("last_known_well_us", INJURY, INFECTION)
"""What else it can state."""

EXAMINATION_PARTS: Final = (*EXAMINATION_SCALES, *EXAMINATION_ANSWERS)
"""All that an examination can consist of; each is superseded by itself."""


@dataclass(frozen=True, slots=True)
class EdgeTransition:
    """What the vehicle's own watch said, on its way to the ``alarms`` topic."""

    transition: Transition


class DiscardReason(Enum):
    """Why a unit left frames out, numbered as on the wire."""

    LINK_TOO_SLOW = 1
    SPOOL_NEARLY_FULL = 2


@dataclass(frozen=True, slots=True)
class Discarded:
    """Consecutive frames that the sender left out; it stands at the last of them."""

    from_sequence: int
    to_sequence: int
    reason: DiscardReason
    from_captured_us: int
    """When the first of them was captured; the last one when the frame says."""

    @property
    def frames(self) -> int:
        """How many were left out."""
        return self.to_sequence - self.from_sequence + 1


Item = (
    Vitals
    | DeviceStatus
    | EncounterEvent
    | CrewEvent
    | CrewExamination
    | EdgeTransition
    | Discarded
)

Told = ForeignFrame | LeadFinding | RhythmFinding | SeriesFinding | EcgFinding
"""What a gateway or another app says of a patient."""

Word = Told | LimitChange | LimitSet
"""What comes of a patient beside items: the limits that staff set as well."""

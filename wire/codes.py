"""Enumerations of the contracts beside the enumerations of the project, paired by name.

A ``Codes`` table is drawn from the generated enumeration itself, so a number is written nowhere
twice; a member without its twin fails when the table is built.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, TypeVar

from ambulance.alerts.v1 import alarm_pb2
from ambulance.log.v1 import record_pb2
from ambulance.telemetry.v1 import crew_pb2, frame_pb2
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.recipient import Recipient
from clinical.alarms.transition import Place
from clinical.alarms.view import AlarmState
from clinical.items import CrewFinding, DiscardReason, EncounterChange
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.scores.choice import Injury
from clinical.scores.gcs import GcsPart
from clinical.scores.race import WeakSide
from clinical.signals.lead_quality import LeadFault
from clinical.vitals import Consciousness, Quality, Spo2Scale, Vital
from clinical.watch.encounter import EncounterStatus
from wire.unit_items import CrewAnswer, ReceiptStage, UnitKind

M = TypeVar("M", bound=Enum)
N = TypeVar("N", bound=int)


@dataclass(frozen=True, slots=True)
class Codes(Generic[M, N]):
    """One enumeration in both spellings."""

    number: Mapping[M, N]
    """Project member to number on the wire."""
    member: Mapping[int, M]
    """Number on the wire to project member; UNSPECIFIED and unknown numbers are not in it."""

    def known(self, number: int) -> bool:
        """Say whether this number names a member."""
        return number in self.member


def paired(members: type[M], named: Sequence[tuple[str, N]], prefix: str) -> Codes[M, N]:
    """Pair an enumeration with the generated one: prefix + member name = name on the wire."""
    number = {members[name.removeprefix(prefix)]: n for name, n in named if n != 0}
    return Codes(number, {int(n): member for member, n in number.items()})


VITAL: Final = paired(Vital, frame_pb2.Vital.items(), "VITAL_")
QUALITY: Final = paired(Quality, frame_pb2.Quality.items(), "QUALITY_")
CONSCIOUSNESS: Final = paired(Consciousness, frame_pb2.Consciousness.items(), "CONSCIOUSNESS_")
SPO2_SCALE: Final = paired(Spo2Scale, frame_pb2.Spo2Scale.items(), "SPO2_")
ENCOUNTER_CHANGE: Final = paired(
    EncounterChange, frame_pb2.EncounterChange.items(), "ENCOUNTER_CHANGE_"
)
GCS_PART: Final = paired(GcsPart, crew_pb2.GcsPart.items(), "GCS_PART_")
WEAK_SIDE: Final = paired(WeakSide, crew_pb2.WeakSide.items(), "WEAK_SIDE_")
INJURY: Final = paired(Injury, crew_pb2.Injury.items(), "INJURY_")
CREW_FINDING: Final = paired(CrewFinding, crew_pb2.CrewFinding.items(), "CREW_FINDING_")
RECEIPT_STAGE: Final = paired(ReceiptStage, frame_pb2.ReceiptStage.items(), "RECEIPT_STAGE_")
CREW_ANSWER: Final = paired(CrewAnswer, frame_pb2.ReceiptAnswer.items(), "RECEIPT_ANSWER_")
UNIT_KIND: Final = paired(UnitKind, frame_pb2.UnitKind.items(), "UNIT_KIND_")
DISCARD_REASON: Final = paired(DiscardReason, frame_pb2.DiscardReason.items(), "DISCARD_REASON_")
LEAD_FAULT: Final = paired(LeadFault, record_pb2.LeadFault.items(), "LEAD_FAULT_")
ARRHYTHMIA: Final = paired(Arrhythmia, record_pb2.Arrhythmia.items(), "ARRHYTHMIA_")
PRIORITY: Final = paired(Priority, alarm_pb2.Priority.items(), "PRIORITY_")
CATEGORY: Final = paired(Category, alarm_pb2.Category.items(), "CATEGORY_")
SOURCE: Final = paired(Source, alarm_pb2.Source.items(), "SOURCE_")
PHASE: Final = paired(Phase, alarm_pb2.Phase.items(), "PHASE_")
RECIPIENT: Final = paired(Recipient, alarm_pb2.Recipient.items(), "RECIPIENT_")
PLACE: Final = paired(Place, alarm_pb2.Place.items(), "PLACE_")
ALARM_STATE: Final = paired(AlarmState, alarm_pb2.AlarmState.items(), "ALARM_STATE_")
ENCOUNTER_STATUS: Final = paired(
    EncounterStatus, record_pb2.EncounterStatus.items(), "ENCOUNTER_STATUS_"
)

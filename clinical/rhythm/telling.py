"""What is said of a patient's rhythm, as a finding that names the chunk that decided it."""

from clinical.alarms.identity import FrameRef
from clinical.items import RhythmFinding
from clinical.rhythm.arrhythmia import Call
from clinical.rhythm.bed import Bed


def finding_of(
    encounter_id: str, bed: Bed, call: Call, frame: FrameRef, stamped_us: int
) -> RhythmFinding:
    """Return the finding; ``frame`` is the newest chunk, received at ``stamped_us``."""
    return RhythmFinding(
        encounter_id=encounter_id,
        arrhythmia=call.arrhythmia,
        since_us=bed.at_us(call.since_s),
        at_us=bed.at_us(call.at_s),
        confidence=call.confidence,
        evidence=call.evidence,
        frame=frame,
        stamped_us=stamped_us,
    )

"""What a twelve-lead ECG says of infarction, as a finding named after its first piece."""

from clinical.alarms.identity import FrameRef
from clinical.items import EcgFinding
from clinical.twelve_lead.ecg import EcgRecording
from clinical.twelve_lead.infarction import Infarction


def finding_of(  # noqa: PLR0917 - whose it is, what it says, and when
    encounter_id: str,
    ecg_id: bytes,
    ecg: EcgRecording,
    infarction: Infarction,
    frame: FrameRef,
    stamped_us: int,
) -> EcgFinding:
    """Return the finding; ``frame`` is that of the first piece, read at ``stamped_us``."""
    return EcgFinding(
        encounter_id=encounter_id,
        ecg_id=ecg_id,
        stemi=infarction.stemi,
        territory=tuple(wall.value for wall in infarction.territory),
        criteria=infarction.criteria,
        declined=None if infarction.declined is None else infarction.declined.value,
        recorded_us=ecg.recorded_us,
        frame=frame,
        stamped_us=stamped_us,
    )

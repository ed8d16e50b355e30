"""What the judgement of the waveforms says of a rhythm, to and from protobuf."""

from ambulance.log.v1 import record_pb2
from clinical.alarms.identity import FrameRef
from clinical.items import RhythmFinding
from wire.codes import ARRHYTHMIA
from wire.reading import reading


def encode_rhythm_finding(finding: RhythmFinding) -> bytes:
    """Return the serialised finding."""
    frame, arrhythmia = finding.frame, finding.arrhythmia
    return record_pb2.RhythmFinding(
        encounter_id=finding.encounter_id,
        arrhythmia=None if arrhythmia is None else ARRHYTHMIA.number[arrhythmia],
        since_us=finding.since_us,
        at_us=finding.at_us,
        confidence=finding.confidence,
        evidence=[_from_evidence(name, value) for name, value in finding.evidence],
        unit_id=frame.unit_id,
        lane=frame.lane,
        segment=frame.segment,
        sequence=frame.sequence,
        item=frame.item,
        stamped_at_us=finding.stamped_us,
    ).SerializeToString()


def decode_rhythm_finding(value: bytes) -> RhythmFinding:
    """Return the finding that the bytes hold; Unreadable when they hold none."""
    with reading("RhythmFinding"):
        pb = record_pb2.RhythmFinding.FromString(value)
        return RhythmFinding(
            encounter_id=pb.encounter_id,
            arrhythmia=ARRHYTHMIA.member[pb.arrhythmia] if pb.HasField("arrhythmia") else None,
            since_us=pb.since_us,
            at_us=pb.at_us,
            confidence=pb.confidence,
            evidence=tuple(map(_to_evidence, pb.evidence)),
            frame=FrameRef(pb.unit_id, pb.lane, pb.segment, pb.sequence, pb.item),
            stamped_us=pb.stamped_at_us,
        )


def _from_evidence(name: str, value: float | str) -> record_pb2.RhythmEvidence:
    if isinstance(value, str):
        return record_pb2.RhythmEvidence(name=name, text=value)
    return record_pb2.RhythmEvidence(name=name, number=value)


def _to_evidence(pb: record_pb2.RhythmEvidence) -> tuple[str, float | str]:
    return (pb.name, pb.text if pb.HasField("text") else pb.number)

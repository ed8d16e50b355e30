"""Twelve-lead ECGs and what is read off them, to and from protobuf."""

from itertools import accumulate
from typing import Final

from ambulance.log.v1 import twelve_lead_pb2
from ambulance.telemetry.v1 import frame_pb2
from clinical.items import EcgFinding
from clinical.signals.waveform import SAMPLE_MAX, SAMPLE_MIN
from clinical.twelve_lead.criteria import Person, Sex
from clinical.twelve_lead.ecg import EcgRecording
from clinical.twelve_lead.leads import Lead, lead_named
from clinical.twelve_lead.pieces import EcgPiece
from wire.codes import paired
from wire.limits import MAX_AGE_YEARS, MAX_SCALE_UV
from wire.reading import Unreadable, reading
from wire.transitions import from_frame_ref, to_frame_ref
from wire.waveforms import differences

SEX: Final = paired(Sex, frame_pb2.Sex.items(), "SEX_")


def to_piece(pb: frame_pb2.EcgPiece) -> EcgPiece:
    """Translate a piece of an ECG."""
    return EcgPiece(pb.ecg_id, pb.index, pb.count, pb.content)


def from_piece(piece: EcgPiece) -> frame_pb2.EcgPiece:
    """Translate a piece of an ECG."""
    return frame_pb2.EcgPiece(
        ecg_id=piece.ecg_id, index=piece.index, count=piece.count, content=piece.content
    )


def encode_ecg(ecg: EcgRecording) -> bytes:
    """Return the serialised ECG."""
    person = ecg.person
    return frame_pb2.TwelveLeadEcg(
        recorded_at_us=ecg.recorded_us,
        rate_hz=ecg.rate_hz,
        scale_uv_per_bit=ecg.scale_uv_per_bit,
        leads=[
            frame_pb2.EcgLead(lead=lead.value, deltas=differences(samples))
            for lead, samples in ecg.leads.items()
        ],
        age_years=None if person.age_years is None else int(person.age_years),
        sex=None if person.sex is None else SEX.number[person.sex],
    ).SerializeToString()


def decode_ecg(content: bytes) -> EcgRecording:
    """Return the ECG that the bytes hold; Unreadable when they hold none, naming the field."""
    with reading("TwelveLeadEcg"):
        pb = frame_pb2.TwelveLeadEcg.FromString(content)
    return to_ecg(pb)


def to_ecg(pb: frame_pb2.TwelveLeadEcg) -> EcgRecording:
    """Translate an ECG; Unreadable names the field that is out of range."""
    _demand(pb.recorded_at_us > 0, "recorded_at_us: must be present")
    _demand(0 < pb.scale_uv_per_bit <= MAX_SCALE_UV, f"scale_uv_per_bit: up to {MAX_SCALE_UV}")
    _demand(pb.age_years <= MAX_AGE_YEARS, f"age_years: must be up to {MAX_AGE_YEARS}")
    _demand(pb.sex in {0, *SEX.member}, "sex: is not known")
    leads: dict[Lead, tuple[int, ...]] = {}
    for index, one in enumerate(pb.leads):
        lead = lead_named(one.lead)
        samples = tuple(accumulate(one.deltas))
        _demand(lead is not None and lead not in leads, f"leads[{index}].lead: must be one of 12")
        _demand(
            not samples or (min(samples) >= SAMPLE_MIN and max(samples) <= SAMPLE_MAX),
            f"leads[{index}].deltas: must keep every sample within 16 bits",
        )
        if lead is not None:
            leads[lead] = samples
    return EcgRecording(
        recorded_us=pb.recorded_at_us,
        rate_hz=pb.rate_hz,
        scale_uv_per_bit=pb.scale_uv_per_bit,
        leads=leads,
        person=Person(
            sex=SEX.member[pb.sex] if pb.HasField("sex") else None,
            age_years=pb.age_years if pb.HasField("age_years") else None,
        ),
    )


def encode_ecg_finding(finding: EcgFinding) -> bytes:
    """Return the serialised finding."""
    return twelve_lead_pb2.EcgFinding(
        encounter_id=finding.encounter_id,
        ecg_id=finding.ecg_id,
        stemi=finding.stemi,
        territory=finding.territory,
        criteria=finding.criteria,
        declined=finding.declined,
        recorded_at_us=finding.recorded_us,
        frame=from_frame_ref(finding.frame),
        stamped_at_us=finding.stamped_us,
    ).SerializeToString()


def decode_ecg_finding(value: bytes) -> EcgFinding:
    """Return the finding that the bytes hold; Unreadable when they hold none."""
    with reading("EcgFinding"):
        pb = twelve_lead_pb2.EcgFinding.FromString(value)
        return EcgFinding(
            encounter_id=pb.encounter_id,
            ecg_id=pb.ecg_id,
            stemi=pb.stemi if pb.HasField("stemi") else None,
            territory=tuple(pb.territory),
            criteria=tuple(pb.criteria),
            declined=pb.declined or None,
            recorded_us=pb.recorded_at_us,
            frame=to_frame_ref(pb.frame),
            stamped_us=pb.stamped_at_us,
        )


def _demand(holds: bool, words: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise Unreadable(words)

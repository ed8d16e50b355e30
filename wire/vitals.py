"""Vital signs to and from protobuf: the hot path of the whole stream.

Reading an absent number gives 0, so only a falsy value needs the dearer question whether it is
there; a measured zero stays a measurement.
"""

from ambulance.telemetry.v1 import frame_pb2
from clinical.items import Vitals
from wire.codes import CONSCIOUSNESS, QUALITY, SPO2_SCALE, VITAL

_MEMBER_OF_CONSCIOUSNESS = CONSCIOUSNESS.member
_MEMBER_OF_SPO2_SCALE = SPO2_SCALE.member


def to_vitals(pb: frame_pb2.Vitals) -> Vitals:
    """Translate vital signs; KeyError for an unknown number of an enumeration."""
    has = pb.HasField
    consciousness = pb.consciousness
    spo2_scale = pb.spo2_scale
    return Vitals(
        pb.heart_rate_bpm or (0.0 if has("heart_rate_bpm") else None),
        pb.pulse_rate_bpm or (0.0 if has("pulse_rate_bpm") else None),
        pb.respiration_per_min or (0.0 if has("respiration_per_min") else None),
        pb.spo2_percent or (0.0 if has("spo2_percent") else None),
        pb.systolic_mmhg or (0.0 if has("systolic_mmhg") else None),
        pb.diastolic_mmhg or (0.0 if has("diastolic_mmhg") else None),
        pb.temperature_c or (0.0 if has("temperature_c") else None),
        _MEMBER_OF_CONSCIOUSNESS[consciousness] if consciousness else None,
        pb.on_oxygen or (False if has("on_oxygen") else None),
        _MEMBER_OF_SPO2_SCALE[spo2_scale] if spo2_scale else None,
        {VITAL.member[mark.vital]: QUALITY.member[mark.quality] for mark in pb.marks},
        pb.device_id or None,
        pb.device_at_us or (0 if has("device_at_us") else None),
    )


def from_vitals(vitals: Vitals) -> frame_pb2.Vitals:
    """Translate vital signs."""
    consciousness = vitals.consciousness
    spo2_scale = vitals.spo2_scale
    return frame_pb2.Vitals(
        heart_rate_bpm=vitals.heart_rate_bpm,
        pulse_rate_bpm=vitals.pulse_rate_bpm,
        respiration_per_min=vitals.respiration_per_min,
        spo2_percent=vitals.spo2_percent,
        systolic_mmhg=vitals.systolic_mmhg,
        diastolic_mmhg=vitals.diastolic_mmhg,
        temperature_c=vitals.temperature_c,
        consciousness=None if consciousness is None else CONSCIOUSNESS.number[consciousness],
        on_oxygen=vitals.on_oxygen,
        spo2_scale=None if spo2_scale is None else SPO2_SCALE.number[spo2_scale],
        marks=[
            frame_pb2.VitalMark(vital=VITAL.number[vital], quality=QUALITY.number[quality])
            for vital, quality in vitals.marks.items()
        ],
        device_id=vitals.device_id,
        device_at_us=vitals.device_at_us,
    )

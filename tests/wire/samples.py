"""One good frame of each kind as protobuf, for tests that then spoil a single thing."""

from ambulance.alerts.v1 import alarm_pb2
from ambulance.telemetry.v1 import crew_pb2, frame_pb2
from tests.wire.plain_strategies import ENCOUNTER, UNIT
from wire.frames import Lane
from wire.validation import Refusal, RefusalReason, StreamKey, check

SEGMENT = b"s" * 16
STREAM = StreamKey(UNIT, Lane.VITALS, SEGMENT)

VITALS_LANE = ("vitals", "device_status", "position", "link_state", "discarded")
WAVEFORM_LANE = ("waveform",)
ALARM_LANE = (
    *("encounter_event", "crew_event", "crew_examination", "edge_transition"),
    *("acknowledgement", "pause", "reset", "escalation"),
    *("receipt", "ecg_piece"),
)


def vitals(heart_rate_bpm: float = 80) -> frame_pb2.Frame:
    frame = of_kind("vitals")
    frame.items[0].vitals.heart_rate_bpm = heart_rate_bpm
    return frame


def of_kind(kind: str) -> frame_pb2.Frame:
    """Return a frame with one complete item of this kind."""
    about_unit = kind in ("position", "link_state")
    frame = frame_pb2.Frame(
        unit_id=UNIT,
        lane=_lane(kind),
        segment=SEGMENT,
        sequence=1,
        captured_at_us=1_770_000_000_000_000,
        captured_uncertainty_us=500,
        boot_id="boot",
        encounter_id=None if about_unit else ENCOUNTER,
    )
    getattr(frame.items.add(), kind).CopyFrom(_ITEMS[kind])
    return frame


def _lane(kind: str) -> frame_pb2.Lane.ValueType:
    if kind in WAVEFORM_LANE:
        return frame_pb2.LANE_WAVEFORM
    return frame_pb2.LANE_VITALS if kind in VITALS_LANE else frame_pb2.LANE_ALARM


def stream_of(frame: frame_pb2.Frame) -> StreamKey:
    return StreamKey(frame.unit_id, Lane(frame.lane), frame.segment)


def refused(frame: frame_pb2.Frame) -> tuple[RefusalReason, str]:
    """Return reason and path of a frame that came by the stream that it names."""
    lane = Lane(frame.lane) if int(frame.lane) in (1, 2, 3) else Lane.VITALS
    verdict = check(frame.SerializeToString(), StreamKey(frame.unit_id, lane, frame.segment))
    assert isinstance(verdict, Refusal), verdict
    return verdict.reason, verdict.field_path


_ITEMS = {
    "vitals": frame_pb2.Vitals(
        heart_rate_bpm=80,
        device_id="monitor",
        marks=[
            frame_pb2.VitalMark(vital=frame_pb2.VITAL_SPO2, quality=frame_pb2.QUALITY_SENSOR_OFF)
        ],
    ),
    "device_status": frame_pb2.DeviceStatus(
        device_id="monitor",
        vital=frame_pb2.VITAL_SPO2,
        attached=True,
        battery_percent=50,
        cuff_inflated=True,
        cuff_above_oximeter=True,
    ),
    "encounter_event": frame_pb2.EncounterEvent(
        change=frame_pb2.ENCOUNTER_CHANGE_OPENED, bay="1", age_years=70
    ),
    "crew_event": crew_pb2.CrewEvent(
        finding=crew_pb2.CREW_FINDING_NO_PULSE,
        drug="adrenaline 1 mg",
        withdraws=alarm_pb2.FrameReference(
            unit_id=UNIT, lane=1, segment=SEGMENT, sequence=1, item=0
        ),
    ),
    "crew_examination": crew_pb2.CrewExamination(
        person="paramedic",
        gcs=crew_pb2.GlasgowComaScale(eye=3, verbal=4, motor=5),
        stroke=crew_pb2.StrokeScreen(balance=False, eyes=False, face=True, arm=True, speech=False),
        race=crew_pb2.RaceScale(
            face=1, arm=1, leg=1, gaze=0, weak_side=crew_pb2.WEAK_SIDE_RIGHT, aphasia=2
        ),
        last_known_well_us=1_769_999_000_000_000,
        injury=crew_pb2.INJURY_BLUNT,
        infection_suspected=False,
    ),
    "edge_transition": alarm_pb2.ConditionTransition(
        encounter_id=ENCOUNTER,
        unit_id=UNIT,
        alarm_id=b"a" * 16,
        cause="HEART_RATE_LOW",
        subject="heart_rate_bpm",
        category=alarm_pb2.CATEGORY_PHYSIOLOGICAL,
        priority=alarm_pb2.PRIORITY_HIGH,
        phase=alarm_pb2.PHASE_START,
        active=True,
        source=alarm_pb2.SOURCE_EDGE,
        revision=1,
        since_us=1_770_000_000_000_000,
        learned_us=1_770_000_000_000_000,
        until_us=1_770_000_000_000_000,
        frame=alarm_pb2.FrameReference(unit_id=UNIT, lane=2, segment=SEGMENT, sequence=1, item=0),
    ),
    "acknowledgement": alarm_pb2.Acknowledgement(
        encounter_id=ENCOUNTER,
        alarm_id=b"a" * 16,
        priority=alarm_pb2.PRIORITY_HIGH,
        revision=1,
        person="paramedic",
        place=alarm_pb2.PLACE_VEHICLE,
        at_us=1_770_000_000_000_000,
        request_id="r",
        also=[alarm_pb2.Seen(alarm_id=b"b" * 16, priority=alarm_pb2.PRIORITY_LOW, revision=4)],
    ),
    "pause": alarm_pb2.Pause(
        encounter_id=ENCOUNTER,
        alarm_id=b"a" * 16,
        priority=alarm_pb2.PRIORITY_HIGH,
        revision=1,
        person="paramedic",
        place=alarm_pb2.PLACE_VEHICLE,
        at_us=1_770_000_000_000_000,
        for_us=120_000_000,
        request_id="r",
        also=[alarm_pb2.Seen(alarm_id=b"b" * 16, priority=alarm_pb2.PRIORITY_LOW, revision=4)],
    ),
    "reset": alarm_pb2.Reset(
        encounter_id=ENCOUNTER,
        alarm_id=b"a" * 16,
        revision=2,
        person="paramedic",
        place=alarm_pb2.PLACE_VEHICLE,
        at_us=1_770_000_000_000_000,
        request_id="r",
    ),
    "escalation": alarm_pb2.Escalation(
        encounter_id=ENCOUNTER,
        alarm_id=b"a" * 16,
        priority=alarm_pb2.PRIORITY_HIGH,
        revision=2,
        to=alarm_pb2.RECIPIENT_CLINICIAN,
        person="paramedic",
        reason="help",
        place=alarm_pb2.PLACE_VEHICLE,
        at_us=1_770_000_000_000_000,
        request_id="r",
        step=0,
        raised_us=0,
    ),
    "receipt": frame_pb2.Receipt(
        message_id=ENCOUNTER, stage=frame_pb2.RECEIPT_STAGE_VIEWED, person="paramedic"
    ),
    "position": frame_pb2.Position(latitude_deg=23.1, longitude_deg=113.3, speed_kmh=60),
    "waveform": frame_pb2.WaveformChunk(
        lead="II",
        rate_hz=250,
        scale_uv_per_bit=5,
        start_us=1_770_000_000_000_000,
        first_sample=0,
        deltas=[3, -2, 1],
        lowest=-2_048,
        highest=2_047,
        attached=True,
    ),
    "ecg_piece": frame_pb2.EcgPiece(ecg_id=b"e" * 16, index=0, count=16, content=b"piece"),
    "link_state": frame_pb2.LinkState(
        spool_depth_frames=0,
        spool_oldest_us=0,
        quarantine_frames=0,
        clock_offset_us=-5,
        battery_percent=90,
    ),
    "discarded": frame_pb2.Discarded(
        from_sequence=1,
        to_sequence=1,
        reason=frame_pb2.DISCARD_REASON_LINK_TOO_SLOW,
        from_captured_at_us=1_770_000_000_000_000,
    ),
}

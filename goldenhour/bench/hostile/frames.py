"""Good frames of each kind, as protobuf, before something is spoiled in them."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from ambulance.alerts.v1 import alarm_pb2
from ambulance.telemetry.v1 import crew_pb2, frame_pb2
from wire.frames import Lane
from wire.validation import StreamKey

CAPTURED_US: Final = 1_770_000_000_000_000


@dataclass(frozen=True, slots=True)
class Story:
    """Whose frames these are."""

    encounter_id: str
    """Of the unit's own patient."""
    foreign_encounter_id: str
    """Of a patient whom another unit holds."""


def good(story: Story, stream: StreamKey, sequence: int, rng: Random) -> frame_pb2.Frame:
    """Return a frame that must be admitted."""
    kind = rng.choice(KINDS[stream.lane])
    frame = frame_pb2.Frame(
        unit_id=stream.unit_id,
        lane=frame_pb2.Lane.ValueType(stream.lane),
        segment=stream.segment,
        sequence=sequence,
        captured_at_us=CAPTURED_US + sequence,
        captured_uncertainty_us=500,
        boot_id="boot",
        encounter_id=None if kind in ABOUT_UNIT else story.encounter_id,
    )
    item = frame.items.add()
    getattr(item, kind).CopyFrom(_MAKERS[kind](story, stream, rng))
    return frame


def _vitals(_: Story, __: StreamKey, rng: Random) -> frame_pb2.Vitals:
    return frame_pb2.Vitals(
        heart_rate_bpm=rng.randint(40, 160),
        spo2_percent=rng.randint(80, 100),
        systolic_mmhg=rng.randint(80, 180),
        temperature_c=36.5,
        consciousness=frame_pb2.CONSCIOUSNESS_ALERT,
        device_id="monitor",
        marks=[
            frame_pb2.VitalMark(vital=frame_pb2.VITAL_SPO2, quality=frame_pb2.QUALITY_SENSOR_OFF)
        ],
    )


def _status(_: Story, __: StreamKey, rng: Random) -> frame_pb2.DeviceStatus:
    return frame_pb2.DeviceStatus(
        device_id="monitor",
        vital=frame_pb2.VITAL_SPO2,
        attached=True,
        battery_percent=rng.randint(0, 100),
        cuff_inflated=rng.choice((False, True)),
        cuff_above_oximeter=rng.choice((False, True)),
    )


def _position(_: Story, __: StreamKey, rng: Random) -> frame_pb2.Position:
    return frame_pb2.Position(latitude_deg=rng.uniform(-90, 90), longitude_deg=113.3, speed_kmh=60)


def _link_state(_: Story, __: StreamKey, rng: Random) -> frame_pb2.LinkState:
    return frame_pb2.LinkState(spool_depth_frames=rng.randint(0, 10), battery_percent=90)


def _waveform(_: Story, __: StreamKey, rng: Random) -> frame_pb2.WaveformChunk:
    return frame_pb2.WaveformChunk(
        lead="II",
        rate_hz=250,
        scale_uv_per_bit=5,
        start_us=CAPTURED_US,
        first_sample=0,
        deltas=[rng.randint(-3, 3) for _ in range(25)],
        lowest=-2_048,
        highest=2_047,
        attached=True,
    )


def _encounter_event(_: Story, __: StreamKey, rng: Random) -> frame_pb2.EncounterEvent:
    return frame_pb2.EncounterEvent(
        change=frame_pb2.ENCOUNTER_CHANGE_OPENED, bay="1", age_years=rng.randint(0, 130)
    )


def _crew_event(_: Story, stream: StreamKey, rng: Random) -> crew_pb2.CrewEvent:
    return crew_pb2.CrewEvent(
        finding=crew_pb2.CREW_FINDING_NO_PULSE,
        drug="adrenaline 1 mg",
        withdraws=alarm_pb2.FrameReference(
            unit_id=stream.unit_id,
            lane=1,
            segment=stream.segment,
            sequence=rng.randint(1, 99),
            item=0,
        ),
    )


def _crew_examination(_: Story, __: StreamKey, rng: Random) -> crew_pb2.CrewExamination:
    return crew_pb2.CrewExamination(
        person="paramedic",
        gcs=crew_pb2.GlasgowComaScale(
            eye=rng.randint(1, 4), verbal=rng.randint(1, 5), motor=rng.randint(1, 6)
        ),
        stroke=crew_pb2.StrokeScreen(face=True, arm=False),
        last_known_well_us=rng.randint(0, CAPTURED_US),
        injury=crew_pb2.INJURY_BLUNT,
        infection_suspected=False,
    )


def _edge_transition(story: Story, stream: StreamKey, rng: Random) -> alarm_pb2.ConditionTransition:
    return alarm_pb2.ConditionTransition(
        encounter_id=story.encounter_id,
        unit_id=stream.unit_id,
        alarm_id=rng.randbytes(16),
        cause="HEART_RATE_LOW",
        subject="heart_rate_bpm",
        category=alarm_pb2.CATEGORY_PHYSIOLOGICAL,
        priority=alarm_pb2.PRIORITY_HIGH,
        phase=alarm_pb2.PHASE_START,
        active=True,
        source=alarm_pb2.SOURCE_EDGE,
        revision=1,
        since_us=CAPTURED_US,
        learned_us=CAPTURED_US,
        frame=alarm_pb2.FrameReference(
            unit_id=stream.unit_id, lane=2, segment=stream.segment, sequence=1, item=0
        ),
    )


KINDS: Final[dict[Lane, tuple[str, ...]]] = {
    Lane.VITALS: ("vitals", "device_status", "position", "link_state"),
    Lane.WAVEFORM: ("waveform",),
    Lane.ALARM: ("encounter_event", "crew_event", "crew_examination", "edge_transition"),
}
"""What travels on a lane as received, in record batches."""

ABOUT_UNIT: Final = frozenset({"position", "link_state"})

_MAKERS: Final[dict[str, Callable[[Story, StreamKey, Random], object]]] = {
    "vitals": _vitals,
    "device_status": _status,
    "position": _position,
    "link_state": _link_state,
    "waveform": _waveform,
    "encounter_event": _encounter_event,
    "crew_event": _crew_event,
    "crew_examination": _crew_examination,
    "edge_transition": _edge_transition,
}
